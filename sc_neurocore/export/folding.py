"""A row of stages folded into layers with clips between them, and pools in front of layers.

`Dense` and `Conv` stages, elementwise `Scale` stages (a batch normalization as it evaluates), `Clip` and `Pool` stages
come in any legal order. A scale joins the weights of the layer before it, where no clip stands between, else those of
the one after. What a clip or a positive factor gives of the largest value is the largest of what it gives, so either
goes in front of a `max` pool; a mean of what a layer gives is what a larger window gives. All is exact in real numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ..importing.graph import Clip, Conv, Dense, Pad, Pool, Scale
from ..importing.maps import composed
from ..spec.coerce import real_array
from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from .float_network import ClipRange, Convolution, FloatNetwork
from .stages import Stage, both_clips, checked_clip


def fold(stages: Iterable[Stage]) -> FloatNetwork:
    """Layers with clips between them, from any legal row of stages.

    Raises:
        OptionError: the row has no such form; the message names the stage and says what to change.
    """
    row = _Row()
    for stage in stages:
        match stage:
            case Dense() | Conv():
                row.layer(stage)
            case Pool():
                row.pool(stage)
            case Scale():
                row.scale(stage)
            case Clip():
                row.clip(stage)
            case Pad():
                raise OptionError(f"{stage.name}: zeros are put around a map, which must go into a convolution next")
            case other:
                unknown_kind(other, "export")
        row.last = stage.name
    return row.network()


@dataclass
class _Row:
    """What the stages so far come to."""

    weights: list[np.ndarray] = field(default_factory=list)
    biases: list[np.ndarray] = field(default_factory=list)
    clips: list[ClipRange] = field(default_factory=list)
    convolutions: list[Convolution | None] = field(default_factory=list)
    pools: list[tuple[Pool, ...]] = field(default_factory=list)
    behind: list[Pool] = field(default_factory=list)
    """Pools behind the last layer, which will be in front of the next."""
    waiting: Scale | None = None
    """A scale behind the last clip, and behind its pools, for the next layer."""
    leading: Scale | None = None
    last: str = "the start"

    @property
    def open(self) -> bool:
        """Whether the last layer has no clip yet."""
        return len(self.weights) > len(self.clips)

    def layer(self, stage: Dense | Conv) -> None:
        """A layer with weights, on what is behind the one before."""
        if self.open:
            raise OptionError(f"{stage.name} follows {self.last} without ReLU or Hardtanh between: join the two layers")
        weight, bias, convolution = self._checked(stage)
        if self.waiting is not None:
            if not self.weights and not self.behind and convolution is not None:
                self.leading, self.waiting = self.waiting, None
            else:
                weight, bias = self._scaled(stage, weight, bias, convolution, self.waiting)
                self.waiting = None
        self.weights.append(weight)
        self.biases.append(bias)
        self.convolutions.append(convolution)
        self.pools.append(tuple(self.behind))
        self.behind = []

    def _checked(self, stage: Dense | Conv) -> tuple[np.ndarray, np.ndarray, Convolution | None]:
        if isinstance(stage, Conv):
            weight, convolution = stage.weight.reshape(len(stage.weight), -1), Convolution(stage.window, stage.groups)
            bias = np.zeros(len(weight)) if stage.bias is None else stage.bias
            return real_array(f"{stage.name}: weight", weight, error=OptionError), bias, convolution
        weight = real_array(f"{stage.name}: weight", stage.weight, ("neurons", "inputs"), error=OptionError)
        inputs = self._elements()
        if inputs is not None and weight.shape[1] != inputs:
            hint = "; is it transposed?" if weight.shape[0] == inputs else ""
            rule = f"{stage.name} has {weight.shape[1]} inputs where {self.last} has {inputs} outputs"
            raise OptionError(f"{rule}{hint}")
        if stage.bias is None:
            return weight, np.zeros(len(weight)), None
        return weight, real_array(f"{stage.name}: bias", stage.bias, (len(weight),), error=OptionError), None

    def _elements(self) -> int | None:
        """What the stages so far give; None: nothing says it."""
        if self.behind:
            window = self.behind[-1].window
            return window.positions * window.in_shape[2]
        if not self.weights:
            return None
        convolution = self.convolutions[-1]
        return len(self.weights[-1]) * (1 if convolution is None else convolution.window.positions)

    def _scaled(
        self, stage: Dense | Conv, weight: np.ndarray, bias: np.ndarray, convolution: Convolution | None, scale: Scale
    ) -> tuple[np.ndarray, np.ndarray]:
        """The layer's weights with a scale in front of it."""
        if convolution is None:
            _same_width(scale, weight.shape[1])
            return weight * scale.factor, bias + weight @ scale.offset
        factor, offset = _by_channel(scale, convolution.window.in_shape[2])
        if convolution.window.padded and offset.any():
            raise OptionError(
                f"{scale.name} adds something in front of the zeros around the map of {stage.name}, which no weights "
                "express: normalize before the activation, or leave the padding out"
            )
        channels = convolution.window.in_shape[2] // convolution.groups
        start = np.arange(len(weight)) * convolution.groups // len(weight) * channels
        own = start[:, None] + (np.arange(weight.shape[1]) % channels)[None]
        return weight * factor[own], bias + (weight * offset[own]).sum(axis=1)

    def scale(self, stage: Scale) -> None:
        """Into the weights before it, or to wait for those behind it."""
        if not self.open:
            if self.waiting is not None:
                _same_width(stage, len(self.waiting.factor))
                offset = self.waiting.offset * stage.factor + stage.offset
                stage = Scale(stage.name, self.waiting.factor * stage.factor, offset)
            self.waiting = stage
            return
        factor, offset = stage.factor, stage.offset
        if self.convolutions[-1] is not None:
            factor, offset = _by_channel(stage, len(self.weights[-1]))
        _same_width(stage, self._elements() or 0)
        if self.behind and (factor < 0).any():
            raise OptionError(f"{stage.name} multiplies by a negative factor behind a max pool: put it before the pool")
        self.weights[-1] = self.weights[-1] * factor[:, None]
        self.biases[-1] = self.biases[-1] * factor + offset

    def clip(self, stage: Clip) -> None:
        """It closes the last layer, or narrows the clip that has."""
        if self.waiting is not None or not self.weights:
            what = "another activation and a normalization" if self.waiting is not None else "no dense layer"
            raise OptionError(f"{stage.name} follows {what}: an activation must follow a dense layer (normalized)")
        if self.open:
            self.clips.append(checked_clip(stage))
            return
        narrower = both_clips(self.clips[-1], checked_clip(stage))
        if narrower != self.clips[-1] and any(pool.kind == "avg" for pool in self.behind):
            raise OptionError(f"{stage.name} follows an average pool and narrows the activation before it")
        self.clips[-1] = narrower

    def pool(self, stage: Pool) -> None:
        """Behind a clip it waits for the next layer; else the mean joins the weights, the largest waits for a clip."""
        if self.waiting is not None:
            factor, offset = _by_channel(self.waiting, stage.window.in_shape[2])
            if stage.kind == "max" and (factor < 0).any():
                name = self.waiting.name
                raise OptionError(f"{stage.name} follows a negative factor of {name}: put the pool before it")
            places = stage.window.positions
            self.waiting = Scale(self.waiting.name, np.tile(factor, places), np.tile(offset, places))
        convolution = self.convolutions[-1] if self.weights else None
        if not self.open or stage.kind == "max":
            self.behind.append(stage)
        elif self.behind:
            raise OptionError(f"{stage.name} is a mean of what a max pool gives, without an activation between")
        elif convolution is None:
            self.behind.append(stage)
        else:
            kernel, window = composed(convolution.kernel(self.weights[-1]), convolution.window, stage.window)
            if max(window.kernel) > 64 or max(window.stride) > 64:
                raise OptionError(f"{stage.name} makes a window of {window.kernel} of the convolution before it")
            self.weights[-1] = kernel.reshape(len(kernel), -1)
            self.convolutions[-1] = Convolution(window, convolution.groups)

    def network(self) -> FloatNetwork:
        """All of them."""
        if not self.weights:
            raise OptionError("the network holds no dense layer and no convolution")
        if self.waiting is not None:
            name = self.waiting.name
            raise OptionError(f"{name} stands behind the last activation: no dense layer follows to fold it into")
        if len(self.weights) == len(self.clips):
            raise OptionError(f"the network ends in {self.last}: leave the last activation out, outputs are linear")
        if self.behind:
            raise OptionError(f"the network ends in {self.behind[-1].name}: a max pool must have a layer behind it")
        return FloatNetwork(
            tuple(self.weights),
            tuple(self.biases),
            tuple(self.clips),
            tuple(self.convolutions) if any(self.convolutions) else (),
            tuple(self.pools) if any(self.pools) else (),
            self.leading,
        )


def _by_channel(scale: Scale, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Factor and offset of each channel of a map."""
    values = [array.reshape(-1, channels) for array in (scale.factor, scale.offset)]
    if any((each != each[0]).any() for each in values):
        raise OptionError(f"{scale.name} differs between the positions of a map; it may only between channels")
    return values[0][0], values[1][0]


def _same_width(scale: Scale, width: int) -> None:
    if scale.factor.shape != (width,):
        raise OptionError(f"{scale.name} normalizes {len(scale.factor)} features where the network has {width}")
