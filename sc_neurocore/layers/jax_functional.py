"""The pure functions behind `JaxSCDenseLayer`: fit for `jit`, `grad`, `jvp`, `vmap` and `scan` (JAX).

A projection runs through the contract's exact counts at a stream length L: sign_magnitude codes of
n = clip(ceil(log2 L), 2, 16) bits for weights and inputs, the default pair of generators, an exact counter. Its
derivative is that of W·x (straight through), its value tends to W·x as L grows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..accel.counters import TableCounter, signed_bit
from ..accel.jax.ops import FLOATS, matmul, straight_through
from ..spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR
from ..spec.layer import DenseLayer, Linear, ParallelCounter
from ..spec.values import count_value
from ._checks import resolution_of
from .neuron_parameters import NeuronParameters


def describe(n_neurons: int, n_inputs: int, length: int, scale: float = 1.0) -> DenseLayer:
    """The contract's layer that a projection runs; one count is worth `scale` times the pair's count value.

    Args:
        n_neurons: neurons.
        n_inputs: inputs.
        length: bits of a stream.
        scale: see above.
    """
    fields = dict[str, Any](
        inputs=n_inputs,
        neurons=n_neurons,
        resolution_bits=resolution_of(length),
        stream_length=length,
        input_encoding="sign_magnitude",
        weight_encoding="sign_magnitude",
        input_generator=DEFAULT_INPUT_GENERATOR,
        weight_generator=DEFAULT_WEIGHT_GENERATOR,
        accumulator=ParallelCounter(),
        neuron=Linear(),
    )
    return DenseLayer(**fields, output_scale=scale * count_value(DenseLayer(**fields, output_scale=1.0)))


@lru_cache(maxsize=32)
def _unit(length: int) -> float:
    """Real value of one count."""
    return count_value(describe(1, 1, length))


@lru_cache(maxsize=32)
def _table(length: int) -> TableCounter:
    """Counts by weight magnitude and input bit; bits that never meet a position are left out."""
    return TableCounter(describe(1, 1, length))


def sign_codes(values: jax.Array, n: int) -> jax.Array:
    """sign(v)·floor(|v|·(2^n − 1) + ½) of values in [−1, 1], saturated outside; int32.

    Exactly the contract's codes of these floats.
    """
    v = values.astype(jnp.promote_types(values.dtype, jnp.float32))
    return (jnp.sign(v) * FLOATS.nearest_magnitude(v, n)).astype(jnp.int32)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Projection:
    """Weights made ready for one stream length; a pytree, differentiable through `weights`."""

    weights: jax.Array
    """Real weights `(n_neurons, n_inputs)`."""
    codes: jax.Array
    """Their sign_magnitude codes, int32."""
    coefficients: jax.Array
    """Counts by input bit, int32 `(n_neurons, n_inputs · bits)`."""
    scale: jax.Array
    """The largest magnitude of the weights (1 where all are 0), which the codes' full scale stands for."""
    length: int = field(metadata={"static": True})


def encode_weights(weights: jax.Array, length: int) -> Projection:
    """Quantize weights, scaled by the largest magnitude, and look up their counts.

    Args:
        weights: floating `(n_neurons, n_inputs)`, finite.
        length: bits of a stream (static).
    """
    constant = lax.stop_gradient(weights)
    peak = jnp.abs(constant).max()
    scale = jnp.where(peak > 0, peak, jnp.ones_like(peak))
    codes = sign_codes(constant / scale, resolution_of(length))
    counts = jnp.asarray(_table(length).w.rows.astype(np.int32))[jnp.abs(codes)] * jnp.sign(codes)[..., None]
    return Projection(weights, codes, counts.reshape(weights.shape[0], -1), scale, length)


def project_counts(projection: Projection, codes: jax.Array) -> jax.Array:
    """Exact counts of input codes `(..., n_inputs)`: int32 `(..., n_neurons)`, what `infer` gives without a bias."""
    bits = _table(projection.length).x
    signed = signed_bit(jnp, codes[..., None], jnp.asarray(bits.thresholds, jnp.int32), bits.weighted, False)
    signed = signed.reshape(-1, projection.coefficients.shape[1])
    bound = codes.shape[-1] * projection.length
    counts = matmul(signed, projection.coefficients, bound)
    return counts.reshape(*codes.shape[:-1], -1)


