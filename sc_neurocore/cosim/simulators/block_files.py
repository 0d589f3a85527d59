"""What goes into the compiled harness and what comes out of it: the stimulus as one flat file, the record as JSON.

The stimulus file holds 64-bit integers in the machine's byte order: a head, the state of the random generator, eight
numbers a segment, the model's outputs; and then the input beats, 32 bits each: `tdata << 3 | load << 2 | tlast << 1 |
good`.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from ..drivers.driver import hang, runaway
from ..testplan.script import Judged, Record, Script, Segment, SegmentRecord

_MAGIC = 0x53434E32
_WORD_BITS = 29
_CONTROLS = (None, "stream", "axi-lite")
_FAULTS = (None, "hang", "runaway", "ended")


def write_stimulus(path: Path, script: Script, values: np.ndarray, *, signed: bool, neurons: int) -> None:
    """Write everything that the harness needs to know.

    Args:
        path: file to write.
        script: what to drive.
        values: the model's outputs, one row per sample (samples, beats of one sample).
        signed: whether `m_axis_tdata` holds two's complement.
        neurons: output beats of a frame; `tlast` is due on the last of them.
    """
    _, state, _ = random.Random(script.seed).getstate()
    head = [_MAGIC, len(script.segments), script.quiet_limit, script.reset_cycles, int(signed), neurons]
    head += [_CONTROLS.index(script.control), *state]
    expected = [values[segment.samples].reshape(-1).astype(np.int64) for segment in script.segments]
    for segment, rows in zip(script.segments, expected, strict=True):
        cuts = (segment.cut_after_beats, segment.cut_after_outputs, segment.cut_after_cycles)
        head += [_beats(segment), len(rows), segment.expected_beats, int(segment.stall), int(segment.settle)]
        head += [-1 if cut is None else cut for cut in cuts]
    with path.open("wb") as out:
        out.write(np.array(head, dtype=np.int64).tobytes())
        for rows in expected:
            out.write(rows.tobytes())
        for segment in script.segments:
            out.write(_words(segment).tobytes())


def _beats(segment: Segment) -> int:
    return sum(len(frame.beats) for frame in segment.frames)


def _words(segment: Segment) -> np.ndarray:
    total = _beats(segment)
    lengths = np.array([len(frame.beats) for frame in segment.frames], dtype=np.int64)
    marks = np.array([frame.load << 2 | frame.good for frame in segment.frames], dtype=np.uint32)
    data = np.fromiter((beat for frame in segment.frames for beat in frame.beats), dtype=np.uint64, count=total)
    assert not (data >> np.uint64(_WORD_BITS)).any(), "an input beat wider than 29 bits"
    words = (data.astype(np.uint32) << np.uint32(3)) | np.repeat(marks, lengths)
    words[np.cumsum(lengths) - 1] |= np.uint32(2)
    return words


def read_record(text: str, script: Script) -> Record:
    """The harness's record, as the driver would have left it; output beats are judged already and not kept."""
    tree = json.loads(text)
    record = Record(cycles=tree["cycles"], seconds=tree["seconds"], cpu_seconds=tree["cpu_seconds"])
    fault = _FAULTS[tree["fault"]]
    if fault == "ended":
        # What the core said until then is not worth a comparison: it took the simulator down with it.
        return Record(fault="the simulation ended before its time: the Verilog calls $finish", cycles=record.cycles)
    for segment, seen in zip(script.segments, tree["segments"], strict=False):
        record.segments.append(_segment(segment, seen))
    if fault is not None:
        segment, seen = script.segments[len(record.segments) - 1], record.segments[-1]
        describe, count = (hang, tree["quiet"]) if fault == "hang" else (runaway, tree["unasked"])
        record.fault = describe(segment, count, seen.beats_accepted, beats_taken(seen))
    return record


def beats_taken(seen: SegmentRecord) -> int:
    """Output beats of a segment, kept or judged."""
    return len(seen.beats) if seen.judged is None else seen.judged.beats


def _segment(segment: Segment, seen: dict[str, Any]) -> SegmentRecord:
    index, last = seen["first_index"], seen["wrong_last_index"]
    judged = Judged(
        beats=seen["beats"],
        compared=seen["compared"],
        mismatches=seen["mismatches"],
        first=None if index < 0 else (index, seen["first_data"], seen["first_cycle"]),
        wrong_last=None if last < 0 else (last, seen["wrong_last"]),
    )
    first_valid, finished = seen["first_valid_cycle"], seen["finished"]
    return SegmentRecord(
        segment.name,
        beats_accepted=seen["accepted"],
        last_beat_cycles=seen["last_beat_cycles"],
        first_valid_cycle=None if first_valid < 0 else first_valid,
        error_before=seen["error_before"],
        error_after=seen["error_after"] if finished else None,
        violations=seen["violations"],
        finished=finished,
        judged=judged,
        toggles=seen["toggles"],
    )
