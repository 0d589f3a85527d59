"""The exact count by look-ups in whole tables, for codes of up to eight bits and any two generators."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ...jit import kernel
from ...memory import aligned, aligned_zeros
from ...threads import for_slices
from ..int8 import CodeOutOfRange
from .kernels import LANES, VECTOR_BYTES
from .transposed import SQUARE, collect
from .whole import AT_ONCE, ENTRIES, SAMPLES, VECTORS, add_whole, arrange, index_inputs

TILE_SAMPLES = SAMPLES * VECTORS[0]
CHUNK = 256  # neurons whose sums lie in the cache
LARGEST = 255


@kernel
def narrow(codes: np.ndarray, signed: bool, mask: int, out: np.ndarray) -> int:
    """Low bits of codes of any integer type; returns the union of all bits, of magnitudes where `signed`.

    Args:
        codes: `(samples, inputs)`.
        signed: whether codes may be negative.
        mask: the bits that are kept.
        out: uint8 `(samples, inputs)`.
    """
    union = np.int64(0)
    for b in range(codes.shape[0]):
        row = codes[b]
        for j in range(row.size):
            code = np.int64(row[j])
            union |= abs(code) if signed else code
            out[b, j] = np.uint8(code & mask)
    return union  # pyright: ignore[reportReturnType]  an int where compiled


class WholeTables:
    """Counts as bytes: unit·(tables[w, x mod 2^index_bits] + offsets[w]); see `whole_tables`."""

    def __init__(self, table: np.ndarray, signed: bool) -> None:
        """Of counts of all pairs, int64 `(2^bits input codes, weight codes)`; `fits` says whether bytes hold them."""
        self.signed, self.bits = signed, len(table).bit_length() - 1
        self.index_bits = self.bits + signed
        counts = np.concatenate([table, -table[:1], -table[:0:-1]]) if signed else table
        lowest = counts.min(axis=0)
        self.unit = max(1, int(np.gcd.reduce(np.concatenate([(counts - lowest).ravel(), lowest]))))
        self.offsets = lowest // self.unit
        values = (counts - lowest) // self.unit
        self.fits = self.index_bits <= 8 and values.max() <= LARGEST
        self.entries = next((entries for entries in ENTRIES if entries >= len(counts)), ENTRIES[-1])
        self.tables = np.zeros((table.shape[1], self.entries), dtype=np.uint8)
        if self.fits:
            self.tables[:, : len(counts)] = values.T


class WholeProduct:
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact.

    Args:
        whole: the counts T of all codes.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the counts negatively.
        constant: int64 `(neurons,)`.
    """

    def __init__(self, whole: WholeTables, weights: np.ndarray, constant: np.ndarray) -> None:
        self.whole, (self.neurons, self.inputs) = whole, weights.shape
        self.tables = aligned(whole.tables)
        signs, magnitudes = np.where(weights < 0, -1, 1), np.abs(weights)
        self.constant = np.zeros(self.neurons + LANES, dtype=np.int32)
        self.constant[: self.neurons] = constant + whole.unit * (signs * whole.offsets[magnitudes]).sum(axis=1)
        blocks = -(-self.inputs // AT_ONCE)
        self.terms = np.zeros((self.neurons, blocks, AT_ONCE + 1), dtype=np.uint32)
        self.ends = np.zeros((self.neurons, blocks, 4), dtype=np.int64)
        arrange(weights, whole.tables.max(axis=1).astype(np.int64), LARGEST, self.terms, self.ends)
        self._scratch = threading.local()

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": f"look-ups in whole tables of {self.whole.entries} bytes",
            "additions_per_sample": self.inputs * self.neurons,
        }

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts int64 of integer codes of any type.

        Raises:
            CodeOutOfRange: a code has a bit beyond those of the table, or is negative where none may be.
        """
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        for_slices(lambda i, j: self._tile(codes[i:j], a[i:j]), len(codes), TILE_SAMPLES)
        return a

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        space = self._space()
        octets = codes
        union, space.union[:] = 0, 0
        if codes.dtype != np.uint8 or self.whole.signed or not codes.flags.c_contiguous:
            octets = space.octets[: len(codes)]
            union = narrow(codes, self.whole.signed, 2**self.whole.index_bits - 1, octets)
        vectors = min(each for each in VECTORS if SAMPLES * each >= len(codes))
        index_inputs(octets, vectors, space.edge, space.spare, space.raw, space.index, space.upper, space.union)
        union = union or int(np.bitwise_or.reduce(space.union))
        if union < 0 or union >> self.whole.bits:
            raise CodeOutOfRange
        which = len(VECTORS) * ENTRIES.index(self.whole.entries) + VECTORS.index(vectors)
        for start in range(0, self.neurons, CHUNK):
            part = slice(start, start + CHUNK)
            add_whole(
                which, vectors, space.index, space.upper, self.tables, self.terms[part], self.ends[part], space.sums
            )  # fmt: skip
            collect(space.sums, self.whole.unit, self.constant, space.rows, a, start)

    def _space(self) -> _Space:
        """Working space of this thread."""
        kept: _Space | None = getattr(self._scratch, "space", None)
        if kept is None:
            kept = self._scratch.space = _Space(self.inputs, min(CHUNK, self.neurons))
        return kept


class _Space:
    """Working space for a tile of samples."""

    def __init__(self, inputs: int, neurons: int) -> None:
        groups = -(-inputs // 4)
        self.octets = np.empty((TILE_SAMPLES, inputs), dtype=np.uint8)
        self.edge = np.zeros((LANES, -(-inputs // SQUARE) * SQUARE), dtype=np.uint8)
        self.spare = aligned_zeros((LANES * 4 * VECTOR_BYTES,), np.uint8)
        self.union = aligned_zeros((VECTOR_BYTES,), np.uint8)
        self.raw = aligned_zeros((groups * 4 * VECTOR_BYTES,), np.uint8)
        self.index = aligned_zeros((4 * groups * TILE_SAMPLES,), np.uint8)
        self.upper = aligned_zeros((4 * groups * VECTORS[0],), np.uint64)
        self.sums = aligned_zeros((-(-neurons // LANES) * LANES, TILE_SAMPLES), np.int32)
        self.rows = np.empty((LANES, len(self.sums)), dtype=np.int64)
