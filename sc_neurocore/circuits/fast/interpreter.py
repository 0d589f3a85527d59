"""The loop over samples, words and instructions, compiled once for all circuits."""

from __future__ import annotations

import numpy as np

from ...accel.jit import kernel
from . import machines, words
from .instructions import Op
from .words import Word

AND, OR, PARITY, MAJORITY, SELECT, SWITCH, DELAY, TOGGLE_ADD = (
    int(op) for op in (Op.AND, Op.OR, Op.PARITY, Op.MAJORITY, Op.SELECT, Op.SWITCH, Op.DELAY, Op.TOGGLE_ADD)
)
SCALED_ADD_BITS, SCALED_ADD, COUNTER_BYTES, COUNTER = (
    int(op) for op in (Op.SCALED_ADD_BITS, Op.SCALED_ADD, Op.COUNTER_BYTES, Op.COUNTER)
)
UMUL, UMUL_BIPOLAR, DIVIDE, SYNCHRONIZER, DESYNCHRONIZER, SHUFFLE, BERNSTEIN, ADDIE = (
    int(op)
    for op in (
        Op.UMUL,
        Op.UMUL_BIPOLAR,
        Op.DIVIDE,
        Op.SYNCHRONIZER,
        Op.DESYNCHRONIZER,
        Op.SHUFFLE,
        Op.BERNSTEIN,
        Op.ADDIE,
    )
)
_count_ones, _sum_planes, _at_least, _equals = words.count_ones, words.sum_planes, words.at_least, words.equals
_toggle_add, _scaled_add_bits, _divide = words.toggle_add, words.scaled_add, words.divide
_delayed, _spread = words.delayed, words.spread
_scaled_add, _counter, _counter_bytes = machines.scaled_add, machines.counter, machines.counter_bytes
_synchronizer, _desynchronizer = machines.synchronizer, machines.desynchronizer
_shuffle, _addie = machines.shuffle, machines.addie
NONE, ALL = words.NONE, words.ALL


@kernel
def _counted(
    op: int, planes: np.ndarray, height: int, many: int, p: tuple[int, int, int], state: np.ndarray, at: int
) -> Word:
    """The operators that look at the number of ones among their inputs.

    Args:
        op: which.
        planes: the number at each position.
        height: planes that count.
        many: inputs.
        p: parameters.
        state: of all operators.
        at: where this one's begins.
    """
    if op == MAJORITY:
        return _at_least(planes, height, p[0])
    if op == SCALED_ADD_BITS:
        return _scaled_add_bits(planes, height, p[0], state, at)
    if op == SCALED_ADD:
        return _scaled_add(planes, height, many, state, at)
    return _counter(planes, height, many, p, state, at)


