"""What goes into the compiled harness and what comes out of it.

The stimulus file holds 64-bit integers in the machine's byte order: a head, the state of the random generator, twenty
numbers a segment, the accesses of registers and stops; and then the input beats, 32 bits each:
`tdata << 3 | load << 2 | tlast << 1 | good`, and, where the port is wider, the bits of `tdata` from 29 up in words of
32. The record is JSON; the output beats are a file of 64-bit integers: the words of `tdata`, and `cycle << 1 | tlast`.
A circuit's clocks with `stream_valid` are a file of the cycle and then the bits, the first in the lowest bit, in 64-bit
words.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..drivers.faults import hang, runaway
from ..testplan.script import FULL_PACE, Judged, Record, Script, Segment, SegmentRecord, stream_words
from ..verdict.judge import BEATS, in_elements, judge
from ..verdict.streams import StreamClocks

_MAGIC = 0x53434E3B
_WORD_BITS = 29
_CONTROLS = (None, "stream", "axi-lite")
_FAULTS = (None, "hang", "runaway", "ended")


@dataclass(frozen=True)
class Expected:
    """What the compiled harness's beats are held against; it never leaves this process."""

    values: np.ndarray
    """The model's outputs, one row per sample."""
    signed: bool
    neurons: int
    """Output beats of a frame."""


def write_stimulus(path: Path, script: Script) -> None:
    """Write what the harness needs to know: the inputs, and how many outputs they make."""
    _, state, _ = random.Random(script.seed).getstate()
    head = [
        _MAGIC,
        len(script.segments),
        script.quiet_limit,
        script.seed % 2**32,
        _CONTROLS.index(script.control),
        *state,
        1 + _more_words(script.input_bits),
    ]
    for segment in script.segments:
        cuts = (segment.cut_after_beats, segment.cut_after_outputs, segment.cut_after_valid, segment.cut_after_cycles)
        flags = (segment.stall, segment.settle, segment.hold, segment.junk)
        head += [_beats(segment), segment.expected_beats, segment.reset_cycles, segment.halvings, *map(int, flags)]
        head += [*(-1 if cut is None else cut for cut in cuts), segment.expected_clocks]
        head += [len(segment.accesses), int(segment.beside), len(segment.turns)]
        head += [len(segment.reads), len(segment.stops), segment.pause, segment.meet]
    for segment in script.segments:
        head += [*segment.accesses, *segment.turns, *segment.reads, *segment.stops]
    with path.open("wb") as out:
        out.write(np.array(head, dtype=np.int64).tobytes())
        for segment in script.segments:
            out.write(_words(segment, _more_words(script.input_bits)).tobytes())


def _beats(segment: Segment) -> int:
    return sum(len(frame.beats) for frame in segment.frames)


