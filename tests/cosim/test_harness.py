"""The compiled harness is the driver once more: on every core, sound or faulty, both leave the same record."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from support.cores.fake_core import FakeCore, play
from support.cores.handmade_core import small_network
from support.verilog.harness_bench import compile_bench, play_compiled

from sc_neurocore.cosim.simulators.block_files import write_stimulus
from sc_neurocore.cosim.testplan.scenario import HALVED_SAMPLES, build_script
from sc_neurocore.cosim.testplan.script import FULL_PACE, Frame, Script, Segment
from sc_neurocore.cosim.verdict.compare import compare
from sc_neurocore.cosim.verdict.judge import beat_array, judge

NETWORK = small_network([[[3, -2, 1], [5, 7, -4]]], [[0, 1]])
FAULTS = (
    None,
    "combinational ready",
    "wrong value",
    "drops a beat",
    "extra beat",
    "early tlast",
    "hangs",
    "silent",
    "never stops",
    "no frame_error",
    "false error",
    "no reset",
    "valid drops",
    "data changes",
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return compile_bench(tmp_path_factory.mktemp("harness"))


def answer(frame):
    codes = [min(word & 7, 7) for word in frame]
    return [(codes[0] + 2 * codes[1] - codes[2]) % 256, (codes[2] - codes[0]) % 256]


def signed(word):
    return word - 256 if word > 127 else word


def case(seed, stall, latency=4):
    rng = np.random.default_rng(seed)
    codes, episodes = rng.integers(0, 8, (12, 3)), rng.integers(0, 8, (6, 3))
    # The fake core has no `halvings`: the drivers must agree on when they change, and on what comes in meanwhile.
    plan = {"stall": stall, "seed": seed, "latency": latency, "quiet_limit": 200, "halvings": 2}
    script = build_script(NETWORK, codes, episodes, **plan)
    rows = [*codes, *episodes, *episodes[:HALVED_SAMPLES], *episodes[:HALVED_SAMPLES]]
    values = np.array([[signed(word) for word in answer([int(c) for c in row])] for row in rows])
    return script, values


def reduced(record, script, values):
    """What the harness keeps of a record of the driver's."""
    result = dataclasses.replace(record, segments=[], seconds=None, cpu_seconds=None)
    for segment, seen in zip(script.segments, record.segments):
        wanted = values[segment.samples].reshape(-1)
        judged = seen.judged or judge(beat_array(seen.beats), wanted, 8, signed=True, neurons=2)
        cycles = seen.last_beat_cycles
        last = cycles if len(cycles) <= 64 else cycles[-1:]
        of_beats = [beat.cycle for beat in seen.beats] if segment.reads or segment.name == FULL_PACE else []
        kept = {"last_beat_cycles": last, "output_cycles": seen.output_cycles or of_beats, "judged": judged}
        result.segments.append(dataclasses.replace(seen, beats=[], toggles=0, **kept))
    return result


@pytest.mark.one_in(3)
@pytest.mark.contract("core.stall", "core.reset", "core.frame_error", "core.frames")
@pytest.mark.parametrize("stall", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_both_drivers_leave_the_same_record(fault, stall, bench, tmp_path):
    verdicts = set()
    for seed in range(3):
        latency = 3 + 17 * seed
        script, values = case(seed, stall, latency)
        cores = (FakeCore(3, answer, latency=latency, fault=fault) for _ in range(2))
        ours = play(next(cores), script, sleep=False)
        theirs = play_compiled(bench, next(cores), script, values, tmp_path, signed=True, neurons=2)
        assert reduced(theirs, script, values) == reduced(ours, script, values)
        found, again = (compare(NETWORK, script, record, values) for record in (theirs, ours))
        assert found == again
        verdicts.add(found.passed)
    sound = fault in (None, "combinational ready")
    assert verdicts == {True} if sound else False in verdicts


def test_the_harness_compares_every_value(bench, tmp_path):
    """Any expected value that is wrong by one is found where it stands."""
    script, values = case(1, False)
    for sample, neuron in ((0, 0), (5, 1), (11, 1), (12, 0)):
        wrong = values.copy()
        wrong[sample, neuron] += 1
        record = play_compiled(bench, FakeCore(3, answer), script, wrong, tmp_path, signed=True, neurons=2)
        findings = compare(NETWORK, script, record, wrong)
        assert not findings.passed
        assert findings.first_mismatch is not None
        assert (findings.first_mismatch["sample"], findings.first_mismatch["neuron"]) == (sample, neuron)
        assert findings.first_mismatch["got"] == values[sample, neuron]
        assert findings.values_compared == 24


@pytest.mark.parametrize(("is_signed", "bits", "data", "right"), [(True, 7, 0x7F, -1), (False, 7, 0x7F, 127)])
def test_a_narrow_port_is_read_with_its_own_sign_bit(is_signed, bits, data, right, bench, tmp_path):
    script = Script([Segment("samples", [Frame([1])], samples=[0], expected_beats=1)], seed=0, quiet_limit=50)
    for value in (right, right + 128, right - 128):
        core = FakeCore(1, lambda frame: [data])
        record = play_compiled(
            bench, core, script, np.array([[value]]), tmp_path, signed=is_signed, neurons=1, bits=bits
        )
        judged = record.segments[0].judged
        assert judged is not None
        assert (judged.compared, judged.mismatches) == (1, int(value != right))


def test_the_stalls_are_those_of_python(bench, tmp_path):
    """Long enough for the random generator to go round its 624 words several times."""
    rng = random.Random(5)
    frames = [Frame([rng.randrange(8) for _ in range(3)]) for _ in range(1500)]
    script = Script([Segment("samples", frames, list(range(1500)), 3000, stall=True)], seed=77, quiet_limit=300)
    values = np.array([[signed(word) for word in answer(frame.beats)] for frame in frames])
    ours = play(FakeCore(3, answer), script, sleep=True)
    theirs = play_compiled(bench, FakeCore(3, answer), script, values, tmp_path, signed=True, neurons=2)
    assert ours.cycles > 10_000
    assert reduced(theirs, script, values) == reduced(ours, script, values)


def test_an_empty_script_and_a_beat_that_is_too_wide(bench, tmp_path):
    record = play_compiled(
        bench, FakeCore(1, answer), Script([], 0, 10), np.zeros((0, 1)), tmp_path, signed=True, neurons=1
    )
    assert (record.cycles, record.segments, record.fault) == (0, [], None)
    wide = Script([Segment("samples", [Frame([2**30])], [0], 1)], seed=0, quiet_limit=10)
    with pytest.raises(AssertionError, match="wider than 29 bits"):
        write_stimulus(tmp_path / "x", wide)
