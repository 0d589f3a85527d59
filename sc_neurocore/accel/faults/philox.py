"""Random words that are a function of their place alone: Philox4x32-10.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Ten rounds make four words of
32 bits of a counter of four words and a key of two. The key is the seed; the counter names the place:

    word 0: block, position // 4        word 2: number of the sample
    word 1: line, neuron·N + input      word 3: time step | layer << 16 | site << 22 | kind << 25

Word i of the result belongs to position 4·block + i. Nothing is drawn one after the other, so nothing depends on the
order of the work.
"""

from __future__ import annotations

import numba
import numpy as np

from ..jit import kernel

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
_M0, _M1 = np.uint64(MULTIPLIERS[0]), np.uint64(MULTIPLIERS[1])
_LOW, _32 = np.uint64(0xFFFFFFFF), np.uint64(32)

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


def round_keys(seed: int) -> np.ndarray:
    """The keys of all rounds: 0 … 2^64 − 1, its low half first, each half increased by its Weyl constant a round.

    uint64 `(2·ROUNDS,)`, values below 2^32.
    """
    halves = seed & 0xFFFFFFFF, seed >> 32
    keys = [(half + r * step) & 0xFFFFFFFF for r in range(ROUNDS) for half, step in zip(halves, WEYL, strict=True)]
    return np.array(keys, dtype=np.uint64)


@numba.njit(inline="always")
def _round(c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64) -> Words:
    p0, p1 = c0 * _M0, c2 * _M1
    return (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW


@numba.njit(inline="always")  # within the caller's loop before LLVM looks for vectors
def philox(c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, keys: np.ndarray) -> Words:
    """Four random words of a counter under the keys of `round_keys`; all are uint64 below 2^32.

    Args:
        c0: first word of the counter.
        c1: second.
        c2: third.
        c3: fourth.
        keys: of all rounds.

    The rounds stand one by one: of a loop LLVM makes no vectors along the lines, and it runs eight times slower.
    """
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[0], keys[1])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[2], keys[3])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[4], keys[5])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[6], keys[7])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[8], keys[9])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[10], keys[11])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[12], keys[13])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[14], keys[15])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, keys[16], keys[17])
    return _round(c0, c1, c2, c3, keys[18], keys[19])


@kernel
def fill_masks(
    first_line: int,
    word: int,
    bits: int,
    sample: int,
    place: int,
    keys: np.ndarray,
    threshold: np.uint64,
    out: np.ndarray,
) -> None:
    """Masks of consecutive lines: ones at positions 64·word + i, i < bits, whose random word is below the threshold.

    The inner loop goes along the lines: their counters differ in one word, which LLVM turns into vectors.

    Args:
        first_line: number of the first line.
        word: 64 positions from 64·word on.
        bits: so many of them, at most 64.
        sample: number of the sample.
        place: last word of the counter.
        keys: of `round_keys`.
        threshold: 0 … 2^32.
        out: uint64 `(lines,)`, written.
    """
    c2, c3 = np.uint64(sample) & _LOW, np.uint64(place)
    for i in range(out.size):
        out[i] = np.uint64(0)
    if threshold == 0:
        return
    for b in range((bits + 3) >> 2):
        c0, up = np.uint64(16 * word + b), np.uint64(4 * b)
        for i in range(out.size):
            x0, x1, x2, x3 = philox(c0, np.uint64(first_line + i) & _LOW, c2, c3, keys)
            nibble = np.uint64(x0 < threshold) | (np.uint64(x1 < threshold) << np.uint64(1))
            nibble |= (np.uint64(x2 < threshold) << np.uint64(2)) | (np.uint64(x3 < threshold) << np.uint64(3))
            out[i] |= nibble << up
    if bits < 64:
        inside = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
        for i in range(out.size):
            out[i] &= inside
