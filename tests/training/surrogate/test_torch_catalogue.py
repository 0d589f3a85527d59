"""The catalogue on Torch tensors: the same classes and functions that JAX has, the same numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from support.oracle.surrogates import TABLE

from sc_neurocore.training import surrogate
from sc_neurocore.training.surrogate import CATALOGUE, OTHER_FORMS, compat

ALL = {**CATALOGUE, **{name: entry for name, entry in OTHER_FORMS.items() if name != "Custom"}}
DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32, "float64": torch.float64}
POINTS = [-1.5, -0.25, 0.0, 0.25, 0.75, 2.0]
STEP = [0, 0, 1, 1, 1, 1]


@pytest.fixture(autouse=True)
def fresh_compiler():
    yield
    torch._dynamo.reset()


def by_autograd(f, x):
    x = x.detach().clone().requires_grad_()
    spikes = f(x)
    assert spikes.dtype == x.dtype
    assert spikes.tolist() == STEP
    return torch.autograd.grad(spikes.sum(), x)[0]


def by_func_grad(f, x):
    return torch.func.grad(lambda v: f(v).sum())(x)


def by_func_jvp(f, x):
    spikes, slope, *_ = torch.func.jvp(f, (x,), (torch.ones_like(x),))
    assert spikes.tolist() == STEP
    return slope


def by_func_vmap(f, x):
    assert torch.func.vmap(f)(x.reshape(2, 3)).tolist() == [STEP[:3], STEP[3:]]
    return torch.func.vmap(torch.func.grad(f))(x)


def check(got, name):
    precision = torch.finfo(got.dtype).eps
    expected = [TABLE[name][0](x) for x in POINTS]
    np.testing.assert_allclose(got.double().numpy(), expected, rtol=4 * precision, atol=4 * precision)


@pytest.mark.parametrize("transform", [by_autograd, by_func_grad, by_func_jvp, by_func_vmap], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CATALOGUE)
def test_slope(name, dtype, transform):
    slope = transform(CATALOGUE[name](), torch.tensor(POINTS, dtype=DTYPES[dtype]))
    assert slope.dtype == DTYPES[dtype]
    check(slope, name)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", CATALOGUE)
def test_slope_compiled(name):
    """Object made inside the compiled function, as a function of `functions.py` does."""
    compiled = torch.compile(lambda x: CATALOGUE[name]()(x), fullgraph=True, backend="aot_eager")
    check(by_autograd(compiled, torch.tensor(POINTS)), name)


@pytest.mark.parametrize("name", [name for name, (_, function) in TABLE.items() if function])
def test_function(name):
    x = torch.tensor(POINTS, dtype=torch.float64)
    got = CATALOGUE[name]().surrogate_fun(x)
    np.testing.assert_allclose(got.numpy(), [TABLE[name][1](v) for v in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ALL)
def test_finite_everywhere_and_ties(name, dtype):
    points = np.concatenate([[0.0, -0.0], *([s * v for s in (-1, 1)] for v in np.geomspace(1e-6, 1e4, 24))])
    x = torch.tensor(points, dtype=DTYPES[dtype])
    for comparator, fired in (("ge", x >= 0), ("gt", x > 0)):
        entry = ALL[name](comparator=comparator)
        spikes, slope, *_ = torch.func.jvp(entry, (x,), (torch.ones_like(x),))
        assert spikes.tolist() == fired.double().tolist()
        assert torch.isfinite(slope).all()
        if entry.has_function:
            assert torch.isfinite(entry.surrogate_fun(x)).all()


@pytest.mark.one_in(4)
@pytest.mark.parametrize("key", compat.REGISTRY)
def test_conventions_are_those_of_jax(key):
    """The other libraries' numbers, checked in test_compat on JAX, come out of Torch too."""
    arguments = {"norse.tanh": (1.3,), "norse.circ": (0.7,), "norse.heavi_erfc": (1.2,)}.get(key, ())
    if key == "snntorch.custom_surrogate":
        arguments = (lambda x: 3 * x,)
    entry = compat.REGISTRY[key](*arguments)
    points = [-3.0, -0.8, -0.01, 0.02, 0.9, 1.7]
    got = entry.surrogate_grad(torch.tensor(points))
    np.testing.assert_allclose(got.numpy(), np.asarray(entry.surrogate_grad(np.float32(points))), rtol=1e-5, atol=1e-7)
    assert entry(torch.zeros(())).item() == float(entry(0.0))


@pytest.mark.parametrize("parameter", ["alpha", "gain"])
def test_parameter_gradient_is_that_of_the_slope(parameter):
    """By convention, as with JAX: a tensor as parameter."""
    value = {"alpha": 4.0, "gain": 1.0}[parameter]

    def slope(p):
        alpha, gain = (p, 1.0) if parameter == "alpha" else (4.0, p)
        s = 1 / (1 + math.exp(-alpha * 0.3))
        return gain * alpha * s * (1 - s)

    p = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    x = torch.tensor(0.3, dtype=torch.float64)
    surrogate.Sigmoid(**{parameter: p})(x).backward()
    assert p.grad is not None
    quotient = (slope(value + 1e-6) - slope(value - 1e-6)) / 2e-6
    assert p.grad.item() == pytest.approx(quotient, rel=1e-7)


def test_a_parameter_may_bring_an_axis():
    alphas = torch.tensor([1.0, 2.0, 4.0])
    slopes = torch.func.jacfwd(lambda x: surrogate.Sigmoid(alphas)(x))(torch.tensor(0.25))
    expected = [surrogate.Sigmoid(a)(torch.zeros(1)).item() * a * math.exp(-a / 4) / (1 + math.exp(-a / 4)) ** 2
                for a in alphas.tolist()]  # fmt: skip
    np.testing.assert_allclose(slopes.numpy(), expected, rtol=1e-6)


def test_functions_take_tensors():
    x = torch.tensor([-0.5, 0.0, 0.5])
    assert surrogate.sigmoid(x, alpha=4.0).tolist() == [0, 1, 1]
    assert surrogate.arctan(x, comparator="gt").tolist() == [0, 0, 1]
    assert surrogate.arctan(torch.tensor([-1, 0, 1])).tolist() == [0, 1, 1]


def test_a_surrogate_of_ones_own():
    class Tent(surrogate.Surrogate):
        def surrogate_grad(self, x):
            return torch.clamp(1 - x.abs(), min=0)

    x = torch.tensor([-0.25, 0.0, 3.0])
    assert Tent()(x).tolist() == [0, 1, 1]
    assert torch.func.vmap(torch.func.grad(Tent()))(x).tolist() == [0.75, 1, 0]
