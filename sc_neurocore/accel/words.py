"""Source words as the fast engines use them, made once per source; shares no code with `bitstream`.

A stream bit is a function of the code c and of one small integer s(t), the *threshold* of position t: comparator
[s < c] with s = u (u − 1 where the source never emits 0), weighted_binary (c >> s) & 1 with s the position of u's
leading one. A spike is weighted_binary with s = 0 throughout.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..spec.generator import Comparator, Generator, WeightedBinary
from ..spec.kinds import unknown_kind
from ..spec.source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
from ..spec.tables import LFSR_TAPS, joe_kuo_direction_words

NO_BIT = 31
"""Threshold of a weighted_binary position whose word is 0: no code has this bit."""


def _register_words(seed: int, n: int, with_zero: bool) -> np.ndarray:
    """One period of a shift register from its seed.

    A step is linear over GF(2), so the images of the n unit states after k steps give k words more at a time. With the
    word 0 the cycle is the same but for a 0 before the 1: the rule turns both neighbours of 0 towards it (contract §2).
    """
    units = 1 << np.arange(n, dtype=np.int64)
    taps = sum(1 << (tap - 1) for tap in LFSR_TAPS[n])
    images, words = (units << 1) % 2**n | (units & taps > 0), np.ones(1, dtype=np.int64)
    while words.size < 2**n - 1:
        words, images = np.concatenate([words, _xor_of(images, words)]), _xor_of(images, images)
    words = words[: 2**n - 1]
    words = np.concatenate([[0], words]) if with_zero else words
    return np.roll(words, -int(np.flatnonzero(words == seed)[0]))


def _xor_of(images: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Each word's image under a linear map, given those of the single bits."""
    return np.bitwise_xor.reduce([(words >> i & 1) * image for i, image in enumerate(images)])


def _sobol_words(dimension: int, n: int, t: np.ndarray) -> np.ndarray:
    gray, words = t ^ (t >> 1), np.zeros_like(t)
    for k, direction in enumerate(joe_kuo_direction_words(dimension, n)):
        words ^= ((gray >> k) & 1) * direction
    return words


def _mirrored(words: np.ndarray, n: int) -> np.ndarray:
    out = np.zeros_like(words)
    for i in range(n):
        out = (out << 1) | ((words >> i) & 1)
    return out


@lru_cache(maxsize=64)
def cycle(source: Source, n: int) -> np.ndarray:
    """The words of one period, from the position that `skip` 0 starts at; int64, read-only."""
    t = np.arange(source.period(n), dtype=np.int64)
    match source:
        case Counter():
            words = t
        case VanDerCorput():
            words = _mirrored(t, n)
        case Lfsr(seed=seed):
            words = _register_words(seed, n, with_zero=False)
        case LfsrFull(seed=seed):
            words = _register_words(seed, n, with_zero=True)
        case Sobol(dimension=dimension):
            words = _sobol_words(dimension, n, t)
        case other:
            unknown_kind(other, "accel")
    words = _mirrored(words, n) if source.reverse else words
    words.setflags(write=False)
    return words


def source_words(source: Source, n: int, start: int, length: int) -> np.ndarray:
    """Words that a source emits, `skip` included.

    Args:
        source: any source of the contract.
        n: bits of a word.
        start: position t of the first word.
        length: number of words.

    Returns:
        u(t) for t = start ... start + length - 1, int64 `(length,)`.
    """
    words = cycle(source, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
    return words[(np.arange(start, start + length, dtype=np.int64) + source.skip) % words.size]


@lru_cache(maxsize=64)
def thresholds(generator: Generator | None, n: int) -> np.ndarray:
    """One period of the thresholds of a generator, or of a spike (None); int64."""
    if generator is None:
        return np.zeros(1, dtype=np.int64)
    words = cycle(generator.source, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
    return _as_thresholds(generator, words)


def window_words(generator: Generator | None, n: int, start: int, length: int) -> np.ndarray:
    """The thresholds along a stream, `skip` included; int64 `(length,)`.

    Args:
        generator: of the stream; None for a spike.
        n: bits of a code and of a source word.
        start: position of the first one.
        length: how many.
    """
    if generator is None:
        return np.zeros(length, dtype=np.int64)
    return _as_thresholds(generator, source_words(generator.source, n, start, length))


def _as_thresholds(generator: Generator, words: np.ndarray) -> np.ndarray:
    match generator:
        case Comparator(source=source):  # [u <= c] of a source without 0 is [u - 1 < c].
            return words if source.emits_zero else words - 1
        case WeightedBinary():
            leading = np.frexp(words.astype(np.float64))[1].astype(np.int64) - 1
            return np.where(words > 0, leading, NO_BIT)
        case other:
            unknown_kind(other, "accel")
