"""The exact count by the look-ups of digits that nearly every processor can do (see `shuffles`)."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ...memory import aligned_zeros
from ...threads import for_slices
from ..int8 import CodeOutOfRange
from .digits import LARGEST, VALUES, Digits
from .kernels import LANES
from .shuffles import NEURONS, VECTORS, make_digits, shuffle_sums, width
from .transposed import SQUARE, collect
from .whole_product import narrow

TILE_SAMPLES = 512
KEPT_BYTES = 2**23  # of a layer's tables: more are made anew in every call
CHUNK = 256  # neurons whose sums lie in the cache
FEW = 64  # the same where their tables are made anew


class ShuffleProduct:
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact.

    Args:
        digits: the counts T of all codes; `fits`.
        bits: of an input code.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the counts negatively.
        constant: int64 `(neurons,)`.
    """

    def __init__(self, digits: Digits, bits: int, weights: np.ndarray, constant: np.ndarray) -> None:
        self.unit, self.bits, (self.neurons, self.inputs) = digits.unit, bits, weights.shape
        self.digits = digits.tables.shape[1]
        self.at_once = min(LARGEST // max(1, digits.largest), 255)
        magnitudes, negative = np.abs(weights), weights < 0
        highest = digits.tables.max(axis=2, keepdims=True)
        self._dictionary = np.concatenate([digits.tables, highest - digits.tables])
        self._entries = (magnitudes + np.where(negative, len(digits.tables), 0)).astype(np.uint16)
        complement = -digits.offsets - highest.sum(axis=(1, 2), dtype=np.int64)
        offsets = np.where(negative, complement[magnitudes], digits.offsets[magnitudes])
        self.constant = np.zeros(self.neurons + LANES, dtype=np.int32)
        self.constant[: self.neurons] = constant + self.unit * offsets.sum(axis=1)
        keeps = self.neurons * self.inputs * self.digits * VALUES <= KEPT_BYTES
        self.chunk = CHUNK if keeps else FEW
        starts = range(0, self.neurons, self.chunk)
        self._kept = [self._tables(start) for start in starts] if keeps else None
        self._scratch = threading.local()

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": f"look-ups in shuffled bytes, {self.digits} a product",
            "additions_per_sample": self.inputs * self.neurons,
        }

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts int64 of integer codes of any type.

        Raises:
            CodeOutOfRange: a code has a bit beyond those of the table, or is negative.
        """
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        for_slices(lambda i, j: self._tile(codes[i:j], a[i:j]), len(codes), TILE_SAMPLES)
        return a

    def _tables(self, start: int) -> np.ndarray:
        """Of the neurons of a chunk, uint8 `(blocks, inputs, NEURONS, digits, 16)`."""
        entries = self._entries[start : start + self.chunk]
        entries = np.pad(entries, ((0, -len(entries) % NEURONS), (0, 0))).reshape(-1, NEURONS, self.inputs)
        shape = len(entries), self.inputs, NEURONS, self.digits, VALUES
        out = aligned_zeros(shape, np.uint8)
        np.take(self._dictionary, entries.transpose(0, 2, 1), axis=0, out=out, mode="clip")
        return out

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        size, bits = width(), 0
        space = self._space(-(-len(codes) // (VECTORS * size)))
        octets, space.union[:] = codes, 0
        if codes.dtype != np.uint8 or not codes.flags.c_contiguous:
            octets = space.octets[: len(codes)]
            bits = narrow(codes, False, 255, octets)
        make_digits(octets, self.digits, size, space.edge, space.spare, space.raw, space.index, space.union)
        bits = bits or int(np.bitwise_or.reduce(space.union))
        if bits < 0 or bits >> self.bits:
            raise CodeOutOfRange
        for k, start in enumerate(range(0, self.neurons, self.chunk)):
            tables = self._tables(start) if self._kept is None else self._kept[k]
            shuffle_sums(
                self.digits, self.at_once, space.index.ctypes.data, tables.ctypes.data, space.sums.ctypes.data,
                4 * space.sums.shape[1], self.inputs, len(tables), -(-len(codes) // (VECTORS * size)),
            )  # fmt: skip
            collect(space.sums, self.unit, self.constant, space.rows, a, start)

    def _space(self, blocks: int) -> _Space:
        """Working space of this thread for at least so many blocks of samples."""
        kept: _Space | None = getattr(self._scratch, "space", None)
        if kept is None or len(kept.index) < blocks:
            kept = self._scratch.space = _Space(self, blocks)
        return kept


class _Space:
    """Working space for a tile of samples."""

    def __init__(self, product: ShuffleProduct, blocks: int) -> None:
        size, inputs, samples = width(), product.inputs, blocks * VECTORS * width()
        neurons = -(-min(product.chunk, product.neurons) // LANES) * LANES
        self.octets = np.empty((samples, inputs), dtype=np.uint8)
        self.edge = np.zeros((LANES, -(-inputs // SQUARE) * SQUARE), dtype=np.uint8)
        self.spare = aligned_zeros((LANES * 4 * size,), np.uint8)
        self.union = aligned_zeros((4 * LANES,), np.uint8)
        self.raw = aligned_zeros((-(-inputs // 4) * 4 * size + product.digits * VECTORS * size,), np.uint8)
        self.index = aligned_zeros((blocks, inputs, product.digits, VECTORS, size), np.uint8)
        self.sums = aligned_zeros((neurons, samples), np.int32)
        self.rows = np.empty((LANES, neurons), dtype=np.int64)


def fits(digits: Digits | None, signed: bool) -> bool:
    """Whether there is a kernel: for at most two digits of codes without signs, whose upper byte is not multiplied."""
    return digits is not None and not signed and digits.tables.shape[1] <= 2 and not digits.multiplies
