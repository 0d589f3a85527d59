"""`max_pool2d` and `avg_pool2d` on codes (contract §5a), for `executor.run_steps`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.encoding import code_range, zero_code
from ...spec.kinds import unknown_kind
from ...spec.maps import AvgPool2dLayer, MaxPool2dLayer
from ..jit import kernel
from ..requantizer import requantize
from ..threads import for_slices

SHARE_CODES = 2**18
"""Codes that one thread pools at a time, about."""
_requantized = kernel(requantize)


@kernel
def _maximum(codes: np.ndarray, kernel_sides: tuple[int, int], stride: tuple[int, int], out: np.ndarray) -> None:
    """Write the largest code of each window.

    Args:
        codes: integers `(batch, rows, columns, channels)`.
        kernel_sides: rows and columns of a window.
        stride: rows and columns between windows.
        out: of the type of codes, `(batch, rows, columns, channels)`.
    """
    width = codes.shape[2] * codes.shape[3]
    row = np.empty(width, dtype=out.dtype)
    for b in range(out.shape[0]):
        lines = codes[b].reshape(codes.shape[1], width)
        for r in range(out.shape[1]):
            row[:] = lines[r * stride[0]]
            for i in range(1, kernel_sides[0]):
                line = lines[r * stride[0] + i]
                for j in range(width):
                    row[j] = max(row[j], line[j])
            by_column = row.reshape(codes.shape[2], codes.shape[3])
            for c in range(out.shape[2]):
                for q in range(out.shape[3]):
                    peak = by_column[c * stride[1], q]
                    for k in range(1, kernel_sides[1]):
                        peak = max(peak, by_column[c * stride[1] + k, q])
                    out[b, r, c, q] = peak


@kernel
def _average(
    codes: np.ndarray,
    kernel_sides: tuple[int, int],
    stride: tuple[int, int],
    multiplier: int,
    shift: int,
    zero: int,
    low: int,
    high: int,
    out: np.ndarray,
) -> None:
    """Write clip((S·multiplier + r) >> shift) of each window's sum S of code − zero.

    Args:
        codes: integers `(batch, rows, columns, channels)`.
        kernel_sides: rows and columns of a window.
        stride: rows and columns between windows.
        multiplier: of the sum.
        shift: of the product.
        zero: the code of the value 0.
        low: the least code.
        high: the largest.
        out: integers `(batch, rows, columns, channels)`.
    """
    for b in range(out.shape[0]):
        for r in range(out.shape[1]):
            for c in range(out.shape[2]):
                for q in range(out.shape[3]):
                    total = np.int64(0)
                    for i in range(kernel_sides[0]):
                        for k in range(kernel_sides[1]):
                            total += np.int64(codes[b, r * stride[0] + i, c * stride[1] + k, q]) - zero
                    y = _requantized(total, multiplier, shift) + zero
                    out[b, r, c, q] = min(max(y, low), high)


class PoolCounts:
    """Codes `(batch, in_elements)` to codes `(batch, out_elements)` of a pool."""

    reads_codes = False
    """Takes checked codes: a stride beyond the kernel would leave some unseen."""

    def __init__(self, layer: MaxPool2dLayer | AvgPool2dLayer) -> None:
        self.layer = layer
        bounds = code_range(layer.encoding, layer.resolution_bits)
        self.codes: Any = np.result_type(*map(np.min_scalar_type, bounds))
        self.run: Callable[..., None]
        self.constants: tuple[int, ...]
        match layer:
            case MaxPool2dLayer():
                self.run, self.constants = _maximum, ()
            case AvgPool2dLayer():
                zero = zero_code(layer.encoding, layer.resolution_bits)
                self.run, self.constants = _average, (layer.multiplier, layer.shift, zero, *bounds)
            case other:
                unknown_kind(other, "accel")

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """A fresh array of codes as narrow as their range."""
        layer = self.layer
        maps = np.ascontiguousarray(codes, dtype=self.codes).reshape(-1, *layer.in_shape)
        out = np.empty((len(maps), *layer.out_shape), dtype=self.codes)

        def work(first: int, stop: int) -> None:
            self.run(maps[first:stop], layer.kernel, layer.stride, *self.constants, out[first:stop])

        for_slices(work, len(maps), max(1, SHARE_CODES // layer.in_elements))
        return out.reshape(len(maps), layer.out_elements)

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {"path": f"{self.layer.positions} windows of codes, {self.layer.kind}"}


class PoolLayer:
    """A pool for `executor.run_steps`: its counts are its outputs, and nothing is kept."""

    def __init__(self, layer: MaxPool2dLayer | AvgPool2dLayer) -> None:
        self.layer, self.counts = layer, PoolCounts(layer)

    def outputs(self, counts: np.ndarray, state: None) -> tuple[np.ndarray, None]:
        """The counts themselves."""
        return counts, state

    def start(self, codes: np.ndarray) -> None:
        """None: a pool keeps no state."""
