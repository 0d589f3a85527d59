"""Where arrays lie: a vector of 64 bytes that straddles two cache lines costs two loads."""

from __future__ import annotations

import numpy as np


def aligned(array: np.ndarray) -> np.ndarray:
    """A C-ordered copy that begins at a multiple of 64 bytes: no vector straddles two cache lines."""
    memory = np.empty(array.nbytes + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    copy = memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def aligned_zeros(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros of uint64 in C order that begin at a multiple of 64 bytes."""
    count = int(np.prod(shape))
    memory = np.zeros(8 * count + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + 8 * count].view(np.uint64).reshape(shape)
