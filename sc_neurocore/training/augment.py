"""What training does to its inputs and never to those of a test: noise, and images moved by some pixels."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ..spec.kinds import unknown_kind
from .config import TrainConfig


def augmented(config: TrainConfig, x: jax.Array, key: jax.Array) -> jax.Array:
    """A batch as training sees it.

    Args:
        config: `pixel_shift` with its `image_shape`; `input_noise` and `noise_on`.
        x: features `(batch, features)` in units of the input scale.
        key: of the random numbers; the noise is drawn from it alone, so that it is the same with and without a shift.
    """
    if config.pixel_shift:
        assert config.image_shape is not None, "`with_image_shape` gives it"
        x = shifted(x, config.image_shape, config.pixel_shift, jax.random.fold_in(key, 1))
    if not config.input_noise:
        return x
    noise = config.input_noise * jax.random.normal(key, x.shape)
    match config.noise_on:
        case "all":
            return x + noise
        case "nonzero":
            return jnp.where(x != 0, x + noise, x)
        case other:
            unknown_kind(other, "training")


def shifted(x: jax.Array, shape: Sequence[int], limit: int, key: jax.Array) -> jax.Array:
    """Each image moved by −limit … limit pixels along both axes, uniformly; what comes in from outside is 0.

    Args:
        x: flattened images `(batch, height · width · channels)`.
        shape: (height, width) or (height, width, channels).
        limit: pixels.
        key: of the random numbers.
    """
    images = x.reshape(len(x), *shape)
    offsets = jax.random.randint(key, (2, len(x)), 0, 2 * limit + 1)
    for axis, offset in enumerate(offsets, start=1):
        margins = [(limit, limit) if each == axis else (0, 0) for each in range(images.ndim)]
        padded, size = jnp.pad(images, margins), images.shape[axis]
        offset_of_sample = offset.reshape(-1, *[1] * len(shape))
        for start in range(2 * limit + 1):  # a chain of selections, which XLA fuses; gathering pixels is much slower
            images = jnp.where(
                offset_of_sample == start, jax.lax.slice_in_dim(padded, start, start + size, axis=axis), images
            )
    return images.reshape(x.shape)
