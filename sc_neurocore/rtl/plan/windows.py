"""How a map is walked: where its rows wait, which windows a row of outputs has, in which order their elements come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ...spec.kinds import unknown_kind
from ...spec.layer import MapShape
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer

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
