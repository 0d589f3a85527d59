"""Windows of a map: which elements each position sees (contract §2a and §5a), and what the pools make of them."""

from __future__ import annotations

import numpy as np

from ..spec.encoding import code_range, zero_code
from ..spec.kinds import unknown_kind
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from .neurons import requantize

OUTSIDE = -1
"""In the place of an element's number: the input lies outside the map."""


def window_elements(layer: Conv2dLayer | MaxPool2dLayer | AvgPool2dLayer) -> np.ndarray:
    """Numbers of the elements that each window sees.

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
    out_rows, out_columns, _ = layer.out_shape
    group, r, c, i, k, q = np.ogrid[:groups, :out_rows, :out_columns, : layer.kernel[0], : layer.kernel[1], :in_group]
    row, column = r * layer.stride[0] + i - top, c * layer.stride[1] + k - left
    element = (row * columns + column) * channels + group * in_group + q
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    return np.where(inside, element, OUTSIDE).astype(np.int64).reshape(groups, out_rows * out_columns, -1)


def gather(codes: np.ndarray, elements: np.ndarray, outside: int) -> np.ndarray:
    """The codes `(batch, elements of the map)` that windows see; `outside` is the code beyond the map's edge.

    Returns:
        int64 `(batch, *elements.shape)`.
    """
    seen = codes[:, np.maximum(elements, 0)]
    return np.where(elements == OUTSIDE, np.int64(outside), seen)


def max_pool(layer: MaxPool2dLayer, codes: np.ndarray) -> np.ndarray:
    """The largest code of each window; int64 `(batch, elements)` to `(batch, out_elements)`."""
    return _by_position(gather(codes, window_elements(layer), 0).max(axis=-1))


def avg_pool(layer: AvgPool2dLayer, codes: np.ndarray) -> np.ndarray:
    """Return clip((S·multiplier + r) >> shift) of the sums S, which of bipolar codes are those of code - 2^(n-1).

    int64 `(batch, elements)` to `(batch, out_elements)`.
    """
    n = layer.resolution_bits
    zero, (low, high) = zero_code(layer.encoding, n), code_range(layer.encoding, n)
    sums = (gather(codes, window_elements(layer), zero) - zero).sum(axis=-1)
    return _by_position(np.clip(requantize(sums, layer.multiplier, layer.shift) + zero, low, high))


def _by_position(values: np.ndarray) -> np.ndarray:
    """`(batch, channels, positions)` in the order of a map: position by position, channel by channel."""
    return values.transpose(0, 2, 1).reshape(len(values), -1)
