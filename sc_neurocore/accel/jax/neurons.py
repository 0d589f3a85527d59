"""The neurons in JAX on int32 alone (contract §6): exact although a'·multiplier needs up to 47 bits."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from ...spec.encoding import code_range, zero_code
from ...spec.kinds import strict, unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Neuron, Relu
from ..kinds import subtracts

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def requantize(a: jax.Array, multiplier: int | jax.Array, shift: int) -> jax.Array:
    """The border's y = (a·multiplier + r) >> shift, r = 2^(shift−1) or 0: exact up to ±2^16, saturated beyond.

    The product is kept as high·2^16 + low in two int32 limbs. |a| < 2^31, multiplier < 2^15, shift ≤ 46 keep
    |high| < 2^31 and 0 ≤ low < 2^16; a result beyond ±2^17 may be any value beyond ±2^16 of the same sign, which every
    border clips to the same code.
    """
    rounding = 0 if shift == 0 else 1 << (shift - 1)
    low = (a & 0xFFFF) * multiplier + (rounding & 0xFFFF)  # at most 65535·32767 + 32768 < 2^31
    high = (a >> 16) * multiplier + (rounding >> 16) + (low >> 16)
    low = low & 0xFFFF
    if shift >= 16:
        return high >> (shift - 16)
    limit = 2 << shift  # |high| beyond it means |y| > 2^17 - 2^16
    high = jnp.clip(high, -limit, limit)
    return (high << (16 - shift)) + (low >> shift)


def border(neuron: Relu | Clamp, a: jax.Array, multiplier: int | jax.Array | None = None) -> jax.Array:
    """Output codes of a `relu` or `clamp` neuron; a `multiplier` (int32) stands for the neuron's own."""
    y = requantize(a, neuron.multiplier if multiplier is None else multiplier, neuron.shift)
    return jnp.clip(
        y + zero_code(neuron.encoding, neuron.output_bits), *code_range(neuron.encoding, neuron.output_bits)
    )


def saturating_add(a: jax.Array, b: jax.Array) -> jax.Array:
    """Sum clipped to int32."""
    total = a + b  # wraps
    overflow = ((a ^ total) & (b ^ total)) < 0
    return jnp.where(overflow, jnp.where(a < 0, INT32_MIN, INT32_MAX), total).astype(jnp.int32)


def lif_step(neuron: Lif, v: jax.Array, a: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One time step of a `lif` neuron: the next state and the spikes, int32.

    Clipping to int32 first and to `state_bits` then is one clip, as the narrower range lies inside.
    """
    low, high = -(2 ** (neuron.state_bits - 1)), 2 ** (neuron.state_bits - 1) - 1
    leaked = v if neuron.leak_shift is None else v - (v >> neuron.leak_shift)  # never larger in magnitude than v
    v = jnp.clip(saturating_add(leaked, a), low, high)
    spike = v > neuron.v_threshold if strict(neuron.comparator) else v >= neuron.v_threshold
    after = v - neuron.v_threshold if subtracts(neuron.reset) else jnp.zeros_like(v)
    return jnp.where(spike, after, v), spike.astype(jnp.int32)


def step(neuron: Neuron, state: jax.Array | None, a: jax.Array) -> tuple[jax.Array | None, jax.Array]:
    """The next state (None where the neuron keeps none) and the output of any neuron, int32."""
    match neuron:
        case Linear():
            return state, a
        case Relu() | Clamp():
            return state, border(neuron, a)
        case Lif():
            assert state is not None, "a lif layer has a state"
            return lif_step(neuron, state, a)
        case other:
            unknown_kind(other, "engine jax")
