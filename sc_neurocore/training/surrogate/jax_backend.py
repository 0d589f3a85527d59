"""Surrogates on JAX arrays, on public API alone: `jax.custom_jvp`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from ...spec.errors import require_extra
from ...spec.kinds import strict
from .ops import Ops
from .parameters import Comparator

require_extra("jax", "jax")

import jax  # noqa: E402 -- after the check, so that a missing jax is an error that names the extra
import jax.numpy as jnp  # noqa: E402

OPS = cast(
    Ops,
    SimpleNamespace(
        abs=jnp.abs, exp=jnp.exp, expm1=jnp.expm1, log=jnp.log, log1p=jnp.log1p, sin=jnp.sin, cos=jnp.cos,
        atan=jnp.atan, erf=jax.scipy.special.erf, sigmoid=jax.nn.sigmoid, floor=jnp.floor,
        zeros_like=jnp.zeros_like, where=jnp.where, clip=jnp.clip,
    ),
)  # fmt: skip

constant_of = jax.lax.stop_gradient


def as_float(x: Any) -> jax.Array:
    """The argument as a floating array; floats keep their dtype."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(jnp.result_type(float))


def evaluate(formula: Callable[[Ops, Any], Any], x: Any, gain: Any = 1.0) -> jax.Array:
    """gain·formula(x) in the dtype of x; 16-bit floats go through float32, integers give the default float.

    Args:
        formula: a function of `Ops` and an array.
        x: the argument.
        gain: a factor.
    """
    x = as_float(x)
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return (gain * formula(OPS, wide)).astype(x.dtype)


def _steps(x: jax.Array, comparator: Comparator) -> jax.Array:
    """[x >= 0], or [x > 0] for "gt", in the dtype of x."""
    return (x > 0 if strict(comparator) else x >= 0).astype(x.dtype)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def _spike(x: jax.Array, slope: jax.Array, comparator: Comparator) -> jax.Array:
    # `slope` has no influence on the value; it is an argument because a custom rule must not close over traced values.
    return _steps(x, comparator)


@_spike.defjvp
def _spike_jvp(comparator: Comparator, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    x, slope = primals
    x_dot, slope_dot = tangents
    return _spike(x, slope, comparator), slope * x_dot + slope_dot


def spike(x: Any, slope: Callable[[Any], Any], comparator: Comparator) -> jax.Array:
    """The hard step of x, with the derivative slope(x), itself a constant of x.

    Integers and bools keep their type and have no derivative.

    Args:
        x: membrane − threshold.
        slope: the surrogate gradient.
        comparator: whether 0 fires.
    """
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        return _steps(x, comparator)
    height = jnp.asarray(slope(constant_of(x))).astype(x.dtype)
    x, height = jnp.broadcast_arrays(x, height)  # a parameter may bring axes of its own
    return _spike(x, height, comparator)


@jax.custom_jvp
def with_slope(value: jax.Array, x: jax.Array, slope: jax.Array) -> jax.Array:
    """A value with the derivative `slope` with respect to x, both of them constants.

    Args:
        value: in the shape and dtype of x.
        x: the array that the value is made from.
        slope: in the shape of x.
    """
    return value


@with_slope.defjvp
def _with_slope_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    value, x, slope = primals
    return value, slope.astype(x.dtype) * tangents[1]  # the value's own tangent is 0: it is a count


def sampled_density(p: jax.Array, length: int, key: jax.Array) -> jax.Array:
    """Density of ones in L Bernoulli bits, one key a bit; memory does not grow with L.

    Args:
        p: probabilities.
        length: L.
        key: a key of `jax.random`.
    """
    wide = p.astype(jnp.promote_types(p.dtype, jnp.float32))
    if length == 1:
        return jax.random.bernoulli(key, wide).astype(p.dtype)

    def add(ones: jax.Array, bit_key: jax.Array) -> tuple[jax.Array, None]:
        return ones + jax.random.bernoulli(bit_key, wide), None

    ones, _ = jax.lax.scan(add, jnp.zeros(p.shape, jnp.int32), jax.random.split(key, length))
    return (ones.astype(wide.dtype) / length).astype(p.dtype)
