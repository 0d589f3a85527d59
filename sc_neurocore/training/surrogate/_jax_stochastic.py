"""The forms of `stochastic.py` in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from .base import Surrogate


def as_float(x: Any) -> jax.Array:
    """The argument as a floating array; floats keep their dtype."""
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(jnp.result_type(float))


def _wide(x: jax.Array) -> jax.Array:
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def nearest_density(p: jax.Array, length: int) -> jax.Array:
    """floor(L·p + ½) / L of densities in [0, 1]."""
    return (jnp.floor(_wide(p) * length + 0.5) / length).astype(p.dtype)


def sampled_density(p: jax.Array, length: int, key: jax.Array) -> jax.Array:
    """Density of ones in L Bernoulli bits, one key a bit; memory does not grow with L."""
    wide = _wide(p)
    if length == 1:
        return jax.random.bernoulli(key, wide).astype(p.dtype)

    def add(ones: jax.Array, bit_key: jax.Array) -> tuple[jax.Array, None]:
        return ones + jax.random.bernoulli(bit_key, wide), None

    ones, _ = jax.lax.scan(add, jnp.zeros(p.shape, jnp.int32), jax.random.split(key, length))
    return (ones.astype(wide.dtype) / length).astype(p.dtype)


@jax.custom_jvp
def _with_slope(value: jax.Array, x: jax.Array, slope: jax.Array) -> jax.Array:
    return value


@_with_slope.defjvp
def _with_slope_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    value, _, slope = primals
    return value, slope * tangents[1]  # the value's own tangent is 0: it is a count


def straight_through(p: jax.Array, density: Callable[..., jax.Array], length: int) -> jax.Array:
    """`density` of p clipped to [0, 1], with slope 1 inside and 0 outside."""
    constant = jax.lax.stop_gradient(p)
    inside = ((constant >= 0) & (constant <= 1)).astype(p.dtype)
    return _with_slope(density(jnp.clip(constant, 0, 1), length), p, inside)


def sampled_step(x: jax.Array, surrogate: Surrogate, key: jax.Array, length: int) -> jax.Array:
    """A sampled density with expectation `surrogate_fun(x)` and slope `surrogate_grad(x)`."""
    constant = jax.lax.stop_gradient(x)
    p = jnp.clip(surrogate.surrogate_fun(constant), 0, 1).astype(x.dtype)
    return _with_slope(sampled_density(p, length, key), x, surrogate.surrogate_grad(constant).astype(x.dtype))
