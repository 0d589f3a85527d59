"""Sixty-four stream bits in a word (contract §7)."""

from __future__ import annotations

import numpy as np

from ..spec.errors import CodesError, OptionError


def pack(streams: np.ndarray) -> np.ndarray:
    """Streams as words: bit t is `(word[t // 64] >> (t % 64)) & 1`; unused bits of the last word are 0.

    Args:
        streams: zeros and ones, `(..., time)`.

    Returns:
        uint64 `(..., ceil(time / 64))`.

    Raises:
        CodesError: a value is neither 0 nor 1.
    """
    streams = np.asarray(streams)
    if streams.size and not np.isin(streams, (0, 1)).all():
        raise CodesError(f"streams must hold zeros and ones only, got values {streams.min()} to {streams.max()}")
    length = streams.shape[-1]
    words = -(-length // 64)
    padded = np.zeros((*streams.shape[:-1], words * 64), dtype=np.uint64)
    padded[..., :length] = streams
    places = np.arange(64, dtype=np.uint64)
    return (padded.reshape(*streams.shape[:-1], words, 64) << places).sum(axis=-1, dtype=np.uint64)


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
    words = np.asarray(words, dtype=np.uint64)
    if not 0 <= length <= 64 * words.shape[-1]:
        raise OptionError(f"length must be 0 to 64 bits a word = {64 * words.shape[-1]}, got {length}")
    t = np.arange(length)
    return ((words[..., t // 64] >> (t % 64).astype(np.uint64)) & np.uint64(1)).astype(np.uint8)
