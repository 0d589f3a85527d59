"""How a map is walked: where its rows wait, its windows and their order; and what a pool makes of each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from amaranth.hdl import Shape, signed, unsigned

from ...spec.encoding import code_range, element_width, is_signed, zero_code
from ...spec.kinds import unknown_kind
from ...spec.layer import MapShape, Relu
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ..components.activation.neurons import neuron_latency
from .estimates import Device, written_memory

WindowLayer = Conv2dLayer | MaxPool2dLayer | AvgPool2dLayer
"""Layers that see windows of a map."""

SHORT_WINDOW = 256
"""Elements of a window up to which four of them are held: gathering then never waits for a window to be left."""


@dataclass(frozen=True)
class WindowNumbers:
    """The windows of one layer, and the memory of the map that they are read from.

    A row of outputs has `columns · groups` windows, position by position, at each one group of channels after the
    other; a window's elements come row by row, column by column, channel by channel (contract §5a). A pool's groups are
    its channels.
    """

    in_shape: MapShape
    kernel: tuple[int, int]
    stride: tuple[int, int]
    top: int
    left: int
    groups: int
    out_rows: int
    out_columns: int
    by_rows: bool
    """Whether rows come and go one by one; else the map is there as a whole or not at all: the core's input, of which
    nobody knows before its last beat whether it is a frame."""
    reads: int = 1
    """How often a map is read before it is let go: the time steps of an input that is repeated."""

    @classmethod
    def of(cls, layer: WindowLayer, *, first: bool, reads: int) -> WindowNumbers:
        """The windows of a layer.

        Args:
            layer: the description.
            first: whether the map is the core's input.
            reads: how often an input is read.

        Raises:
            OptionError: the kind of layer has no windows here.
        """
        match layer:
            case Conv2dLayer():
                groups, (top, _, left, _) = layer.groups, layer.padding
            case MaxPool2dLayer() | AvgPool2dLayer():
                groups, top, left = layer.in_shape[2], 0, 0
            case other:
                unknown_kind(other, "rtl windows")
        rows, columns, _ = layer.out_shape
        place = (tuple(layer.kernel), tuple(layer.stride), top, left, groups, rows, columns)
        return cls(tuple(layer.in_shape), *place, by_rows=not first, reads=reads)

    @property
    def inputs(self) -> int:
        """Elements of a window."""
        return math.prod(self.kernel) * self.in_shape[2] // self.groups

    @property
    def windows(self) -> int:
        """Of a row of outputs."""
        return self.out_columns * self.groups

    @property
    def row_elements(self) -> int:
        """Of a row of the map."""
        return self.in_shape[1] * self.in_shape[2]

    @property
    def held_rows(self) -> int:
        """Rows that wait in the memory: the whole input; else those of a window, and as many as it moves on by."""
        rows = self.in_shape[0]
        return min(rows, self.kernel[0] + self.stride[0]) if self.by_rows else rows

    @property
    def units(self) -> int:
        """What comes and goes at a time, rows or maps, so many of them fit into the memory."""
        return self.held_rows if self.by_rows else 1

    @property
    def unit_elements(self) -> int:
        """Elements of a unit."""
        return self.row_elements if self.by_rows else math.prod(self.in_shape)

    @property
    def pads(self) -> bool:
        """Whether a window may reach beyond the map."""
        return self.top > 0 or self.left > 0 or self._beyond(0, self.out_rows) or self._beyond(1, self.out_columns)

    def _beyond(self, axis: Literal[0, 1], count: int) -> bool:
        first = (self.top, self.left)[axis]
        return (count - 1) * self.stride[axis] - first + self.kernel[axis] > self.in_shape[axis]

    def first_row(self, row: int) -> int:
        """Row of the map that the windows of a row of outputs begin with; below 0 in the padding."""
        return row * self.stride[0] - self.top

    def last_row(self, row: int) -> int:
        """Last row of the map, not of its padding, that the windows of a row of outputs see."""
        return min(self.first_row(row) + self.kernel[0], self.in_shape[0]) - 1


def held_windows(inputs: int, *, addressed: bool) -> int:
    """Windows that wait before a layer, or are in work there.

    Args:
        inputs: elements of a window.
        addressed: whether its elements are asked for one at a time.
    """
    return 4 if addressed and inputs <= SHORT_WINDOW else 2


class PoolNumbers:
    """One window element per clock, its largest or its sum.

    Args:
        layer: the description.
        windows: of the layer.

    Raises:
        OptionError: the kind of pool has no gates.
    """

    def __init__(self, layer: MaxPool2dLayer | AvgPool2dLayer, windows: WindowNumbers) -> None:
        self.layer, self.windows = layer, windows
        self.element_bits = element_width(layer.encoding, layer.resolution_bits)
        self.shape: Shape = (signed if is_signed(layer.encoding) else unsigned)(self.element_bits)
        self.zero = zero_code(layer.encoding, layer.resolution_bits)
        match layer:
            case MaxPool2dLayer():
                self.averages, self.scaling, self.latency = False, (1, 0), 1
            case AvgPool2dLayer(multiplier=multiplier, shift=shift):
                neuron = Relu(multiplier=multiplier, shift=shift, output_bits=layer.resolution_bits)
                self.averages, self.scaling, self.latency = True, (multiplier, shift), 1 + neuron_latency(neuron)
            case other:
                unknown_kind(other, "rtl pools")

    @property
    def magnitude(self) -> int:
        """The largest magnitude of a sum of a window's codes."""
        low, high = code_range(self.layer.encoding, self.layer.resolution_bits)
        return math.prod(self.layer.kernel) * max(high - self.zero, self.zero - low)

    def area(self, device: Device) -> tuple[float, int]:
        """Tables and block memories, roughly."""
        tables, memories = walk_area(self.windows, self.element_bits, device)
        sums = self.magnitude.bit_length() if self.averages else self.element_bits
        return tables + 3 * sums + 20, memories


def walk_area(windows: WindowNumbers, bits: int, device: Device) -> tuple[float, int]:
    """Tables and block memories of a map's memory and the walk over it, roughly.

    Args:
        windows: of the layer.
        bits: of an element.
        device: whose tables and memories they are.
    """
    tables, memories = written_memory(windows.units * windows.unit_elements, bits, device)
    return tables + 8 * (windows.units * windows.unit_elements).bit_length() + 60, memories
