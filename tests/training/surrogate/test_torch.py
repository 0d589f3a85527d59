"""The six Torch surrogates: both paths, every dtype, every transform; numbers from formulas written here."""

from __future__ import annotations

import math
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from support.oracle.surrogates import logistic

from sc_neurocore.spec import OptionError
from sc_neurocore.training import surrogate

# name: (name of the constant, its default, another value, slope(x, c), a function whose derivative that is)
SIX = {
    "fast_sigmoid": ("slope", 25.0, 4.0, lambda x, c: c / (1 + c * abs(x)) ** 2, lambda x, c: c * x / (1 + c * abs(x))),
    "superspike": ("beta", 10.0, 3.0, lambda x, c: 1 / (1 + c * abs(x)) ** 2, lambda x, c: x / (1 + c * abs(x))),
    "atan_surrogate": (
        "alpha", 2.0, 0.7,
        lambda x, c: c / (2 * (1 + (math.pi * c * x / 2) ** 2)), lambda x, c: math.atan(math.pi * c * x / 2) / math.pi,
    ),
    "sigmoid_surrogate": (
        "slope", 5.0, 1.5, lambda x, c: c * logistic(c * x) * (1 - logistic(c * x)), lambda x, c: logistic(c * x)
    ),
    "straight_through": (None, None, None, lambda x, c: 1, lambda x, c: x),
    "triangular": (
        "width", 1.0, 0.4, lambda x, c: max(0, 1 - abs(x) / c) / c,
        lambda x, c: max(-1, min(1, x / c)) - max(-1, min(1, x / c)) * min(1, abs(x / c)) / 2,
    ),
}  # fmt: skip
PATHS = {"custom_op": "_custom_op", "legacy_autograd": "_legacy"}
DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
POINTS = [-1.5, -0.25, 0.0, 0.25, 0.75, 2.0]
STEP = [0, 0, 1, 1, 1, 1]


@pytest.fixture(autouse=True)
def fresh_compiler():
    yield
    torch._dynamo.reset()  # a limit on recompilations of one function would end a parametrised test


def form(name, path, **keywords):
    return partial(getattr(surrogate, name), path=path, **keywords)


def expected(name, points, constant=None):
    _, default, _, slope, _ = SIX[name]
    return np.array([slope(x, default if constant is None else constant) for x in points], np.float64)


def leaf(x):
    return x.detach().clone().requires_grad_()


def by_autograd(f, x):
    spikes = f(x := leaf(x))
    assert spikes.dtype == x.dtype
    assert spikes.tolist() == STEP
    return torch.autograd.grad(spikes.sum(), x)[0]


def by_compile(f, x):
    return by_autograd(torch.compile(f, fullgraph=True, backend="aot_eager"), x)


def by_func_grad(f, x):
    return torch.func.grad(lambda v: f(v).sum())(x)


def by_func_vmap(f, x):
    rows = torch.stack([x, x.flip(0)])
    assert torch.func.vmap(f)(rows).tolist() == [STEP, STEP[::-1]]
    assert torch.func.vmap(f, in_dims=1)(rows).T.tolist() == [STEP, STEP[::-1]]
    return torch.func.vmap(torch.func.grad(f))(x)


EAGER = [by_autograd, by_func_grad, by_func_vmap]
TRANSFORMS = [*EAGER, by_compile]
MOSTLY_SLOW = ["float32", *(pytest.param(dtype, marks=pytest.mark.slow) for dtype in DTYPES if dtype != "float32")]
"""Compiling for each type is most of what such a test costs; one shows in every run what the others do."""


def assert_slope(got, x, name, constant=None):
    precision = torch.finfo(x.dtype).eps
    assert got.dtype == x.dtype
    np.testing.assert_allclose(
        got.double().numpy(), expected(name, x.tolist(), constant), rtol=4 * precision, atol=4 * precision
    )


@pytest.mark.parametrize("transform", EAGER, ids=lambda f: f.__name__[3:])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", SIX)
def test_slope(name, path, dtype, transform):
    """The value is the step and the derivative the published formula, in the dtype of x."""
    x = torch.tensor(POINTS, dtype=DTYPES[dtype])
    assert_slope(transform(form(name, path), x), x, name)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("dtype", MOSTLY_SLOW)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", SIX)
def test_slope_compiled(name, path, dtype):
    x = torch.tensor(POINTS, dtype=DTYPES[dtype])
    assert_slope(by_compile(form(name, path), x), x, name)


DEFAULT_COMPILER = [(name, path) for name in SIX for path in PATHS]
"""It writes C++ and has it compiled: a form by each path in every run."""


@pytest.mark.slow  # compiles by the default back end, some 10 s each
@pytest.mark.parametrize(
    ("name", "path"),
    [*DEFAULT_COMPILER[:2], *(pytest.param(*case, marks=pytest.mark.slow) for case in DEFAULT_COMPILER[2:])],
)
def test_slope_through_the_default_compiler(name, path):
    compiled = torch.compile(form(name, path), fullgraph=True)
    x = torch.tensor(POINTS)
    assert_slope(by_autograd(compiled, x), x, name)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", SIX)
