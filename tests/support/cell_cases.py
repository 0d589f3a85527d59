"""Cells with their recurrences written out, and how they are driven."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch

from sc_neurocore.training.cells import (
    AdExCell,
    ALIFCell,
    AlphaCell,
    ExpIFCell,
    IFCell,
    LapicqueCell,
    LIFCell,
    RecurrentLIFCell,
    SecondOrderLIFCell,
    SynapticCell,
)

WIDTH, STEPS = 5, 40


def fired(v, level):
    """Spikes with the level taken off."""
    s = (v >= level).astype(np.float64)
    return s, v - s * level


def lif(c, x, v):
    return fired(c["beta"] * v + x[0], c["threshold"])


def integrate(c, x, v):
    return fired(v + x[0], c["threshold"])


def synaptic(c, x, i, v):
    i = c["alpha"] * i + x[0]
    s, v = fired(c["beta"] * v + i, c["threshold"])
    return s, i, v


def alif(c, x, v, a):
    s, after = fired(c["beta"] * v + x[0], c["threshold"] + c["beta_adapt"] * a)
    return s, after, c["rho"] * a + s


def rise(c, v):
    return c["delta_t"] * np.exp(np.minimum((v - c["v_rh"]) / c["delta_t"], 5))


def exp_if(c, x, v):
    return fired(c["beta"] * v + rise(c, v) + x[0], c["threshold"])


def adex(c, x, v, w):
    s, after = fired(c["beta"] * v + rise(c, v) - w + x[0], c["threshold"])
    return s, after, c["rho"] * w + c["a"] * (v - c["v_rest"]) + c["b"] * s


def lapicque(c, x, v):
    return fired(v + c["dt"] * (-(v - c["v_rest"]) + c["r"] * x[0]) / c["tau"], c["threshold"])


def alpha(c, x, e, h, v):
    e, h = c["alpha_exc"] * e + x[0], c["alpha_inh"] * h + x[1]
    s, v = fired(c["beta"] * v + e - h, c["threshold"])
    return s, e, h, v


def recurrent(c, x, v, s):
    return fired(c["beta"] * v + x[0] + s @ c["R"].T, c["threshold"])


# cell: (class, its documented defaults, other constants, recurrence, inputs, states, drive)
CASES = {
    "LIFCell": (LIFCell, {"beta": 0.9, "threshold": 1.0}, {"beta": 0.7, "threshold": 0.6}, lif, 1, 1, 1.0),
    "IFCell": (IFCell, {"threshold": 1.0}, {"threshold": 1.7}, integrate, 1, 1, 1.0),
    "SynapticCell": (
        SynapticCell, {"alpha": 0.9, "beta": 0.8, "threshold": 1.0}, {"alpha": 0.5, "beta": 0.6, "threshold": 0.8},
        synaptic, 1, 2, 0.4,
    ),
    "ALIFCell": (
        ALIFCell, {"beta": 0.9, "threshold": 1.0, "rho": 0.99, "beta_adapt": 1.8},
        {"beta": 0.8, "threshold": 0.5, "rho": 0.9, "beta_adapt": 0.3}, alif, 1, 2, 2.0,
    ),
    "ExpIFCell": (
        ExpIFCell, {"beta": 0.9, "threshold": 1.0, "delta_t": 0.5, "v_rh": 0.8},
        {"beta": 0.8, "threshold": 1.5, "delta_t": 0.3, "v_rh": 1.0}, exp_if, 1, 1, 0.7,
    ),
    "AdExCell": (
        AdExCell,
        {"beta": 0.9, "threshold": 1.0, "delta_t": 0.5, "v_rh": 0.8, "a": 0.01, "b": 0.1, "rho": 0.99, "v_rest": 0.0},
        {"beta": 0.7, "threshold": 1.2, "delta_t": 0.4, "v_rh": 0.9, "a": 0.2, "b": 0.3, "rho": 0.9, "v_rest": 0.1},
        adex, 1, 2, 1.0,
    ),
    "LapicqueCell": (
        LapicqueCell, {"tau": 20.0, "r": 1.0, "dt": 1.0, "threshold": 1.0, "v_rest": 0.0},
        {"tau": 5.0, "r": 2.0, "dt": 0.5, "threshold": 0.7, "v_rest": -0.1}, lapicque, 1, 1, 3.0,
    ),
    "AlphaCell": (
        AlphaCell, {"alpha_exc": 0.9, "alpha_inh": 0.85, "beta": 0.9, "threshold": 1.0},
        {"alpha_exc": 0.6, "alpha_inh": 0.7, "beta": 0.8, "threshold": 0.9}, alpha, 2, 3, 0.5,
    ),
    "SecondOrderLIFCell": (
        SecondOrderLIFCell, {"alpha": 0.95, "beta": 0.9, "threshold": 1.0},
        {"alpha": 0.6, "beta": 0.7, "threshold": 0.6}, synaptic, 1, 2, 0.3,
    ),
    "RecurrentLIFCell": (
        partial(RecurrentLIFCell, WIDTH), {"beta": 0.9, "threshold": 1.0}, {"beta": 0.6, "threshold": 0.8},
        recurrent, 1, 2, 1.0,
    ),
}  # fmt: skip


def drive(name, seed=0, steps=STEPS):
    _, _, _, _, inputs, _, scale = CASES[name]
    rng = np.random.default_rng(seed)
    return scale * rng.uniform(-0.6, 1.4, (steps, inputs, 3, WIDTH))


def run(cell, xs, states=()):
    """Spikes of all steps, and the last states."""
    spikes = []
    for x in xs:
        s, *states = cell(*x, *states)
        if isinstance(cell, RecurrentLIFCell):
            states = [states[0], s]
        spikes.append(s)
    return torch.stack(spikes), list(states)
