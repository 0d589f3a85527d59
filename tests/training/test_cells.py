"""The ten cells against recurrences written here in NumPy; gradients, compilation, states, refusals."""

from __future__ import annotations

import copy
import math
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch

from sc_neurocore.spec import OptionError
from sc_neurocore.training import cells, surrogate
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
BOTH = [(name, which) for name in CASES for which in ("defaults", "others")]


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


IN_EVERY_RUN = ("LIFCell", "AdExCell")
"""The smallest and the largest; compiling is nearly all that the test costs."""


@pytest.mark.one_in(10)
@pytest.mark.parametrize(
    "name", [name if name in IN_EVERY_RUN else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_compiled_equals_eager(name):
    build, *_ = CASES[name]
    cell = build()
    xs = torch.tensor(drive(name, steps=2), dtype=torch.float32)

    def both(xs):
        return run(cell, xs)[0]

    compiled = torch.compile(both, fullgraph=True, backend="aot_eager")
    leaves = [xs.clone().requires_grad_() for _ in range(2)]
    for f, leaf in zip((both, compiled), leaves):
        f(leaf).sum().backward()
    assert torch.equal(both(xs), compiled(xs))
    torch.testing.assert_close(leaves[0].grad, leaves[1].grad)
    torch._dynamo.reset()


@pytest.mark.parametrize("name", ["LIFCell", "AdExCell"])
def test_cells_work_under_func(name):
    cell = CASES[name][0]()
    xs = torch.tensor(drive(name, steps=4), dtype=torch.float32)

    def loss(x):
        return run(cell, x)[0].sum()

    by_func = torch.func.grad(loss)(xs)
    leaf = xs.clone().requires_grad_()
    loss(leaf).backward()
    assert torch.equal(by_func, leaf.grad)
    batched = torch.func.vmap(loss)(torch.stack([xs, 2 * xs]))
    assert batched.tolist() == [loss(xs).item(), loss(2 * xs).item()]


def test_any_callable_is_a_surrogate():
    for fn in (
        surrogate.atan_surrogate_custom_op, surrogate.atan_surrogate_legacy, surrogate.superspike,
        surrogate.Sigmoid(alpha=3.0), surrogate.compat.snntorch.fast_sigmoid(),
        partial(surrogate.triangular, width=2.0), lambda x: (x >= 0).to(x.dtype) + 0 * x,
    ):  # fmt: skip
        spikes, v = LIFCell(surrogate_fn=fn)(torch.tensor([0.25, 1.5]))
        assert spikes.tolist() == [0, 1]
        assert v.tolist() == [0.25, 0.5]


def test_the_default_surrogate_is_the_arc_tangent():
    x = torch.tensor(1.25, requires_grad=True)
    LIFCell()(x)[0].backward()
    assert x.grad is not None
    assert x.grad.item() == pytest.approx(2 / (2 * (1 + (math.pi * 0.25) ** 2)), rel=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_the_comparator_is_carried(name):
    """At the level exactly: it fires under ge, not under gt; the cell asks its surrogate, or tells it."""
    build = CASES[name][0]
    for cell, comparator in (
        (build(), "ge"),
        (build(comparator="gt"), "gt"),
        (build(surrogate_fn=surrogate.Sigmoid(comparator="gt")), "gt"),
        (build(surrogate_fn=surrogate.Sigmoid(comparator="gt"), comparator="ge"), "ge"),
        (build(surrogate_fn=partial(surrogate.superspike, comparator="gt")), "gt"),
        (build(surrogate_fn=lambda x: (x > 0).to(x.dtype)), "gt"),
    ):
        assert cell.comparator == comparator
        spikes, _ = cell._fire(torch.tensor([0.5, 1.0, 1.5]), torch.tensor(1.0))
        assert spikes.tolist() == [0, float(comparator == "ge"), 1]
    assert IFCell(threshold=2.0, comparator="gt")(torch.tensor([2.0]))[0].item() == 0


def test_constants_travel():
    cell = AdExCell(beta=0.7, a=0.3, learn_threshold=True)
    state = cell.state_dict()
    assert set(state) == {"threshold", "beta", "delta_t", "v_rh", "a", "b", "rho", "v_rest"}
    other = AdExCell(learn_threshold=True)
    other.load_state_dict(state)
    assert other.beta.item() == 0.7
    assert [name for name, _ in cell.named_parameters()] == ["threshold"]
    again = copy.deepcopy(cell)
    x = torch.tensor([0.4, 1.2])
    assert torch.equal(again(x)[1], cell(x)[1])
    assert "beta=0.7" in repr(cell)


def test_learned_constants_stay_in_their_ranges():
    cell = LIFCell(beta=0.9, learn_beta=True, learn_threshold=True)
    assert {name for name, _ in cell.named_parameters()} == {"beta", "threshold"}
    with torch.no_grad():
        cell.beta.fill_(1.5)
        cell.threshold.fill_(-2.0)
    assert cell.decay().item() == 1
    assert cell.level().item() == pytest.approx(1e-3)
    _, v = cell(torch.tensor([-1.0]), torch.tensor([-3.0]))
    assert v.item() == -4


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: LIFCell(beta=1.1), "beta must be a number from 0 to 1, got 1.1"),
        (lambda: LIFCell(beta=math.nan), "beta must be a number from 0 to 1, got nan"),
        (lambda: LIFCell(threshold=0), "threshold must be a finite number above 0, got 0"),
        (lambda: LIFCell(threshold="1"), "threshold must be a finite number above 0, got '1'"),
        (lambda: SynapticCell(alpha=-0.1), "alpha must be a number from 0 to 1, got -0.1"),
        (lambda: ALIFCell(rho=2), "rho must be a number from 0 to 1, got 2"),
        (lambda: ALIFCell(beta_adapt=-1.0), "beta_adapt must be a finite number, 0 or more, got -1.0"),
        (lambda: ExpIFCell(delta_t=0.0), "delta_t must be a finite number above 0, got 0.0"),
        (lambda: AdExCell(b=math.inf), "b must be a finite number, got inf"),
        (lambda: LapicqueCell(tau=2.0, dt=3.0), "dt must be at most tau = 2.0, got 3.0; take smaller steps"),
        (lambda: AlphaCell(alpha_inh=True), "alpha_inh must be a number from 0 to 1, got True"),
        (lambda: RecurrentLIFCell(0), "n_neurons must be an integer, 1 or more, got 0"),
        (lambda: LIFCell(surrogate_fn=3), "surrogate_fn must be callable on membrane - threshold, got 3"),
        (lambda: LIFCell(surrogate_fn=torch.sigmoid), "surrogate_fn must give a spike, 0 or 1, of every element"),
        (lambda: LIFCell(surrogate_fn=lambda x: 1.0), "surrogate_fn must give a spike, 0 or 1, of every element"),
        (lambda: LIFCell(comparator="lt"), "comparator must be 'ge' or 'gt', got 'lt'"),
        (
            lambda: LIFCell(surrogate_fn=lambda x: (x > 0).to(x.dtype), comparator="ge"),
            "surrogate_fn has the comparator 'gt' and takes no other, got comparator='ge'",
        ),
        (lambda: LIFCell()(torch.tensor([1])), "current must be a floating-point torch.Tensor, got torch.int64"),
        (lambda: LIFCell()([1.0]), "current must be a floating-point torch.Tensor, got list"),
        (lambda: LIFCell()(torch.zeros(2), 0.0), "v must be a torch.Tensor or None, got float"),
        (lambda: LIFCell()(torch.zeros(2), torch.zeros(3)), r"v must have the current's shape \(2,\), got \(3,\)"),
        (lambda: RecurrentLIFCell(4)(torch.zeros(2, 3)), r"current must have 4 neurons on its last axis, got \(2, 3\)"),
    ],
)
def test_bad_arguments_are_refused(build, message):
    with pytest.raises(OptionError, match=message):
        build()


def test_without_torch_the_extra_is_named():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import sc_neurocore.training as training\n"
        "print(training.SURROGATE_PATHS)\n"
        "for name in ('LIFCell', 'SpikingNet'):\n"
        "    try: getattr(training, name)\n"
        "    except ImportError as e: print(type(e).__name__, e)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    message = "MissingExtraError torch is not installed; install it with: pip install 'sc-neurocore-cosim[torch]'"
    assert done.stdout.splitlines() == ["('custom_op', 'legacy_autograd')", message, message]
