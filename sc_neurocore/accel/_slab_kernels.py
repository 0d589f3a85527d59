"""The inner loops of `_slabs`: rows of product tables, made by rolling through pairs of words, added along the neurons.

All arrays of numbers that are added have one type, int16 where the sums between two flushes fit it, else int32: narrow
numbers are what makes these loops fast. Pairs and weights come in that type too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._jit import kernel
from ._rows import (
    LANES,
    add_1,
    add_2,
    table_1,
    table_1_counts,
    table_1_selects,
    table_2,
    table_2_counts,
    table_2_selects,
)


@kernel
def regroup(codes: np.ndarray, lowest: int, out: np.ndarray) -> None:
    """out[g, b, k] = codes[b, together·g + k] - lowest: a few inputs of all samples together; 0 stands for no input."""
    together = out.shape[2]
    for b in range(codes.shape[0]):
        row = codes[b]
        for g in range(out.shape[0]):
            part = row[together * g : together * g + together]
            few = out[g, b]
            few[:] = -lowest
            for k in range(part.size):
                few[k] = part[k] - lowest


@kernel
def look_up(codes: np.ndarray, weights: np.ndarray, table: np.ndarray, a: np.ndarray) -> None:
    """a[b, m] += Σ_j σ·table[|x_bj|, |w_jm|] for signed weights `(inputs, neurons)`; a: int64."""
    for b in range(codes.shape[0]):
        total = a[b]
        for j in range(codes.shape[1]):
            row, weight, negative = table[abs(codes[b, j])], weights[j], codes[b, j] < 0
            for m in range(total.size):
                product = row[abs(weight[m])]
                total[m] += -product if (weight[m] < 0) != negative else product


@kernel
def _roll(slab: np.ndarray, weights: np.ndarray, signs: np.ndarray, u: Any, times: Any, selects: bool) -> None:
    """Add `times` meetings with the weight threshold `u`, signed, to the row of one input."""
    if selects:
        for m in range(slab.size):
            slab[m] += signs[m] * times * ((weights[m] >> (u + 1)) & 1)
    elif times == 1:
        for m in range(slab.size):
            slab[m] += signs[m] if u < weights[m] else 0
    else:
        for m in range(slab.size):
            slab[m] += signs[m] * times if u < weights[m] else 0


@kernel
def _flush(narrow: np.ndarray, a: np.ndarray) -> None:
    for b in range(a.shape[0]):
        row, total = narrow[b], a[b]
        for m in range(total.size):
            total[m] += row[m]
        row[:] = 0


@kernel
def add_tables(
    chosen: np.ndarray,
    weights: np.ndarray,
    signs: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    count: np.ndarray,
    kind: int,
    starts: np.ndarray,
    zero: int,
    tables: np.ndarray,
    sums: np.ndarray,
    a: np.ndarray,
) -> None:
    """a[b, m] += Σ_j σ·T_j[|x_bj|, |w_jm|], through the whole tables of a few inputs at a time.

    chosen: uint16 `(groups, samples, together)` rows of the tables, from `regroup`; row `zero` + c belongs to code c.
    weights, signs: int16 `(inputs, neurons)` for one or two vectors of neurons; begin, end: the pairs of input j are
    begin[j] ... end[j] - 1, ascending in x; kind: 0 thresholds that all count once, 1 thresholds, 2 selected bits.
    starts: int64 `(codes,)`, tables: int16 `(together, rows, neurons)`, sums: int16 like a, all working space; a int32.
    """
    inputs, codes, two = weights.shape[0], starts.size, weights.shape[1] == 2 * LANES
    together, table_bytes = chosen.shape[2], 2 * tables.shape[1] * tables.shape[2]
    bound = np.zeros(weights.shape[1], dtype=np.int64)
    at_starts, at_w, at_count = np.uint64(starts.ctypes.data), np.uint64(w.ctypes.data), np.uint64(count.ctypes.data)
    sums[:] = 0
    known_begin, known_end = np.int64(-1), np.int64(-1)
    for g in range(chosen.shape[0]):
        for k in range(together):
            j = together * g + k
            table = tables[k]
            if j >= inputs:  # `regroup` chose the row of code 0 for these
                for m in range(bound.size):
                    table[zero, m] = 0
                continue
            if begin[j] != known_begin or end[j] != known_end:
                known_begin, known_end = begin[j], end[j]
                p = known_begin
                for c in range(codes):  # pairs with a threshold below c
                    while p < known_end and x[p] < c:
                        p += 1
                    starts[c] = p
            at = np.uint64(table.ctypes.data + zero * 2 * bound.size)
            at_weight, at_sign = np.uint64(weights[j].ctypes.data), np.uint64(signs[j].ctypes.data)
            below = zero > 0
            if kind == 0:
                if two:
                    table_2(at_weight, at_sign, at_starts, at_w, at_count, at, codes, below)
                else:
                    table_1(at_weight, at_sign, at_starts, at_w, at_count, at, codes, below)
            elif kind == 1:
                if two:
                    table_2_counts(at_weight, at_sign, at_starts, at_w, at_count, at, codes, below)
                else:
                    table_1_counts(at_weight, at_sign, at_starts, at_w, at_count, at, codes, below)
            elif two:
                table_2_selects(at_weight, at_sign, at_starts, at_w, at_count, at, codes, below)
            else:
                table_1_selects(at_weight, at_sign, at_starts, at_w, at_count, at, codes, below)
        # Rows grow with the code: the last ones bound what this group adds. int16 sums are emptied in time.
        most = np.int64(0)
        for k in range(min(together, inputs - together * g)):
            for m in range(bound.size):
                bound[m] += abs(np.int64(tables[k, zero + codes - 1, m]))
        for m in range(bound.size):
            most = max(most, bound[m])
        if most >= 2**15:
            _flush(sums, a)
            for m in range(bound.size):
                bound[m] = 0
            for k in range(min(together, inputs - together * g)):
                for m in range(bound.size):
                    bound[m] += abs(np.int64(tables[k, zero + codes - 1, m]))
        at_chosen, at_tables, at_sums = chosen[g].ctypes.data, tables.ctypes.data, sums.ctypes.data
        if two:
            add_2(np.uint64(at_chosen), a.shape[0], together, np.uint64(at_tables), table_bytes, np.uint64(at_sums))
        else:
            add_1(np.uint64(at_chosen), a.shape[0], together, np.uint64(at_tables), table_bytes, np.uint64(at_sums))
    _flush(sums, a)


@kernel
def add_rolling(
    magnitudes: np.ndarray,
    negative: np.ndarray,
    order: np.ndarray,
    weights: np.ndarray,
    signs: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    count: np.ndarray,
    selects: bool,
    flush_after: int,
    a: np.ndarray,
) -> None:
    """The same sum with samples in the order of their codes: one row rolls forward, each sample adds it at its code.

    magnitudes, negative: `(inputs, samples)`; order: samples by ascending magnitude, a row an input. flush_after:
    inputs whose sums the narrow type holds. The rest as in `add_tables`.
    """
    sums = np.zeros(a.shape, dtype=weights.dtype)
    slab = np.empty(a.shape[1], dtype=weights.dtype)
    for j in range(magnitudes.shape[0]):
        p, last = begin[j], end[j]
        if p < last:
            slab[:] = 0
            weight, sign = weights[j], signs[j]
            for i in range(order.shape[1]):
                b = order[j, i]
                while p < last and x[p] < magnitudes[j, b]:
                    _roll(slab, weight, sign, w[p], count[p], selects)
                    p += 1
                total = sums[b]
                if negative[j, b]:
                    for m in range(slab.size):
                        total[m] -= slab[m]
                else:
                    for m in range(slab.size):
                        total[m] += slab[m]
        if (j + 1) % flush_after == 0:
            _flush(sums, a)
    _flush(sums, a)
