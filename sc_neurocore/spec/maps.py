"""Layers on maps: `conv2d` and the pools (contract §2a and §5a), and the closed list of all layers."""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Description, PositiveFloat, Resolution, bounded
from .encoding import Encoding, is_spike
from .layer import DenseLayer, MapShape, Multiplier, Shift, WeightedLayer

MAP_ELEMENTS = 2**20
"""Most elements of a map."""
WINDOW_INPUTS = 65_536
"""Most inputs of one window of a convolution."""

_Side = bounded(1, 4_096)
_Kernel = bounded(1, 64)
_Margin = bounded(0, 63)

# JSON has lists for tuples; what they hold stays strict.
Shape = Annotated[tuple[_Side, _Side, bounded(1, 65_536)], Field(strict=False)]
"""Rows, columns and channels of a map, each within its limit."""
Pair = Annotated[tuple[_Kernel, _Kernel], Field(strict=False)]
"""Rows and columns of a kernel or a stride."""
Padding = Annotated[tuple[_Margin, _Margin, _Margin, _Margin], Field(strict=False)]
"""Rows above and below, columns left and right of the map."""


def check_map(shape: MapShape, subject: str) -> None:
    """Refuse a map beyond the limits of the contract.

    Args:
        shape: rows, columns and channels.
        subject: how the message begins: "in_shape must have".

    Raises:
        ValueError: the map is too large.
    """
    rows, columns, channels = shape
    if rows > 4_096 or columns > 4_096 or channels > 65_536:
        rule = "at most 4096 rows, 4096 columns and 65536 channels"
        raise ValueError(f"{subject} {rule}, got {list(shape)}")
    if math.prod(shape) > MAP_ELEMENTS:
        raise ValueError(f"{subject} at most 2^20 elements, got {list(shape)}")


def _out_side(padded: int, kernel: int, stride: int) -> int:
    """Windows that fit into a padded side: floor((padded - kernel) / stride) + 1."""
    return (padded - kernel) // stride + 1


