"""Packed streams, 64 bits a word, made from codes; each distinct code's stream is made once (but for lanes)."""

from __future__ import annotations

import numpy as np

from ...spec.generator import Generator
from ..jit import kernel
from ..kinds import linear_in_bits, selects
from ..words import thresholds, window_words


@kernel
def _comparator_rows(present: np.ndarray, threshold: np.ndarray, order: np.ndarray, rows: np.ndarray) -> None:
    """The row of each present code, ascending: a larger code's stream holds all ones of a smaller code's."""
    row = 0
    for i in range(present.size):
        if i > 0:
            rows[i] = rows[i - 1]
        while row < order.size and threshold[order[row]] < present[i]:
            t = order[row]
            rows[i, t >> 6] |= np.uint64(1) << np.uint64(t & 63)
            row += 1


@kernel
def _selector_rows(present: np.ndarray, position: np.ndarray, planes: np.ndarray, rows: np.ndarray) -> None:
    """The row of each present code is the union of the disjoint streams of its bits."""
    for t in range(position.size):
        if position[t] < planes.shape[0]:
            planes[position[t], t >> 6] |= np.uint64(1) << np.uint64(t & 63)
    for i in range(present.size):
        for b in range(planes.shape[0]):
            if (present[i] >> b) & 1:
                rows[i] |= planes[b]


@kernel
def _lane_rows(
    codes: np.ndarray, period: np.ndarray, starts: np.ndarray, length: int, selects: bool, out: np.ndarray
) -> None:
    """Every stream by itself: column j reads the periodic thresholds from position first[j]."""
    lane = np.empty(out.shape[2] * 64, dtype=np.int64)
    for j in range(codes.shape[1]):
        at = starts[j]
        for t in range(length):
            lane[t] = period[at]
            at += 1
            if at == period.size:
                at = 0
        for r in range(codes.shape[0]):
            code = codes[r, j]
            for k in range(out.shape[2]):
                word = np.uint64(0)
                for b in range(min(64, length - 64 * k)):
                    u = lane[64 * k + b]
                    if selects:
                        one = (code >> u) & 1 == 1
                    else:
                        one = u < code
                    word |= np.uint64(one) << np.uint64(b)
                out[r, j, k] = word


def word_count(length: int) -> int:
    """Words that `length` bits take."""
    return -(-length // 64)


@kernel
def _mark(codes: np.ndarray, marks: np.ndarray) -> None:
    for b in range(codes.shape[0]):
        for j in range(codes.shape[1]):
            marks[abs(codes[b, j])] = 1


def rows_of_codes(codes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The magnitudes that occur in a matrix of codes of n bits, ascending, and the place of each among them; int64."""
    marks = np.zeros(2**n, dtype=np.uint8)
    _mark(codes, marks)
    return np.flatnonzero(marks), np.maximum(np.cumsum(marks, dtype=np.int64) - 1, 0)


def packed_streams(
    generator: Generator | None, magnitudes: np.ndarray, n: int, start: int, length: int, first_lane: int = 0
) -> np.ndarray:
    """Positions start ... start + length - 1 of the streams of a matrix of codes whose columns are inputs of the layer.

    Args:
        generator: shared by all codes; column j is lane `first_lane` + j. None for spikes.
        magnitudes: int64 codes 0 ... 2^n - 1, `(rows, inputs)`.
        n: bits of a code and of a source word.
        start: position of the first bit.
        length: number of bits.
        first_lane: index of the first column's input.

    Returns:
        uint64 `(rows, inputs, words)`; unused bits are 0.
    """
    if generator is None:
        return packed_spikes(magnitudes, length)
    source, words = generator.source, word_count(length)
    if source.lane_skip:
        lanes = np.arange(first_lane, first_lane + magnitudes.shape[1], dtype=np.int64)
        starts = (start + source.skip + lanes * source.lane_skip) % source.period(n)
        out = np.empty((*magnitudes.shape, words), dtype=np.uint64)
        period = thresholds(generator, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
        _lane_rows(magnitudes, period, starts, length, selects(generator), out)
        return out
    present, row_of_code = rows_of_codes(magnitudes, n)
    rows = np.zeros((present.size, words), dtype=np.uint64)
    window = window_words(generator, n, start, length)
    if selects(generator):
        _selector_rows(present, window, np.zeros((n, words), dtype=np.uint64), rows)
    else:
        _comparator_rows(present, window, np.argsort(window, kind="stable"), rows)
    return rows[row_of_code[magnitudes]]


def packed_spikes(spikes: np.ndarray, length: int) -> np.ndarray:
    """Constant streams of spikes 0 or 1: uint64 `(..., words)`, unused bits 0."""
    full = np.full(word_count(length), 2**64 - 1, dtype=np.uint64)
    if length % 64:
        full[-1] = np.uint64(2 ** (length % 64) - 1)
    return spikes.astype(np.uint64)[..., None] * full


def pack_flags(flags: np.ndarray) -> np.ndarray:
    """Booleans `(..., length)` as packed bits; uint64 `(..., words)`."""
    octets = np.packbits(flags, axis=-1, bitorder="little")
    padded = np.zeros((*flags.shape[:-1], word_count(flags.shape[-1]) * 8), dtype=np.uint8)
    padded[..., : octets.shape[-1]] = octets
    return padded.view("<u8").astype(np.uint64)


@kernel
def _selected_rows(
    codes: np.ndarray, select: np.ndarray, window: np.ndarray, selects: bool, out: np.ndarray, negative: np.ndarray
) -> None:
    for r in range(codes.shape[0]):
        for t in range(select.size):
            if select[t] < 0:
                continue
            code = codes[r, select[t]]
            magnitude = abs(code)
            one = (magnitude >> window[t]) & 1 == 1 if selects else window[t] < magnitude
            place = np.uint64(t & 63)
            out[r, t >> 6] |= np.uint64(one) << place
            negative[r, t >> 6] |= np.uint64(code < 0) << place


def selected_streams(
    codes: np.ndarray, select: np.ndarray, generator: Generator | None, n: int, start: int
) -> tuple[np.ndarray, np.ndarray]:
    """One stream a row: at each position the bit of the input that `select` names there; 0 where it names none (-1).

    Args:
        codes: signed codes `(rows, inputs)`.
        select: int64 input numbers, one a position of the window.
        generator: of these codes; None for spikes.
        n: bits of a source word.
        start: position of the window's first bit.

    Returns:
        uint64 `(rows, words)` streams, and beside them where the selected code is negative.
    """
    shape = (codes.shape[0], word_count(select.size))
    out, negative = np.zeros(shape, dtype=np.uint64), np.zeros(shape, dtype=np.uint64)
    window = window_words(generator, n, start, select.size)
    _selected_rows(codes, select, window, linear_in_bits(generator), out, negative)
    return out, negative