def input_scales(x: jax.Array, input_scale: float | None) -> jax.Array:
    """What an input code's full scale stands for: `input_scale`, or by vector max(1, largest magnitude)."""
    if input_scale is not None:
        return jnp.full((*x.shape[:-1], 1), input_scale, x.dtype)
    return jnp.maximum(jnp.abs(lax.stop_gradient(x)).max(axis=-1, keepdims=True), 1)


def project(projection: Projection, x: jax.Array, input_scale: float | None = None) -> jax.Array:
    """Estimate of W·x for inputs `(..., n_inputs)`: `(..., n_neurons)` in the inputs' and weights' common dtype.

    Args:
        projection: from `encode_weights`.
        x: floating inputs. With an `input_scale`, magnitudes beyond it saturate.
        input_scale: static; None scales each vector by max(1, its largest magnitude).
    """
    dtype = jnp.promote_types(x.dtype, projection.weights.dtype)
    smooth = jnp.matmul(x.astype(dtype), projection.weights.astype(dtype).T, precision=lax.Precision.HIGHEST)
    scales = input_scales(x, input_scale)
    codes = sign_codes(lax.stop_gradient(x) / scales, resolution_of(projection.length))
    unit = _unit(projection.length)
    estimate = project_counts(projection, codes).astype(jnp.float32) * unit * projection.scale * scales
    return straight_through(smooth, estimate.astype(dtype))


class State(NamedTuple):
    """What a layer carries from step to step."""

    v: jax.Array
    """Membranes `(..., n_neurons)`."""
    key: jax.Array
    """Key of the whole run; step k draws its noise from the key folded with k."""
    step: jax.Array
    """Steps done, int32."""


def initial_state(parameters: NeuronParameters, shape: tuple[int, ...], key: jax.Array, dtype: Any = None) -> State:
    """Membranes at rest, of `shape` = `(..., n_neurons)`.

    Args:
        parameters: give the resting level.
        shape: of the membranes.
        key: of the whole run's noise.
        dtype: of the membranes; float32 where not given.
    """
    return State(jnp.full(shape, parameters.v_rest, dtype or jnp.float32), key, jnp.int32(0))


def step_currents(
    state: State, current: jax.Array, parameters: NeuronParameters, surrogate: Callable[[Any], Any]
) -> tuple[State, jax.Array]:
    """One step of leaky integrate-and-fire neurons on currents `(..., n_neurons)`.

    v ← v + (v_rest − v)·dt/tau + R·I + noise; a spike where v >= v_threshold; then v ← v_reset. The reset passes no
    gradient; the spike has the surrogate's.

    Args:
        state: before the step.
        current: floating currents.
        parameters: the neurons' constants.
        surrogate: a step function with a derivative of its own.

    Returns:
        the next state, and the spikes, 0 and 1 in the membranes' dtype.
    """
    p = parameters
    v = state.v + (p.v_rest - state.v) * (p.dt_ms / p.tau_mem) + p.resistance * current.astype(state.v.dtype)
    if p.noise_std > 0:
        noise = jax.random.normal(jax.random.fold_in(state.key, state.step), v.shape, v.dtype)
        v = v + p.noise_std * noise
    spikes = surrogate(v - p.v_threshold)
    v = jnp.where(lax.stop_gradient(spikes) > 0, jnp.asarray(p.v_reset, v.dtype), v)
    return State(v, state.key, state.step + 1), spikes


def run_currents(
    state: State, currents: jax.Array, parameters: NeuronParameters, surrogate: Callable[[Any], Any]
) -> tuple[State, jax.Array]:
    """All steps of currents `(..., T, n_neurons)` in one `lax.scan`; spikes of the same shape.

    Args:
        state: before the first step.
        currents: floating currents.
        parameters: the neurons' constants.
        surrogate: a step function with a derivative of its own.
    """

    def step(state: State, current: jax.Array) -> tuple[State, jax.Array]:
        return step_currents(state, current, parameters, surrogate)

    state, spikes = lax.scan(step, state, jnp.moveaxis(currents, -2, 0))
    return state, jnp.moveaxis(spikes, 0, -2)
