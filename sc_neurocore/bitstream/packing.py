"""Sixty-four stream bits in a word (contract §7)."""

from __future__ import annotations

import numpy as np

from ..spec.coerce import array, integer, integer_array
from ..spec.errors import CodesError


def pack(streams: np.ndarray) -> np.ndarray:
    """Streams as words: bit t is `(word[t // 64] >> (t % 64)) & 1`; unused bits of the last word are 0.

    Args:
        streams: zeros and ones, `(..., time)`.

    Returns:
        uint64 `(..., ceil(time / 64))`.

    Raises:
        CodesError: a value is neither 0 nor 1.
    """
    streams = zeros_and_ones("streams", streams)
    if not streams.ndim:
        raise CodesError(f"streams must have an axis of time, got shape {streams.shape}")
    if streams.size and not np.isin(streams, (0, 1)).all():
        raise CodesError(f"streams must hold zeros and ones only, got values {streams.min()} to {streams.max()}")
    length = streams.shape[-1]
    words = -(-length // 64)
    padded = np.zeros((*streams.shape[:-1], words * 64), dtype=np.uint64)
    padded[..., :length] = streams
    places = np.arange(64, dtype=np.uint64)
    return (padded.reshape(*streams.shape[:-1], words, 64) << places).sum(axis=-1, dtype=np.uint64)


def zeros_and_ones(name: str, value: np.ndarray) -> np.ndarray:
    """An array `(..., time)` of truth values or numbers, to be compared with 0 and 1."""
    numbers = array(name, value)
    if numbers.dtype.kind not in "biuf":
        raise CodesError(f"{name} must hold zeros and ones (..., time), got dtype {numbers.dtype}")
    return numbers


def unpack(words: np.ndarray, length: int) -> np.ndarray:
    """The first `length` bits of packed streams, one byte each; the inverse of `pack`.

    Args:
        words: uint64 `(..., words)`.
        length: bits of a stream, at most 64 a word.

    Returns:
        uint8 `(..., length)`.

    Raises:
        OptionError: the words hold fewer bits than `length`.
    """
    words = integer_array("words", words)
    if not words.ndim or (words.dtype.kind == "i" and words.size and words.min() < 0):
        raise CodesError(
            f"words must be an array of unsigned integers (..., words), got {words.dtype} of {words.shape}"
        )
    words = words.astype(np.uint64, copy=False)
    limit = 64 * words.shape[-1]
    length = integer("length", length, 0, limit, rule=f"0 to 64 bits a word = {limit}")
    t = np.arange(length)
    return ((words[..., t // 64] >> (t % 64).astype(np.uint64)) & np.uint64(1)).astype(np.uint8)