def _more_words(bits: int) -> int:
    """Words of a beat beside the first."""
    return -(-max(0, bits - _WORD_BITS) // 32)


def _words(segment: Segment, more: int) -> np.ndarray:
    total = _beats(segment)
    lengths = np.array([len(frame.beats) for frame in segment.frames], dtype=np.int64)
    marks = np.array([frame.load << 2 | frame.good for frame in segment.frames], dtype=np.uint32)
    beats = [beat for frame in segment.frames for beat in frame.beats]
    low = (beat & (1 << _WORD_BITS) - 1 for beat in beats) if more else beats
    data = np.fromiter(low, dtype=np.uint64, count=total)
    assert not (data >> np.uint64(_WORD_BITS)).any(), "an input beat wider than 29 bits"
    words = (data.astype(np.uint32) << np.uint32(3)) | np.repeat(marks, lengths)
    words[np.cumsum(lengths) - 1] |= np.uint32(2)
    if not more:
        return words
    above = b"".join((beat >> _WORD_BITS).to_bytes(4 * more, "little") for beat in beats)
    return np.column_stack([words, np.frombuffer(above, dtype="<u4").reshape(total, more)])


def read_record(folder: Path, script: Script, expected: Expected, bits: int) -> Record:
    """The harness's record, as the driver would have left it, but that output beats are judged here and not kept.

    Args:
        folder: where the harness left its files.
        script: what was driven.
        expected: what should have come.
        bits: width of `m_axis_tdata`.
    """
    tree = json.loads((folder / "record.json").read_text())
    figures = {
        key: tree[key] for key in ("cycles", "seconds", "cpu_seconds", "longest_gap", "longest_stall", "crosses")
    }
    record = Record(**figures)
    fault = _FAULTS[tree["fault"]]
    if fault == "ended":
        # What the core said until then is not worth a comparison: it took the simulator down with it.
        return Record(fault="the simulation ended before its time: the Verilog calls $finish", cycles=record.cycles)
    rows = expected.values
    values = rows.reshape(len(rows), math.prod(rows.shape[1:]))
    beats, start, elements = _read_beats(folder / "beats.bin", bits, script.output_elements), 0, script.output_elements
    clocks = None
    if script.streams is not None:
        clocks = np.fromfile(folder / "streams.bin", dtype=np.uint64).reshape(-1, 1 + stream_words(script))
    for segment, segment_tree in zip(script.segments, tree["segments"], strict=False):
        mine = beats[start : start + segment_tree["beats"] * elements]
        start += segment_tree["beats"] * elements
        segment_values = values[segment.samples].reshape(-1)
        judged = judge(mine, segment_values, bits // elements, signed=expected.signed, neurons=expected.neurons)
        record.segments.append(_segment(segment, segment_tree, judged))
        if segment.reads or segment.name == FULL_PACE:
            record.segments[-1].output_cycles = mine["cycle"][::elements].tolist()
        if clocks is not None:
            own, clocks = clocks[: segment_tree["clocks"]], clocks[segment_tree["clocks"] :]
            record.segments[-1].stream = StreamClocks(own[:, 0].astype(np.int64), own[:, 1:], mine["cycle"])
    if fault is not None:
        segment, outcome = script.segments[len(record.segments) - 1], record.segments[-1]
        describe, count = (hang, tree["quiet"]) if fault == "hang" else (runaway, tree["unasked"])
        record.fault = describe(segment, count, outcome.beats_accepted, beats_taken(outcome))
    return record


def beats_taken(outcome: SegmentRecord) -> int:
    """Output beats of a segment, kept or judged."""
    return len(outcome.beats) if outcome.judged is None else outcome.judged.beats


def _read_beats(path: Path, bits: int, elements: int) -> np.ndarray:
    """Output elements as they came, of a port of so many bits and elements a beat."""
    words = np.fromfile(path, dtype=np.uint64).reshape(-1, 1 + max(1, -(-bits // 64)))
    beats = np.empty(len(words), dtype=BEATS)
    ends = words[:, -1]
    beats["data"], beats["cycle"], beats["last"], beats["known"] = words[:, 0], ends >> 1, ends & 1, True
    return in_elements(beats, np.ascontiguousarray(words[:, :-1]), bits, elements)


def _segment(segment: Segment, tree: dict[str, Any], judged: Judged) -> SegmentRecord:
    first_valid, finished = tree["first_valid_cycle"], tree["finished"]
    return SegmentRecord(
        segment.name,
        began=tree["began"],
        beats_accepted=tree["accepted"],
        last_beat_cycles=tree["last_beat_cycles"],
        first_valid_cycle=None if first_valid < 0 else first_valid,
        error_before=tree["error_before"],
        error_after=tree["error_after"] if finished else None,
        violations=tree["violations"],
        finished=finished,
        left=tree["left"],
        replies=[(response, data, cycle) for response, data, cycle in tree["replies"]],
        read_replies=[(response, data, cycle) for response, data, cycle in tree["read_replies"]],
        judged=judged,
        toggles=tree["toggles"],
    )
