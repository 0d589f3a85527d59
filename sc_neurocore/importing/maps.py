"""Maps in floating point: windows on them, convolutions and pools, in the element order of contract §2a."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..spec.kinds import unknown_kind

MapShape = tuple[int, int, int]
"""Rows, columns and channels."""
Margins = tuple[int, int, int, int]
"""Rows above, rows below, columns left, columns right."""
PoolKind = Literal["max", "avg"]

PART = 2**22
"""Window elements that are held at a time."""


@dataclass(frozen=True)
class Window:
    """A window that goes over a map."""

    in_shape: MapShape
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: Margins = (0, 0, 0, 0)
    """Of zeros, around the map."""

    @property
    def out_sides(self) -> tuple[int, int]:
        """Rows and columns of positions."""
        (rows, columns, _), (top, bottom, left, right) = self.in_shape, self.padding
        return (
            (rows + top + bottom - self.kernel[0]) // self.stride[0] + 1,
            (columns + left + right - self.kernel[1]) // self.stride[1] + 1,
        )

    @property
    def positions(self) -> int:
        """Places of the window."""
        return math.prod(self.out_sides)

    @property
    def padded(self) -> bool:
        """Whether any window sees zeros around the map."""
        return any(self.padding)


def padded(x: np.ndarray, shape: MapShape, padding: Margins) -> np.ndarray:
    """Maps `(samples, rows, columns, channels)` with zeros around them.

    Args:
        x: `(samples, elements)`.
        shape: of the maps.
        padding: how many zeros.
    """
    top, bottom, left, right = padding
    return np.pad(x.reshape(-1, *shape), ((0, 0), (top, bottom), (left, right), (0, 0)))


def windows(x: np.ndarray, window: Window) -> np.ndarray:
    """What the window sees: `(samples, rows, columns, kh, kw, channels)`, a view of the padded maps.

    Args:
        x: maps `(samples, elements)`.
        window: the window.
    """
    maps = padded(x, window.in_shape, window.padding) if window.padded else x.reshape(-1, *window.in_shape)
    patches = np.lib.stride_tricks.sliding_window_view(maps, window.kernel, axis=(1, 2))  # type: ignore[call-overload]
    return patches[:, :: window.stride[0], :: window.stride[1]].transpose(0, 1, 2, 4, 5, 3)


def parts(count: int, elements: int) -> Iterator[slice]:
    """Samples that are looked at together, so that `elements` of each stay within `PART`."""
    step = max(1, PART // max(elements, 1))
    for first in range(0, count, step):
        yield slice(first, first + step)


def convolved(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, window: Window, groups: int) -> np.ndarray:
    """Convolutions of maps, `(samples, positions · out channels)`.

    Args:
        x: maps `(samples, elements)`.
        weight: `(out channels, kh, kw, in channels / groups)`.
        bias: `(out channels,)`, or None.
        window: the window.
        groups: of channels.
    """
    channels, outputs = window.in_shape[2] // groups, len(weight) // groups
    out = np.empty((len(x), window.positions, len(weight)))
    for part in parts(len(x), window.positions * math.prod(window.kernel) * window.in_shape[2]):
        patches = windows(x[part], window)
        for group in range(groups):
            own = patches[..., group * channels : (group + 1) * channels]
            rows = own.reshape(len(own), window.positions, -1)
            own_weight = weight[group * outputs : (group + 1) * outputs].reshape(outputs, -1)
            out[part, :, group * outputs : (group + 1) * outputs] = rows @ own_weight.T
    return (out if bias is None else out + bias).reshape(len(x), -1)


def pooled(x: np.ndarray, kind: PoolKind, window: Window) -> np.ndarray:
    """Pools of maps, `(samples, positions · channels)`.

    Args:
        x: maps `(samples, elements)`.
        kind: the largest, or the mean.
        window: the window.
    """
    patches = windows(x, window)
    match kind:
        case "max":
            out = patches.max(axis=(3, 4))
        case "avg":
            out = patches.mean(axis=(3, 4))
        case other:
            unknown_kind(other, "importing")
    return out.reshape(len(x), -1)


def composed(weight: np.ndarray, window: Window, outer: Window) -> tuple[np.ndarray, Window]:
    """A convolution and the mean over windows of its outputs as one convolution; both exact in real numbers.

    Args:
        weight: of the convolution.
        window: its window.
        outer: of the mean.
    """
    (kh, kw), (sh, sw) = window.kernel, window.stride
    high, wide = outer.kernel
    kernel = (high - 1) * sh + kh, (wide - 1) * sw + kw
    sums = np.zeros((len(weight), *kernel, weight.shape[3]))
    for i in range(high):
        for k in range(wide):
            sums[:, i * sh : i * sh + kh, k * sw : k * sw + kw] += weight
    stride = outer.stride[0] * sh, outer.stride[1] * sw
    return sums / (high * wide), Window(window.in_shape, kernel, stride, window.padding)


def behind_mean(weight: np.ndarray, window: Window, inner: Window) -> tuple[np.ndarray, Window] | None:
    """A convolution of the means over windows of a map as one convolution of that map; both exact in real numbers.

    None where zeros around the means are not the means of zeros around the map.

    Args:
        weight: of the convolution.
        window: its window, on the map of means.
        inner: the window of the means.
    """
    (kh, kw), (high, wide), (down, across) = window.kernel, inner.kernel, inner.stride
    tiles = inner.kernel == inner.stride and not (inner.in_shape[0] % high or inner.in_shape[1] % wide)
    if window.padded and not tiles:
        return None
    kernel = (kh - 1) * down + high, (kw - 1) * across + wide
    sums = np.zeros((len(weight), *kernel, weight.shape[3]))
    for row in range(kh):
        for column in range(kw):
            top, left = row * down, column * across
            sums[:, top : top + high, left : left + wide] += weight[:, row : row + 1, column : column + 1]
    top, bottom, left, right = window.padding
    padding = (top * high, bottom * high, left * wide, right * wide)
    stride = window.stride[0] * down, window.stride[1] * across
    return sums / (high * wide), Window(inner.in_shape, kernel, stride, padding)


def dense_behind_mean(weight: np.ndarray, inner: Window) -> np.ndarray:
    """A dense layer on the means over windows of a map as a dense layer on that map, `(neurons, elements)`.

    Args:
        weight: `(neurons, means)`.
        inner: the window of the means.
    """
    rows, columns, channels = inner.in_shape
    high, wide = inner.out_sides
    parts = weight.reshape(len(weight), high, wide, channels) / (inner.kernel[0] * inner.kernel[1])
    out = np.zeros((len(weight), rows, columns, channels))
    for row in range(inner.kernel[0]):
        for column in range(inner.kernel[1]):
            down = slice(row, row + (high - 1) * inner.stride[0] + 1, inner.stride[0])
            across = slice(column, column + (wide - 1) * inner.stride[1] + 1, inner.stride[1])
            out[:, down, across] += parts
    return out.reshape(len(weight), -1)
