"""The sequences u(t) of n-bit words that every stream is made from (contract §2)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..spec.coerce import integer
from ..spec.kinds import of_kind, unknown_kind
from ..spec.source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
from ..spec.tables import LFSR_TAPS, joe_kuo_direction_words


def reverse_bits(words: np.ndarray, n: int) -> np.ndarray:
    """The n bits of each word in the opposite order: bit i goes to place n - 1 - i."""
    reversed_words = np.zeros_like(words)
    for i in range(n):
        reversed_words |= ((words >> i) & 1) << (n - 1 - i)
    return reversed_words


def _shift_register(seed: int, n: int, with_zero: bool) -> list[int]:
    """One period of the Fibonacci shift register, shifting left; `with_zero` joins the word 0 into the cycle."""
    state, words = seed, []
    while not words or state != seed:
        words.append(state)
        feedback = 0
        for tap in LFSR_TAPS[n]:
            feedback ^= (state >> (tap - 1)) & 1
        if with_zero and state % 2 ** (n - 1) == 0:
            feedback ^= 1
        state = ((state << 1) | feedback) % 2**n
    return words


def _gray_code_order(direction_words: tuple[int, ...], n: int) -> list[int]:
    """One period of a Sobol dimension: u(t + 1) = u(t) XOR V[ctz(t + 1)]."""
    words = [0]
    for t in range(1, 2**n):
        trailing_zeros = (t & -t).bit_length() - 1
        words.append(words[-1] ^ direction_words[trailing_zeros])
    return words


@lru_cache(maxsize=256)
def period_words(source: Source, n: int) -> np.ndarray:
    """One whole period of n-bit words, before `skip` is applied; int64 `(period,)`, read-only."""
    match source:
        case Counter():
            words = np.arange(2**n, dtype=np.int64)
        case VanDerCorput():
            words = reverse_bits(np.arange(2**n, dtype=np.int64), n)
        case Lfsr(seed=seed):
            words = np.array(_shift_register(seed, n, with_zero=False), dtype=np.int64)
        case LfsrFull(seed=seed):
            words = np.array(_shift_register(seed, n, with_zero=True), dtype=np.int64)
        case Sobol(dimension=dimension):
            words = np.array(_gray_code_order(joe_kuo_direction_words(dimension, n), n), dtype=np.int64)
        case other:
            unknown_kind(other, "engine reference")
    if source.reverse:
        words = reverse_bits(words, n)
    words.setflags(write=False)
    return words


def words_at(source: Source, n: int, positions: np.ndarray, lane: np.ndarray | int = 0) -> np.ndarray:
    """u(t + skip + lane·lane_skip) for the positions t; int64, the broadcast shape of `positions` and `lane`.

    Args:
        source: any source of the contract.
        n: bits of a word.
        positions: t, int64 of any shape.
        lane: index j of the input, broadcast against `positions`.
    """
    words = period_words(source, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
    return words[(positions + source.skip + lane * np.int64(source.lane_skip)) % len(words)]


def sequence(source: Source, n: int, length: int, lane: int = 0) -> np.ndarray:
    """The first `length` words that a generator on this source sees.

    Args:
        source: any source of the contract.
        n: bits of a word.
        length: number of words, from t = 0.
        lane: index j of the input, for sources with a `lane_skip`.

    Returns:
        int64 `(length,)`, values 0 ... 2^n - 1.
    """
    of_kind("source", source, Source)
    n, length, lane = integer("n", n, 2, 16), integer("length", length, 0, 2**20), integer("lane", lane, 0, 2**31)
    return words_at(source, n, np.arange(length, dtype=np.int64), lane)
