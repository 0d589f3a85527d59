"""Counts of two comparators: their product table has nearly full rank, so rows of it are added instead of multiplied.

For one input j the rows V_j[c, :] = (T[c, w_j1], T[c, w_j2], ...) over the neurons differ from one input code c to the
next only by the pairs of words whose input threshold is c. Rolling through the pairs makes the rows one after the
other; each sample adds the row of its code, in vectors over the neurons (`_rows`). The whole tables of a few inputs
are made at a time, as many as stay in cache, for as many neurons; of codes too wide for that, samples are visited in
the order of their codes. Work per input: (pairs + samples)·neurons, whatever the stream length.

A mux needs nothing else than each input's own pairs. Bipolar: 2·ones - L = L - 2·ones_x - 2·ones_w + 4·T, where ones_x
comes from a column whose stream is always one.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..spec.generator import WeightedBinary
from ..spec.layer import DenseLayer, Mux
from ._jit import kernel
from ._memory import aligned
from ._pairs import count_without_inputs, pairs, product_table
from ._rows import LANES
from ._slab_kernels import add_rolling, add_tables, look_up, regroup
from ._threads import for_slices, thread_count

NEURONS = 144  # of a rolling row
TABLE_ROWS = 2**14 - 1  # of a whole table, at most: a megabyte
TABLE_BYTES = 2**20  # of the tables made at a time, with the sums in the second-level cache
TOGETHER = 16  # inputs whose tables are made at a time, at most
FEW = 16  # look-ups cost what so many pairs cost that are rolled through


@kernel
def _transpose(codes: np.ndarray, magnitudes: np.ndarray, negative: np.ndarray) -> None:
    """Magnitudes and signs of codes `(samples, inputs)` as `(inputs, samples)`, by squares that stay in cache."""
    for b0 in range(0, codes.shape[0], 32):
        for j0 in range(0, codes.shape[1], 32):
            for j in range(j0, min(j0 + 32, codes.shape[1])):
                for b in range(b0, min(b0 + 32, codes.shape[0])):
                    code = codes[b, j]
                    magnitudes[j, b] = abs(code)
                    negative[j, b] = code < 0


class SlabLayer:
    """Codes `(batch, inputs)` to counts `(batch, neurons)` of a layer with comparator inputs."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray) -> None:
        self.layer = layer
        self.selects = isinstance(layer.weight_generator, WeightedBinary)
        n, length = layer.resolution_bits, layer.stream_length
        every = pairs(layer)
        if isinstance(layer.accumulator, Mux):
            edges = np.searchsorted(every.inputs, np.arange(layer.inputs + 1))
            self.begin, self.end = edges[:-1], edges[1:]
        else:  # every input meets every pair
            self.begin = np.zeros(layer.inputs, dtype=np.int64)
            self.end = np.full(layer.inputs, every.x.size)
        self.factor = max(1, int(np.gcd.reduce(every.count))) if every.count.size else 1
        length //= self.factor
        # int16 holds doubled codes of 14 bits, thresholds, and the row of at least one input
        self.type = np.int16 if n <= 14 and length < 2**15 else np.int32
        # a row never exceeds L, so this many may be added; int32 holds every sum: inputs·L < 2^31
        self.rows_to_flush = (2**15 - 1) // length if self.type is np.int16 else 2**30
        self.x = every.x.astype(np.int32)
        self.w, self.count = every.w.astype(self.type), (every.count // self.factor).astype(self.type)
        self.kind = 2 if self.selects else 0 if (self.count == 1).all() else 1
        codes = np.abs(weights).T * (2 if self.selects else 1)
        signs = np.where(weights < 0, -1, 1).T
        self.bipolar = layer.input_encoding == "bipolar"
        if self.bipolar:  # the column whose stream is always one
            always = np.full((layer.inputs, 1), 2 ** (n + 1) - 1)
            codes, signs = np.hstack([codes, always]), np.hstack([signs, np.ones_like(always)])
        self.codes, self.signs = codes.astype(self.type, order="C"), signs.astype(self.type, order="C")
        self.weights, self._table = np.ascontiguousarray(weights.T, dtype=np.int32), None
        self.lowest = 1 - 2**n if layer.input_encoding == "sign_magnitude" else 0
        self.table_rows = 2**n - self.lowest
        self.constant = count_without_inputs(layer, weights)

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        if len(codes) * FEW < self.x.size and self.has_small_table:
            return self._look_up(codes)
        whole_tables = self.table_rows <= TABLE_ROWS and self.type is np.int16
        sums = (self._whole_tables(codes) if whole_tables else self._rolling(codes)).astype(np.int64)
        if self.factor > 1:
            sums *= self.factor
        if not self.bipolar:
            return sums
        return 4 * sums[:, :-1] - 2 * sums[:, -1:] + self.constant

    @property
    def has_small_table(self) -> bool:
        """Whether all inputs have one product table, and it stays in the second-level cache."""
        return self.layer.resolution_bits <= 9 and not isinstance(self.layer.accumulator, Mux)

    def _look_up(self, codes: np.ndarray) -> np.ndarray:
        if self._table is None:
            ones = product_table(self.layer)
            self._table = (2 * ones - self.layer.stream_length if self.bipolar else ones).astype(np.int32)
        a = np.zeros((len(codes), self.layer.neurons), dtype=np.int64)
        look_up(codes, self.weights, self._table, a)
        return a

    def _whole_tables(self, codes: np.ndarray) -> np.ndarray:
        columns = self.codes.shape[1]
        vectors = 2 if columns > LANES and 2 * self.table_rows * 2 * 2 * LANES <= TABLE_BYTES else 1
        together = max(1, min(TOGETHER, self.rows_to_flush, TABLE_BYTES // (self.table_rows * 2 * LANES * vectors)))
        chosen = np.empty((-(-self.layer.inputs // together), len(codes), together), dtype=np.uint16)
        regroup(codes, self.lowest, chosen)
        a = np.empty((len(codes), columns), dtype=np.int32)
        width = vectors * LANES

        def work(first: int, stop: int) -> None:
            padded = np.zeros((2, self.layer.inputs, width), dtype=np.int16)
            padded[0, :, : stop - first] = self.codes[:, first:stop]
            padded[1, :, : stop - first] = self.signs[:, first:stop]
            if self.selects:
                padded[0] >>= 1  # codes are doubled for the rolling kernel
            tables = aligned(np.zeros((together, self.table_rows, width), dtype=np.int16))
            sums = aligned(np.zeros((len(codes), width), dtype=np.int16))
            block = np.zeros((len(codes), width), dtype=np.int32)
            starts = np.zeros(2**self.layer.resolution_bits, dtype=np.int64)
            thresholds = (1 << np.maximum(self.w, 0)) * (self.w >= 0) if self.selects else self.w
            add_tables(
                chosen, padded[0], padded[1], self.begin, self.end, self.x, thresholds.astype(np.int16), self.count,
                self.kind, starts, -self.lowest, tables, sums, block,
            )  # fmt: skip
            a[:, first:stop] = block[:, : stop - first]

        for_slices(work, columns, width)
        return a

    def _rolling(self, codes: np.ndarray) -> np.ndarray:
        magnitudes = np.empty(codes.shape[::-1], dtype=np.uint16)
        negative = np.empty(codes.shape[::-1], dtype=np.bool_)
        _transpose(codes, magnitudes, negative)
        order = np.argsort(magnitudes, axis=1, kind="stable")
        return self._for_columns(len(codes), partial(self._add_rolling, magnitudes, negative, order))

    def _add_rolling(
        self,
        magnitudes: np.ndarray,
        negative: np.ndarray,
        order: np.ndarray,
        codes: np.ndarray,
        signs: np.ndarray,
        a: np.ndarray,
    ) -> None:
        begin, end, x, w, count = self.begin, self.end, self.x, self.w, self.count
        flush_after = self.rows_to_flush
        add_rolling(magnitudes, negative, order, codes, signs, begin, end, x, w, count, self.selects, flush_after, a)

    def _for_columns(self, samples: int, add: Any) -> np.ndarray:
        """Σ_j σ·T_j for each sample and column, int32: at most inputs·L < 2^31. Threads share out the columns."""
        columns = self.codes.shape[1]
        a = np.empty((samples, columns), dtype=np.int32)
        parts = max(-(-columns // NEURONS), min(thread_count(), columns // 16))

        def work(first: int, stop: int) -> None:
            block = np.zeros((samples, stop - first), dtype=np.int32)
            add(np.ascontiguousarray(self.codes[:, first:stop]), np.ascontiguousarray(self.signs[:, first:stop]), block)
            a[:, first:stop] = block

        for_slices(work, columns, -(-columns // parts))
        return a

    def describe(self) -> dict[str, Any]:
        """What `infer --explain` says of the layer."""
        return {
            "path": "rows of the product table",
            "pairs": int(self.x.size),
            "additions_per_sample": self.layer.inputs * self.layer.neurons,
        }
