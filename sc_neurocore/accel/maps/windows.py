"""`conv2d` by the counters of dense layers: every window of a tile of samples is one more sample (contract §5a).

Codes are windowed a tile at a time and stay codes, as narrow as their range; whatever a counter makes of them (bits,
planes, streams) is made of a tile alone, so memory does not grow with the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...spec.encoding import code_range, zero_code
from ...spec.maps import Conv2dLayer
from ..jit import kernel
from ..threads import for_slices, slices

TILE_CODES = 2**20
"""Codes of windows that lie in memory at a time, about; one sample's may be more."""
SHARE_CODES = 2**16
"""Codes of windows that one thread makes at a time, about."""


@kernel
def unfold(
    codes: np.ndarray,
    shape: tuple[int, int, int],
    kernel_sides: tuple[int, int],
    stride: tuple[int, int],
    corner: tuple[int, int],
    channels: tuple[int, int],
    outside: int,
    out: np.ndarray,
) -> None:
    """The windows of one group of channels, position by position.

    Args:
        codes: integers `(batch, elements)`.
        shape: rows, columns and channels of the map.
        kernel_sides: rows and columns of a window.
        stride: rows and columns between windows.
        corner: rows above and columns left of the map.
        channels: the group's first channel, and the one behind its last.
        outside: the code beyond the map's edge.
        out: integers `(batch, rows, columns, inputs)`, written; input (i·kw + k)·(C/g) + q as the contract counts.
    """
    rows, columns, depth = shape
    high, wide = kernel_sides
    first, group = channels[0], channels[1] - channels[0]
    beyond = out.dtype.type(outside)
    for b in range(out.shape[0]):
        sample = codes[b]
        for r in range(out.shape[1]):
            for c in range(out.shape[2]):
                window = out[b, r, c]
                left = c * stride[1] - corner[1]
                j = 0
                for i in range(high):
                    row = r * stride[0] + i - corner[0]
                    inside = 0 <= row < rows
                    if inside and group == depth and left >= 0 and left + wide <= columns:
                        at = (row * columns + left) * depth  # the row of a window lies in one piece
                        for k in range(wide * depth):
                            window[j + k] = sample[at + k]
                        j += wide * depth
                        continue
                    for k in range(wide):
                        column = left + k
                        at = (row * columns + column) * depth + first
                        if inside and 0 <= column < columns:
                            for q in range(group):
                                window[j + q] = sample[at + q]
                        else:
                            for q in range(group):
                                window[j + q] = beyond
                        j += group


class WindowCounts:
    """Codes `(batch, in_elements)` to counts `(batch, out_elements)` of a `conv2d` layer.

    Args:
        layer: the description.
        counters: of each group, from its windows `(samples, inputs)` to counts `(samples, M/g)`, a fresh array.
    """

    reads_codes = False
    """Takes checked codes: a stride beyond the kernel would leave some unseen."""

    def __init__(self, layer: Conv2dLayer, counters: Sequence[Callable[[np.ndarray], np.ndarray]]) -> None:
        self.layer, self.counters = layer, counters
        n = layer.resolution_bits
        self.outside = zero_code(layer.input_encoding, n)
        self.codes: Any = np.result_type(*map(np.min_scalar_type, code_range(layer.input_encoding, n)))
        self.window_codes = layer.positions * layer.inputs  # of one sample and group

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts of codes of any integer type: a fresh int64 array."""
        layer, codes = self.layer, np.ascontiguousarray(codes)
        rows, columns, _ = layer.out_shape
        a = np.empty((len(codes), layer.positions, layer.groups, layer.out_channels // layer.groups), dtype=np.int64)
        tile = max(1, TILE_CODES // self.window_codes)
        windows = np.empty((min(tile, len(codes)), rows, columns, layer.inputs), dtype=self.codes)
        for samples in slices(len(codes), tile):
            part = windows[: samples.stop - samples.start]
            for group, counter in enumerate(self.counters):
                self._unfold(codes[samples], group, part)
                counts = counter(part.reshape(-1, layer.inputs))
                a[samples, :, group] = counts.reshape(len(part), layer.positions, -1)
        return a.reshape(len(codes), -1)

    def _unfold(self, codes: np.ndarray, group: int, out: np.ndarray) -> None:
        layer = self.layer
        depth = layer.in_shape[2] // layer.groups
        channels = group * depth, (group + 1) * depth
        corner = layer.padding[0], layer.padding[2]

        def work(first: int, stop: int) -> None:
            part = codes[first:stop], layer.in_shape, layer.kernel, layer.stride, corner, channels, self.outside
            unfold(*part, out[first:stop])

        for_slices(work, len(codes), max(1, SHARE_CODES // self.window_codes))

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer."""
        first: Any = self.counters[0]
        groups = "" if self.layer.groups == 1 else f" of {self.layer.groups} groups"
        described = first.describe(batch * self.layer.positions)
        return described | {"path": f"{self.layer.positions} windows{groups}: {described['path']}"}
