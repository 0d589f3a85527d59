"""From a biased count a' to a layer's output (contract §6), in 64-bit integers throughout."""

from __future__ import annotations

import numpy as np

from ..spec.kinds import unknown_kind
from ..spec.layer import Clamp, Lif, Relu


def requantize(a: np.ndarray, multiplier: int, shift: int) -> np.ndarray:
    """Return y = (a·multiplier + r) >> shift with r = 2^(shift-1), or 0 where shift is 0: rounds half up.

    `>>` is the arithmetic shift (floor). a·multiplier takes up to 47 bits.

    Args:
        a: counts, integers of any shape.
        multiplier: 1 … 2^15 − 1.
        shift: 0 … 46.
    """
    r = 2 ** (shift - 1) if shift else 0
    return (np.asarray(a, dtype=np.int64) * multiplier + r) >> shift


def relu(a: np.ndarray, neuron: Relu) -> np.ndarray:
    """clip(y, 0, 2^m - 1), a unipolar code of m bits."""
    return np.clip(requantize(a, neuron.multiplier, neuron.shift), 0, 2**neuron.output_bits - 1)


def clamp(a: np.ndarray, neuron: Clamp) -> np.ndarray:
    """clip(y, ±(2^m - 1)) as sign_magnitude, or clip(y + 2^(m-1), 0, 2^m - 1) as bipolar."""
    y = requantize(a, neuron.multiplier, neuron.shift)
    full = 2**neuron.output_bits - 1
    match neuron.output_encoding:
        case "bipolar":
            return np.clip(y + 2 ** (neuron.output_bits - 1), 0, full)
        case "sign_magnitude":
            return np.clip(y, -full, full)
        case other:
            unknown_kind(other, "engine reference")


def saturate(v: np.ndarray, state_bits: int) -> np.ndarray:
    """Clip to the signed range of `state_bits` bits."""
    return np.clip(v, -(2 ** (state_bits - 1)), 2 ** (state_bits - 1) - 1)


def lif_step(v: np.ndarray, a: np.ndarray, neuron: Lif) -> tuple[np.ndarray, np.ndarray]:
    """One time step of leaky integrate-and-fire.

    v ← saturate(v - (v >> leak_shift) + a); s = [v >= v_threshold] or [v > v_threshold]; where s, v becomes
    saturate(v - v_threshold) or 0.

    Args:
        v: state before the step, int64.
        a: biased counts of this step, same shape.
        neuron: leak, threshold, comparator, reset and state width.

    Returns:
        The state after the step and the spikes (0 or 1), both int64.
    """
    leak = v >> neuron.leak_shift if neuron.leak_shift is not None else 0
    v = saturate(v - leak + a, neuron.state_bits)
    match neuron.comparator:
        case "ge":
            spikes = v >= neuron.v_threshold
        case "gt":
            spikes = v > neuron.v_threshold
        case other:
            unknown_kind(other, "engine reference")
    match neuron.reset:
        case "subtract":
            after_spike = saturate(v - neuron.v_threshold, neuron.state_bits)
        case "zero":
            after_spike = np.zeros_like(v)
        case other:
            unknown_kind(other, "engine reference")
    return np.where(spikes, after_spike, v), spikes.astype(np.int64)
