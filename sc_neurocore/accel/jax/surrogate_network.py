"""The compiled part of `jax_surrogates`: the network, its two routes, one descent step, and the checks on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer

from ...spec.coerce import array, short
from ...spec.errors import OptionError
from ...training.surrogate import InvSquareGrad

DECAY = 0.9
"""What is left of a membrane after one step."""


def _unfused(product: jax.Array) -> jax.Array:
    """The product itself, rounded: a compiler that would fuse it with a later sum must pass this maximum first.

    Fused multiply-adds round differently, so they would make the digits depend on the machine.
    """
    return jnp.maximum(product, jnp.finfo(product.dtype).min)


@jax.custom_vjp
def times(a: jax.Array, b: jax.Array) -> jax.Array:
    """a·b of arrays of one shape and dtype, rounded before anything is added to it, in both directions."""
    return _unfused(a * b)


def _times_forward(a: jax.Array, b: jax.Array) -> tuple[jax.Array, tuple]:
    return times(a, b), (a, b)


def _times_backward(saved: tuple, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    a, b = saved
    return _unfused(g * b), _unfused(g * a)


times.defvjp(_times_forward, _times_backward)


@jax.custom_vjp
def hard_spike(u: jax.Array, beta: jax.Array) -> jax.Array:
    """[u >= 0] for u = v − threshold; backward the slope 1 / (1 + beta·|u|)²."""
    return (u >= 0).astype(u.dtype)


def _spike_forward(u: jax.Array, beta: jax.Array) -> tuple[jax.Array, tuple]:
    return hard_spike(u, beta), (u, beta)


def _spike_backward(saved: tuple, g: jax.Array) -> tuple[jax.Array, jax.Array]:
    u, beta = saved
    return _unfused(g * InvSquareGrad(alpha=beta).surrogate_grad(u)), jnp.zeros_like(beta)


hard_spike.defvjp(_spike_forward, _spike_backward)


def _spike_and_reset(u: jax.Array, beta: Any, path: str) -> tuple[jax.Array, jax.Array]:
    """What is accumulated, and what resets."""
    if path == "custom_vjp":
        spike = hard_spike(u, beta)
        return spike, spike
    rate = 1 / (1 + jnp.abs(times(jnp.full_like(u, beta), u)))
    hard = (u >= 0).astype(u.dtype)
    return rate, rate + lax.stop_gradient(hard - rate)


def _mean_rates(current: jax.Array, beta: Any, threshold: Any, n_steps: int, path: str) -> jax.Array:
    """Mean of what a layer's neurons accumulate over the steps."""

    def step(carry: tuple, _: None) -> tuple[tuple, None]:
        v, total = carry
        v = times(jnp.full_like(v, DECAY), v) + current
        spike, reset = _spike_and_reset(v - threshold, beta, path)
        return (times(v, 1 - reset), total + spike), None

    zero = jnp.zeros_like(current)
    (_, total), _ = lax.scan(step, (zero, zero), length=n_steps)
    return total / n_steps


def loss(
    weights: Sequence[jax.Array], x: jax.Array, targets: jax.Array, beta: Any, threshold: Any, n_steps: int, path: str
) -> jax.Array:
    """Softmax cross entropy of the last layer's mean rates, averaged over the batch.

    Args:
        weights: one array `(n_out, n_in)` a layer.
        x: `(batch, n_in)`.
        targets: `(batch, n_out)`.
        beta: steepness of the slope.
        threshold: firing level.
        n_steps: time steps.
        path: one of `JAX_SURROGATE_PATHS`.
    """
    rates = x
    for weight in weights:
        current = rates @ weight.T
        rates = _mean_rates(current, *(jnp.asarray(c, current.dtype) for c in (beta, threshold)), n_steps, path)
    return -(targets * jax.nn.log_softmax(rates)).sum(axis=-1).mean()


def _finite(weights: Sequence[jax.Array], x: jax.Array, targets: jax.Array) -> dict[str, jax.Array]:
    """Whether each array is free of NaN and infinities, by the argument's name."""
    arrays = {f"weights[{i}]": w for i, w in enumerate(weights)} | {"x": x, "targets": targets}
    return {name: jnp.isfinite(array).all() for name, array in arrays.items()}


