"""An integer matrix product on float32 BLAS that is exact by construction.

float32 holds every integer up to 2^24. The inner dimension is cut into chunks in which the sum of magnitudes stays
below that, so every partial sum is an exact integer whatever order the library adds in; chunks are added in int64.
Inputs are expanded a tile of samples at a time: the expanded batch never lies in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from ..threads import slices

EXACT = 2**24
TILE_ROWS = 256
CHUNK_ENTRIES = 8192  # of the inner dimension: a tile of expanded inputs takes at most 8 MB
BLOCK_VALUES = 2**23  # coefficients made at a time: 32 MB
KEPT_VALUES = 2**25  # coefficients kept from call to call: 128 MB; what does not fit is made again every time


class Chunk(Protocol):
    """A part of the inner dimension."""

    size: int

    def expand(self, codes: np.ndarray, out: np.ndarray) -> None:
        """Write the chunk's columns of X, float32 `(samples, size)`, for int64 codes `(samples, inputs)`."""

    def coefficients(self, neurons: slice) -> np.ndarray:
        """The chunk's rows of C for some neurons, float32 `(size, neurons)`."""
        ...


def chunks_within(magnitude: np.ndarray, entries_each: int) -> list[slice]:
    """Cut consecutive items so that a chunk's magnitudes sum below 2^24 and its entries stay few.

    Args:
        magnitude: for each item the largest sum of |X·C| that it can add to one output; each below 2^24.
        entries_each: entries of the inner dimension that an item takes.
    """
    limit = max(1, CHUNK_ENTRIES // entries_each)
    total = np.concatenate([[0], np.cumsum(magnitude)])
    parts, start = [], 0
    while start < magnitude.size:
        stop = int(np.searchsorted(total, total[start] + EXACT - 1, side="right")) - 1
        stop = min(stop, start + limit, magnitude.size)
        assert stop > start, "one item alone exceeds what float32 holds"
        parts.append(slice(start, stop))
        start = stop
    return parts


class ExactProduct:
    """constant[m] + Σ_k X[b, k]·C[k, m] as int64, exact.

    Args:
        neurons: columns m.
        constant: int64 `(neurons,)`.
        chunks: parts of the inner dimension, see `chunks_within`.
    """

    reads_codes = False
    """Takes checked codes, of which it makes int64 copies where they are narrower."""

    def __init__(self, neurons: int, constant: np.ndarray, chunks: Sequence[Chunk]) -> None:
        self.neurons, self.constant, self.chunks = neurons, constant, chunks
        self._cache: dict[tuple[int, int], np.ndarray] = {}
        self._keep = neurons * sum(chunk.size for chunk in chunks) <= KEPT_VALUES

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        inner = sum(chunk.size for chunk in self.chunks)
        return {
            "path": "float32 matrix product over code bits",
            "inner_dimension": inner,
            "chunks": len(self.chunks),
            "multiplications_per_sample": inner * self.neurons,
        }

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts of codes `(batch, inputs)` of any type: a fresh int64 array `(batch, neurons)`."""
        codes = np.ascontiguousarray(codes, dtype=np.int64)
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        a[...] = self.constant
        for c, chunk in enumerate(self.chunks):
            x = np.empty((min(TILE_ROWS, len(codes)), chunk.size), dtype=np.float32)
            for neurons in slices(self.neurons, max(1, BLOCK_VALUES // chunk.size)):
                coefficients = self._coefficients(c, neurons)
                for samples in slices(len(codes), TILE_ROWS):
                    part = x[: samples.stop - samples.start]
                    chunk.expand(codes[samples], part)
                    a[samples, neurons] += (part @ coefficients).astype(np.int64)
        return a

    def _coefficients(self, c: int, neurons: slice) -> np.ndarray:
        key = (c, neurons.start)
        if key not in self._cache:
            block = np.ascontiguousarray(self.chunks[c].coefficients(neurons))
            if not self._keep:
                return block
            self._cache[key] = block
        return self._cache[key]
