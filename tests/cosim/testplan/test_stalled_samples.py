"""Samples of the main run that come once more with stalls: which they are, how many, and when they are left out."""

from __future__ import annotations

import numpy as np
import pytest
from support.cores.handmade_core import small_network

from sc_neurocore.cosim.testplan.frames import FrameMaker
from sc_neurocore.cosim.testplan.scenario import build_script
from sc_neurocore.cosim.testplan.script import MAIN
from sc_neurocore.cosim.testplan.stalled_samples import STALLED, STALLED_ALONE, stalled_samples

NETWORK = small_network([[[3, -2, 1], [5, 7, -4]]], [[0, 1]])
RNG = np.random.default_rng(7)
CODES = RNG.integers(0, 16, (50, 3))


def rows_of(latency, *, seed=1, codes=CODES, is_compiled=False):
    maker = FrameMaker(NETWORK, seed)
    segments = stalled_samples(maker, codes, latency, None, seed=seed, is_compiled=is_compiled)
    for segment in segments:
        frames = [frame for row in segment.samples for frame in maker.good(codes[row])]
        assert segment.frames == frames
        assert segment.stall
        assert segment.expected_beats == len(segment.samples) * maker.beats_out
        assert segment.turns == ([0] * len(segment.samples) if segment.name == STALLED_ALONE else [])
    first, *others = segments
    assert first.name == STALLED
    assert {segment.name for segment in others} == {STALLED_ALONE}
    return first.samples, [row for segment in others for row in segment.samples]


def test_each_sample_of_the_main_run_comes_before_any_comes_twice():
    first, others = rows_of(30)
    assert 50 < len(first) <= 8_000 // 30
    assert sorted(first[:50]) == [*range(50)]
    assert np.ptp(np.bincount(first + others)) <= 1
    assert first != rows_of(30, seed=2)[0]


@pytest.mark.parametrize(
    ("latency", "is_compiled", "samples", "counts"),
    [
        (3, False, 50, (400, 200)),
        (200, True, 50, (190, 95)),
        (200, False, 50, (38, 19)),
        (10**6, False, 240, (8, 4)),
        (10**6, True, 50, (8, 4)),
        (10**6, True, 240, (30, 15)),
        (10**6, True, 10_000, (400, 200)),
    ],
)
def test_there_are_as_many_as_there_is_time_for(latency, is_compiled, samples, counts):
    codes = RNG.integers(0, 16, (samples, 3))
    assert tuple(map(len, rows_of(latency, codes=codes, is_compiled=is_compiled))) == counts


def test_a_main_run_with_stalls_does_not_come_twice():
    episodes = RNG.integers(0, 16, (6, 3))
    for stall in (False, True):
        script = build_script(NETWORK, CODES, episodes, stall=stall, seed=1, latency=30, quiet_limit=200)
        assert script.segments[0].name == MAIN
        assert (STALLED in {segment.name for segment in script.segments}) != stall


def test_what_comes_out_behind_resets_in_work_are_many_samples_of_the_main_run():
    episodes = RNG.integers(0, 16, (6, 3))
    script = build_script(NETWORK, CODES, episodes, stall=False, seed=1, latency=60, quiet_limit=200, is_compiled=True)
    behind = [segment for segment in script.segments if segment.name == "after a reset while two samples are in work"]
    rows = [row for segment in behind for row in segment.samples if row < len(CODES)]
    assert len({*rows}) > 40