def test_slope_through_the_default_compiler_in_other_dtypes(name, path, dtype):
    x = torch.tensor(POINTS, dtype=DTYPES[dtype])
    assert_slope(by_autograd(torch.compile(form(name, path), fullgraph=True), x), x, name)


def by_func_jvp(f, x):
    spikes, slope, *_ = torch.func.jvp(f, (x,), (torch.ones_like(x),))
    assert spikes.tolist() == STEP
    return slope


def by_jacfwd(f, x):
    return torch.func.jacfwd(f)(x).diagonal()


def by_jacrev(f, x):
    return torch.func.jacrev(f)(x).diagonal()


def by_compiled_func_grad(f, x):
    return torch.compile(torch.func.grad(lambda v: f(v).sum()), fullgraph=True, backend="aot_eager")(x)


def by_compiled_vmap_grad(f, x):
    return torch.compile(torch.func.vmap(torch.func.grad(f)), fullgraph=True, backend="aot_eager")(x)


def by_compiled_jvp(f, x):
    jvp = torch.compile(lambda v: torch.func.jvp(f, (v,), (torch.ones_like(v),)), fullgraph=True, backend="aot_eager")
    return jvp(x)[1]


def by_checkpoint(f, x):
    x = leaf(x)
    spikes = torch.utils.checkpoint.checkpoint(f, x, use_reentrant=False)
    return torch.autograd.grad(spikes.sum(), x)[0]


def by_export(f, x):
    class Module(torch.nn.Module):
        def forward(self, v):
            return f(v)

    program = torch.export.export(Module(), (x,))
    return by_autograd(program.module(), x)


FURTHER = [
    by_func_jvp, by_jacfwd, by_jacrev, by_compiled_func_grad, by_compiled_vmap_grad, by_compiled_jvp, by_checkpoint,
    by_export,
]  # fmt: skip


