"""Holds output beats against the model's outputs, in a process that runs no core: none can reach what is read here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..testplan.script import MOST_WRONG, Beat, Judged

BEATS = np.dtype([("data", "<u8"), ("cycle", "<i8"), ("last", "i1"), ("known", "?")])
"""Output elements as they came: the low 64 bits of `tdata`, the cycle, `tlast` (-1 for X), whether `tdata` held no X.

Where a beat has several elements, `tlast` stands with its last one, 0 with the others.
"""


def beat_array(beats: Sequence[Beat], bits: int = 64, elements: int = 1) -> np.ndarray:
    """The beats that a driver kept, as `BEATS`.

    Args:
        beats: as they came.
        bits: width of the port.
        elements: of a beat.
    """
    rows = [((b.data or 0) & (2**64 - 1), b.cycle, -1 if b.last is None else b.last, b.data is not None) for b in beats]
    count = max(1, -(-bits // 64))
    words = b"".join(((b.data or 0) & (1 << 64 * count) - 1).to_bytes(8 * count, "little") for b in beats)
    return in_elements(
        np.array(rows, dtype=BEATS), np.frombuffer(words, dtype="<u8").reshape(-1, count), bits, elements
    )


def in_elements(beats: np.ndarray, words: np.ndarray, bits: int, elements: int) -> np.ndarray:
    """One row of `BEATS` for each element of the beats.

    Args:
        beats: one row a beat.
        words: the beats' `tdata`, (beats, words of 64 bits).
        bits: width of the port.
        elements: of a beat, each in as many whole bytes as there are for it.
    """
    if elements == 1:
        return beats
    size = max(1, bits // elements // 8)
    count, octet_count = len(beats), min(size, 8)
    octets = np.zeros((count, max(words.shape[1] * 8, elements * size)), dtype=np.uint8)
    octets[:, : words.shape[1] * 8] = words.view(np.uint8)
    data = np.zeros((count * elements, 8), dtype=np.uint8)
    data[:, :octet_count] = octets[:, : elements * size].reshape(count * elements, size)[:, :octet_count]
    rows = np.repeat(beats, elements)
    rows["data"] = data.view("<u8")[:, 0]
    rows["last"] = 0
    rows["last"][elements - 1 :: elements] = beats["last"]
    return rows


def judge(beats: np.ndarray, expected: np.ndarray, bits: int, *, signed: bool, neurons: int) -> Judged:
    """Hold a segment's output beats against the model's outputs `expected`; beats beyond those are only counted.

    Args:
        beats: as they came, of dtype `BEATS`.
        expected: integers, in the order of the beats.
        bits: width of `m_axis_tdata`; all of them count, so that wrong sign extension is a wrong value.
        signed: whether it holds two's complement.
        neurons: beats of a frame.
    """
    compared = min(len(beats), len(expected))
    compared_beats, expected_values = beats[:compared], expected[:compared].astype(np.int64)
    padding = max(0, 64 - bits)
    values = (
        (compared_beats["data"] << np.uint64(padding)).view(np.int64) >> padding
        if signed
        else compared_beats["data"].view(np.int64)
    )
    wrong = np.flatnonzero((values != expected_values) | ~compared_beats["known"])
    ends = np.arange(len(beats)) % neurons == neurons - 1
    wrong_last = np.flatnonzero(beats["last"] != ends)
    return Judged(
        beats=len(beats),
        compared=compared,
        mismatches=len(wrong),
        first=_first_mismatch(beats, wrong),
        wrong_last=None if not len(wrong_last) else (int(wrong_last[0]), _flag(beats["last"][wrong_last[0]])),
        wrong=wrong[:MOST_WRONG].tolist(),
    )


def decoded(data: int | None, bits: int, signed: bool) -> int | None:
    """The element of a beat.

    Args:
        data: the port's word; None for X.
        bits: width of the port; all of them count.
        signed: whether it holds two's complement.
    """
    if data is None:
        return None
    return data - (1 << bits) if signed and data >> (bits - 1) else data


def _first_mismatch(beats: np.ndarray, wrong: np.ndarray) -> tuple[int, int | None, int] | None:
    if not len(wrong):
        return None
    beat = beats[wrong[0]]
    return int(wrong[0]), int(beat["data"]) if beat["known"] else None, int(beat["cycle"])


def _flag(tlast: Any) -> int | None:
    return None if tlast < 0 else int(tlast)
