"""Windows of a map: which elements each position sees (contract §2a and §5a), and what the pools make of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..spec.encoding import code_range, zero_code
from ..spec.kinds import unknown_kind
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from .neurons import requantize

WINDOW_CODES = 2**20
"""Codes of windows held at a time, about; a single window may have more."""
OUTSIDE = -1
"""In the place of an element's number: the input lies outside the map."""


def window_elements(layer: Conv2dLayer | MaxPool2dLayer | AvgPool2dLayer, places: slice) -> np.ndarray:
    """Numbers of the elements that the windows at some positions see.

    Args:
        layer: the layer's description.
        places: positions r·W' + c, counted row by row.

    Returns:
        int64 `(groups, positions, inputs)`: input j = (i·kw + k)·(C/g) + q of the window at position r·W' + c is the
        element (r·sh + i - top, c·sw + k - left, G·C/g + q), or `OUTSIDE`. A pool sees each channel by itself.
    """
    rows, columns, channels = layer.in_shape
    match layer:
        case Conv2dLayer():
            groups, (top, _, left, _) = layer.groups, layer.padding
        case MaxPool2dLayer() | AvgPool2dLayer():
            groups, top, left = channels, 0, 0
        case other:
            unknown_kind(other, "window_elements")
    in_group = channels // groups
    r, c = (each[:, None, None, None] for each in np.divmod(np.arange(places.start, places.stop), layer.out_shape[1]))
    i, k, q = np.ogrid[: layer.kernel[0], : layer.kernel[1], :in_group]
    row, column = r * layer.stride[0] + i - top, c * layer.stride[1] + k - left
    position = np.where((row >= 0) & (row < rows) & (column >= 0) & (column < columns), row * columns + column, -1)
    group = np.arange(groups)[:, None, None, None, None]
    element = np.where(position >= 0, position * channels + group * in_group + q, OUTSIDE)
    return element.astype(np.int64).reshape(groups, len(r), -1)


def parts(layer: Conv2dLayer | MaxPool2dLayer | AvgPool2dLayer, batch: int) -> Iterator[tuple[slice, slice]]:
    """Cut the work into samples and positions whose windows hold some `WINDOW_CODES` codes at a time."""
    codes = math.prod(layer.kernel) * layer.in_shape[2]
    places = min(math.prod(layer.out_shape[:2]), max(1, WINDOW_CODES // codes))
    for first in range(0, math.prod(layer.out_shape[:2]), places):
        some = slice(first, min(first + places, math.prod(layer.out_shape[:2])))
        samples = max(1, WINDOW_CODES // (codes * (some.stop - some.start)))
        for start in range(0, batch, samples):
            yield slice(start, min(start + samples, batch)), some


def gather(codes: np.ndarray, elements: np.ndarray, outside: int) -> np.ndarray:
    """The codes `(batch, elements of the map)` that windows see; `outside` is the code beyond the map's edge.

    Args:
        codes: `(batch, elements of the map)`.
        elements: numbers of elements, or `OUTSIDE`.
        outside: the code beyond the map's edge.

    Returns:
        int64 `(batch, *elements.shape)`.
    """
    gathered_codes = codes[:, np.maximum(elements, 0)]
    return np.where(elements == OUTSIDE, np.int64(outside), gathered_codes)


def max_pool(layer: MaxPool2dLayer, codes: np.ndarray) -> np.ndarray:
    """The largest code of each window; int64 `(batch, elements)` to `(batch, out_elements)`."""
    out = np.empty((len(codes), math.prod(layer.out_shape[:2]), layer.out_shape[2]), dtype=np.int64)
    for samples, places in parts(layer, len(codes)):
        windows = gather(codes[samples], window_elements(layer, places), 0)
        out[samples, places] = windows.max(axis=-1).transpose(0, 2, 1)
    return out.reshape(len(codes), layer.out_elements)


def avg_pool(layer: AvgPool2dLayer, codes: np.ndarray) -> np.ndarray:
    """Return clip((S·multiplier + r) >> shift) of the sums S, which of bipolar codes are those of code - 2^(n-1).

    int64 `(batch, elements)` to `(batch, out_elements)`.
    """
    n = layer.resolution_bits
    zero, (low, high) = zero_code(layer.encoding, n), code_range(layer.encoding, n)
    out = np.empty((len(codes), math.prod(layer.out_shape[:2]), layer.out_shape[2]), dtype=np.int64)
    for samples, places in parts(layer, len(codes)):
        sums = (gather(codes[samples], window_elements(layer, places), zero) - zero).sum(axis=-1)
        y = requantize(sums, layer.multiplier, layer.shift) + zero
        out[samples, places] = np.clip(y, low, high).transpose(0, 2, 1)
    return out.reshape(len(codes), layer.out_elements)
