"""Every class under every dtype and transform; ties, extremes, second derivatives and parameters."""

from __future__ import annotations

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.engines.jax_dtypes import DTYPES, MOSTLY_SLOW

from sc_neurocore.training import surrogate
from sc_neurocore.training.surrogate import CATALOGUE, OTHER_FORMS

ALL = {**CATALOGUE, **{name: entry for name, entry in OTHER_FORMS.items() if name != "Custom"}}
POINTS = [-1.5, -0.25, 0.0, 0.25, 0.75, 2.0]
STEP = [0, 0, 1, 1, 1, 1]


@cache
def slope_in_float64(entry):
    with jax.enable_x64(True):
        return np.asarray(jax.jit(entry.surrogate_grad)(jnp.asarray(POINTS, jnp.float64)))


def by_grad(entry, x):
    return jax.grad(lambda v: entry(v).sum())(x)


def by_jvp(entry, x):
    return jax.jvp(entry, (x,), (jnp.ones_like(x),))[1]


def by_vmap(entry, x):
    return jax.vmap(jax.grad(entry))(x)


TRANSFORMS = {"grad": by_grad, "jvp": by_jvp, "vmap": by_vmap}


def check_slope(entry, dtype, run):
    """`run` gives by a name what has to be the slope, and as `spikes` what has to be the step."""
    expected = slope_in_float64(entry)
    with jax.enable_x64(dtype == "float64"):
        x = jnp.asarray(POINTS, jnp.dtype(dtype))
        results = run(x)
    assert len(results) > 1
    precision = float(jnp.finfo(jnp.dtype(dtype)).eps)
    for name, result in results.items():
        assert result.dtype == x.dtype == jnp.dtype(dtype), name
        values = np.asarray(result, np.float64)
        if name == "spikes":
            np.testing.assert_array_equal(values, STEP)
        else:
            np.testing.assert_allclose(values, expected, rtol=4 * precision, atol=4 * precision, err_msg=name)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CATALOGUE)
def test_slope(name, dtype):
    """The derivative is the formula's, in the dtype of x; the reference is the same entry's formula in float64.

    All transforms are compiled as one program: what costs is a program, not what it holds.
    """
    entry = CATALOGUE[name]()

    @jax.jit
    def every_way(x):
        return {"spikes": entry(x), **{way: transform(entry, x) for way, transform in TRANSFORMS.items()}}

    check_slope(entry, dtype, every_way)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("dtype", MOSTLY_SLOW)
@pytest.mark.parametrize("name", CATALOGUE)
def test_slope_operation_by_operation(name, dtype, transform):
    """The same without a compiler around it, where JAX compiles each operation by itself."""
    entry = CATALOGUE[name]()
    check_slope(entry, dtype, lambda x: {"spikes": entry(x), transform: TRANSFORMS[transform](entry, x)})


@pytest.mark.one_in(4)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ALL)
def test_finite_everywhere(name, dtype):
    """On [-1e4, 1e4]: the spike, the slope, the function, and the slope's derivative by every parameter."""
    entry = ALL[name]()
    with jax.enable_x64(dtype == "float64"):
        x = jnp.asarray(np.concatenate([[0.0, -0.0], *([s * v for s in (-1, 1)] for v in np.geomspace(1e-6, 1e4, 24))]))
        x = x.astype(jnp.dtype(dtype))
        numbers = {f: jnp.asarray(v, x.dtype) for f, v in vars(entry).items() if isinstance(v, float)}
        assert "gain" in numbers

        @jax.jit
        def everything(x):
            results = jax.jvp(entry, (x,), (jnp.ones_like(x),))
            if entry.has_function:
                results += (entry.surrogate_fun(x),)
            if dtype == "float16":  # the narrowest range
                results += tuple(jax.jacfwd(lambda p: ALL[name](**p)(x))(numbers).values())
            return results

        for result in everything(x):
            assert result.dtype == x.dtype
            assert np.isfinite(np.asarray(result, np.float64)).all()


