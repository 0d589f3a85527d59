"""Resets in every clock of a sample: which of them a budget takes, and in which order; and where rows of maps end."""

from __future__ import annotations

import itertools

import pytest
from cosim.cheats import on_maps
from support.cores.handmade_core import small_network

from sc_neurocore.cosim.testplan.frames import FrameMaker
from sc_neurocore.cosim.testplan.long_frames import long_frames, row_places
from sc_neurocore.cosim.testplan.reset_sweep import IN_WORK, reset_sweep

NETWORK = small_network([[[3, -2, 1], [5, 7, -4]]], [[0, 1]])


def sweep(samples, latency, *, seed=1, interval=None, is_compiled=False):
    maker = FrameMaker(NETWORK, seed)

    def sample():
        return 0, [maker.bad(3)]

    return reset_sweep(samples, sample, sample, maker, latency, interval, is_compiled=is_compiled)


def clocks(segments):
    return [segment.cut_after_cycles for segment in segments if segment.name in IN_WORK.values()]


@pytest.mark.contract("core.reset")
@pytest.mark.parametrize("latency", [3, 41, 60, 85])
def test_a_reset_of_one_clock_comes_in_every_clock_and_what_it_missed_can_come_out(latency):
    segments = sweep(1, latency)
    assert {*clocks(segments)} >= {*range(latency + 2)}
    assert {segment.reset_cycles for segment in segments} == {1}
    for before, behind in itertools.pairwise(segments):
        if before.cut_after_cycles is not None and behind.cut_after_cycles is not None:
            assert before.cut_after_cycles + 3 + behind.cut_after_cycles > latency
    assert segments[-1].cut_after_outputs == 2


@pytest.mark.contract("core.reset")
@pytest.mark.parametrize("samples", [1, 2])
def test_where_clocks_are_cheap_each_clock_of_a_long_sample_has_a_reset_and_a_whole_sample_behind_it(samples):
    segments = sweep(samples, 200, interval=200, is_compiled=True)
    assert {*clocks(segments)} >= {*range(202)}
    assert {segment.name in IN_WORK.values() for segment in segments[::2]} == {True}
    assert {segment.cut_after_outputs for segment in segments[1::2]} == {2}
    assert len(clocks(sweep(samples, 200, interval=200))) < 60


def test_of_a_long_sample_neighbouring_seeds_take_other_clocks_and_the_ends_of_stages_first():
    taken = [clocks(sweep(2, 300, seed=seed, interval=100)) for seed in (1, 2)]
    assert 5 < len(taken[0]) == len(taken[1]) < 40
    assert set(taken[0]) != set(taken[1])
    assert all(min(clock % 100, -clock % 100) <= 4 for clock in taken[0])
    assert clocks(sweep(1, 100_000)) == []


def test_frames_and_resets_end_where_rows_do():
    maker = FrameMaker(on_maps(), 1)
    assert row_places(maker) == [1, 3, 4, 5, 7, 8, 9, 11]
    segments = long_frames(lambda: (0, [maker.bad(12)]), maker, 90)
    assert {len(frame.beats) for frame in segments[0].frames} == {*row_places(maker), 12}
    cuts = {segment.cut_after_beats for segment in segments if segment.name == "reset at the end of a row"}
    assert cuts == {*row_places(maker)}
