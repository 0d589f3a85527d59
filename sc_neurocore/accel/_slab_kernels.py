"""The inner loops of `_slabs`: rows of product tables, made by rolling through pairs of words, added along the neurons.

All arrays of numbers that are added have one type, int16 where the sums between two flushes fit it, else int32: narrow
numbers are what makes these loops fast. Pairs and weights come in that type too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._jit import kernel

TOGETHER = 8
"""Inputs whose table rows are added to a sample at once."""


@kernel
def regroup(codes: np.ndarray, lowest: int, out: np.ndarray) -> None:
    """out[g, b, k] = codes[b, 8 g + k] - lowest: eight inputs of all samples lie together; 0 stands for no input."""
    for b in range(codes.shape[0]):
        row = codes[b]
        for g in range(out.shape[0]):
            part = row[TOGETHER * g : TOGETHER * g + TOGETHER]
            eight = out[g, b]
            eight[:] = -lowest
            for k in range(part.size):
                eight[k] = part[k] - lowest


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
def _add_eight(chosen: np.ndarray, tables: np.ndarray, sums: np.ndarray) -> None:
    for b in range(sums.shape[0]):
        row, c = sums[b], chosen[b]
        t0, t1, t2, t3 = tables[0, c[0]], tables[1, c[1]], tables[2, c[2]], tables[3, c[3]]
        t4, t5, t6, t7 = tables[4, c[4]], tables[5, c[5]], tables[6, c[6]], tables[7, c[7]]
        for m in range(row.size):
            row[m] = row[m] + t0[m] + t1[m] + t2[m] + t3[m] + t4[m] + t5[m] + t6[m] + t7[m]


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
    selects: bool,
    tables: np.ndarray,
    zero: int,
    flush_after: int,
    a: np.ndarray,
) -> None:
    """a[b, m] += Σ_j σ·T_j[|x_bj|, |w_jm|], through the whole tables of eight inputs at a time.

    chosen: `(groups, samples, 8)` rows of the tables, from `regroup`; row `zero` + c belongs to code c.
    weights, signs: `(inputs, neurons)`; begin, end: the pairs of input j are begin[j] ... end[j] - 1, ascending in x.
    tables: `(8, rows, neurons)`, working space. flush_after: groups whose sums the narrow type holds. a: int32.
    """
    inputs, rows = weights.shape[0], tables.shape[1]
    sums = np.zeros(a.shape, dtype=tables.dtype)
    for g in range(chosen.shape[0]):
        for k in range(TOGETHER):
            table = tables[k]
            table[zero] = 0
            j = TOGETHER * g + k
            if j >= inputs:  # `regroup` chose the row of code 0 for these
                continue
            weight, sign = weights[j], signs[j]  # once: taking a row costs two atomic operations
            p = begin[j]
            for c in range(1, rows - zero):
                slab, before = table[zero + c], table[zero + c - 1]
                for m in range(slab.size):  # a loop: assigning a whole row would go through a copy
                    slab[m] = before[m]
                while p < end[j] and x[p] < c:
                    _roll(slab, weight, sign, w[p], count[p], selects)
                    p += 1
            for c in range(1, zero + 1):
                for m in range(weights.shape[1]):
                    table[zero - c, m] = -table[zero + c, m]
        _add_eight(chosen[g], tables, sums)
        if (g + 1) % flush_after == 0:
            _flush(sums, a)
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
