"""Cells in use: compiled, under func transforms, any surrogate and comparator, learned constants, refusals."""

from __future__ import annotations

import copy
import math
import subprocess
import sys
from functools import partial

import pytest
import torch
from support.cell_cases import (
    CASES,
    drive,
    run,
)

from sc_neurocore.spec import OptionError
from sc_neurocore.training import surrogate
from sc_neurocore.training.cells import (
    AdExCell,
    ALIFCell,
    AlphaCell,
    ExpIFCell,
    IFCell,
    LapicqueCell,
    LIFCell,
    RecurrentLIFCell,
    SynapticCell,
)

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
