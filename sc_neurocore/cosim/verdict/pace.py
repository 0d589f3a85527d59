"""Whether samples that nobody holds up come in as fast as the manifest says, and no faster."""

from __future__ import annotations

import itertools

from ..testplan.script import COURSE, FULL_PACE, Record, Script, Segment, SegmentRecord


def pace_findings(script: Script, record: Record, interval: int, *, exact: bool = True) -> list[str]:
    """What speaks against an interval of so many clocks from one sample to the next one behind it.

    Never may more clocks pass between two samples without stalls, loads and frames of a wrong length; and exactly so
    many pass at the end of a run that is long enough to fill the core, or at least between its last results: a core
    whose last layer is a little slower than its first takes long to be full. What is drawn at random does not count: a
    core may hold another network there, with clocks of its own.

    Args:
        script: what was driven.
        record: what came out.
        interval: as the manifest states it.
        exact: whether a core that is faster is wrong; of one on maps the manifest states an upper bound.
    """
    findings = []
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        gaps = _gaps(segment, outcome)
        if gaps and max(gaps) > interval:
            findings.append(f"samples without a stall came in {max(gaps)} cycles apart")
        full = (gaps[-1], _last_results(segment, outcome)) if gaps and segment.name == FULL_PACE else (interval,)
        if exact and interval not in full:
            findings.append(f"samples at full pace came in {gaps[-1]} cycles apart")
    return [f"{finding}; the manifest says {interval}" for finding in findings[:1]]


def _last_results(segment: Segment, outcome: SegmentRecord) -> int:
    """Clocks between the ends of the last two samples' results; 0 where there are no two."""
    cycles = outcome.output_cycles or [beat.cycle for beat in outcome.beats]
    beats = segment.expected_beats // len(segment.samples)
    return cycles[-1] - cycles[-1 - beats] if 0 < beats < len(cycles) else 0


def _gaps(segment: Segment, outcome: SegmentRecord) -> list[int]:
    """Clocks from each sample's last beat to the next one's, where nothing but samples was driven."""
    is_held_up = (
        segment.stall or segment.hold or segment.turns or segment.meet or segment.beside or segment.name == COURSE
    )
    are_samples = bool(segment.samples) and all(each.good and not each.load for each in segment.frames)
    if is_held_up or not are_samples or len(outcome.last_beat_cycles) != len(segment.frames):
        return []
    frames = len(segment.frames) // len(segment.samples)
    ends = outcome.last_beat_cycles[frames - 1 :: frames]
    return [after - before for before, after in itertools.pairwise(ends)]
