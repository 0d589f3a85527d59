"""Counts that are read while frames come and go: what some order of events explains, and what none does."""

from __future__ import annotations

import random

import numpy as np
import pytest
from support.networks.small_cores import spiking

from sc_neurocore.cosim.testplan.frames import FrameMaker
from sc_neurocore.cosim.testplan.registers.accesses import OKAY, Access, facts_of
from sc_neurocore.cosim.testplan.registers.counters import CLEAR, COUNTERS, counter_findings, counter_segments
from sc_neurocore.cosim.testplan.script import Beat, Frame, Segment, SegmentRecord

BEGAN, CLOCKS, BEATS = 1_000, 600, 2


def drawn(seed: int) -> tuple[list[int], list[int], list[tuple[int, int]], list[int]]:
    """Ends of results and of frames, and of clears and reads their clocks; a clear is done some clocks later."""
    draw = random.Random(seed)
    results, frames = (sorted(draw.sample(range(1, CLOCKS), 30)) for _ in range(2))
    clears = [(clock, clock + draw.randint(0, 9)) for clock in range(100, CLOCKS, 100)]
    return results, frames, clears, sorted(draw.sample(range(8, CLOCKS), 80))


def found(seed: int, *, lost: int | None = None, ignored: int | None = None) -> list[str]:
    """What is said of a core that counts right, but for one event of each kind or one clear."""
    results, frames, clears, reads = drawn(seed)
    draw = random.Random(seed + 1)
    segment = Segment("", [Frame([0], good=i % 3 == 0) for i in range(len(frames))], [], 0)
    outcome = SegmentRecord("", began=BEGAN, last_beat_cycles=[BEGAN + clock for clock in frames])
    outcome.beats = [Beat(0, 1, BEGAN + end - back) for end in results for back in (1, 0)]
    outcome.replies = [(OKAY, 0, clock) for first, _ in clears for clock in (first, first + 10)]
    events = {"results": results, "frame_errors": [clock for i, clock in enumerate(frames) if i % 3]}
    done = [last for i, (_, last) in enumerate(clears) if i != ignored]
    for i, read in enumerate(reads):
        looked = read + draw.randint(-2, 2)
        since = max([clear for clear in done if clear <= looked], default=-1)
        counted = [clock for j, clock in enumerate(events[COUNTERS[i % 2]]) if since < clock <= looked and j != lost]
        outcome.read_replies.append((OKAY, len(counted), read))
    writes = [Access(name, 0, OKAY, writes=True) for _ in clears for name in (CLEAR, "another write behind it")]
    return counter_findings(segment, outcome, writes, BEATS)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_clock_of_an_access_is_a_right_count_is_explained(seed):
    assert found(seed) == []


def test_a_lost_event_and_a_clear_that_was_not_done_are_found():
    assert sum(bool(found(seed, lost=12)) for seed in range(20)) >= 15
    assert all(found(seed, ignored=2) for seed in range(20))


@pytest.mark.parametrize("steps", [1, 3, 15, 20, 31, 40, 58, 59, 200])
def test_no_segment_has_more_frames_than_the_harness_notes(steps):
    """A right core of 40 steps was refused: of 80 frames the harness had noted only when the last one ended."""
    base = spiking(4)
    network = base.replace(input=base.input.model_copy(update={"time_steps": steps}))
    port = {"elements": network.input.features, "width": 8, "signed": False}
    facts = facts_of(network, {"input": port, "output": port})
    codes = np.zeros((6, steps, network.input.features), dtype=np.int64)
    parts = counter_segments(FrameMaker(network, 1), codes, 0, facts, 30, steps)
    segments = [segment for segment, _, _ in parts]
    assert len(segments) == (3 if steps < 59 else 0)
    assert all(len(segment.frames) <= 64 for segment in segments)
    assert all(any(not frame.good for frame in segment.frames) for segment in segments)
