"""The training form of a `lif` neuron: exact integer states and spikes forward, a surrogate's slope backward.

States and currents are counts, carried as float32 integers (see `jax_straight_through`). The surrogate is called on
x = (v − v_threshold) / v_threshold, so that its width means the same at every stream length. No gradient flows through
the reset; the threshold, where it is learned, has one through x and through what a spike takes away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ...spec.layer import Lif
from ..kinds import subtracts
from .straight_through import straight_through

Spike = Callable[[Any], Any]
"""A step function with a derivative of its own: [x >= 0] or [x > 0] as the neuron's comparator says."""


def exact_step(
    neuron: Lif, v: jax.Array, a: jax.Array, threshold: jax.Array, spike: Spike
) -> tuple[jax.Array, jax.Array]:
    """One time step on float32 integers (contract §6): the next state and the spikes, both `(batch, neurons)`.

    v ← saturate(v − (v >> leak_shift) + a); s = spike((v − threshold) / threshold); v ← v − s·threshold, or v·(1 − s).

    Args:
        neuron: leak, reset and width of the state; its own threshold and comparator are not looked at.
        v: state, `(batch, neurons)`.
        a: currents a', below 2^23 in magnitude.
        threshold: a positive integer, `()`.
        spike: the surrogate; its comparator is the neuron's.
    """
    leaked = v
    if neuron.leak_shift is not None:
        part = 2.0**-neuron.leak_shift
        leaked = straight_through(v * (1 - part), v - jnp.floor(v * part))  # a power of two: the product is exact
    top = 2.0 ** (neuron.state_bits - 1)
    return _fire(neuron, jnp.clip(leaked + a, -top, top - 1), threshold, spike)


def real_step(
    neuron: Lif, v: jax.Array, a: jax.Array, threshold: jax.Array, spike: Spike
) -> tuple[jax.Array, jax.Array]:
    """The same in real numbers, without rounding or saturation: what the integers approximate."""
    leaked = v if neuron.leak_shift is None else v * (1 - 2.0**-neuron.leak_shift)
    return _fire(neuron, leaked + a, threshold, spike)


def _fire(neuron: Lif, v: jax.Array, threshold: jax.Array, spike: Spike) -> tuple[jax.Array, jax.Array]:
    # v − threshold is exact and division keeps its sign, so the comparison is the integers' own.
    s = spike((v - threshold) / threshold)
    fired = jax.lax.stop_gradient(s)
    after = v - fired * threshold if subtracts(neuron.reset) else v * (1 - fired)
    return after, s
