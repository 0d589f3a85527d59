"""Holds the streams that a circuit showed against the model's, bit for bit and clock for clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..testplan.script import LONE, Record, Script, Segment, SegmentRecord, stream_words


@dataclass(frozen=True)
class Streams:
    """What the streams of a circuit must be."""

    names: tuple[str, ...]
    """Outputs whose every bit is read."""
    bits: np.ndarray
    """uint8 (samples, positions, names), rows as those of the expected frames."""
    frame: int
    """Beats of an output frame; 0: there is none."""
    latency: int | None = None
    """Clocks from a frame's last beat to the first position, as the core's manifest states them."""

    @property
    def length(self) -> int:
        """Positions of an evaluation."""
        return self.bits.shape[1]


@dataclass
class StreamClocks:
    """The clocks of a segment with `stream_valid` high."""

    cycles: np.ndarray
    words: np.ndarray
    """uint64 (clocks, words): what stood on the streams, the first in the lowest bit of the first word."""
    beats: np.ndarray
    """Cycles in which output beats were taken."""
    unknown: np.ndarray | None = None
    """Of each clock, whether a bit was X; None: never."""

    def bits(self, count: int) -> np.ndarray:
        """uint8 (clocks, count): the bits apart."""
        data = np.ascontiguousarray(self.words.astype("<u8")).view(np.uint8)
        return np.unpackbits(data, axis=1, bitorder="little")[:, :count]


@dataclass
class StreamFindings:
    """What speaks against the streams of one segment."""

    compared: int
    mismatches: int
    mismatch: dict[str, Any] | None
    reasons: list[str]


def judge_streams(script: Script, record: Record, streams: Streams) -> Iterator[tuple[Segment, StreamFindings]]:
    """The findings segment by segment.

    Args:
        script: what was driven.
        record: what came out.
        streams: what should have come.
    """
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        yield segment, _judge(segment, outcome, _clocks(script, outcome), streams)


def stream_latency(script: Script, record: Record) -> int | None:
    """Clocks from the acceptance of a lone sample's last beat to the first with `stream_valid` high."""
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        if segment.name == LONE and outcome.last_beat_cycles:
            clocks = _clocks(script, outcome)
            if len(clocks.cycles):
                return int(clocks.cycles[0]) - outcome.last_beat_cycles[-1]
    return None


def _clocks(script: Script, outcome: SegmentRecord) -> StreamClocks:
    """What the harness left as arrays, and the driver as lists."""
    if outcome.stream is not None:
        return outcome.stream
    size = 8 * stream_words(script)
    data = b"".join((word or 0).to_bytes(size, "little") for word in outcome.stream_words)
    return StreamClocks(
        np.array(outcome.stream_cycles, dtype=np.int64),
        np.frombuffer(data, dtype="<u8").reshape(-1, size // 8),
        np.array([beat.cycle for beat in outcome.beats], dtype=np.int64),
        np.array([word is None for word in outcome.stream_words], dtype=bool),
    )


def _judge(segment: Segment, outcome: SegmentRecord, clocks: StreamClocks, streams: Streams) -> StreamFindings:
    expected = streams.bits[segment.samples].reshape(len(segment.samples) * streams.length, len(streams.names))
    count = len(clocks.cycles)
    compared = min(count, len(expected))
    wrong = clocks.bits(len(streams.names))[:compared] != expected[:compared]
    if clocks.unknown is not None:
        wrong |= clocks.unknown[:compared, None]
    mismatch = None
    if wrong.any():
        position, number = (int(i[0]) for i in np.nonzero(wrong))
        unknown = clocks.unknown is not None and bool(clocks.unknown[position])
        mismatch = {
            "sample": segment.samples[position // streams.length],
            "output": streams.names[number],
            "position": position % streams.length,
            "expected": int(expected[position, number]),
            "got": None if unknown else 1 - int(expected[position, number]),
            "segment": segment.name,
            "cycle": int(clocks.cycles[position]),
        }
    reasons = list(_order(clocks, streams))
    if count > len(expected):
        reasons.append(
            f"stream_valid is high in {count - len(expected)} clocks more than the {len(expected)} positions"
        )
    elif count < segment.expected_clocks:
        missing = segment.expected_clocks - count
        reasons.append(f"stream_valid is low in {missing} of the {segment.expected_clocks} clocks of its evaluations")
    return StreamFindings(wrong.size, int(wrong.sum()), mismatch, reasons)


def _order(clocks: StreamClocks, streams: Streams) -> Iterator[str]:
    """What is wrong with the clocks: an evaluation with a gap, or one beside an output frame that is not its own."""
    length = streams.length
    number, within = np.divmod(np.arange(len(clocks.cycles)), length)
    gaps = np.flatnonzero((np.diff(clocks.cycles) != 1) & (within[1:] != 0))
    if len(gaps):
        cycle = clocks.cycles[gaps[0]]
        yield f"stream_valid is low within an evaluation, after position {within[gaps[0]]} (cycle {cycle})"
    if not streams.frame:
        return
    first_beats, last_beats = clocks.beats[:: streams.frame], clocks.beats[streams.frame - 1 :: streams.frame]
    early = number[number < len(first_beats)]
    if (clocks.cycles[: len(early)] >= first_beats[early]).any():
        yield "an output frame comes before the streams of its evaluation have ended"
    later = number[number > 0] - 1
    has_frame = later < len(last_beats)
    after = clocks.cycles[number > 0]
    if (after[has_frame] <= last_beats[later[has_frame]]).any() or not has_frame.all():
        yield "an evaluation begins before the output frame of the one before is taken"