class Conv2dLayer(WeightedLayer):
    """Neurons on the windows of a map: each output channel is one neuron, evaluated at every position (§5a)."""

    kind: Literal["conv2d"] = "conv2d"
    in_shape: Shape  # type: ignore[valid-type]
    """Rows, columns and channels of the map before the layer."""
    out_channels: bounded(1, 65_536)  # type: ignore[valid-type]
    kernel: Pair  # type: ignore[valid-type]
    stride: Pair  # type: ignore[valid-type]
    padding: Padding  # type: ignore[valid-type]
    """Rows above, rows below, columns left and columns right, which hold the code of the value 0."""
    groups: bounded(1, 65_536)  # type: ignore[valid-type]
    """Input and output channels fall into so many groups; a group's outputs see its inputs alone."""

    @property
    def inputs(self) -> int:
        """N = kh·kw·C/g, of one window."""
        return math.prod(self.kernel) * self.in_shape[2] // self.groups

    @property
    def neurons(self) -> int:
        """Output channels; each is one neuron at each position."""
        return self.out_channels

    @property
    def in_elements(self) -> int:
        """H·W·C."""
        return math.prod(self.in_shape)

    @property
    def out_shape(self) -> MapShape:
        """H' × W' × M, the positions of the window by the output channels."""
        (rows, columns, _), (top, bottom, left, right) = self.in_shape, self.padding
        return (
            _out_side(rows + top + bottom, self.kernel[0], self.stride[0]),
            _out_side(columns + left + right, self.kernel[1], self.stride[1]),
            self.out_channels,
        )

    @property
    def positions(self) -> int:
        """H'·W', places of the window."""
        return math.prod(self.out_shape[:2])

    @property
    def window(self) -> DenseLayer:
        """The dense layer that each window of one group is: N inputs, M/g neurons."""
        fields = {key: getattr(self, key) for key in WeightedLayer.model_fields}
        return DenseLayer(inputs=self.inputs, neurons=self.out_channels // self.groups, **fields)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """`(out_channels, kh, kw, C/g)`."""
        return self.out_channels, *self.kernel, self.in_shape[2] // self.groups

    @model_validator(mode="after")
    def _window_fits(self) -> "Conv2dLayer":
        check_map(self.in_shape, "in_shape must have")
        channels, (top, bottom, left, right) = self.in_shape[2], self.padding
        for key, count in (("in_shape's channels", channels), ("out_channels", self.out_channels)):
            if count % self.groups:
                raise ValueError(f"groups must divide {key}, {count}; got {self.groups}")
        for axis, side, margins in (("rows", 0, (top, bottom)), ("columns", 1, (left, right))):
            size, padded = self.kernel[side], self.in_shape[side] + sum(margins)
            if size > padded:
                raise ValueError(f"kernel must fit into the padded map of {padded} {axis}, got {list(self.kernel)}")
            if max(margins) >= size:
                raise ValueError(f"padding must be below the kernel's {axis}, {size}; got {list(self.padding)}")
        if self.inputs > WINDOW_INPUTS:
            rule = f"must give a window of at most {WINDOW_INPUTS} inputs"
            raise ValueError(f"kernel {rule}, got {list(self.kernel)} on {channels // self.groups} channels")
        check_map(self.out_shape, "out_channels, stride and padding must make an output map of")
        return self


class _Pool(Description):
    """What the pools share: windows of a map, channel by channel, without padding and without tensors."""

    in_shape: Shape  # type: ignore[valid-type]
    """Rows, columns and channels of the map before the layer."""
    kernel: Pair  # type: ignore[valid-type]
    stride: Pair  # type: ignore[valid-type]
    encoding: Encoding
    """Of the codes that come in, and of those that go out."""
    resolution_bits: Resolution  # type: ignore[valid-type]
    """Of the codes that come in, and of those that go out; of spikes compared with nothing."""
    output_scale: PositiveFloat
    """Real value of one unit of the output; changes no bit."""

    @property
    def input_encoding(self) -> Encoding:
        """The field `encoding`."""
        return self.encoding

    @property
    def output_encoding(self) -> Encoding:
        """The field `encoding`."""
        return self.encoding

    @property
    def output_bits(self) -> int:
        """Bits of an output code, 1 of a spike."""
        return 1 if is_spike(self.encoding) else self.resolution_bits

    @property
    def in_elements(self) -> int:
        """H·W·C."""
        return math.prod(self.in_shape)

    @property
    def out_shape(self) -> MapShape:
        """H' × W' × C."""
        rows, columns, channels = self.in_shape
        (high, wide), (down, across) = self.kernel, self.stride
        return _out_side(rows, high, down), _out_side(columns, wide, across), channels

    @property
    def positions(self) -> int:
        """H'·W', places of the window."""
        return math.prod(self.out_shape[:2])

    @property
    def out_elements(self) -> int:
        """Elements of the map that the layer puts out."""
        return math.prod(self.out_shape)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """`(0,)`: a pool has no tensors."""
        return (0,)

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """`(0,)`: a pool has no tensors."""
        return (0,)

    @model_validator(mode="after")
    def _window_fits(self) -> "_Pool":
        check_map(self.in_shape, "in_shape must have")
        for axis, side, size in zip(("rows", "columns"), self.in_shape, self.kernel, strict=False):
            if size > side:
                raise ValueError(f"kernel must fit into in_shape's {axis}, {side}; got {list(self.kernel)}")
        return self


class MaxPool2dLayer(_Pool):
    """The largest code of each window; of spikes 1 where one is 1."""

    kind: Literal["max_pool2d"] = "max_pool2d"


class AvgPool2dLayer(_Pool):
    """clip((S·multiplier + r) >> shift) with S the sum of each window's codes, bipolar ones counted from their zero."""

    kind: Literal["avg_pool2d"] = "avg_pool2d"
    multiplier: Multiplier = 1  # type: ignore[valid-type]
    shift: Shift = 0  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _no_spikes(self) -> "AvgPool2dLayer":
        if is_spike(self.encoding):
            raise ValueError("encoding must not be 'spike' for an average; take max_pool2d")
        return self


Layer = Annotated[DenseLayer | Conv2dLayer | MaxPool2dLayer | AvgPool2dLayer, Field(discriminator="kind")]
"""Any layer, told apart by its `kind`."""
