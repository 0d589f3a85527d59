"""Source words as the fast engines use them, made once per source; shares no code with `bitstream`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..spec.generator import Comparator, Generator, WeightedBinary
from ..spec.kinds import unknown_kind
from ..spec.source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
from ..spec.tables import LFSR_TAPS, joe_kuo_direction_words
from .jit import kernel


@kernel
def _run_register(seed: int, n: int, tap_mask: int, with_zero: bool, words: np.ndarray) -> None:
    state, mask = seed, (1 << n) - 1
    for t in range(words.size):
        words[t] = state
        feedback = state & tap_mask
        feedback ^= feedback >> 8
        feedback ^= feedback >> 4
        feedback ^= feedback >> 2
        feedback ^= feedback >> 1
        if with_zero and (state & (mask >> 1)) == 0:
            feedback ^= 1
        state = ((state << 1) | (feedback & 1)) & mask


def _register_words(seed: int, n: int, period: int, with_zero: bool) -> np.ndarray:
    words = np.empty(period, dtype=np.int64)
    _run_register(seed, n, sum(1 << (tap - 1) for tap in LFSR_TAPS[n]), with_zero, words)
    return words


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
            words = _register_words(seed, n, t.size, with_zero=False)
        case LfsrFull(seed=seed):
            words = _register_words(seed, n, t.size, with_zero=True)
        case Sobol(dimension=dimension):
            words = _sobol_words(dimension, n, t)
        case other:
            unknown_kind(other, "accel")
    words = _mirrored(words, n) if source.reverse else words
    words.setflags(write=False)
    return words


def source_words(source: Source, n: int, start: int, length: int) -> np.ndarray:
    """u(t) for t = start ... start + length - 1, `skip` included; int64 `(length,)`."""
    words = cycle(source, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
    return words[(np.arange(start, start + length, dtype=np.int64) + source.skip) % words.size]


@lru_cache(maxsize=64)
def thresholds(generator: Generator, n: int) -> np.ndarray:
    """One period of what a code is held against: bit = [value < c] (comparator), or bit `value` of c, none if -1."""
    words = cycle(generator.source, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
    return _as_thresholds(generator, words)


def window_words(generator: Generator, n: int, start: int, length: int) -> np.ndarray:
    """The same along a stream, `skip` included; int64 `(length,)`."""
    return _as_thresholds(generator, source_words(generator.source, n, start, length))


def _as_thresholds(generator: Generator, words: np.ndarray) -> np.ndarray:
    match generator:
        case Comparator(source=source):  # [u <= c] of a source without 0 is [u - 1 < c].
            return words if source.emits_zero else words - 1
        case WeightedBinary():
            return np.frexp(words.astype(np.float64))[1].astype(np.int64) - 1  # leading one; frexp(0) gives exponent 0
        case other:
            unknown_kind(other, "accel")
