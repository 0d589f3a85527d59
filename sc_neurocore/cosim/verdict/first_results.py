"""Results that come too early: of a sample from before the reset, or of none."""

from __future__ import annotations

from ..design import Design
from ..testplan.script import COURSE, MAIN, Script, Segment, SegmentRecord
from .port_coverage import frames_of_a_sample

_NOTED = 64
"""Of a longer segment the compiled bench does not keep when frames came in."""


def early_results(network: Design, script: Script, record: list[SegmentRecord], latency: int | None) -> list[str]:
    """What speaks against the core, at most one line: no result comes before its sample is in, nor, where that comes in
    without a gap, before the clocks are over that the manifest states of it. So what a reset should have dropped shows
    even where it has the right value.

    Args:
        network: gives the frames of a sample.
        script: what was driven.
        record: what came of each segment.
        latency: clocks that the core's manifest states from a sample to its result; None where nobody stated any.
    """
    each_step = len(network.output_shape(1)) == 3
    frames = 1 if each_step else frames_of_a_sample(network)
    for segment, outcome in zip(script.segments, record, strict=False):
        if segment.name != MAIN and (segment.accesses or any(frame.load for frame in segment.frames)):
            latency = None  # the next network may be a sparser one
        first, ends = outcome.first_valid_cycle, outcome.last_beat_cycles
        if first is None or len(segment.frames) > _NOTED or not _begins_with_samples(segment, frames):
            continue
        if len(ends) < frames or first < ends[frames - 1]:
            return [f"segment {segment.name!r}: an output came before the first sample was in"]
        clocks = first - ends[frames - 1]
        if latency is not None and _is_without_gaps(segment) and clocks < latency:
            return [
                f"segment {segment.name!r}: an output came {clocks} cycles after the first sample; the manifest says "
                f"{latency}"
            ]
    return []


def _begins_with_samples(segment: Segment, frames: int) -> bool:
    begin = segment.frames[:frames]
    return len(begin) == frames and all(frame.good and not frame.load for frame in begin)


def _is_without_gaps(segment: Segment) -> bool:
    has_own_clocks = segment.stall or segment.turns or segment.halvings or segment.beside or segment.meet
    return not has_own_clocks and segment.name != COURSE
