"""Other libraries' numbers: formulas as their code has them, written here in plain math."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sc_neurocore.spec import OptionError
from sc_neurocore.training.surrogate import compat
from sc_neurocore.training.surrogate.compat import norse, snntorch, spikingjelly, spyx

POINTS = np.array([-3.0, -0.8, -0.5, -0.01, 0.02, 0.5, 0.9, 1.7])


def logistic_slope(x, k):
    return k / (math.exp(k * x / 2) + math.exp(-k * x / 2)) ** 2


# (object, the library's gradient, whether a membrane at the threshold fires there)
CASES = {
    "snntorch.straight_through_estimator": (snntorch.straight_through_estimator(), lambda x: 1, False),
    "snntorch.triangular": (snntorch.triangular(threshold=1.5), lambda x: 1.5 if x < 0 else -1.5, False),
    "snntorch.fast_sigmoid": (snntorch.fast_sigmoid(), lambda x: 1 / (1 + 25 * abs(x)) ** 2, False),
    "snntorch.atan": (snntorch.atan(), lambda x: 1 / (1 + (math.pi * x) ** 2), False),
    "snntorch.heaviside": (snntorch.heaviside(), lambda x: float(x > 0), False),
    "snntorch.sigmoid": (snntorch.sigmoid(), lambda x: logistic_slope(x, 25), False),
    "snntorch.spike_rate_escape": (snntorch.spike_rate_escape(), lambda x: 25 * math.exp(-abs(x - 1)), False),
    "snntorch.LSO": (snntorch.LSO(), lambda x: 0.1 if x < 0 else 1, False),
    "snntorch.SFS": (snntorch.SFS(slope=5, B=0.6), lambda x: 1 / (1 + 5 * abs(x)) ** 2 if x > 0.6 else 0, False),
    "snntorch.custom_surrogate": (snntorch.custom_surrogate(lambda x: 3 * x), lambda x: 3 * x, False),
    "norse.heaviside": (norse.heaviside(), lambda x: 0, False),
    "norse.super": (norse.super(), lambda x: 1 / (100 * abs(x) + 1) ** 2, False),
    "norse.triangle": (norse.triangle(), lambda x: 0.3 * max(0, 1 - abs(x)), False),
    "norse.tanh": (norse.tanh(1.3), lambda x: 1 - math.tanh(1.3 * x) ** 2, False),
    "norse.circ": (norse.circ(0.7), lambda x: 0.7**3 / (0.7**2 + x * x) ** 1.5, False),
    "norse.heavi_erfc": (norse.heavi_erfc(1.2), lambda x: 2 / math.sqrt(math.pi) * math.exp(-((1.2 * x) ** 2)), False),
    "spikingjelly.PiecewiseQuadratic": (spikingjelly.PiecewiseQuadratic(), lambda x: max(0, 1 - abs(x)), True),
    "spikingjelly.PiecewiseExp": (spikingjelly.PiecewiseExp(), lambda x: 0.5 * math.exp(-abs(x)), True),
    "spikingjelly.Sigmoid": (spikingjelly.Sigmoid(), lambda x: logistic_slope(x, 4), True),
    "spikingjelly.SoftSign": (spikingjelly.SoftSign(), lambda x: 1 / (1 + 2 * abs(x)) ** 2, True),
    "spikingjelly.ATan": (spikingjelly.ATan(), lambda x: 1 / (1 + (math.pi * x) ** 2), True),
    "spikingjelly.Erf": (spikingjelly.Erf(), lambda x: 2 / math.sqrt(math.pi) * math.exp(-4 * x * x), True),
    "spikingjelly.NonzeroSignLogAbs": (spikingjelly.NonzeroSignLogAbs(), lambda x: 1 / (1 + abs(x)), True),
    "spikingjelly.PiecewiseLeakyReLU": (
        spikingjelly.PiecewiseLeakyReLU(0.7, 0.02), lambda x: 0.02 if abs(x) > 0.7 else 1 / 1.4, True
    ),
    "spikingjelly.LogTailedReLU": (
        spikingjelly.LogTailedReLU(0.05), lambda x: 0.05 if x <= 0 else 1 if x <= 1 else 1 / x, True
    ),
    "spikingjelly.SuperSpike": (spikingjelly.SuperSpike(1.5), lambda x: 1.5 / (1 + abs(x)) ** 2, True),
    "spikingjelly.SquarewaveFourierSeries": (
        spikingjelly.SquarewaveFourierSeries(n=2), lambda x: 0.5 * math.cos(math.pi / 4 * x), True
    ),
    "spikingjelly.S2NN": (spikingjelly.S2NN(), lambda x: logistic_slope(x, 4) if x < 0 else 1 / (x + 1), True),
    "spikingjelly.QPseudoSpike": (spikingjelly.QPseudoSpike(), lambda x: (1 + 2 * abs(x)) ** -2, True),
    "spikingjelly.LeakyKReLU": (spikingjelly.LeakyKReLU(0.1, 2.0), lambda x: 0.1 if x < 0 else 2, True),
    "spikingjelly.FakeNumericalGradient": (
        spikingjelly.FakeNumericalGradient(), lambda x: min(1 / abs(x), 0.3), True
    ),
    "spikingjelly.Rect": (spikingjelly.Rect(0.8), lambda x: 0.8 * (abs(x) < 1 / 1.6), True),
    "spikingjelly.DeterministicPass": (spikingjelly.DeterministicPass(), lambda x: 1, True),
    "spyx.custom": (spyx.custom(), lambda x: x, False),
    "spyx.tanh": (spyx.tanh(1.1), lambda x: 4 / (math.exp(-1.1 * x) + math.exp(1.1 * x)) ** 2, False),
    "spyx.boxcar": (spyx.boxcar(), lambda x: 0.5 * (abs(x) < 1), False),
    "spyx.triangular": (spyx.triangular(), lambda x: max(0, 1 - abs(2 * x)), False),
    "spyx.arctan": (spyx.arctan(), lambda x: 1 / (math.pi * (1 + (2 * math.pi * x) ** 2)), False),
    "spyx.superspike": (spyx.superspike(), lambda x: 1 / (1 + 25 * abs(x)) ** 2, False),
}  # fmt: skip


def test_every_constructor_is_checked():
    assert set(CASES) == set(compat.REGISTRY)
    assert len(CASES) == 39


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_the_librarys(name):
    entry, gradient, fires_at_zero = CASES[name]
    with jax.enable_x64(True):
        slope = np.asarray(jax.jit(jax.vmap(jax.grad(entry)))(jnp.asarray(POINTS)))
        assert float(entry(0.0)) == fires_at_zero
    np.testing.assert_allclose(slope, [gradient(x) for x in POINTS], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("snntorch.atan", ".288"), ("spikingjelly.ATan", ".288"), ("spyx.arctan", ".029"),
        ("snntorch.fast_sigmoid", ".0055"), ("spyx.superspike", ".0055"), ("norse.super", ".0004"),
        ("spikingjelly.SuperSpike", ".444"), ("norse.triangle", ".15"), ("spyx.triangular", "0"),
        ("snntorch.triangular", "-1"), ("spikingjelly.QPseudoSpike", ".25"),
        ("spikingjelly.SquarewaveFourierSeries", ".462"), ("spikingjelly.Erf", ".415"),
    ],
)  # fmt: skip
def test_measured_numbers_at_one_half(key, value):
    """Slopes at x = 0.5 that were measured on the libraries themselves, at default parameters."""
    digits = len(value.partition(".")[2])
    assert round(float(compat.REGISTRY[key]().surrogate_grad(0.5)), digits) == float(value)


def test_no_overflow_where_the_original_has_one():
    assert np.isfinite(jax.grad(snntorch.sigmoid())(jnp.float32(-4.0)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: norse.tanh(0), "tanh: k must be a finite number above 0, got 0"),
        (lambda: spyx.arctan(k=0.0), "arctan: k must be"),
        (lambda: spikingjelly.Rect(0.0), "Rect: alpha must be"),
        (lambda: spikingjelly.QPseudoSpike(1.0), "alpha must be a finite number above 1, got 1.0"),
        (lambda: spikingjelly.SquarewaveFourierSeries(n=1), "n must be 2 or more, as n - 1 terms are summed; got 1"),
    ],
)
def test_parameters_are_checked(build, message):
    with pytest.raises(OptionError, match=message):
        build()
