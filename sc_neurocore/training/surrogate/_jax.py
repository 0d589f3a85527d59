"""Surrogates on JAX arrays, on public API alone: `jax.custom_jvp`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import jax
import jax.numpy as jnp

from ...spec.kinds import strict
from .ops import Ops

if TYPE_CHECKING:
    from .base import Comparator, Surrogate


class _JaxOps:
    abs = staticmethod(jnp.abs)
    exp = staticmethod(jnp.exp)
    expm1 = staticmethod(jnp.expm1)
    log = staticmethod(jnp.log)
    log1p = staticmethod(jnp.log1p)
    sin = staticmethod(jnp.sin)
    cos = staticmethod(jnp.cos)
    arctan = staticmethod(jnp.arctan)
    erf = staticmethod(jax.scipy.special.erf)
    sigmoid = staticmethod(jax.nn.sigmoid)
    where = staticmethod(jnp.where)
    clip = staticmethod(jnp.clip)

    @staticmethod
    def constant(x: jax.Array, c: Any) -> jax.Array:
        return jnp.zeros_like(x) + c


OPS: Ops = cast(Ops, _JaxOps())  # jnp.where has a form with one argument too, which the protocol does not know


def evaluate(formula: Callable[[Ops, Any], Any], x: Any, gain: Any) -> jax.Array:
    """gain·formula(x) in the dtype of x; 16-bit floats go through float32, integers give the default float."""
    x = jnp.asarray(x)
    dtype = x.dtype if jnp.issubdtype(x.dtype, jnp.floating) else jnp.result_type(float)
    wide = x.astype(jnp.promote_types(dtype, jnp.float32))
    return (gain * formula(OPS, wide)).astype(dtype)


def fires(x: jax.Array, comparator: Comparator) -> jax.Array:
    """[x >= 0], or [x > 0] for "gt", in the dtype of x."""
    return (x > 0 if strict(comparator) else x >= 0).astype(x.dtype)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def _step(x: jax.Array, slope: jax.Array, comparator: Comparator) -> jax.Array:
    # `slope` has no influence on the value; it is an argument because a custom rule must not close over traced values.
    return fires(x, comparator)


@_step.defjvp
def _step_jvp(comparator: Comparator, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    x, slope = primals
    x_dot, slope_dot = tangents
    return _step(x, slope, comparator), slope * x_dot + slope_dot


def spike(surrogate: Surrogate, x: Any) -> jax.Array:
    """The hard step of `surrogate.comparator`, with the slope `surrogate.surrogate_grad`.

    Integers and bools keep their type and have no derivative.
    """
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        return fires(x, surrogate.comparator)
    slope = jnp.asarray(surrogate.surrogate_grad(jax.lax.stop_gradient(x))).astype(x.dtype)
    x, slope = jnp.broadcast_arrays(x, slope)  # a parameter may bring axes of its own
    return _step(x, slope, surrogate.comparator)


def stochastic() -> Any:
    """The forms of `stochastic.py`."""
    from . import _jax_stochastic

    return _jax_stochastic
