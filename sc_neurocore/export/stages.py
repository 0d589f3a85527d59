"""The stages of a network, whatever library it came from: what they may be, and where activations may end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..importing.graph import Clip, Conv, Dense, Pad, Pool, Scale
from ..spec.coerce import real_array
from ..spec.errors import OptionError
from .float_network import RELU, ClipRange

Stage = Dense | Conv | Pool | Pad | Scale | Clip
"""The nodes of a float graph that become integers."""


def natural_key(name: str) -> list[tuple[int, int | str]]:
    """Sort key under which numbers inside names count as numbers: layer2 before layer10."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name)]


def batch_norm(name: str, mean: Any, variance: Any, gain: Any | None, offset: Any | None, epsilon: float) -> Scale:
    """A batch normalization as it evaluates: (x − mean) / √(variance + ε) · gain + offset.

    Args:
        name: the stage's name.
        mean: `(features,)`.
        variance: of each feature.
        gain: of each feature; None: 1.
        offset: of each feature; None: 0.
        epsilon: ε, from 0 to below 1.

    Raises:
        OptionError: an array is no finite vector of the others' length, or a variance is negative.
    """
    mean = real_array(f"{name}: mean", mean, error=OptionError)
    parameters = {"variance": variance, "gain": np.ones_like(mean) if gain is None else gain}
    parameters["offset"] = np.zeros_like(mean) if offset is None else offset
    arrays = {key: real_array(f"{name}: {key}", value, error=OptionError) for key, value in parameters.items()}
    for key, each in arrays.items():
        if mean.ndim != 1 or each.shape != mean.shape:
            raise OptionError(f"{name}: {key} must have the shape of mean, (features,); got {each.shape}, {mean.shape}")
    if not 0 <= epsilon < 1 or (arrays["variance"] + epsilon).min() <= 0:
        raise OptionError(f"{name}: variance + epsilon must be positive, got {arrays['variance'].min()} + {epsilon}")
    factor = arrays["gain"] / np.sqrt(arrays["variance"] + epsilon)
    return Scale(name, factor, arrays["offset"] - mean * factor)


def with_relus(stages: Sequence[Stage]) -> list[Stage]:
    """The stages with a ReLU before each dense layer that no clip precedes, as files and pytrees leave them out."""
    out: list[Stage] = []
    open_layer = False
    for stage in stages:
        if isinstance(stage, Dense) and open_layer:
            out.append(Clip("relu", *RELU))
        open_layer = isinstance(stage, Dense) or (open_layer and isinstance(stage, Scale))
        out.append(stage)
    return out


def checked_clip(stage: Clip) -> ClipRange:
    """The range, if gates have it.

    Raises:
        OptionError: it starts neither at 0 nor at −high.
    """
    low, high = (
        float("-inf" if stage.low is None else stage.low),
        None if stage.high is None or np.isposinf(stage.high) else float(stage.high),
    )
    if high is None and low == 0:
        return RELU
    if high is None or not 0 < high < np.inf or low not in (0, -high):
        raise OptionError(f"{stage.name} clips to [{low}, {high}]; a range must be [0, high] or [-high, high]")
    return low, high


def both_clips(first: ClipRange, second: ClipRange) -> ClipRange:
    """One clip after the other.

    Raises:
        OptionError: together they are no clip that gates have.
    """
    highs = [high for _, high in (first, second) if high is not None]
    low, high = max(first[0], second[0]), min(highs) if highs else None
    return checked_clip(Clip("an activation after another", low, high))
