"""The exact count by look-ups in whole tables, for codes of up to eight bits and any two generators."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...memory import aligned, aligned_zeros
from ...threads import slices
from .base import LookupBase, Space
from .digits import LARGEST
from .kernels import LANES, VECTOR_BYTES
from .transposed import SQUARE, collect
from .whole import AT_ONCE, ENTRIES, SAMPLES, VECTORS, add_whole, arrange, index_inputs

TILE_SAMPLES = SAMPLES * VECTORS[0]
CHUNK = 256  # neurons whose sums lie in the cache


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


class WholeProduct(LookupBase):
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact.

    Args:
        whole: the counts T of all codes.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the counts negatively.
        constant: int64 `(neurons,)`.
    """

    def __init__(self, source: WholeTables, weights: np.ndarray, constant: np.ndarray) -> None:
        super().__init__(weights.shape, source.bits, source.signed, TILE_SAMPLES)
        self.source, self.tables = source, aligned(source.tables)
        self.constant = np.zeros(self.neurons + LANES, dtype=np.int32)
        for part in slices(self.neurons, CHUNK):  # no copy of all weights
            signs, offsets = np.where(weights[part] < 0, -1, 1), source.offsets[np.abs(weights[part])]
            self.constant[part] = constant[part] + source.unit * (signs * offsets).sum(axis=1)
        blocks = -(-self.inputs // AT_ONCE)
        self.terms = np.zeros((self.neurons, blocks, AT_ONCE + 1), dtype=np.uint32)
        self.ends = np.zeros((self.neurons, blocks, 4), dtype=np.int64)
        arrange(weights, source.tables.max(axis=1).astype(np.int64), LARGEST, self.terms, self.ends)

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": f"look-ups in whole tables of {self.source.entries} bytes",
            "lookups_per_sample": self.inputs * self.neurons,
        }

    def _new_space(self, samples: int) -> _WholeSpace:
        return _WholeSpace(self.inputs, min(CHUNK, self.neurons))

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        space = self._space(len(codes))
        octets = self._octets(codes, space, mask=2**self.source.index_bits - 1)
        vectors = min(each for each in VECTORS if SAMPLES * each >= len(codes))
        index_inputs(octets, vectors, space.edge, space.raw, space.index, space.upper, space.union)
        if not self.signed:  # of signed codes these are the bits of two's complements
            self._check(int(np.bitwise_or.reduce(space.union)))
        which = len(VECTORS) * ENTRIES.index(self.source.entries) + VECTORS.index(vectors)
        for part in slices(self.neurons, CHUNK):
            add_whole(
                which, vectors, space.index, space.upper, self.tables, self.terms[part], self.ends[part], space.sums
            )
            collect(space.sums, self.source.unit, self.constant, space.rows, a, part.start)


class _WholeSpace(Space):
    """With index registers of one block of samples, and its sums."""

    def __init__(self, inputs: int, neurons: int) -> None:
        super().__init__(TILE_SAMPLES, inputs)
        groups = -(-inputs // 4)
        self.raw = aligned_zeros((-(-inputs // SQUARE) * SQUARE * VECTOR_BYTES,), np.uint8)
        self.index = aligned_zeros((4 * groups * TILE_SAMPLES,), np.uint8)
        self.upper = aligned_zeros((4 * groups * VECTORS[0],), np.uint64)
        self.sums = aligned_zeros((-(-neurons // LANES) * LANES, TILE_SAMPLES), np.int32)
        self.rows = np.empty((LANES, len(self.sums)), dtype=np.int64)
