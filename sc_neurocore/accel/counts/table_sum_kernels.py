"""The inner loops of `table_sums`: rows of product tables, made by rolling through pairs, added along the neurons.

All arrays of numbers that are added have one type, int16 where the sums between two flushes fit it, else int32: narrow
numbers are what makes these loops fast. Pairs and weights come in that type too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..jit import kernel
from .row_kernels import LANES, add, table


@kernel
def regroup(codes: np.ndarray, row_of_code: np.ndarray, zero: int, out: np.ndarray) -> None:
    """out[g, b, k] = zero ± row_of_code[|codes[b, together·g + k]|]: a few inputs of all samples lie together.

    The sign is the code's; `zero` stands for no input.

    Args:
        codes: `(samples, inputs)`.
        row_of_code: row of a table for each magnitude.
        zero: the row that stands for no input.
        out: uint16 `(groups, samples, together)`.
    """
    together = out.shape[2]
    for b in range(codes.shape[0]):
        row = codes[b]
        for g in range(out.shape[0]):
            part = row[together * g : together * g + together]
            few = out[g, b]
            few[:] = zero
            for k in range(part.size):
                place = row_of_code[abs(part[k])]
                few[k] = zero - place if part[k] < 0 else zero + place


@kernel
def regroup_each(
    codes: np.ndarray, begin: np.ndarray, end: np.ndarray, x: np.ndarray, zero: int, out: np.ndarray
) -> None:
    """The same where every input has its own pairs begin[j] ... end[j] - 1: a row follows each of their thresholds.

    Args:
        codes: as in `regroup`.
        begin: the first pair of each input.
        end: one beyond its last.
        x: thresholds of the pairs.
        zero: as in `regroup`.
        out: as in `regroup`.
    """
    together = out.shape[2]
    out[:] = zero
    for b in range(codes.shape[0]):
        for j in range(codes.shape[1]):
            code = abs(codes[b, j])
            low, high = begin[j], end[j]
            while low < high:  # thresholds below the code
                middle = (low + high) >> 1
                if x[middle] < code:
                    low = middle + 1
                else:
                    high = middle
            place = low - begin[j]
            out[j // together, b, j % together] = zero - place if codes[b, j] < 0 else zero + place


@kernel
def add_looked_up(codes: np.ndarray, table: np.ndarray, sums: np.ndarray) -> None:
    """sums[b] = Σ_j table[codes[b, j]].

    Args:
        codes: `(samples, inputs)`.
        table: a number for each code.
        sums: int64 `(samples,)`.
    """
    for b in range(codes.shape[0]):
        total = np.int64(0)
        for j in range(codes.shape[1]):
            total += table[codes[b, j]]
        sums[b] = total


@kernel
def look_up(codes: np.ndarray, weights: np.ndarray, table: np.ndarray, a: np.ndarray) -> None:
    """a[b, m] = Σ_j σ·table[|x_bj|, w_jm] for columns w_jm int32 `(inputs, neurons)`, whose entries bear w's sign.

    Args:
        codes: `(samples, inputs)`.
        weights: columns w_jm, int32 `(inputs, neurons)`.
        table: int32, a row for each magnitude; its columns bear w's sign.
        a: int64 `(samples, neurons)`.
    """
    total = np.zeros(a.shape[1], dtype=np.int32)
    for b in range(codes.shape[0]):
        total[:] = 0
        for j in range(codes.shape[1]):
            row, weight = table[abs(codes[b, j])], weights[j]
            if codes[b, j] < 0:
                for m in range(total.size):
                    total[m] -= row[weight[m]]
            else:
                for m in range(total.size):
                    total[m] += row[weight[m]]
        a[b] = total


@kernel
def _take(near: np.ndarray, weights: np.ndarray, row: np.ndarray) -> None:
    for m in range(row.size):
        row[m] = near[weights[m]]


@kernel
def _add_pair(row: np.ndarray, weights: np.ndarray, threshold: Any, times: Any) -> None:
    for m in range(row.size):
        row[m] += times if threshold < weights[m] else 0


@kernel
def _add_signed(total: np.ndarray, row: np.ndarray, signs: np.ndarray, sign: Any) -> None:
    for m in range(row.size):
        total[m] += row[m] * signs[m] * sign


@kernel
def look_near(
    codes: np.ndarray,
    row_of_code: np.ndarray,
    weights: np.ndarray,
    signs: np.ndarray,
    w: np.ndarray,
    count: np.ndarray,
    starts: np.ndarray,
    every: int,
    table: np.ndarray,
    a: np.ndarray,
) -> None:
    """a[b, m] = Σ_j σ·T[row of x_bj, w_jm], from every `every`-th row of T, `table`, and the pairs after it.

    Args:
        codes: `(samples, inputs)`.
        row_of_code: row of T for each magnitude.
        weights: ranks of the weights' magnitudes, int16 `(inputs, neurons)`.
        signs: of the weights, int16 `(inputs, neurons)`.
        w: thresholds of the pairs, as in `add_tables`.
        count: how often each occurs.
        starts: the first pair of each row.
        every: rows from one row of `table` to the next.
        table: every `every`-th row of T, int32.
        a: int64 `(samples, neurons)`.
    """
    total, row = np.zeros(a.shape[1], dtype=np.int32), np.zeros(a.shape[1], dtype=np.int32)
    for b in range(codes.shape[0]):
        total[:] = 0
        for j in range(codes.shape[1]):
            place = row_of_code[abs(codes[b, j])]
            nearest = place // every
            weight = weights[j]
            _take(table[nearest], weight, row)
            for p in range(starts[nearest * every], starts[place]):
                _add_pair(row, weight, w[p], count[p])
            _add_signed(total, row, signs[j], np.int32(-1 if codes[b, j] < 0 else 1))
        a[b] = total


@kernel
def _roll(sums_of_input: np.ndarray, weights: np.ndarray, signs: np.ndarray, u: Any, times: Any, selects: bool) -> None:
    """Add `times` meetings with the weight threshold `u`, signed, to the row of one input."""
    if selects:
        for m in range(sums_of_input.size):
            sums_of_input[m] += signs[m] * times * ((weights[m] >> u) & 1)
    elif times == 1:
        for m in range(sums_of_input.size):
            sums_of_input[m] += signs[m] if u < weights[m] else 0
    else:
        for m in range(sums_of_input.size):
            sums_of_input[m] += signs[m] * times if u < weights[m] else 0


@kernel
def _flush(narrow: np.ndarray, a: np.ndarray) -> None:
    for b in range(a.shape[0]):
        row, total = narrow[b], a[b]
        for m in range(total.size):
            total[m] += row[m]
        row[:] = 0


@kernel
def _make_table(
    kind: int, weights: np.ndarray, signs: np.ndarray, starts: np.ndarray, first: Any, w: np.ndarray,
    count: np.ndarray, zero: int, rows: Any, tables: np.ndarray,
) -> None:  # fmt: skip
    at = np.uint64(tables.ctypes.data + zero * 2 * weights.size)
    at_w, at_count = np.uint64(w.ctypes.data + 2 * first), np.uint64(count.ctypes.data + 2 * first)
    operands, at_starts = (np.uint64(weights.ctypes.data), np.uint64(signs.ctypes.data)), np.uint64(starts.ctypes.data)
    table(kind + weights.size // LANES - 1, operands[0], operands[1], at_starts, at_w, at_count, at, rows, zero > 0)


@kernel
def add_tables(
    places: np.ndarray,
    weights: np.ndarray,
    signs: np.ndarray,
    first: np.ndarray,
    rows: np.ndarray,
    starts: np.ndarray,
    w: np.ndarray,
    count: np.ndarray,
    kind: int,
    zero: int,
    tables: np.ndarray,
    sums: np.ndarray,
    a: np.ndarray,
) -> None:
    """a[b, m] += Σ_j σ·T_j[|x_bj|, |w_jm|], through the whole tables of a few inputs at a time.

    Args:
        places: uint16 `(groups, samples, together)` rows of the tables, from `regroup`; row `zero` is of zeros.
        weights: int16 `(inputs, neurons)` for one or two vectors of neurons.
        signs: of the weights, the same shape.
        first: the first pair of each input.
        rows: rows of each input's table (beside the negative ones).
        starts: row r of input j holds the pairs first[j] ... first[j] + starts[r] - 1.
        w: thresholds of the pairs, int16.
        count: how often each occurs, int16.
        kind: `SINGLE` one pair a row, counted once; `ANY` pairs; `SELECTS` any pairs that select bits.
        zero: the row of zeros.
        tables: int16 `(together, rows, neurons)`, working space.
        sums: int16 like a, working space.
        a: int32 `(samples, neurons)`, added to.
    """
    inputs, together = weights.shape[0], places.shape[2]
    table_bytes = 2 * tables.shape[1] * tables.shape[2]
    bounds, growth = np.zeros(weights.shape[1], dtype=np.int64), np.zeros(weights.shape[1], dtype=np.int64)
    sums[:] = 0
    for g in range(places.shape[0]):
        growth[:] = 0
        for k in range(together):
            own, j = tables[k], together * g + k
            if j >= inputs:  # `regroup` chose the row of zeros for these
                for m in range(growth.size):
                    own[zero, m] = 0
                continue
            _make_table(kind, weights[j], signs[j], starts, first[j], w, count, zero, rows[j], own)
            top = own[zero + rows[j] - 1]
            for m in range(growth.size):
                growth[m] += abs(np.int64(top[m]))
        # Rows grow with the code: the last ones bound what this group adds. int16 sums are emptied in time.
        peak = np.int64(0)
        for m in range(growth.size):
            bounds[m] += growth[m]
            peak = max(peak, bounds[m])
        if peak >= 2**15:
            _flush(sums, a)
            for m in range(growth.size):
                bounds[m] = growth[m]
        at = np.uint64(places[g].ctypes.data), np.uint64(tables.ctypes.data), np.uint64(sums.ctypes.data)
        add(weights.shape[1] // LANES - 1, at[0], a.shape[0], together, at[1], table_bytes, at[2])
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

    Args:
        magnitudes: of the codes, `(inputs, samples)`.
        negative: whether the code is, `(inputs, samples)`.
        order: samples by ascending magnitude, a row an input.
        weights: int32 `(inputs, neurons)`; doubled where `selects`.
        signs: of the weights, the same shape.
        begin: the first pair of each input.
        end: one beyond its last.
        x: input thresholds of the pairs.
        w: weight thresholds of the pairs; where `selects` the bit of the doubled weight.
        count: how often each pair occurs.
        selects: whether weight thresholds name bits.
        flush_after: inputs whose sums the narrow type holds.
        a: int32 `(samples, neurons)`, added to.
    """
    sums = np.zeros(a.shape, dtype=weights.dtype)
    sums_of_input = np.empty(a.shape[1], dtype=weights.dtype)
    for j in range(magnitudes.shape[0]):
        p, last = begin[j], end[j]
        if p < last:
            sums_of_input[:] = 0
            weight, sign = weights[j], signs[j]
            for i in range(order.shape[1]):
                b = order[j, i]
                while p < last and x[p] < magnitudes[j, b]:
                    _roll(sums_of_input, weight, sign, w[p], count[p], selects)
                    p += 1
                total = sums[b]
                if negative[j, b]:
                    for m in range(sums_of_input.size):
                        total[m] -= sums_of_input[m]
                else:
                    for m in range(sums_of_input.size):
                        total[m] += sums_of_input[m]
        if (j + 1) % flush_after == 0:
            _flush(sums, a)
    _flush(sums, a)
