"""Counts of two comparators: their product table has nearly full rank, so rows of it are added instead of multiplied.

For one input j the rows V_j[x, :] = (T[x, w_j1], T[x, w_j2], ...) over the neurons differ from one input code to the
next only by the pairs of words whose input threshold lies between. Going through the pairs makes the rows one after
the other; each sample adds the row of its code, in vectors over the neurons (`row_kernels`). The whole tables of a few
inputs are made at a time, as many as stay in cache, for as many neurons. Work per input: (pairs + samples)·neurons,
whatever the stream length. A code is its rank among the thresholds that occur, so short streams have few rows. Few
samples look into the one product table of all inputs instead, of which every so many rows are kept.

A mux needs nothing else than each input's own pairs. Bipolar: 2·ones - L = L - 2·ones_x - 2·ones_w + 4·T.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...spec.layer import DenseLayer
from ..jit import compiles, kernel
from ..joint_counts import count_without_inputs, pairs, stream_ones
from ..kinds import select_source, selects
from ..memory import aligned_zeros
from ..threads import for_slices, thread_count
from ..words import NO_BIT
from .row_kernels import ANY, LANES, SELECTS, SINGLE
from .table_sum_kernels import add_looked_up, add_rolling, add_tables, look_near, look_up, regroup, regroup_each

NEURONS = 144  # of a rolling row
TABLE_ROWS = 2**14 - 1  # of a whole table, at most: a megabyte
TABLE_BYTES = 2**20  # of the tables made at a time, with the sums in the second-level cache
TOGETHER = 16  # inputs whose tables are made at a time, at most
FEW = 16  # look-ups of a sample cost what so many pairs cost that are gone through
FEW_NEAR = 64  # the same where only some rows are kept
LOOK_UP_ENTRIES = 2**19  # of the product table that few samples look into
NARROW = 2**15  # what int16 holds


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


class TableSumLayer:
    """Codes `(batch, inputs)` to counts `(batch, neurons)` of a layer with comparator inputs."""

    reads_codes = False
    """Takes checked codes, of which it makes int64 copies where they are narrower."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray) -> None:
        self.layer, self.weights = layer, weights
        self.selects = selects(layer.weight_generator)
        self.mux = select_source(layer.accumulator) is not None
        self.bipolar, self.signed = layer.bipolar, layer.signed_inputs
        self.every = pairs(layer)
        if self.mux:
            edges = np.searchsorted(self.every.inputs, np.arange(layer.inputs + 1))
            self.begin, self.end = edges[:-1], edges[1:]
        else:  # every input meets every pair
            self.begin = np.zeros(layer.inputs, dtype=np.int64)
            self.end = np.full(layer.inputs, self.every.x.size)
        count = self.every.count
        self.factor = max(1, int(np.gcd.reduce(count))) if count.size else 1
        self.longest = layer.stream_length // self.factor  # a row never exceeds it
        self.constant = count_without_inputs(layer, weights)
        self._prepare_tables()
        self._looked_up: tuple[np.ndarray, np.ndarray] | None = None
        self._near: tuple[int, np.ndarray] | None = None

    def _prepare_tables(self) -> None:
        """Thresholds and codes as ranks, so that int16 holds them."""
        n, every = self.layer.resolution_bits, self.every
        codes = np.arange(2**n)
        if self.selects:  # one bit; the highest, which only a stream that is always one has, where no bit is selected
            w = np.where(every.w != NO_BIT, 1 << every.w, NARROW)
            rank_of_weight, always = codes, 2 * NARROW - 1
            self.few_thresholds = n < 16
        else:
            distinct, w = np.unique(every.w, return_inverse=True)
            rank_of_weight, always = np.searchsorted(distinct, codes), distinct.size
            self.few_thresholds = distinct.size < NARROW
        if self.mux:  # a row for each pair
            rows = (self.end - self.begin).max(initial=0) + 1
            self.starts, self.row_of_code = np.arange(rows), np.zeros(0, dtype=np.int64)
            single = True
        else:
            distinct_x, starts = np.unique(every.x, return_index=True)
            self.starts = np.append(starts, every.x.size)
            self.row_of_code = np.searchsorted(distinct_x, codes)
            rows, single = distinct_x.size + 1, distinct_x.size == every.x.size
        self.rows = np.minimum(self.end - self.begin + 1, rows)
        self.zero = int(rows) - 1 if self.signed else 0
        self.table_rows = int(rows) + self.zero
        self.w = w.astype(np.int64).astype(np.uint16).view(np.int16)
        self.count = (every.count // self.factor).astype(np.int16 if self.longest < NARROW else np.int32)
        self.kind = SELECTS if self.selects else SINGLE if single and (self.count == 1).all() else ANY
        self.codes = np.ascontiguousarray(rank_of_weight[np.abs(self.weights)].T, dtype=np.uint16).view(np.int16)
        self.signs = np.ascontiguousarray(np.where(self.weights < 0, -1, 1).T, dtype=np.int16)
        if self.bipolar and self.mux:  # a column whose stream is always one counts the inputs' ones
            self.codes = np.hstack(
                [self.codes, np.full((self.layer.inputs, 1), always, dtype=np.uint16).view(np.int16)]
            )
            self.signs = np.hstack([self.signs, np.ones((self.layer.inputs, 1), dtype=np.int16)])

    @property
    def has_tables(self) -> bool:
        """Whether whole tables fit the cache, and their numbers int16; they are made in the processor's own words."""
        return compiles() and self.table_rows <= TABLE_ROWS and self.longest < NARROW and self.few_thresholds

    def way(self, batch: int) -> str:
        """How a batch is counted: `look up`, `near`, `tables` or `rolling`."""
        n = self.layer.resolution_bits
        possible, small = not self.mux and not self.selects and self.few_thresholds, 2 * 4**n <= LOOK_UP_ENTRIES
        if possible and small and batch * FEW < self.every.x.size:
            return "look up"
        if possible and not small and batch * FEW_NEAR < self.every.x.size:
            return "near"
        return "tables" if self.has_tables else "rolling"

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts of codes `(batch, inputs)`, without bias: a fresh int64 array `(batch, neurons)`."""
        codes, way = np.ascontiguousarray(codes, dtype=np.int64), self.way(len(codes))
        if way == "look up":
            return self._look_up(codes)
        add = {"near": self._look_near, "tables": self._whole_tables, "rolling": self._rolling}[way]
        sums = add(codes)
        if self.factor > 1:
            sums *= self.factor
        if not self.bipolar:
            return sums
        if sums.shape[1] > self.layer.neurons:
            return 4 * sums[:, :-1] - 2 * sums[:, -1:] + self.constant
        assert self.layer.input_generator is not None, "bipolar codes are no spikes"
        ones = np.empty(len(codes), dtype=np.int64)
        table = stream_ones(self.layer.input_generator, self.layer.resolution_bits, self.layer.stream_length)
        add_looked_up(codes, table, ones)
        sums *= 4
        sums += self.constant - 2 * ones[:, None]
        return sums

    # ------------------------------------------------------------------ few samples

    def _rows_every(self, step: int) -> np.ndarray:
        """Every `step`-th row of T over the ranks of weights, int32, without `factor`."""
        ranks = int(self.codes.max(initial=0)) + 1
        marks = np.arange(0, self.starts.size, step)
        cells = np.zeros((marks.size + 1, ranks + 1), dtype=np.int64)
        row_of_pair = np.repeat(np.arange(1, self.starts.size), np.diff(self.starts))
        # a pair is in all rows from its own on, and in all ranks above its threshold's
        at = np.searchsorted(marks, row_of_pair), np.minimum(self.w.astype(np.int64) + 1, ranks)
        np.add.at(cells, at, self.count)
        return cells[:-1, :-1].cumsum(axis=0).cumsum(axis=1).astype(np.int32)

    def _look_up(self, codes: np.ndarray) -> np.ndarray:
        if self._looked_up is None:
            length = self.layer.stream_length
            table = self._rows_every(1) * self.factor
            if self.bipolar:  # 2·ones - L of the XNOR
                n = self.layer.resolution_bits
                assert self.layer.input_generator is not None, "bipolar codes are no spikes"
                code_of_row = np.minimum(np.searchsorted(self.row_of_code, np.arange(len(table))), 2**n - 1)
                x = stream_ones(self.layer.input_generator, n, length)[code_of_row]
                w = np.zeros(table.shape[1], dtype=np.int64)
                ones_w = stream_ones(self.layer.weight_generator, n, length)
                w[self.codes.T.ravel()] = ones_w[self.weights.ravel()]
                table = length - 2 * x[:, None] - 2 * w + 4 * table
            signed_table = np.hstack([table, -table]).astype(np.int32)[self.row_of_code]
            columns = self.codes + np.where(self.signs < 0, table.shape[1], 0)
            self._looked_up = np.ascontiguousarray(signed_table), np.ascontiguousarray(columns, dtype=np.int32)
        table, columns = self._looked_up
        a = np.empty((len(codes), self.layer.neurons), dtype=np.int64)
        look_up(codes, columns, table, a)
        return a

    def _look_near(self, codes: np.ndarray) -> np.ndarray:
        if self._near is None:
            step = max(1, self.starts.size * (int(self.codes.max(initial=0)) + 1) // LOOK_UP_ENTRIES)
            self._near = step, self._rows_every(step)
        step, table = self._near
        a = np.empty((len(codes), self.codes.shape[1]), dtype=np.int64)
        count = self.count.astype(np.int32)
        look_near(codes, self.row_of_code, self.codes, self.signs, self.w, count, self.starts, step, table, a)
        return a

    # ------------------------------------------------------------------ many samples

    def _whole_tables(self, codes: np.ndarray) -> np.ndarray:
        columns = self.codes.shape[1]
        vectors = 2 if columns > LANES and 2 * self.table_rows * 2 * 2 * LANES <= TABLE_BYTES else 1
        # so few that the rows of all of them fit int16 together
        together = min(TOGETHER, (NARROW - 1) // self.longest, TABLE_BYTES // (self.table_rows * 2 * LANES * vectors))
        together = max(1, min(together, self.layer.inputs))
        places = np.empty((-(-self.layer.inputs // together), len(codes), together), dtype=np.uint16)
        if self.mux:
            regroup_each(codes, self.begin, self.end, self.every.x, self.zero, places)
        else:
            regroup(codes, self.row_of_code, self.zero, places)
        a = np.empty((len(codes), columns), dtype=np.int64)
        width = vectors * LANES

        def work(first: int, stop: int) -> None:
            padded = np.zeros((2, self.layer.inputs, width), dtype=np.int16)
            padded[0, :, : stop - first] = self.codes[:, first:stop]
            padded[1, :, : stop - first] = self.signs[:, first:stop]
            tables = aligned_zeros((together, self.table_rows, width), np.int16)
            sums = aligned_zeros((len(codes), width), np.int16)
            block = np.zeros((len(codes), width), dtype=np.int32)
            add_tables(
                places, padded[0], padded[1], self.begin, self.rows, self.starts, self.w, self.count, self.kind,
                self.zero, tables, sums, block,
            )  # fmt: skip
            a[:, first:stop] = block[:, : stop - first]

        for_slices(work, columns, width)
        return a

    def _rolling(self, codes: np.ndarray) -> np.ndarray:
        magnitudes = np.empty(codes.shape[::-1], dtype=np.uint16)
        negative = np.empty(codes.shape[::-1], dtype=np.bool_)
        _transpose(codes, magnitudes, negative)
        order = np.argsort(magnitudes, axis=1, kind="stable")
        doubled = np.abs(self.weights).T * (2 if self.selects else 1)
        signs = np.where(self.weights < 0, -1, 1).T
        if self.bipolar and self.mux:
            always = np.full((self.layer.inputs, 1), 2 ** (self.layer.resolution_bits + 1) - 1)
            doubled, signs = np.hstack([doubled, always]), np.hstack([signs, np.ones_like(always)])
        columns, every = doubled.shape[1], self.every
        # of a doubled weight bit 0, which only a stream that is always one has, stands for no bit
        w = np.where(every.w == NO_BIT, 0, every.w + 1) if self.selects else every.w
        x, w, count = (part.astype(np.int32) for part in (every.x, w, every.count // self.factor))
        a = np.empty((len(codes), columns), dtype=np.int64)
        parts = max(-(-columns // NEURONS), min(thread_count(), columns // 16))

        def work(first: int, stop: int) -> None:
            # int32 holds every sum: inputs·L < 2^31
            block = np.zeros((len(codes), stop - first), dtype=np.int32)
            of_weights, of_signs = (
                np.ascontiguousarray(part[:, first:stop], dtype=np.int32) for part in (doubled, signs)
            )
            add_rolling(
                magnitudes, negative, order, of_weights, of_signs, self.begin, self.end, x, w, count,
                self.selects, 2**30, block,
            )  # fmt: skip
            a[:, first:stop] = block

        for_slices(work, columns, -(-columns // parts))
        return a

    def describe(self, batch: int = 2048) -> dict[str, Any]:
        """What `infer --explain` says of the layer."""
        way = {"look up": "entries", "near": "entries", "tables": "rows", "rolling": "rolling rows"}[self.way(batch)]
        return {
            "path": f"{way} of the product table",
            "pairs": int(self.every.x.size),
            "additions_per_sample": self.layer.inputs * self.layer.neurons,
        }
