"""From a code and a word to a stream bit (contract §3)."""

from __future__ import annotations

import numpy as np

from ..spec.coerce import integer, integer_array
from ..spec.errors import CodesError
from ..spec.generator import Comparator, Generator, WeightedBinary
from ..spec.kinds import of_kind, unknown_kind
from .sources import sequence


def leading_one(words: np.ndarray) -> np.ndarray:
    """Position of the leading one of each word, 0 = least significant; -1 for the word 0."""
    position = np.full(words.shape, -1, dtype=np.int64)
    rest = words.copy()
    while rest.any():
        position += rest > 0
        rest >>= 1
    return position


def bits(generator: Generator, codes: np.ndarray, words: np.ndarray) -> np.ndarray:
    """One stream bit for each pair of a non-negative code and a source word.

    comparator: [u < c], or [u <= c] where the source never emits 0; weighted_binary: the bit of c at the position of
    u's leading one, 0 where u = 0.

    Args:
        generator: how code and word meet.
        codes: non-negative int64, broadcast against `words`.
        words: int64 words of the generator's source.

    Returns:
        uint8 zeros and ones of the broadcast shape.
    """
    match generator:
        case Comparator(source=source):
            return ((words < codes) if source.emits_zero else (words <= codes)).astype(np.uint8)
        case WeightedBinary():
            position = leading_one(words)
            selection = (codes >> np.maximum(position, 0)) & 1
            return np.where(position >= 0, selection, 0).astype(np.uint8)
        case other:
            unknown_kind(other, "engine reference")


def stream(generator: Generator, codes: np.ndarray | int, n: int, length: int, lane: int = 0) -> np.ndarray:
    """The streams of non-negative codes, one byte per bit.

    Args:
        generator: comparator or weighted_binary, with its source.
        codes: codes 0 ... 2^n - 1 of any shape; of a sign_magnitude code its magnitude.
        n: bits of a code and of a source word.
        length: bits of a stream.
        lane: index j of the input, for sources with a `lane_skip`.

    Returns:
        uint8 `(*codes.shape, length)`.
    """
    of_kind("generator", generator, Generator)
    values = integer_array("codes", codes)
    full = 2 ** integer("n", n, 2, 16) - 1
    if values.size and not 0 <= int(values.min()) <= int(values.max()) <= full:
        raise CodesError(f"codes must lie in 0 to {full}, got {values.min()} to {values.max()}")
    values = values.astype(np.int64)
    return bits(generator, values[..., None], sequence(generator.source, n, length, lane))