@pytest.mark.one_in(4)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ALL)
def test_ties(name, dtype):
    """0 and -0 fire under ge and not under gt."""
    ge, gt = ALL[name](), ALL[name](comparator="gt")
    with jax.enable_x64(dtype == "float64"):
        tiny = float(jnp.finfo(jnp.dtype(dtype)).tiny)
        x = jnp.asarray([-1.0, -tiny, -0.0, 0.0, tiny, 1.0], jnp.dtype(dtype))
        ge_spikes, gt_spikes = jax.jit(lambda x: (ge(x), gt(x)))(x)
    np.testing.assert_array_equal(np.asarray(ge_spikes, np.float64), [0, 0, 1, 1, 1, 1])
    np.testing.assert_array_equal(np.asarray(gt_spikes, np.float64), [0, 0, 0, 0, 1, 1])


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_slope_at_a_tie_does_not_depend_on_the_comparator(name):
    ge, gt = (jax.jit(jax.grad(CATALOGUE[name](comparator=c))) for c in ("ge", "gt"))
    assert float(ge(0.0)) == float(gt(0.0)) == pytest.approx(float(slope_in_float64(CATALOGUE[name]())[2]))


def test_nan_does_not_fire():
    for entry in (surrogate.Sigmoid(), surrogate.Sigmoid(comparator="gt")):
        assert float(entry(jnp.nan)) == 0


@pytest.mark.parametrize("dtype", [jnp.int32, jnp.int8, jnp.bool_])
def test_integers_keep_their_type(dtype):
    x = jnp.asarray([0, 1], dtype)
    spikes = surrogate.Arctan()(x)
    assert spikes.dtype == dtype
    np.testing.assert_array_equal(spikes, np.array([1, 1], bool))


@pytest.mark.parametrize("name", CATALOGUE)
def test_second_derivative_is_zero(name):
    second = jax.jit(jax.vmap(jax.grad(jax.grad(CATALOGUE[name]()))))
    np.testing.assert_array_equal(second(jnp.asarray([-0.3, 0.0, 0.3])), [0, 0, 0])


@pytest.mark.parametrize("name", ["Sigmoid", "SquarewaveFourierSeries", "MultiGaussianGrad"])
def test_forward_and_reverse_jacobians_agree(name):
    entry = CATALOGUE[name]()
    x = jnp.linspace(-1, 1, 5)
    np.testing.assert_array_equal(jax.jacfwd(entry)(x), jax.jacrev(entry)(x))


PARAMETERS = [
    (name, parameter)
    for name, entry in CATALOGUE.items()
    for parameter, value in vars(entry()).items()
    if isinstance(value, float)
]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_parameter_gradient_is_that_of_the_slope(name, parameter):
    """By convention: neither 0 nor the derivative of the function; reference by central differences."""
    entry = CATALOGUE[name]
    value, step = getattr(entry(), parameter), 1e-5
    with jax.enable_x64(True):
        x = jnp.asarray([-0.45, 0.3])
        slope = jax.jit(lambda p: entry(**{parameter: p}).surrogate_grad(x))
        got = jax.jit(jax.jacfwd(lambda p: entry(**{parameter: p})(x)))(value)
        quotient = (np.asarray(slope(value + step)) - np.asarray(slope(value - step))) / (2 * step)
    np.testing.assert_allclose(got, quotient, rtol=1e-5, atol=1e-8)


def test_parameter_gradient_at_the_published_point():
    assert f"{jax.grad(lambda a: surrogate.Sigmoid(a)(0.3))(4.0):.7f}" == "0.0632487"


def test_vmap_over_a_parameter():
    alphas = jnp.asarray([1.0, 2.0, 4.0])
    slopes = jax.vmap(jax.grad(lambda x, a: surrogate.Sigmoid(a)(x)), in_axes=(None, 0))(0.25, alphas)
    expected = [float(surrogate.Sigmoid(float(a)).surrogate_grad(0.25)) for a in alphas]
    np.testing.assert_allclose(slopes, expected, rtol=1e-6)
    np.testing.assert_allclose(jax.jacfwd(lambda x: surrogate.Sigmoid(alphas)(x))(0.25), expected, rtol=1e-6)


def test_a_wider_parameter_does_not_widen_the_spikes():
    with jax.enable_x64(True):
        entry = surrogate.Sigmoid(jnp.asarray(4.0, jnp.float64))
        assert entry(jnp.asarray(0.5, jnp.bfloat16)).dtype == jnp.bfloat16


def test_no_global_flag_changes():
    before = jax.config.values.copy()
    surrogate.Sigmoid()(0.0)
    assert jax.config.values == before
