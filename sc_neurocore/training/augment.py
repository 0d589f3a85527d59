"""What training does to its inputs and never to those of a test: noise, and images moved by some pixels."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from .config import TrainConfig

MOST_CHANNELS = 4


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


def with_image_shape(config: TrainConfig, features: int, sample_shape: tuple[int, ...]) -> TrainConfig:
    """The recipe with the images' shape in it, that of the data where the recipe names none.

    Args:
        config: the recipe; where no image is moved and no layer takes a map it is returned as it is.
        features: features of a sample.
        sample_shape: axes of the data's samples; empty where they have none.

    Raises:
        OptionError: no legal shape is known.
    """
    if not config.needs_image_shape:
        return config
    shape = config.image_shape or sample_shape
    size = 1
    for axis in shape:
        size *= axis
    is_image = len(shape) == 2 or (len(shape) == 3 and (shape[2] <= MOST_CHANNELS or not config.pixel_shift))
    if not is_image or size != features or min(shape[:2]) <= config.pixel_shift:
        who = f"pixel_shift {config.pixel_shift} needs" if config.pixel_shift else "layers on maps need"
        rule = f" larger than the shift, at most {MOST_CHANNELS} channels," if config.pixel_shift else ""
        raise OptionError(
            f"{who} an image_shape (height, width) or (height, width, channels){rule} of {features} features; got "
            f"{shape or None}"
        )
    return config.replace(image_shape=shape)
