"""What streams and accesses of registers wait for from each other: both drivers keep it, and see the same."""

from __future__ import annotations

import numpy as np
import pytest
from support.cores.fake_core import play
from support.cores.fake_loadable import FakeLoadable
from support.verilog.harness_bench import compile_bench, play_compiled

from sc_neurocore.cosim.testplan.registers.accesses import OKAY, Access
from sc_neurocore.cosim.testplan.script import Frame, Script, Segment

STATUS, CONTROL = 0x40, 0x44
IDLE, LOADED = 1, 4


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return compile_bench(tmp_path_factory.mktemp("harness"))


class Silent(FakeLoadable):
    """Never answers a read."""

    def outputs(self, inputs):
        seen = super().outputs(inputs)
        return seen._replace(axil=seen.axil._replace(rvalid=0))


def status(value, **how):
    return Access("status", STATUS, OKAY, value, **how)


CASES = {
    "a stop between frames": (
        {"frames": [Frame([1, 2, 3]), Frame([4], good=False), Frame([5, 6, 7])], "stops": [4, 2, 7, 4]},
        [status(IDLE | LOADED, at_stop=True), status(IDLE | LOADED, opens=True), status(IDLE | LOADED, at_stop=True)],
    ),
    "a stop within a frame": (
        {"frames": [Frame([1, 2, 3])], "stops": [2, 0, 3, 2]},
        [status(LOADED, at_stop=True), status(LOADED, opens=True, waits=(0, 0, 15)), status(5, at_stop=True)],
    ),
    "a result that is held": (
        {"frames": [Frame([1, 2, 3])], "stops": [3, 2], "hold": True},
        [status(LOADED, offered=True), status(LOADED), status(LOADED, releases=True), status(5, at_stop=True)],
    ),
}


def played(bench, folder, kind, stall, case):
    """The record of the driver in Python, which that in C++ and that with unwatched clocks leave, too."""
    fields, accesses = case
    count = sum(frame.good for frame in fields["frames"])
    codes = [access.code for access in accesses]
    segment = Segment(
        "s", samples=[*range(count)], expected_beats=2 * count, accesses=codes, beside=True, stall=stall, **fields
    )
    script = Script([segment], 3, 2_000, control="axi-lite")

    def core():
        return kind(3, lambda frame, weights: frame[:2], [0], control="axi-lite", latency=30)

    values = np.array([[1, 2], [5, 6]])[:count]
    records = [play(core(), script, sleep=sleep) for sleep in (False, True)]
    seen = [*records, play_compiled(bench, core(), script, values, folder, signed=True, neurons=2)]
    kept = [
        (each.cycles, each.fault, s.finished, s.violations, s.last_beat_cycles, [*map(tuple, s.replies)])
        for each in seen
        for s in each.segments
    ]
    assert kept[0] == kept[1] == kept[2]
    return records[0]


@pytest.mark.parametrize("stall", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_streams_and_accesses_wait_for_each_other(name, stall, bench, tmp_path):
    record = played(bench, tmp_path, FakeLoadable, stall, CASES[name])
    (segment,) = record.segments
    assert (record.fault, segment.violations, segment.finished) == (None, [], True)
    assert [data for _, data, _ in segment.replies] == [access.value for access in CASES[name][1]]
    assert len(segment.beats) == 2 * len(segment.last_beat_cycles) - 2 * (name == "a stop between frames")


@pytest.mark.parametrize("name", CASES)
def test_nothing_waits_for_accesses_that_are_never_answered(name, bench, tmp_path):
    record = played(bench, tmp_path, Silent, False, CASES[name])
    assert record.segments[0].finished
    assert record.segments[0].replies == []
    assert 1_000 < record.cycles < 1_500


def test_a_frame_waits_for_its_stop(bench, tmp_path):
    """A long wait before the access that opens it shows in when the frame comes in."""
    fields, (first, second, third) = CASES["a stop between frames"]
    late = first, Access(second.name, STATUS, OKAY, second.value, opens=True, waits=(15, 0, 0)), third
    ends = [
        played(bench, tmp_path, FakeLoadable, False, (fields, accesses)).segments[0].last_beat_cycles
        for accesses in ((first, second, third), late)
    ]
    assert ends[0][:2] == ends[1][:2]
    assert ends[1][2] - ends[0][2] == 300
