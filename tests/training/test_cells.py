"""The ten cells against the recurrences of `support.cell_cases`, in NumPy; states, types, gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.cell_cases import (
    CASES,
    drive,
    run,
)

from sc_neurocore.training import cells, surrogate
from sc_neurocore.training.cells import (
    LIFCell,
)

WIDTH, STEPS = 5, 40


BOTH = [(name, which) for name in CASES for which in ("defaults", "others")]


def test_all_ten_are_here():
    assert len(CASES) == 10
    assert {name for name in cells.__all__ if name.endswith("Cell")} == {*CASES, "SpikingCell"}
    from sc_neurocore import training

    assert all(getattr(training, name) is getattr(cells, name) for name in CASES)


@pytest.mark.parametrize(("name", "which"), BOTH)
def test_the_recurrence(name, which):
    """In float64 over random currents, from random states: every spike and every state, one step at a time.

    Each step is compared from the states that the cell reached. Over many steps an exponential cell amplifies the last
    bit of `exp`, which no two libraries and no two processors share; one step of states up to 300 stays within 1e-12.
    """
    build, defaults, others, recurrence, _, states, _ = CASES[name]
    constants = defaults if which == "defaults" else others
    cell = build() if which == "defaults" else build(**others)
    cell = cell.double()
    xs = drive(name)
    rng = np.random.default_rng(1)
    now = [rng.uniform(-0.3, 0.9, xs.shape[2:]) for _ in range(states)]
    if name == "RecurrentLIFCell":
        now[1] = (now[1] > 0.3).astype(float)
        constants = constants | {"R": cell.recurrent.weight.detach().numpy()}
    total = 0.0
    for x in xs:
        with torch.no_grad():
            spikes, *reached = cell(*torch.tensor(x), *map(torch.tensor, now))
        expected, *now = recurrence(constants, x, *now)
        if name == "RecurrentLIFCell":
            reached.append(spikes)
            now.append(expected)
        np.testing.assert_array_equal(spikes.numpy(), expected)
        assert len(reached) == len(now) == states
        for got, want in zip(reached, now):
            np.testing.assert_allclose(got.numpy(), want, rtol=1e-12, atol=1e-12)
        now = [v.numpy() for v in reached]
        total += expected.mean()
    assert 0.01 < total / STEPS < 0.99, "the drive must make some spikes, and leave some out"


@pytest.mark.parametrize("name", CASES)
def test_states_start_at_zero(name):
    build, _, _, _, _, states, _ = CASES[name]
    cell, x = build(), torch.tensor(drive(name)[0], dtype=torch.float32)
    zeros = [torch.zeros_like(x[0]) for _ in range(states)]
    for got, want in zip(cell(*x), cell(*x, *zeros)):
        assert torch.equal(got, want)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", CASES)
def test_dtypes_and_scalar_shapes_are_kept(name, dtype):
    build, *_ = CASES[name]
    cell = build().to(dtype) if name == "RecurrentLIFCell" else build()
    x = torch.tensor(drive(name)[0], dtype=dtype)
    for shape in ((3, WIDTH), (WIDTH,)) if name == "RecurrentLIFCell" else ((3, WIDTH), (WIDTH,), ()):
        part = [v[tuple([0] * (2 - len(shape)))] for v in x]
        for value in cell(*part):
            assert value.dtype == dtype
            assert value.shape == shape


@pytest.mark.parametrize("name", CASES)
def test_gradients_through_time(name):
    """Of the last states by every current, below the level, where all is smooth: central differences in NumPy."""
    build, defaults, _, recurrence, _, states, _ = CASES[name]
    flat = surrogate.StraightThrough(gain=0.0)  # no derivative of a spike: a spike here is constant
    cell = build(threshold=50.0, surrogate_fn=flat).double()
    constants = defaults | {"threshold": 50.0, "R": np.zeros((WIDTH, WIDTH))}
    xs = 0.3 * drive(name, steps=4)

    def last_states(xs):
        now = [np.zeros(xs.shape[2:]) for _ in range(states)]
        for x in xs:
            s, *now = recurrence(constants, x, *now)
            assert s.sum() == 0
            if name == "RecurrentLIFCell":
                now.append(s)
        return sum(v.sum() for v in now)

    leaf = torch.tensor(xs, requires_grad=True)
    _, got = run(cell, leaf)
    torch.stack(got).sum().backward()
    assert leaf.grad is not None
    for index in np.ndindex(xs.shape[0], xs.shape[1], 1, 2):
        step = np.zeros_like(xs)
        step[index] = 1e-5
        quotient = (last_states(xs + step) - last_states(xs - step)) / 2e-5
        assert leaf.grad[index].item() == pytest.approx(quotient, rel=1e-6, abs=1e-9)


def test_the_gradient_of_two_steps_is_the_one_by_hand():
    """v1 = x1; s1; v2 = beta (v1 − s1) + x2: ds2/dx1 = f'(v2 − 1)·beta, and nothing through s1's reset."""
    beta, x = 0.8, torch.tensor([1.3, 0.5], dtype=torch.float64, requires_grad=True)

    def slope(u):
        return 25 / (1 + 25 * abs(u)) ** 2

    cell = LIFCell(beta, surrogate_fn=surrogate.fast_sigmoid, learn_beta=True, learn_threshold=True).double()
    s1, v1 = cell(x[0])
    s2, _ = cell(x[1], v1)
    assert s1.item() == 1
    s2.backward()
    level = beta * (1.3 - 1) + 0.5 - 1
    assert x.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), [slope(level) * beta, slope(level)], rtol=1e-7)
    assert cell.beta.grad is not None
    assert cell.threshold.grad is not None
    assert cell.beta.grad.item() == pytest.approx(slope(level) * 0.3, rel=1e-7)
    assert cell.threshold.grad.item() == pytest.approx(slope(level) * (-beta - 1), rel=1e-7)