@partial(jax.jit, static_argnames=("n_steps", "path"))
def checked_loss(
    weights: list[jax.Array], x: jax.Array, targets: jax.Array, beta: Any, threshold: Any, *, n_steps: int, path: str
) -> tuple[jax.Array, dict[str, jax.Array]]:
    """The loss, and which arrays are finite.

    Args:
        weights: one array `(n_out, n_in)` a layer.
        x: `(batch, n_in)`.
        targets: `(batch, n_out)`.
        beta: steepness of the slope.
        threshold: firing level.
        n_steps: time steps.
        path: one of `JAX_SURROGATE_PATHS`.
    """
    return loss(weights, x, targets, beta, threshold, n_steps, path), _finite(weights, x, targets)


@partial(jax.jit, static_argnames=("n_steps", "path"))
def step(
    weights: list[jax.Array],
    x: jax.Array,
    targets: jax.Array,
    lr: Any,
    beta: Any,
    threshold: Any,
    *,
    n_steps: int,
    path: str,
) -> tuple[list[jax.Array], jax.Array, dict[str, jax.Array]]:
    """Updated weights, the loss before the update, and which arrays are finite.

    Args:
        weights: one array `(n_out, n_in)` a layer.
        x: `(batch, n_in)`.
        targets: `(batch, n_out)`.
        lr: learning rate.
        beta: steepness of the slope.
        threshold: firing level.
        n_steps: time steps.
        path: one of `JAX_SURROGATE_PATHS`.
    """
    value, gradients = jax.value_and_grad(loss)(weights, x, targets, beta, threshold, n_steps, path)
    updated = [
        w - _unfused(jnp.asarray(lr, w.dtype) * g.astype(w.dtype)) for w, g in zip(weights, gradients, strict=True)
    ]
    return updated, value, _finite(weights, x, targets)


def refuse_infinite(finite: dict[str, jax.Array]) -> None:
    """Raise for the first array that holds NaN or infinities; does nothing while tracing."""
    if any(isinstance(flag, Tracer) for flag in finite.values()):
        return
    for name, flag in finite.items():
        if not flag:
            raise OptionError(f"{name} must be finite, but holds NaN or infinities")


def as_float(value: jax.Array) -> float:
    """The scalar as a Python float, or as it is while tracing."""
    return value if isinstance(value, Tracer) else float(value)  # type: ignore[return-value]


def as_arrays(weights: Any, x: Any, targets: Any) -> tuple[list[jax.Array], jax.Array, jax.Array]:
    """The arrays on JAX's side, their types and shapes checked.

    Args:
        weights: one array `(n_out, n_in)` a layer.
        x: `(batch, n_in)`.
        targets: `(batch, n_out)`.

    Raises:
        OptionError: naming the argument, the rule and what was given.
    """
    if isinstance(weights, str | bytes) or not isinstance(weights, Sequence) or len(weights) == 0:
        raise OptionError(f"weights must be a list of one array (n_out, n_in) a layer, got {short(weights)}")
    layers = [_matrix(f"weights[{i}]", w, "(n_out, n_in)") for i, w in enumerate(weights)]
    x, targets = _matrix("x", x, "(batch, n_in)"), _matrix("targets", targets, "(batch, n_out)")
    inputs, owner = x.shape[1], "the features of x"
    for i, w in enumerate(layers):
        if w.shape[1] != inputs:
            raise OptionError(f"weights[{i}] must have n_in = {inputs}, {owner}; got shape {w.shape}")
        inputs, owner = w.shape[0], f"the outputs of weights[{i}]"
    if targets.shape != (x.shape[0], inputs):
        raise OptionError(f"targets must have shape {(x.shape[0], inputs)}, (batch, n_out); got {targets.shape}")
    return layers, x, targets


def _matrix(name: str, value: Any, axes: str) -> jax.Array:
    matrix = value if isinstance(value, jax.Array) else array(name, value, error=OptionError)
    if not jnp.issubdtype(matrix.dtype, jnp.floating):
        raise OptionError(f"{name} must be a floating-point array, got dtype {matrix.dtype}")
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise OptionError(f"{name} must have shape {axes} with no axis of length 0, got {matrix.shape}")
    return jnp.asarray(matrix)