FORMS = {
    **{path: form("fast_sigmoid", path) for path in PATHS},
    "classes": surrogate.InvSquareGrad(alpha=25.0, gain=25.0),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("transform", FURTHER, ids=lambda f: f.__name__[3:])
@pytest.mark.parametrize("which", FORMS)
def test_further_transforms(which, transform):
    x = torch.tensor(POINTS)
    assert_slope(transform(FORMS[which], x), x, "fast_sigmoid")


def test_the_pages_table_is_what_is_tested():
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "surrogates.md"
    table = page.read_text(encoding="utf-8").partition("| transform |")[2].partition("\n\n")[0]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert [cell.strip("`") for cell in head] == [*FORMS]
    assert len(rows) == len(TRANSFORMS) + len(FURTHER)
    told = {row[0].partition("(`")[2].rstrip("`)"): row[1:] for row in rows}
    assert told == {f.__name__[3:]: ["yes"] * 3 for f in TRANSFORMS + FURTHER}


def test_the_bare_operator_raises_under_func_grad():
    """Why the path wraps it: if Torch mends this one day, the wrapper can go."""
    x = torch.tensor(POINTS)
    operator = torch.ops.sc_neurocore.spike
    with pytest.raises(RuntimeError, match="setup_context"):
        torch.func.grad(lambda v: operator(v, torch.ones_like(v), False).sum())(x)
    y = leaf(x)
    operator(y, torch.full_like(y, 0.5), False).sum().backward()
    assert y.grad is not None
    assert y.grad.tolist() == [0.5] * 6


def test_the_operator_passes_torchs_own_checks():
    from sc_neurocore.training.surrogate.torch_backend import spike_op

    x = torch.tensor([-0.5, 0.5], requires_grad=True)
    torch.library.opcheck(spike_op, (x, torch.tensor([0.25, 0.75]), True))


def test_the_compiled_graph_has_the_operator():
    graphs = []

    def backend(module, inputs):
        graphs.append(str(module.graph))
        return module

    x = torch.tensor(POINTS)
    torch.compile(surrogate.fast_sigmoid_custom_op, fullgraph=True, backend=backend)(x)
    torch.compile(surrogate.fast_sigmoid_legacy, fullgraph=True, backend=backend)(x)
    assert ["sc_neurocore.spike" in graph for graph in graphs] == [True, False]


@pytest.mark.parametrize("name", SIX)
def test_other_constants(name):
    keyword, _, other, _, _ = SIX[name]
    if keyword is None:
        with pytest.raises(TypeError):
            getattr(surrogate, name)(torch.zeros(1), 2.0)
        return
    x = torch.tensor(POINTS, dtype=torch.float64)
    for path, suffix in PATHS.items():
        assert_slope(by_func_grad(form(name, path, **{keyword: other}), x), x, name, other)
        second = getattr(surrogate, name + suffix)
        assert_slope(by_func_grad(lambda v, f=second: f(v, other), x), x, name, other)


@pytest.mark.parametrize("name", SIX)
def test_slope_is_the_derivative_of_a_step_made_smooth(name):
    """Central differences in float64, away from the corners."""
    _, constant, _, _, function = SIX[name]
    x, h = torch.tensor([-2.3, -0.85, -0.4, -0.05, 0.07, 0.45, 0.8, 2.1], dtype=torch.float64), 1e-6
    quotient = [(function(v + h, constant) - function(v - h, constant)) / (2 * h) for v in x.tolist()]
    slope = torch.func.grad(lambda v: getattr(surrogate, name)(v).sum())(x)
    np.testing.assert_allclose(slope.numpy(), quotient, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIX)
def test_the_paths_are_equal_and_finite_everywhere(name, dtype):
    """On [-1e4, 1e4], in value and in derivative, exactly."""
    points = np.concatenate([[0.0, -0.0], *([s * v for s in (-1, 1)] for v in np.geomspace(1e-6, 1e4, 60))])
    x = torch.tensor(points, dtype=DTYPES[dtype])
    results = []
    for path in PATHS:
        spikes = form(name, path)(y := leaf(x))
        (slope,) = torch.autograd.grad(spikes.sum(), y)
        assert torch.isfinite(slope).all()
        assert spikes.tolist() == (x >= 0).double().tolist()
        results.append((spikes, slope))
    for one, other in zip(*results):
        assert one.dtype == other.dtype == DTYPES[dtype]
        assert torch.equal(one, other)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("path", PATHS)
def test_ties(path, dtype, compiled):
    """0 and -0 fire under ge and not under gt; infinities as their sign says; NaN never. No wrong value by a slope."""
    tiny = torch.finfo(DTYPES[dtype]).tiny
    x = torch.tensor([-math.inf, -tiny, -0.0, 0.0, tiny, math.inf, math.nan], dtype=DTYPES[dtype])

    def both(x):
        return [surrogate.fast_sigmoid(x, 1e5, path=path, comparator=c) for c in ("ge", "gt")]

    f = torch.compile(both, fullgraph=True, backend="aot_eager") if compiled else both
    assert [s.tolist() for s in f(leaf(x))] == [[0, 0, 1, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 0]]


@pytest.mark.parametrize("name", SIX)
def test_every_form_has_a_comparator(name):
    zero = torch.zeros(1)
    for suffix in ("", *PATHS.values()):
        f = getattr(surrogate, name + suffix)
        assert f(zero).item() == f(zero, comparator="ge").item() == 1
        assert f(zero, comparator="gt").item() == 0


@pytest.mark.parametrize("path", PATHS)
def test_second_derivative_is_zero(path):
    f = form("atan_surrogate", path)
    x = torch.tensor([-0.3, 0.0, 0.3])
    assert torch.func.vmap(torch.func.grad(torch.func.grad(f)))(x).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: surrogate.fast_sigmoid(x, 0.0), "fast_sigmoid: slope must be a finite number above 0, got 0.0"),
        (lambda x: surrogate.fast_sigmoid_legacy(x, math.nan), "fast_sigmoid: slope must be .* got nan"),
        (lambda x: surrogate.superspike(x, beta=-1.0), "superspike: beta must be a finite number above 0, got -1.0"),
        (lambda x: surrogate.atan_surrogate_custom_op(x, "2"), "atan_surrogate: alpha must be .* got '2'"),
        (lambda x: surrogate.sigmoid_surrogate(x, True), "sigmoid_surrogate: slope must be .* got True"),
        (lambda x: surrogate.triangular(x, math.inf), "triangular: width must be a finite number above 0, got inf"),
        (lambda x: surrogate.triangular(x, path="new"), "path must be one of custom_op, legacy_autograd; got 'new'"),
        (lambda x: surrogate.superspike(x, comparator="lt"), "comparator must be 'ge' or 'gt', got 'lt'"),
        (lambda x: surrogate.superspike([0.5]), "x must be a real torch.Tensor, got list; for JAX and NumPy arrays"),
        (lambda x: surrogate.superspike(x.to(torch.complex64)), "x must be a real torch.Tensor, got torch.complex64"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(OptionError, match=message):
        call(torch.zeros(2))


def test_integers_keep_their_type():
    x = torch.tensor([-1, 0, 2], dtype=torch.int32)
    spikes = surrogate.fast_sigmoid(x)
    assert spikes.dtype == torch.int32
    assert spikes.tolist() == [0, 1, 1]


def test_without_torch_the_paths_are_declared_and_calls_name_the_extra():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from sc_neurocore.training.surrogate import SURROGATE_PATHS, Sigmoid, fast_sigmoid, triangular_legacy\n"
        "print(SURROGATE_PATHS, Sigmoid()(0.5))\n"
        "for f in (fast_sigmoid, triangular_legacy):\n"
        "    try: f(0.5)\n"
        "    except ImportError as e: print(type(e).__name__, e)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "('custom_op', 'legacy_autograd') 1.0"
    message = "MissingExtraError torch is not installed; install it with: pip install 'sc-neurocore-cosim[torch]'"
    assert lines[1:] == [message] * 2
