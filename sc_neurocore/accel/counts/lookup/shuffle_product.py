"""The exact count by the look-ups of digits that nearly every processor can do (see `shuffles`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...memory import aligned_zeros
from ...threads import slices
from .base import LookupBase, Space
from .digits import LARGEST, VALUES, Digits
from .kernels import LANES
from .shuffles import NEURONS, VECTORS, make_digits, shuffle_sums, width
from .transposed import SQUARE, collect

TILE_SAMPLES = 512
KEPT_BYTES = 2**23  # of a layer's tables: more are made anew in every call
MANY, FEW = 256, 64  # neurons whose sums are collected together, where their tables are kept, and where not


class ShuffleProduct(LookupBase):
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact.

    Args:
        digits: the counts T of all codes; `fits`.
        bits: of an input code.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the counts negatively.
        constant: int64 `(neurons,)`.
    """

    def __init__(self, digits: Digits, bits: int, weights: np.ndarray, constant: np.ndarray) -> None:
        super().__init__(weights.shape, bits, False, TILE_SAMPLES)
        self.unit, self.digits = digits.unit, digits.tables.shape[1]
        self.at_once = min(LARGEST // max(1, digits.peak), LARGEST)
        highest = digits.tables.max(axis=2, keepdims=True)
        self.dictionary = np.concatenate([digits.tables, highest - digits.tables])
        offsets = np.concatenate([digits.offsets, -digits.offsets - highest.sum(axis=(1, 2), dtype=np.int64)])
        self.entries = np.zeros(weights.shape, dtype=np.uint16)
        self.constant = np.zeros(self.neurons + LANES, dtype=np.int32)
        for part in slices(self.neurons, FEW):  # no copy of all weights
            entries = np.abs(weights[part]) + np.where(weights[part] < 0, len(digits.tables), 0)
            self.entries[part] = entries
            self.constant[part] = constant[part] + self.unit * offsets[entries].sum(axis=1)
        keeps = self.neurons * self.inputs * self.digits * VALUES <= KEPT_BYTES
        self.chunk = MANY if keeps else FEW
        self.cache = [self._tables(part.start) for part in slices(self.neurons, self.chunk)] if keeps else None

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": f"look-ups in shuffled bytes, {self.digits} a product",
            "lookups_per_sample": self.digits * self.inputs * self.neurons,
        }

    def _tables(self, start: int) -> np.ndarray:
        """Of the neurons of a chunk, uint8 `(blocks, inputs, NEURONS, digits, 16)`."""
        entries = self.entries[start : start + self.chunk]
        entries = np.pad(entries, ((0, -len(entries) % NEURONS), (0, 0))).reshape(-1, NEURONS, self.inputs)
        out = aligned_zeros((len(entries), self.inputs, NEURONS, self.digits, VALUES), np.uint8)
        np.take(self.dictionary, entries.transpose(0, 2, 1), axis=0, out=out, mode="clip")
        return out

    def _new_space(self, samples: int) -> _ShuffleSpace:
        return _ShuffleSpace(samples, self.inputs, self.digits, min(self.chunk, self.neurons))

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        size, space = width(), self._space(len(codes))
        octets = self._octets(codes, space)
        make_digits(octets, self.digits, size, space.edge, space.raw, space.index, space.union)
        self._check(int(np.bitwise_or.reduce(space.union)))
        for k, part in enumerate(slices(self.neurons, self.chunk)):
            tables = self._tables(part.start) if self.cache is None else self.cache[k]
            shuffle_sums(
                self.digits, self.at_once, space.index.ctypes.data, tables.ctypes.data, space.sums.ctypes.data,
                4 * space.sums.shape[1], self.inputs, len(tables), -(-len(codes) // (VECTORS * size)),
            )  # fmt: skip
            collect(space.sums, self.unit, self.constant, space.rows, a, part.start)


class _ShuffleSpace(Space):
    """With index registers and sums."""

    def __init__(self, samples: int, inputs: int, digits: int, neurons: int) -> None:
        super().__init__(samples, inputs)
        size = width()
        blocks = -(-samples // (VECTORS * size))
        self.raw = aligned_zeros((-(-inputs // SQUARE) * SQUARE * size + digits * VECTORS * size,), np.uint8)
        self.index = aligned_zeros((blocks, inputs, digits, VECTORS, size), np.uint8)
        self.sums = aligned_zeros((-(-neurons // LANES) * LANES, blocks * VECTORS * size), np.int32)
        self.rows = np.empty((LANES, len(self.sums)), dtype=np.int64)


def fits(digits: Digits | None, signed: bool) -> bool:
    """Whether there is a kernel: for at most two digits of codes without signs, whose upper byte is not multiplied."""
    return digits is not None and not signed and digits.tables.shape[1] <= 2 and not digits.multiplies
