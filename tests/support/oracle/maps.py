"""The oracle's maps: where the elements of a map stand, what a window holds, what a pool makes of it.

From the contract's text alone, one element at a time; nothing is validated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Json = dict[str, Any]


def element(in_shape: list[int], row: int, column: int, channel: int) -> int:
    """Number of an element in the flat order of its map; -1 outside the map."""
    rows, columns, channels = in_shape
    if not (0 <= row < rows and 0 <= column < columns):
        return -1
    return (row * columns + column) * channels + channel


def output_map(layer: Json) -> tuple[int, int, int]:
    """Rows, columns and channels of what a ``conv2d`` or a pool puts out."""
    rows, columns, channels = layer["in_shape"]
    top, bottom, left, right = layer.get("padding", [0, 0, 0, 0])
    kh, kw = layer["kernel"]
    sh, sw = layer["stride"]
    return (
        (rows + top + bottom - kh) // sh + 1,
        (columns + left + right - kw) // sw + 1,
        layer.get("out_channels", channels),
    )


def _corners(layer: Json) -> Iterator[tuple[int, int]]:
    """Row and column of each window's first element, output position by output position; negative in the padding."""
    rows, columns, _ = output_map(layer)
    top, _, left, _ = layer.get("padding", [0, 0, 0, 0])
    for r in range(rows):
        for c in range(columns):
            yield r * layer["stride"][0] - top, c * layer["stride"][1] - left


def windows(layer: Json, codes: np.ndarray, group: int) -> np.ndarray:
    """Input codes (batch, positions, N) of one group at every position, from flat maps (batch, elements)."""
    kh, kw = layer["kernel"]
    per_group = layer["in_shape"][2] // layer["groups"]
    zero = 2 ** (layer["resolution_bits"] - 1) if layer["input_encoding"] == "bipolar" else 0
    corners = list(_corners(layer))
    result = np.zeros((len(codes), len(corners), kh * kw * per_group), dtype=np.int64)
    for position, (row, column) in enumerate(corners):
        for i in range(kh):
            for k in range(kw):
                for q in range(per_group):
                    j = (i * kw + k) * per_group + q
                    at = element(layer["in_shape"], row + i, column + k, group * per_group + q)
                    result[:, position, j] = zero if at < 0 else codes[:, at]
    return result


def pool(layer: Json, codes: np.ndarray) -> np.ndarray:
    """Output codes (batch, elements) of a pool."""
    kh, kw = layer["kernel"]
    columns = []
    for row, column in _corners(layer):
        for channel in range(layer["in_shape"][2]):
            inside = []
            for i in range(kh):
                for k in range(kw):
                    inside.append(codes[:, element(layer["in_shape"], row + i, column + k, channel)])
            columns.append(_largest(inside) if layer["kind"] == "max_pool2d" else _average(layer, inside))
    return np.stack(columns, axis=1)


def _largest(inside: list[np.ndarray]) -> np.ndarray:
    largest = inside[0]
    for codes in inside[1:]:
        largest = np.where(codes > largest, codes, largest)
    return largest


def _average(layer: Json, inside: list[np.ndarray]) -> np.ndarray:
    assert layer["kind"] == "avg_pool2d", layer
    n, shift, multiplier = layer["resolution_bits"], layer.get("shift", 0), layer.get("multiplier", 1)
    middle = 2 ** (n - 1) if layer["encoding"] == "bipolar" else 0
    total = np.zeros_like(inside[0])
    for codes in inside:
        total = total + (codes - middle)
    y = (total * multiplier + (0 if shift == 0 else 2 ** (shift - 1))) >> shift
    low, high = {
        "unipolar": (0, 2**n - 1),
        "bipolar": (0, 2**n - 1),
        "sign_magnitude": (-(2**n - 1), 2**n - 1),
    }[layer["encoding"]]
    return np.minimum(np.maximum(y + middle, low), high)
