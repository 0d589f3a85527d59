"""Windows of maps as rows of codes, the codes of all of a window's inputs side by side (contract §5a).

Where Numba compiles, a row of a window is copied in pieces of 8 or 32 bytes: what a piece writes beyond the row's end
is written over by the next row, so windows are made in the order in which they lie.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numpy.lib.stride_tricks import sliding_window_view

from ...spec.encoding import code_range, zero_code
from ...spec.maps import Conv2dLayer
from ..jit import compiles, kernel
from ..llvm import inner_loop, load, loop, number, one_of, step, store

PIECES = 8, 32
"""Bytes that are copied at a time."""


def _copy_windows(piece: int) -> Callable[..., None]:
    """The body of `copy(maps, rows, columns, down, across, runs, high, next_row, next_column, bytes, windows)`.

    All windows of one map at `maps`, every window `runs` × `high`: so many pieces of rows, each of `bytes` bytes.
    """
    kind = ir.VectorType(ir.IntType(8), piece)

    def emit(
        b: ir.IRBuilder, maps: Any, rows: Any, columns: Any, down: Any, across: Any, high: Any, runs: Any,
        next_row: Any, next_run: Any, size: Any, windows: Any,
    ) -> None:  # fmt: skip
        pieces = b.udiv(b.add(size, number(piece - 1)), number(piece))

        def of_row(r: Any, to: list[Any]) -> list[Any]:
            def of_column(c: Any, to: list[Any]) -> list[Any]:
                corner = step(b, step(b, maps, down, r), across, c)

                def of_line(i: Any, to: list[Any]) -> list[Any]:
                    def of_run(k: Any, to: list[Any]) -> list[Any]:
                        source = step(b, step(b, corner, next_row, i), next_run, k)

                        def of_piece(p: Any, _: list[Any]) -> list[Any]:
                            store(b, load(b, step(b, source, piece, p), kind, 1), step(b, to[0], piece, p), 1)
                            return []

                        loop(b, number(0), pieces, [], of_piece, never=False)
                        return [b.add(to[0], size)]

                    return loop(b, number(0), runs, to, of_run, never=False)

                return loop(b, number(0), high, to, of_line, never=False)

            return loop(b, number(0), columns, to, of_column, never=False)

        loop(b, number(0), rows, [windows], of_row, never=False)

    return emit


_copy = inner_loop("ipiiiiiiiiip", one_of(*map(_copy_windows, PIECES)))


@kernel
def _copy_all(
    which: int, at: int, map_bytes: int, sides: tuple[int, int], steps: tuple[int, int], runs: tuple[int, int],
    run_steps: tuple[int, int], size: int, to: int, window_bytes: int, samples: int,
) -> None:  # fmt: skip
    """The windows of all maps of a tile, one sample after the other; see `_copy_windows`."""
    for b in range(samples):
        source, target = np.uint64(at + b * map_bytes), np.uint64(to + b * window_bytes)
        _copy(
            which, source, sides[0], sides[1], steps[0], steps[1], runs[0], runs[1], run_steps[0], run_steps[1], size,
            target,
        )  # fmt: skip


class Unfold:
    """Codes `(samples, in_elements)` of a tile to windows of one group `(samples · positions, inputs)`.

    Args:
        layer: the description.
        samples: most samples of a tile.
    """

    def __init__(self, layer: Conv2dLayer, samples: int) -> None:
        self.layer = layer
        n, (rows, columns, channels), padding = layer.resolution_bits, layer.in_shape, layer.padding
        self.codes: Any = np.result_type(*map(np.min_scalar_type, code_range(layer.input_encoding, n)))
        self.shape = rows + padding[0] + padding[1], columns + padding[2] + padding[3], channels
        size, slack = int(np.prod(self.shape)), max(PIECES)
        # the padding is written here, and stays
        self._maps = np.full(samples * size + slack, zero_code(layer.input_encoding, n), dtype=self.codes)
        self.maps = self._maps[: samples * size].reshape(samples, *self.shape)
        self.inner = self.maps[:, padding[0] : padding[0] + rows, padding[2] : padding[2] + columns]
        self.window_codes = layer.positions * layer.inputs
        self._windows = np.zeros(samples * self.window_codes + slack, dtype=self.codes)

    def take(self, codes: np.ndarray) -> None:
        """Read the codes of a tile."""
        self.inner[: len(codes)] = codes.reshape(len(codes), *self.layer.in_shape)

    def windows(self, samples: int, group: int) -> np.ndarray:
        """The windows of one group of the first samples of the tile; the array is written again by the next call."""
        layer, windows = self.layer, self._windows[: samples * self.window_codes]
        channels = layer.in_shape[2] // layer.groups
        if not compiles():
            part = self.maps[:samples, ..., group * channels : (group + 1) * channels]
            every = sliding_window_view(part, layer.kernel, axis=(1, 2))[:, :: layer.stride[0], :: layer.stride[1]]
            windows.reshape(samples, *layer.out_shape[:2], *layer.kernel, channels)[...] = every.transpose(
                0, 1, 2, 4, 5, 3
            )
            return windows.reshape(-1, layer.inputs)
        item = self.codes().itemsize if isinstance(self.codes, type) else np.dtype(self.codes).itemsize
        pixel = layer.in_shape[2] * item
        line = self.shape[1] * pixel
        # the row of a window lies in one piece, unless only some of the channels are asked for
        runs, run = (1, layer.kernel[1]) if layer.groups == 1 else (layer.kernel[1], 1)
        size = run * channels * item
        _copy_all(
            int(size > PIECES[0] * 2),
            self._maps.ctypes.data + group * channels * item,
            line * self.shape[0],
            layer.out_shape[:2],
            (layer.stride[0] * line, layer.stride[1] * pixel),
            (layer.kernel[0], runs),
            (line, pixel),
            size,
            self._windows.ctypes.data,
            self.window_codes * item,
            samples,
        )
        return windows.reshape(-1, layer.inputs)
