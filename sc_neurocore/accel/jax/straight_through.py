"""The training form of a layer: the forward pass is the exact integer layer, the gradient that of its smooth shadow.

Codes travel as float32 holding integers, because JAX differentiates floats only. Every rounding, count and clip
returns exactly the integer of the contract; its derivative is that of the real-valued function it rounds (the
straight-through rule of Bengio et al., 2013), which is zero where a clip is active.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ...spec.encoding import Encoding, code_range, is_spike, zero_code
from ...spec.errors import OptionError
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer
from ...spec.values import count_value
from ..kinds import code_scale, linear_in_bits, requantizing, stateful, unites
from . import counts as jax_counts
from . import neurons as jax_neurons
from . import selectors as jax_selectors


@jax.custom_jvp
def straight_through(smooth: jax.Array, exact: jax.Array) -> jax.Array:
    """`exact` in the forward pass, the derivative of `smooth` in the backward pass; equal shapes and types."""
    del smooth
    return exact


@straight_through.defjvp
def _straight_through_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    return primals[1], tangents[0]


def values(codes: jax.Array, encoding: Encoding, n: int) -> jax.Array:
    """The real values that codes stand for, float32."""
    if is_spike(encoding):
        return codes
    return (codes - float(zero_code(encoding, n))) / code_scale(encoding, n)


def quantize(v: jax.Array, encoding: Encoding, n: int) -> jax.Array:
    """Codes of float32 values: the integers that `spec.quantize` gives, although float32 cannot hold v·(2^n − 1).

    Args:
        v: real values, any shape; must be finite.
        encoding: the target encoding.
        n: bits of a code.

    Returns:
        float32 integers; the gradient is `code_scale`, and 0 where the code saturates.
    """
    match encoding:
        case "bipolar":
            half = 2.0 ** (n - 1)
            scaled = v * half  # a power of two: exact
            below = jnp.floor(scaled)
            exact = jnp.clip(below + (scaled - below >= 0.5) + half, 0, 2**n - 1)
            return straight_through(jnp.clip(scaled + half, 0, 2**n - 1), exact)
        case "sign_magnitude":
            return straight_through(jnp.clip(v, -1, 1) * (2.0**n - 1), jnp.sign(v) * _magnitude(v, n))
        case "unipolar":
            return straight_through(jnp.clip(v, 0, 1) * (2.0**n - 1), jnp.where(v > 0, _magnitude(v, n), 0.0))
        case "spike":
            return straight_through(jnp.clip(v, 0, 1), (v >= 0.5).astype(jnp.float32))
        case other:
            unknown_kind(other, "the JAX quantizer")


def _magnitude(v: jax.Array, n: int) -> jax.Array:
    """min(floor(|v|·(2^n − 1) + ½), 2^n − 1), exact."""
    top = 2.0**n - 1
    magnitude = jnp.clip(jnp.abs(v), 0, 1)

    def reaches(code: jax.Array) -> jax.Array:
        # v·(2^n − 1) >= code − ½, written so that float32 makes no error near equality: v·2^n is exact, and so is the
        # difference of two numbers within a factor of two of each other.
        return magnitude * 2.0**n - (code - 0.5) >= magnitude

    guess = jnp.floor(magnitude * top + 0.5)  # off by one at most
    code = guess + reaches(guess + 1) - ~reaches(guess)
    return jnp.minimum(jnp.maximum(code, 0), top)


def check_trainable(layer: DenseLayer) -> None:
    """Refuse a layer whose exact forward pass float32 cannot carry.

    Raises:
        OptionError: names the rule and the value.
    """
    lif, largest = stateful(layer.neuron), layer.inputs * layer.stream_length
    if lif is not None:
        largest = 2 ** (lif.state_bits - 2)  # the state grows with the time steps
    if largest >= jax_counts.EXACT_FLOAT32 // 2:
        raise OptionError(
            f"training needs inputs * stream_length below 2^23, so that float32 is exact (of a lif layer: a quarter of "
            f"its state's range); got {largest}: train at a shorter stream_length"
        )


def _table_counts(layer: DenseLayer, x: jax.Array, w: jax.Array) -> jax.Array:
    """Exact counts as a sum over selectors of float32 matrix products: Σ_g bits_g(x) @ counts_g(w)."""
    table = jax_selectors.count_table(layer)
    weighted, bipolar = linear_in_bits(layer.input_generator), layer.bipolar
    counts = 2 * table.counts - table.total if bipolar else table.counts
    keep = np.any(counts != 0, axis=0)
    keep[0] |= not np.any(keep)  # keep one, so that no array is empty
    counts, selector = counts[:, keep], table.x[keep]
    # Selectors come first: as the last axis they would be a short one, along which processors are slow.
    features = jax_counts.signed_bit(x.astype(jnp.int32), jnp.asarray(selector)[:, None, None], weighted, bipolar)
    magnitude = jnp.abs(w).astype(jnp.int32)
    shift = (layer.resolution_bits - selector)[:, None, None]
    codes = np.arange(len(counts))[:, None]
    # A spike's and the default pair's columns are (shifted) weights; where the table says so, no gather is needed.
    if np.array_equal(counts, codes):
        coefficients = magnitude[None]
    elif np.all((shift >= 1) & (shift <= 16)) and np.array_equal(
        counts, codes + (1 << shift[:, 0, 0] - 1) >> shift[:, 0, 0]
    ):
        coefficients = (magnitude + (1 << (shift - 1))) >> shift
    else:
        coefficients = jnp.moveaxis(jnp.asarray(counts)[magnitude], -1, 0)
    coefficients = coefficients.astype(jnp.float32)
    if not bipolar:
        coefficients = coefficients * jnp.sign(w)
    return jax.lax.dot_general(
        features.astype(jnp.float32), coefficients, (((2,), (2,)), ((0,), (0,))), precision=jax.lax.Precision.HIGHEST
    ).sum(axis=0)


OR_TERMS = 3
"""Terms of log(1 − p) = −p − p²/2 − p³/3 − … in the shadow of an `or`; each is one matrix product."""


def _independent_or(x: jax.Array, w: jax.Array) -> jax.Array:
    """Π over negative products of (1 − |x·w|) − Π over positive ones: what an OR of independent streams expects.

    Π(1 − p) = exp(−Σ_k Σ_j p_j^k / k), cut after `OR_TERMS`: p^k = |x|^k·|w|^k makes each term a matrix product.
    """

    def halves(v: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jnp.maximum(v, 0), jnp.maximum(-v, 0)

    (x_up, x_down), (w_up, w_down) = halves(x), halves(w)
    equal = jnp.concatenate([x_up, x_down], axis=1)
    same, opposite = jnp.concatenate([w_up, w_down], axis=1), jnp.concatenate([w_down, w_up], axis=1)
    terms = [tuple((equal**k) @ (other**k).T / k for other in (same, opposite)) for k in range(1, OR_TERMS + 1)]
    positive, negative = (sum(each) for each in zip(*terms))
    return jnp.exp(-negative) - jnp.exp(-positive)  # pyright: ignore[reportArgumentType]  # sums of arrays


def counts(layer: DenseLayer, x: jax.Array, w: jax.Array) -> jax.Array:
    """The accumulator a of a layer, without the bias.

    Args:
        layer: any accumulator and generators.
        x: input codes `(batch, inputs)`, float32 integers.
        w: weight codes `(neurons, inputs)`, float32 integers.

    Returns:
        float32 integers `(batch, neurons)`; the gradient is that of Σ_j v(x_j)·v(w_j) / count_value, for `or` that of
        the expectation under independent streams.
    """
    n = layer.resolution_bits
    x_values, w_values = values(x, layer.input_encoding, n), values(w, layer.weight_encoding, n)
    shadow = _independent_or(x_values, w_values) if unites(layer.accumulator) else x_values @ w_values.T
    smooth = shadow / count_value(layer)
    x, w = jax.lax.stop_gradient((x, w))
    if jax_counts.uses_table(layer):
        exact = _table_counts(layer, x, w)
    else:
        exact = jax_counts.accumulate(layer, x.astype(jnp.int32), w.astype(jnp.int32)).astype(jnp.float32)
    return straight_through(smooth, exact)


def activate(layer: DenseLayer, a: jax.Array, multiplier: jax.Array | None = None) -> jax.Array:
    """Output codes of counts a' (float32 integers); the gradient is multiplier / 2^shift inside the clip, 0 outside.

    A learned `multiplier` (a float32 integer `()`, 1 … 2^15 − 1) stands for the neuron's own and has the gradient
    a / 2^shift.
    """
    neuron = requantizing(layer.neuron)
    if neuron is None:
        assert not layer.neuron.keeps_state, "a lif layer goes through jax_lif"
        return a
    factor = jnp.float32(neuron.multiplier) if multiplier is None else multiplier
    integer = neuron.multiplier if multiplier is None else jax.lax.stop_gradient(factor).astype(jnp.int32)
    exact = jax_neurons.border(neuron, jax.lax.stop_gradient(a).astype(jnp.int32), integer).astype(jnp.float32)
    smooth = a * (factor / 2.0**neuron.shift) + float(zero_code(neuron.encoding, neuron.output_bits))
    low, top = map(float, code_range(neuron.encoding, neuron.output_bits))
    return straight_through(jnp.clip(smooth, low, top), exact)


def layer_forward(
    layer: DenseLayer, x: jax.Array, w: jax.Array, bias: jax.Array, multiplier: jax.Array | None = None
) -> jax.Array:
    """One layer on codes: outputs `(batch, neurons)` as float32 integers, differentiable in x, w and bias.

    Args:
        layer: the description.
        x: input codes `(batch, inputs)`, float32 integers.
        w: weight codes `(neurons, inputs)`, float32 integers.
        bias: counts `(neurons,)`, float32 integers below 2^23.
        multiplier: of the border where it is learned, see `activate`.
    """
    return activate(layer, counts(layer, x, w) + bias, multiplier)
