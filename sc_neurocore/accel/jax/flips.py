"""Training against faults: the exact forward pass, each bit of a product's stream flipped with probability p.

A flip of a product of sign σ adds 1 to the count where the bit was 0 and σ = +, or 1 and −; else it takes 1 away. Of
a's N⁺ positive and N⁻ negative lines of L bits N⁺·L − a bits are of the first kind and N⁻·L + a of the second, so

    a' = a + B(N⁺·L − a, p) − B(N⁻·L + a, p)

with two independent binomial variables has exactly the distribution of the faulty count (`accel.faults`), and no bit
need be made. Of bipolar products, which count 2·ones − N·L: a' = a + 2·B((N·L − a)/2, p) − 2·B((N·L + a)/2, p).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from ...spec.layer import DenseLayer
from ..counters import Counter


def with_product_flips(count: Counter, layer: DenseLayer, probability: float, key: jax.Array) -> Counter:
    """The counts of a layer under flips of its products, in the place of `count`.

    Args:
        count: the exact counts.
        layer: of a parallel counter.
        probability: p.
        key: of the random numbers; another one at every call of the forward pass.
    """
    up_key, down_key = jax.random.split(key)
    bits = float(layer.stream_length)

    def sign(codes: jax.Array) -> jax.Array:
        return jnp.where(codes < 0, -1.0, 1.0)

    def flipped(x: Any, w: Any) -> jax.Array:
        a, total = jnp.asarray(count(x, w), jnp.float32), layer.inputs * bits
        if layer.bipolar:
            unit, rising = 2.0, (total - a) / 2
        else:
            positive = (layer.inputs + sign(x) @ sign(w).T) / 2
            unit, rising = 1.0, positive * bits - a
        more = jax.random.binomial(up_key, rising, probability)
        less = jax.random.binomial(down_key, total - rising, probability)
        return a + unit * (more - less)

    return flipped
