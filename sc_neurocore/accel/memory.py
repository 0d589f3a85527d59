"""Where arrays lie: a vector of 64 bytes that straddles two cache lines costs two loads."""

from __future__ import annotations

from typing import Any

import numpy as np


def aligned_zeros(shape: tuple[int, ...], dtype: Any = np.uint64) -> np.ndarray:
    """Zeros in C order that begin at a multiple of 64 bytes."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


def aligned(array: np.ndarray) -> np.ndarray:
    """A C-ordered copy that begins at a multiple of 64 bytes."""
    copy = aligned_zeros(array.shape, array.dtype)
    copy[...] = array
    return copy
