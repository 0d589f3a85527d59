"""The eighteen forms against the same formulas written down a second time, from the published table, in plain math."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from support.oracle.surrogates import TABLE, multi_gaussian, q_fun_at_one

from sc_neurocore.spec import OptionError
from sc_neurocore.training import surrogate

WITH_FUNCTION = [name for name, (_, function) in TABLE.items() if function]
POINTS = np.array([-30.0, -2.5, -1.0, -0.7, -0.1, 0.0, 1e-3, 0.3, 0.5, 1.0, 1.5, 30.0])


def test_the_table_is_the_catalogue():
    assert list(TABLE) != []
    assert set(TABLE) == set(surrogate.CATALOGUE)
    assert len(TABLE) == 18
    assert len(WITH_FUNCTION) == 13


@pytest.mark.parametrize("name", TABLE)
def test_gradient_is_the_published_formula(name):
    with jax.enable_x64(True):
        got = np.asarray(jax.jit(surrogate.CATALOGUE[name]().surrogate_grad)(POINTS))
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, [TABLE[name][0](x) for x in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", WITH_FUNCTION)
def test_function_is_the_published_formula(name):
    entry = surrogate.CATALOGUE[name]()
    assert entry.has_function
    with jax.enable_x64(True):
        got = np.asarray(jax.jit(entry.surrogate_fun)(POINTS))
    np.testing.assert_allclose(got, [TABLE[name][1](x) for x in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", WITH_FUNCTION)
def test_gradient_is_the_derivative_of_the_function(name):
    """Central differences away from the corners, at parameters other than the defaults and with a gain."""
    other = {
        "SquarewaveFourierSeries": {"n": 3, "t_period": 5.0},
        "PiecewiseLeakyRelu": {"c": 0.2, "w": 0.6},
        "S2NN": {"alpha": 2.5, "beta": 0.7},
        "LeakyRelu": {"alpha": 0.2, "beta": 0.8},
        "LogTailedRelu": {"alpha": 0.1},
    }.get(name, {"alpha": 1.7})
    entry = surrogate.CATALOGUE[name](**other, gain=1.5)
    x, step = np.array([-2.3, -0.85, -0.4, -0.05, 0.07, 0.45, 0.8, 2.1]), 1e-5
    with jax.enable_x64(True):
        function = jax.jit(entry.surrogate_fun)
        quotient = (np.asarray(function(x + step)) - np.asarray(function(x - step))) / (2 * step)
        np.testing.assert_allclose(np.asarray(entry.surrogate_grad(x)), quotient, rtol=1e-6, atol=1e-8)


def test_q_pseudo_spike_passes_through_the_logarithm():
    with jax.enable_x64(True):
        for alpha in (1.0, 1 + 1e-9):
            got = np.asarray(surrogate.QPseudoSpike(alpha=alpha).surrogate_fun(POINTS))
            np.testing.assert_allclose(got, [q_fun_at_one(x) for x in POINTS], rtol=1e-7)


@pytest.mark.parametrize("name", sorted(set(TABLE) - set(WITH_FUNCTION)))
def test_gradient_only_forms_have_no_function(name):
    entry = surrogate.CATALOGUE[name]()
    assert not entry.has_function
    with pytest.raises(NotImplementedError, match=f"{name} is given by its gradient alone"):
        entry.surrogate_fun(0.5)


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("Sigmoid", 1), ("PiecewiseQuadratic", 1), ("PiecewiseExp", 1), ("ERF", 1), ("QPseudoSpikeMinus", 1),
        ("ReluGrad", 0.3), ("GaussianGrad", 0.5), ("SlayerGrad", 2), ("InvSquareGrad", 0.02),
        ("MultiGaussianGrad", 0.5 * 0.85), ("Circ", 2), ("QPseudoSpike", 3),
    ],
)  # fmt: skip
def test_area_is_as_documented(name, area):
    x = np.sinh(np.linspace(-16, 16, 400_001))  # dense near 0, and far out where tails are heavy
    entry = {**surrogate.CATALOGUE, **surrogate.OTHER_FORMS}[name]()
    with jax.enable_x64(True):
        slope = np.asarray(jax.jit(entry.surrogate_grad)(x))
    assert np.trapezoid(slope, x) == pytest.approx(area, rel=1e-4)


@pytest.mark.parametrize("name", TABLE)
def test_every_form_says_what_it_is(name):
    entry = surrogate.CATALOGUE[name]
    assert entry.equation
    assert entry.source
    assert entry.__doc__


def test_functions_are_the_classes():
    functions = {
        "Sigmoid": "sigmoid", "PiecewiseQuadratic": "piecewise_quadratic", "PiecewiseExp": "piecewise_exp",
        "SoftSign": "soft_sign", "Arctan": "arctan", "NonzeroSignLog": "nonzero_sign_log", "ERF": "erf",
        "PiecewiseLeakyRelu": "piecewise_leaky_relu", "SquarewaveFourierSeries": "squarewave_fourier_series",
        "S2NN": "s2nn", "QPseudoSpike": "q_pseudo_spike", "LeakyRelu": "leaky_relu", "LogTailedRelu": "log_tailed_relu",
        "ReluGrad": "relu_grad", "GaussianGrad": "gaussian_grad", "InvSquareGrad": "inv_square_grad",
        "MultiGaussianGrad": "multi_gaussian_grad", "SlayerGrad": "slayer_grad",
    }  # fmt: skip
    assert set(functions) == set(TABLE)
    for name, function_name in functions.items():
        function = getattr(surrogate, function_name)
        assert function.__name__ == function_name
        spikes = [function(-0.25), function(0.0), function(0.0, comparator="gt")]
        assert [float(s) for s in spikes] == [0, 1, 0]
        assert float(jax.jit(jax.grad(function))(0.25)) == pytest.approx(TABLE[name][0](0.25), rel=1e-5)


def test_function_takes_the_parameters_of_its_class():
    slope = jax.grad(lambda x: surrogate.multi_gaussian_grad(x, 0.2, s=3.0, sigma=0.4, scale=1.0))(0.3)
    assert float(slope) == pytest.approx(multi_gaussian(0.3, 0.2, 3.0, 0.4, 1.0), rel=1e-5)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: surrogate.Sigmoid(alpha=0.0), "Sigmoid: alpha must be a finite number above 0, got 0.0"),
        (lambda: surrogate.Sigmoid(alpha=float("nan")), "Sigmoid: alpha must be a finite number above 0, got nan"),
        (lambda: surrogate.Arctan(alpha="2"), "Arctan: alpha must be a finite number above 0, got '2'"),
        (lambda: surrogate.Arctan(alpha=True), "Arctan: alpha must be a finite number above 0, got True"),
        (lambda: surrogate.SquarewaveFourierSeries(n=0), "n must be an integer, 1 or more, got 0"),
        (lambda: surrogate.SquarewaveFourierSeries(n=2.0), "n must be an integer, 1 or more, got 2.0"),
        (lambda: surrogate.PiecewiseLeakyRelu(c=-1.0), "c must be a finite number, 0 or more, got -1.0"),
        (lambda: surrogate.ERF(gain=float("inf")), "ERF: gain must be a finite number, got inf"),
        (lambda: surrogate.ERF(comparator="lt"), "ERF: comparator must be 'ge' or 'gt', got 'lt'"),
        (lambda: surrogate.Custom(), "Custom: function must be callable, got None"),
    ],
)
def test_bad_parameters_are_refused(build, message):
    with pytest.raises(OptionError, match=message):
        build()
