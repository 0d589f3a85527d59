"""Windows of a map one place at a time, as slices that any array library has and can differentiate."""

from __future__ import annotations

from typing import Any


def taps(kernel: tuple[int, int], stride: tuple[int, int], out_shape: tuple[int, int, int], maps: Any) -> list[Any]:
    """For each place in the window, row by row, what all windows hold there: `(batch, H', W', channels)`.

    Args:
        kernel: rows and columns of a window.
        stride: rows and columns between windows.
        out_shape: rows and columns of windows, and what is not looked at.
        maps: `(batch, rows, columns, channels)`.
    """
    spans = [(count - 1) * step + 1 for count, step in zip(out_shape, stride)]
    return [
        maps[:, i : i + spans[0] : stride[0], k : k + spans[1] : stride[1]]
        for i in range(kernel[0])
        for k in range(kernel[1])
    ]
