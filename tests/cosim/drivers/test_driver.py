"""The driver and the comparison against a core in Python: what is right passes, every fault is seen and named."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.cores.fake_core import FakeCore, play
from support.cores.handmade_core import small_network

from sc_neurocore.cosim.testplan.scenario import build_script
from sc_neurocore.cosim.testplan.script import Record, Script
from sc_neurocore.cosim.verdict.compare import compare, measured_latency

NETWORK = small_network([[[3, -2, 1], [5, 7, -4]]], [[0, 1]])
WIDTH = 8


def answer(frame):
    """Any function of the frame's codes will do: the expected values are made by the same."""
    codes = [min(word & 7, 7) for word in frame]
    return [(codes[0] + 2 * codes[1] - codes[2]) % 256, (codes[2] - codes[0]) % 256]


def signed(word):
    return word - 256 if word > 127 else word


def trial(fault=None, *, stall=False, sleep=True, latency=4, seed=3, stated=None):
    rng = np.random.default_rng(0)
    codes, episodes = rng.integers(0, 8, (12, 3)), rng.integers(0, 8, (6, 3))
    episodes[-1] = 0
    script = build_script(NETWORK, codes, episodes, stall=stall, seed=seed, latency=latency, quiet_limit=200)
    record = play(FakeCore(3, answer, latency=latency, fault=fault), script, sleep=sleep)
    expected = np.array([[signed(word) for word in answer([int(c) for c in row])] for row in [*codes, *episodes]])
    return script, record, compare(NETWORK, script, record, expected, latency=stated)


@pytest.mark.contract("core.stall", "core.reset", "core.frame_error", "core.frames")
@pytest.mark.parametrize("stall", [False, True])
@pytest.mark.parametrize("fault", [None, "combinational ready"])
def test_a_sound_core_passes(fault, stall):
    script, record, findings = trial(fault, stall=stall)
    assert findings.passed, findings.reasons
    assert findings.values_compared == 24
    assert findings.episode_values_compared > 20
    assert len(record.segments) == len(script.segments)
    assert all(segment.finished for segment in record.segments)


@pytest.mark.parametrize("stall", [False, True])
def test_cycles_that_nobody_watches_change_nothing(stall):
    asleep, awake = (trial(stall=stall, sleep=sleep, latency=37)[1] for sleep in (True, False))
    assert asleep == awake


def test_stalls_are_a_function_of_the_seed():
    first, again, other = (trial(stall=True, seed=seed)[1] for seed in (3, 3, 4))
    assert first == again
    assert first.cycles != other.cycles
    assert first.cycles > trial(stall=False)[1].cycles


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong value", "1 of .* values differ, first: sample 2, layer 0, neuron 1: expected"),
        ("drops a beat", "values differ|missing"),
        ("extra beat", "values differ|more than"),
        ("early tlast", "m_axis_tlast is 1 on output beat 4"),
        ("hangs", "the core hangs in segment 'samples': no handshake for 200 cycles; it accepted 12 of 36 input beats"),
        ("x", "expected .*, got X"),
        ("silent", "the core hangs"),
        ("never stops", "the core runs away in segment 'samples': 225 output beats since the last input beat"),
        ("no frame_error", "frame_error is low after a frame of a wrong length"),
        ("false error", "frame_error was high though every frame so far had the right length"),
        ("no reset", "differ|under reset|hangs|more than"),
    ],
)
@pytest.mark.parametrize("stall", [False, True])
def test_a_fault_is_seen_and_named(fault, words, stall):
    _, _, findings = trial(fault, stall=stall)
    assert not findings.passed
    assert any(re.search(words, reason) for reason in findings.reasons), findings.reasons


@pytest.mark.contract("core.stall")
@pytest.mark.parametrize(
    ("fault", "words"), [("valid drops", "fell before m_axis_tready"), ("data changes", "changed while the output")]
)
def test_an_output_that_moves_under_a_stall_is_seen(fault, words):
    _, _, findings = trial(fault, stall=True, sleep=False)
    assert any(words in reason for reason in findings.reasons), findings.reasons


def test_the_stated_latency_is_checked():
    script, record, _ = trial(latency=9)
    measured = measured_latency(script, record)
    assert measured == 10  # nine cycles of work after the one that takes the last beat
    assert trial(latency=9, stated=measured)[2].passed
    reasons = trial(latency=9, stated=measured + 1)[2].reasons
    assert reasons == ["the first output came after 10 cycles; the manifest says 11"]


def test_nothing_compared_is_no_pass():
    script = Script([], seed=0, quiet_limit=10)
    findings = compare(NETWORK, script, Record(), np.zeros((0, 2), dtype=int))
    assert not findings.passed
    assert findings.reasons == ["no output value was compared"]


@pytest.mark.contract("core.widths")
def test_a_port_of_another_width_is_named():
    script, record, _ = trial()
    record.output_bits = 6
    reasons = compare(NETWORK, script, record, np.zeros((18, 2), dtype=int)).reasons
    assert "m_axis_tdata is 6 bits wide, must be 8" in reasons


def test_script_and_record_survive_their_json():
    script, record, _ = trial(stall=True)
    assert Script.from_json(script.to_json()) == script
    assert Record.from_json(record.to_json()) == record
