"""Forward passes that are streams: expectation and sample, with the slope of the expectation."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.engines.jax_dtypes import DTYPES

from sc_neurocore.spec import OptionError
from sc_neurocore.training.surrogate import Arctan, BernoulliForward, ExpectationStraightThrough, InvSquareGrad, Sigmoid

KEY = jax.random.key(5)


@pytest.mark.parametrize("length", [1, 4, 16, 1000])
def test_expectation_is_the_nearest_density(length):
    p = np.linspace(-0.2, 1.2, 57, dtype=np.float32)
    expected = [min(max(math.floor(float(v) * length + 0.5), 0), length) / length for v in p]
    np.testing.assert_allclose(ExpectationStraightThrough(length)(p), expected, rtol=1e-6)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("form", [ExpectationStraightThrough(8), lambda p: BernoulliForward(stream_length=8)(p, KEY)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_slope_is_one_inside_and_zero_outside(form, dtype):
    with jax.enable_x64(dtype == "float64"):
        p = jnp.asarray([-0.5, 0.0, 0.3, 1.0, 1.5], dtype)
        value, slope = jax.jit(lambda p: jax.jvp(form, (p,), (jnp.ones_like(p),)))(p)
        assert value.dtype == slope.dtype == p.dtype
        np.testing.assert_array_equal(slope, [0, 1, 1, 1, 0])
        np.testing.assert_array_equal(jax.vmap(jax.grad(form))(p), [0, 1, 1, 1, 0])
        np.testing.assert_array_equal(np.asarray(value)[[0, 1, 3, 4]].astype(float), [0, 0, 1, 1])


@pytest.mark.parametrize("length", [1, 16])
def test_samples_have_the_expectation(length):
    samples = np.asarray(BernoulliForward(stream_length=length)(jnp.full(40_000, 0.3), KEY))
    np.testing.assert_allclose(samples * length, np.round(samples * length), atol=1e-5)
    sigma = math.sqrt(0.3 * 0.7 / length / 40_000)
    assert abs(samples.mean() - 0.3) < 5 * sigma
    assert samples.var() == pytest.approx(0.21 / length, rel=0.05)


def test_a_membrane_fires_with_the_surrogates_probability():
    form = BernoulliForward(Sigmoid(alpha=2.0))
    x = jnp.full(40_000, 0.4)
    spikes = np.asarray(form(x, KEY))
    assert set(np.unique(spikes)) == {0, 1}
    assert abs(spikes.mean() - 1 / (1 + math.exp(-0.8))) < 0.015
    slope = jax.grad(lambda v: form(v, KEY))(0.4)
    assert float(slope) == pytest.approx(float(Sigmoid(alpha=2.0).surrogate_grad(0.4)))


def test_the_key_decides():
    form, p = BernoulliForward(), jnp.full(64, 0.5)
    np.testing.assert_array_equal(form(p, KEY), form(p, jax.random.key(5)))
    assert (form(p, KEY) != form(p, jax.random.key(6))).any()


def test_second_derivative_is_zero():
    assert float(jax.grad(jax.grad(lambda x: BernoulliForward(Arctan())(x, KEY)))(0.2)) == 0
    assert float(jax.grad(jax.grad(ExpectationStraightThrough(4)))(0.2)) == 0


def test_equal_objects_are_equal():
    assert BernoulliForward(Arctan(2.0), 4) == BernoulliForward(Arctan(2.0), 4)
    assert len({ExpectationStraightThrough(length) for length in (4, np.int64(4), 5)}) == 2


def test_errors():
    with pytest.raises(OptionError, match="stream_length must be an integer, 1 or more, got 0"):
        ExpectationStraightThrough(0)
    with pytest.raises(OptionError, match=r"stream_length must be an integer, 1 or more, got 1\.5"):
        BernoulliForward(stream_length=1.5)
    with pytest.raises(OptionError, match="surrogate must be a Surrogate or None"):
        BernoulliForward("sigmoid")
    with pytest.raises(NotImplementedError, match="given by its gradient alone"):
        BernoulliForward(InvSquareGrad())(0.1, KEY)