@kernel
def execute(
    code: np.ndarray,
    of: np.ndarray,
    numbers: np.ndarray,
    cells: np.ndarray,
    periods: np.ndarray,
    masks: np.ndarray,
    bytes_: np.ndarray,
    deposit: np.ndarray,
    table: np.ndarray,
    rows: np.ndarray,
    slots: int,
    length: int,
    count_slots: np.ndarray,
    counts: np.ndarray,
    stream_slots: np.ndarray,
    streams: np.ndarray,
    state_slots: np.ndarray,
    states: np.ndarray,
    start: int,
    stop: int,
) -> None:
    """Run the instructions on every word of some samples.

    Args:
        code: one row an instruction: operation, first and number of its inputs in `of`, first output slot, first of
            `numbers`, three parameters.
        of: slots of inputs.
        numbers: states that are numbers, as they are at first.
        cells: states that are words, as they are at first.
        periods: periods of sources, one after the other.
        masks: words of `select`.
        bytes_: tables of counters.
        deposit: `words.deposit_table()`.
        table: packed streams of codes, one word longer than they are.
        rows: `(coded streams, samples)`: which of them is a sample's.
        slots: how many coded streams are the circuit's first streams.
        length: positions of a stream.
        count_slots: slots of `count` outputs.
        counts: is added to, `(counted, samples)`.
        stream_slots: slots of `stream` outputs.
        streams: is overwritten, `(kept, samples, words)`.
        state_slots: which of `numbers` are `state` outputs.
        states: is overwritten, `(stated, samples)`.
        start: the first sample.
        stop: the sample after the last.
    """
    size = slots
    for i in range(code.shape[0]):
        size = max(size, code[i, 3] + 2)
    value, planes = np.zeros(size, dtype=np.uint64), np.zeros(words.PLANES, dtype=np.uint64)
    number, cell = numbers.copy(), cells.copy()
    for sample in range(start, stop):
        for i in range(numbers.size):  # NumPy's assignment of a slice costs more than what it assigns
            number[i] = numbers[i]
        for i in range(cells.size):
            cell[i] = cells[i]
        for w in range((length + 63) // 64):
            steps = min(64, length - 64 * w)
            for j in range(slots):
                value[j] = table[rows[j, sample], w]
            for i in range(code.shape[0]):
                op, first, many, out, at = code[i, 0], code[i, 1], code[i, 2], code[i, 3], code[i, 4]
                p = code[i, 5], code[i, 6], code[i, 7]
                a = value[of[first]]
                if op == AND:
                    for j in range(first + 1, first + many):
                        a &= value[of[j]]
                elif op == OR:
                    for j in range(first + 1, first + many):
                        a |= value[of[j]]
                elif op == PARITY:
                    for j in range(first + 1, first + many):
                        a ^= value[of[j]]
                    a ^= ALL if p[0] else NONE
                elif op == SELECT:
                    a &= masks[p[0]]
                    for j in range(1, many):
                        a |= value[of[first + j]] & masks[p[0] + j]
                elif op == SWITCH:
                    a = (value[of[first + 1]] & ~a) | (value[of[first + 2]] & a)
                elif op == DELAY:
                    a = _delayed(a, w, p[0], cell, p[1], p[2])
                elif op == TOGGLE_ADD:
                    a = _toggle_add(a, value[of[first + 1]], number, at)
                elif op == DIVIDE:
                    a = _divide(a, value[of[first + 1]], number, at)
                elif op == COUNTER_BYTES:
                    a = _counter_bytes(a, bytes_, p[0], number, at)
                elif op == UMUL:
                    ones = a
                    a = _spread(table, rows[p[0], sample], number[at], ones, deposit)
                    number[at] += _count_ones(ones)
                elif op == UMUL_BIPOLAR:
                    row, ones = rows[p[0], sample], a
                    of_zeros = _spread(table, row, number[at + 1], ~ones, deposit)
                    a = _spread(table, row, number[at], ones, deposit) | (~of_zeros & ~ones)
                    number[at] += _count_ones(ones)
                    number[at + 1] += _count_ones(~ones)
                elif op == SYNCHRONIZER:
                    a, value[out + 1] = _synchronizer(a, value[of[first + 1]], p[0], number, at)
                elif op == DESYNCHRONIZER:
                    a, value[out + 1] = _desynchronizer(a, value[of[first + 1]], p[0], number, at)
                elif op == SHUFFLE:
                    a = _shuffle(a, periods, (p[0], p[1]), number, at, cell, p[2])
                elif op == ADDIE:
                    a = _addie(a, steps, periods, (p[0], p[1]), p[2], number, at)
                elif op == BERNSTEIN:
                    height = _sum_planes(value, of, first, p[0], planes)
                    a = NONE
                    for k in range(p[0] + 1):
                        a |= value[of[first + p[0] + k]] & _equals(planes, height, k)
                else:
                    height = _sum_planes(value, of, first, many, planes)
                    a = _counted(op, planes, height, many, p, number, at)
                value[out] = a
            inside = ALL >> np.uint64(64 - steps)
            for j in range(count_slots.size):
                counts[j, sample] += _count_ones(value[count_slots[j]] & inside)
            for j in range(stream_slots.size):
                streams[j, sample, w] = value[stream_slots[j]] & inside
        for j in range(state_slots.size):
            states[j, sample] = number[state_slots[j]]
