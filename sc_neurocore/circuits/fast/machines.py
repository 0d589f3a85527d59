"""States that stand in the way of whole words: position by position, or byte by byte where a table is small."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...accel.jit import kernel
from .words import NONE, ONE, Word


@kernel
def _sum_at(planes: np.ndarray, height: int, place: Word) -> Any:
    total = 0
    for k in range(height):
        total += np.int64((planes[k] >> place) & ONE) << k
    return total


@kernel
def scaled_add(planes: np.ndarray, height: int, m: int, state: np.ndarray, at: int) -> Word:
    """The sums of m streams, one out of m counted ones.

    Args:
        planes: of the sum at each position.
        height: how many of them count.
        m: streams.
        state: of all operators.
        at: where c is.
    """
    c, result = state[at], NONE
    for t in range(64):
        c += _sum_at(planes, height, np.uint64(t))
        if c >= m:
            result |= ONE << np.uint64(t)
            c -= m
    state[at] = c
    return result


@kernel
def counter(planes: np.ndarray, height: int, m: int, shape: tuple[int, int, int], state: np.ndarray, at: int) -> Word:
    """A saturating counter that each of m streams moves by one, up or down.

    Args:
        planes: of the sum at each position.
        height: how many of them count.
        m: streams.
        shape: states; the state from which on the output is 1; 1 where it is inverted.
        state: of all operators.
        at: where S is.
    """
    states, threshold, inverted = shape
    s, result = state[at], NONE
    for t in range(64):
        result |= np.uint64((s >= threshold) ^ inverted) << np.uint64(t)
        s = min(max(s + 2 * _sum_at(planes, height, np.uint64(t)) - m, 0), states - 1)
    state[at] = s
    return result


@kernel
def counter_bytes(word: Word, tables: np.ndarray, table: int, state: np.ndarray, at: int) -> Word:
    """The counter of one stream, eight positions a step.

    Args:
        word: of the stream.
        tables: of all counters.
        table: where this one's `byte_table` begins.
        state: of all operators.
        at: where S is.
    """
    s, result = state[at], NONE
    for k in range(8):
        entry = tables[(table + (s << 8)) + np.int64((word >> np.uint64(8 * k)) & np.uint64(255))]
        result |= np.uint64(entry & 255) << np.uint64(8 * k)
        s = np.int64(entry >> 8)
    state[at] = s
    return result


def byte_table(states: int, threshold: int, inverted: int) -> np.ndarray:
    """At (S << 8 | eight input bits): the eight output bits, and above them the next S.

    Args:
        states: 256 at most.
        threshold: the state from which on the output is 1.
        inverted: 1 where it is inverted.

    Returns:
        uint16 `(256·states,)`.
    """
    s, octet = np.divmod(np.arange(256 * states), 256)
    result = np.zeros_like(s)
    for place in range(8):
        result |= ((s >= threshold) ^ inverted) << place
        s = np.clip(s + 2 * ((octet >> place) & 1) - 1, 0, states - 1)
    return (s << 8 | result).astype(np.uint16)


@kernel
def synchronizer(a: Word, b: Word, depth: int, state: np.ndarray, at: int) -> tuple[Word, Word]:
    """Lone ones wait for a partner of the other stream; s is how many of a wait, negative of b.

    Args:
        a: a stream's word.
        b: the other's.
        depth: ones that wait at most.
        state: of all operators.
        at: where s is.
    """
    s = state[at]
    lone = a ^ b
    first, second = a & b, a & b
    for t in range(64):
        bit = ONE << np.uint64(t)
        if not lone & bit:
            continue
        up = 1 if a & bit else -1
        if s * up < 0:  # a partner waits
            first |= bit
            second |= bit
            s += up
        elif s * up < depth:
            s += up
        elif up > 0:
            first |= bit
        else:
            second |= bit
    state[at] = s
    return first, second


@kernel
def desynchronizer(a: Word, b: Word, depth: int, state: np.ndarray, at: int) -> tuple[Word, Word]:
    """Where two ones meet, that of b waits for a position where neither stream has one.

    Args:
        a: a stream's word.
        b: the other's.
        depth: ones that wait at most.
        state: of all operators.
        at: where s, the number of those that wait, is.
    """
    s = state[at]
    first, second = a, b
    for t in range(64):
        bit = ONE << np.uint64(t)
        if (a ^ b) & bit:
            continue
        if a & bit:
            if s < depth:
                second &= ~bit
                s += 1
        elif s > 0:
            second |= bit
            s -= 1
    state[at] = s
    return first, second


@kernel
def shuffle(
    word: Word, periods: np.ndarray, period: tuple[int, int], state: np.ndarray, at: int, cells: np.ndarray, c: int
) -> Word:
    """A bit goes into the cell whose bit comes out.

    Args:
        word: of the stream.
        periods: of all operators.
        period: where this one's cell numbers begin and how many they are.
        state: of all operators.
        at: where the position in the period is.
        cells: words of all operators.
        c: where this one's cells begin, 64 a word.
    """
    place, result = state[at], NONE
    for t in range(64):
        cell = periods[period[0] + place]
        index, low = c + (cell >> 6), np.uint64(cell & 63)
        result |= ((cells[index] >> low) & ONE) << np.uint64(t)
        cells[index] = (cells[index] & ~(ONE << low)) | (((word >> np.uint64(t)) & ONE) << low)
        place = place + 1 if place + 1 < period[1] else 0
    state[at] = place
    return result


@kernel
def addie(
    word: Word, steps: int, periods: np.ndarray, period: tuple[int, int], top: int, state: np.ndarray, at: int
) -> Word:
    """A counter that follows a stream and that its own stream drives down.

    Args:
        word: of the stream.
        steps: positions of the word that are in the stream; the state is read after the last.
        periods: of all operators.
        period: where this one's thresholds begin and how many they are: its bit is 1 where S exceeds them.
        top: the largest S.
        state: of all operators.
        at: where S is, and behind it the position in the period.
    """
    s, place, result = state[at], state[at + 1], NONE
    for t in range(steps):
        out = np.int64(periods[period[0] + place] < s)
        result |= np.uint64(out) << np.uint64(t)
        s = min(max(s + np.int64((word >> np.uint64(t)) & ONE) - out, 0), top)
        place = place + 1 if place + 1 < period[1] else 0
    state[at], state[at + 1] = s, place
    return result
