"""A network as a row of stages, whatever library it came from, folded into dense layers with clips between them.

`Dense` stages, elementwise `Scale` stages (a batch normalization as it evaluates) and `Clip` stages come in any legal
order. A scale joins the weights of the dense layer before it, where no clip stands between, else those of the one
after: both are exact in real numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..importing.graph import Clip, Dense, Scale
from ..spec.coerce import real_array
from ..spec.errors import OptionError
from .normalize import RELU, ClipRange, FloatDense

Stage = Dense | Scale | Clip
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


def fold(stages: Iterable[Stage]) -> FloatDense:
    """Dense layers with clips between them, from any legal row of stages.

    Raises:
        OptionError: the row has no such form; the message names the stage and says what to change.
    """
    weights: list[np.ndarray] = []
    biases: list[np.ndarray] = []
    clips: list[ClipRange] = []
    waiting: Scale | None = None  # a scale behind a clip, for the next dense layer
    last = "the start"
    for stage in stages:
        is_open = len(weights) > len(clips)  # the last dense layer has no clip yet
        if isinstance(stage, Dense):
            if is_open:
                raise OptionError(f"{stage.name} follows {last} without ReLU or Hardtanh between: join the two layers")
            weight, bias = _checked(stage, len(weights[-1]) if weights else None, last)
            if waiting is not None:
                _same_width(waiting, weight.shape[1])
                weight, bias, waiting = weight * waiting.factor, bias + weight @ waiting.offset, None
            weights.append(weight)
            biases.append(bias)
        elif isinstance(stage, Scale):
            if is_open:
                _same_width(stage, len(weights[-1]))
                weights[-1] = weights[-1] * stage.factor[:, None]
                biases[-1] = biases[-1] * stage.factor + stage.offset
            elif waiting is None:
                waiting = stage
            else:
                _same_width(stage, len(waiting.factor))
                offset = waiting.offset * stage.factor + stage.offset
                waiting = Scale(stage.name, waiting.factor * stage.factor, offset)
        else:
            if waiting is not None or not weights:
                what = "another activation and a normalization" if waiting is not None else "no dense layer"
                raise OptionError(f"{stage.name} follows {what}: an activation must follow a dense layer (normalized)")
            clips = [*clips, checked_clip(stage)] if is_open else [*clips[:-1], _both(clips[-1], checked_clip(stage))]
        last = stage.name
    if not weights:
        raise OptionError("the network holds no dense layer")
    if waiting is not None:
        raise OptionError(f"{waiting.name} stands behind the last activation: no dense layer follows to fold it into")
    if len(weights) == len(clips):
        raise OptionError(f"the network ends in {last}: leave the last activation out, outputs are linear")
    return FloatDense(tuple(weights), tuple(biases), tuple(clips))


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


def _both(first: ClipRange, second: ClipRange) -> ClipRange:
    """One clip after the other."""
    highs = [high for _, high in (first, second) if high is not None]
    low, high = max(first[0], second[0]), min(highs) if highs else None
    return checked_clip(Clip("an activation after another", low, high))


def _same_width(scale: Scale, width: int) -> None:
    if scale.factor.shape != (width,):
        raise OptionError(f"{scale.name} normalizes {len(scale.factor)} features where the network has {width}")


def _checked(stage: Dense, inputs: int | None, last: str) -> tuple[np.ndarray, np.ndarray]:
    weight = real_array(f"{stage.name}: weight", stage.weight, ("neurons", "inputs"), error=OptionError)
    if inputs is not None and weight.shape[1] != inputs:
        hint = "; is it transposed?" if weight.shape[0] == inputs else ""
        raise OptionError(f"{stage.name} has {weight.shape[1]} inputs where {last} has {inputs} outputs{hint}")
    if stage.bias is None:
        return weight, np.zeros(len(weight))
    return weight, real_array(f"{stage.name}: bias", stage.bias, (len(weight),), error=OptionError)
