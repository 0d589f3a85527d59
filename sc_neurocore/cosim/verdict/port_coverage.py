"""Functional coverage of the ports: which situations a run reached, and the holes it left.

The situations are those in which cores were seen to go wrong: lines that mean nothing hold something, either side waits
or both do, a reset of any length comes at any time, frames of a wrong length stand anywhere, gaps and runs are long.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from ..design import Design
from ..testplan.reset_sweep import IN_WORK
from ..testplan.script import LONE, TOO_LONG, Record, Script, Segment, SegmentRecord

_RESET, _VALID, _ACCEPTED, _LAST, _OUT, _READY, _BAD, _END = (1 << i for i in range(8))
_MEETING = _ACCEPTED | _LAST | _OUT | _READY | _END
_CROSSES = {
    "idle input with tlast high": (_RESET | _VALID | _LAST, _LAST),
    "idle input while an output waits": (_RESET | _VALID | _OUT | _READY, _OUT),
    "idle input while an output is taken": (_RESET | _VALID | _OUT | _READY, _OUT | _READY),
    "m_axis_tready high, no output": (_RESET | _OUT | _READY, _READY),
    "m_axis_tready low, no output": (_RESET | _OUT | _READY, 0),
    "an input beat waits": (_RESET | _VALID | _ACCEPTED, _VALID),
    "an input beat with tlast waits": (_RESET | _VALID | _ACCEPTED | _LAST, _VALID | _LAST),
    "input and output wait": (_RESET | _VALID | _ACCEPTED | _OUT | _READY, _VALID | _OUT),
    "a beat is accepted while an output waits": (_RESET | _ACCEPTED | _OUT | _READY, _ACCEPTED | _OUT),
    "a beat is accepted while an output is taken": (_RESET | _ACCEPTED | _OUT | _READY, _ACCEPTED | _OUT | _READY),
    "a bad frame's beat is accepted": (_ACCEPTED | _BAD, _ACCEPTED | _BAD),
    "a bad frame's beat is accepted while an output waits": (
        _ACCEPTED | _BAD | _OUT | _READY,
        _ACCEPTED | _BAD | _OUT,
    ),
    "a bad frame's beat waits while an output waits": (_VALID | _ACCEPTED | _BAD | _OUT | _READY, _VALID | _BAD | _OUT),
    "a good frame's last beat is accepted while an output's last one is taken": (_MEETING | _BAD, _MEETING),
    "a bad frame's last beat is accepted while an output's last one is taken": (_MEETING | _BAD, _MEETING | _BAD),
    "reset with tvalid high": (_RESET | _VALID, _RESET | _VALID),
    "reset with m_axis_tready high": (_RESET | _READY, _RESET | _READY),
    "reset with m_axis_tready low": (_RESET | _READY, _RESET),
}
"""Name, which bits of `Record.crosses` count, and their values."""
_LEFT = {
    "reset within a frame of inputs": (1, 1),
    "reset within a frame of inputs while an output waits": (3, 3),
    "reset while an output waits": (2, 2),
    "reset after some outputs of a frame": (4, 4),
}
_WITHIN_INPUT = 1
_LONG = 256
_BEHIND = 20
_RUNS = (1_000, 4_096, 65_536)


def port_coverage(network: Design, script: Script, record: Record) -> dict[str, Any]:
    """The situations that a run reached: how many of how many, and the names of the others.

    Args:
        network: gives frames of a sample and their length.
        script: what was driven.
        record: what came of it.
    """
    counts = dict(_situations(network, script, record))
    return {
        "situations": len(counts),
        "reached": sum(counts.values()),
        "holes": sorted(name for name, is_reached in counts.items() if not is_reached),
        "longest_gap": record.longest_gap,
        "longest_stall": record.longest_stall,
    }


def _situations(network: Design, script: Script, record: Record) -> Iterator[tuple[str, bool]]:
    for name, (mask, value) in _CROSSES.items():
        if mask & _OUT and not script.framed:
            continue
        yield name, any(count for bits, count in enumerate(record.crosses) if bits & mask == value)
    driven = list(zip(script.segments, record.segments, strict=False))
    rests = [outcome.left for segment, outcome in driven if outcome.finished and _is_cut(segment)]
    for name, (mask, value) in _LEFT.items():
        if mask & ~_WITHIN_INPUT and not script.framed:
            continue
        yield name, any(rest & mask == value for rest in rests)
    resets = {segment.reset_cycles for segment, _ in driven}
    yield "reset of one clock", 1 in resets
    yield "reset of two clocks", 2 in resets
    yield "reset of more than three clocks", max(resets, default=0) > 3
    for samples, name in IN_WORK.items() if script.framed else ():
        yield f"{name}, in every clock", _are_all_clocks_cut(samples, driven)
    features = -(-network.input.features // script.input_elements)
    yield from _bad_frames(network, features, [segment for segment, outcome in driven if outcome.finished])
    yield f"input gap of more than {_LONG} clocks", record.longest_gap > _LONG
    if script.framed:
        is_paused = any(segment.pause > _LONG and outcome.finished for segment, outcome in driven)
        yield f"pause of more than {_LONG} clocks with nothing in work, and behind a reset", is_paused
        yield f"output stall of more than {_LONG} clocks", record.longest_stall > _LONG
    frames = max((_good_frames(segment) for segment, outcome in driven if outcome.finished), default=0)
    for run in _RUNS:
        yield f"run of {run:,} frames without a reset", frames >= run


def _bad_frames(network: Design, features: int, segments: list[Segment]) -> Iterator[tuple[str, bool]]:
    """Where frames of a wrong length stood, and how long they were; `features`: beats of a good one."""
    steps = frames_of_a_sample(network)
    lengths, repeated, between, behind = set[int](), False, False, 0
    for segment in segments:
        good, after_bad, since_bad = 0, False, -1
        for frame in segment.frames:
            bad = not frame.good and not frame.load
            lengths |= {len(frame.beats)} if bad else set()
            repeated |= bad and after_bad
            between |= bad and good % steps != 0
            since_bad = 0 if bad else since_bad + (since_bad >= 0)
            behind = max(behind, since_bad)
            good, after_bad = good + (frame.good and not frame.load), bad
    if features > 1:
        yield "frame of one beat", 1 in lengths
        yield "frame that is one beat short", features - 1 in lengths
    yield "frame that is one beat long", features + 1 in lengths
    yield "frame of twice the length", 2 * features in lengths
    yield "frame of more than twice the length", max(lengths, default=0) > 2 * features
    for more in TOO_LONG:
        yield f"frame of {more:,} beats more", features + more in lengths
    yield f"run of {_BEHIND} samples behind a bad frame", behind >= _BEHIND * steps
    yield "bad frames back to back", repeated
    if steps > 1:
        yield "bad frame between the time steps of a sample", between


def frames_of_a_sample(network: Design) -> int:
    """Its time steps."""
    shape = network.codes_shape(1)
    return shape[1] if len(shape) == 3 else 1


def _are_all_clocks_cut(samples: int, driven: list[tuple[Segment, SegmentRecord]]) -> bool:
    """Whether resets of one clock came in each clock from the last beat of so many samples to their first output."""
    lone = (outcome for segment, outcome in driven if segment.name == LONE and outcome.first_valid_cycle is not None)
    outcome = next(lone, None)
    if outcome is None or outcome.first_valid_cycle is None or not outcome.last_beat_cycles:
        return False
    cut = set[int | None]()
    for (segment, result), (behind, _) in itertools.pairwise(driven):
        is_one = result.finished and len(segment.samples) == samples and behind.reset_cycles == 1
        cut |= {segment.cut_after_cycles} if is_one else set()
    return cut >= {*range(outcome.first_valid_cycle - outcome.last_beat_cycles[-1])}


def _is_cut(segment: Segment) -> bool:
    cuts = (segment.cut_after_beats, segment.cut_after_cycles, segment.cut_after_outputs, segment.cut_after_valid)
    return any(cut is not None for cut in cuts)


def _good_frames(segment: Segment) -> int:
    return sum(frame.good and not frame.load for frame in segment.frames)
