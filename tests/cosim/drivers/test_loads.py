"""Loads in a co-simulation: both drivers perform them alike, and no core passes that was not really loaded."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from support.cores.fake_core import play
from support.cores.fake_loadable import FakeLoadable
from support.cores.handmade_core import small_network
from support.networks.small_cores import small, spiking
from support.verilog.harness_bench import compile_bench, play_compiled

from sc_neurocore.cosim.core_under_test import CoreUnderTest, quiet_limit
from sc_neurocore.cosim.drivers.driver import Driver
from sc_neurocore.cosim.drivers.loads import Loads
from sc_neurocore.cosim.simulators.block_files import write_stimulus
from sc_neurocore.cosim.testplan.frames import loading
from sc_neurocore.cosim.testplan.loads.decoy import decoy_network
from sc_neurocore.cosim.testplan.loads.episodes import wrong_numbers
from sc_neurocore.cosim.testplan.loads.setting_networks import setting_networks
from sc_neurocore.cosim.testplan.scenario import build_script
from sc_neurocore.cosim.testplan.script import Record, Script, Segment
from sc_neurocore.cosim.verdict.compare import compare
from sc_neurocore.cosim.verdict.judge import beat_array, judge
from sc_neurocore.cosim.verdict.switching import switching_segment
from sc_neurocore.inference.engines import infer
from sc_neurocore.rtl.loading.load_map import description
from sc_neurocore.rtl.loading.load_words import load_words

NETWORK = small_network([[[3, -2, 1], [5, 7, -4]]], [[0, 1]])
TWO = small()
HERE, THERE = (1, 2, -1, 5), (4, -3, 2, -6)
FAULTS = {
    None: None,
    "ignores loads": "values differ",
    "forgets on reset": "values differ",
    "never loaded": "loaded and load_error must be 1 and 0 after a whole load",
    "takes half": "loaded and load_error must be 0 and 1 after a load that was cut short",
    "less than a word": "loaded must stay and load_error be 1 after a load of less than a word",
    "load_error is a pulse": "load_error must stay as the last load left it, until a whole load or a reset",
    "keeps load_error": "load_error must be 0 after a reset",
    "a reset brings weights": "loaded must stay as the last load left it, over resets, too",
    "counts in five bits": "loaded and load_error must be 0 and 1 after a load that was cut short",
    "blames the frame": "frame_error was high though every frame so far had the right length",
    "never idle": "the core hangs in segment 'samples'",
    "idle at once": "values differ",
    "refuses writes": "s_axil_bresp must be 0 for a write of a load",
    "refuses reads": "s_axil_rresp must be 0 for a read of the status",
}
ON_STREAM = ("less than a word", "load_error is a pulse", "keeps load_error", "a reset brings weights")


def answer(frame, weights):
    codes = [word & 7 for word in frame]
    first = sum(c * w for c, w in zip(codes, weights)) + weights[3]
    return [first % 256, (first - codes[0] * weights[1]) % 256]


def signed(word):
    return word - 256 if word > 127 else word


def words(weights):
    image = enumerate(weights)
    return load_words(image)


def case(control, seed, stall, latency):
    rng = np.random.default_rng(seed)
    codes, episodes = rng.integers(0, 8, (12, 3)), rng.integers(0, 8, (6, 3))
    episodes[-1] = 0
    loads = Loads(control, words(HERE), NETWORK, words(THERE))
    script = build_script(
        NETWORK, codes, episodes, stall=stall, seed=seed, latency=latency, quiet_limit=250, loads=loads
    )
    rows = [(row, HERE) for row in [*codes, *episodes]] + [(row, THERE) for row in episodes]
    return script, np.array([[signed(w) for w in answer(row.tolist(), weights)] for row, weights in rows])


def kept(record, script, values):
    """What both drivers keep: as `test_harness`."""
    result = []
    for segment, seen in zip(script.segments, record.segments):
        wanted = values[segment.samples].reshape(-1)
        judged = seen.judged or judge(beat_array(seen.beats), wanted, 8, signed=True, neurons=2)
        cycles = seen.last_beat_cycles if len(seen.last_beat_cycles) <= 64 else seen.last_beat_cycles[-1:]
        flags = (seen.error_before, seen.error_after, seen.violations, seen.finished)
        result.append((seen.name, judged, seen.beats_accepted, cycles, seen.first_valid_cycle, flags))
    return record.cycles, record.fault, result


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return compile_bench(tmp_path_factory.mktemp("harness"))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("control", "fault"),
    [
        (control, fault)
        for control in ("stream", "axi-lite")
        for fault in FAULTS
        if fault not in (ON_STREAM if control == "axi-lite" else ("refuses writes", "refuses reads"))
    ],
)
def test_both_drivers_load_alike_and_see_every_fault(fault, control, bench, tmp_path):
    reasons, sounds = [], []
    for seed in range(3 if fault is None else 2):
        latency = 3 + 25 * seed
        script, values = case(control, seed, bool(seed % 2), latency)
        start = THERE  # what the core was configured with: without the load nothing is right
        cores = [FakeLoadable(3, answer, start, control=control, latency=latency, fault=fault) for _ in range(3)]
        ours, asleep = (play(core, script, sleep=sleep) for core, sleep in zip(cores, (False, True)))
        theirs = play_compiled(bench, cores[2], script, values, tmp_path, signed=True, neurons=2)
        assert kept(theirs, script, values) == kept(ours, script, values) == kept(asleep, script, values)
        findings = compare(NETWORK, script, theirs, values)
        assert findings == compare(NETWORK, script, ours, values)
        reasons += findings.reasons
        sounds.append(findings.passed)
        if fault is None:
            assert findings.episode_values_compared > 50
            assert len(theirs.segments) == len(script.segments)
            cut = next(seen for seen in ours.segments if seen.name == "reset while a load comes in")
            assert cut.beats_accepted == 8  # of 16 bytes
    expected = FAULTS[fault]
    # a short computation is over before a load that is let in too early has changed anything
    assert all(sounds) if expected is None else not all(sounds) if fault == "idle at once" else not any(sounds)
    assert expected is None or any(re.search(expected, reason) for reason in reasons), reasons


@pytest.mark.parametrize("bits", range(1, 5))
def test_the_numbers_of_words_that_are_no_image_tell_every_comparison_that_lacks_a_bit(bits):
    for needed in (1 << bits, (1 << bits) + 1, (2 << bits) - 1):
        numbers = wrong_numbers(needed, random.Random(bits))
        assert not {0, needed} & set(numbers)
        for mask in (~(1 << bit) for bit in range(bits + 1)):
            assert any(number & mask == needed & mask for number in numbers if number) or needed & mask == 0
        for width in range(bits + 1, 9):
            assert any(number % (1 << width) == needed % (1 << width) for number in numbers)


def test_networks_take_every_bit_of_a_shift_and_its_largest():
    networks = setting_networks(TWO, 20)
    shifts = {network.layers[0].neuron.shift for network in networks}
    assert shifts == {0, 1, 2, 4, 8, 16, 32, 46}
    assert all(description(network) == description(TWO) for network in networks)
    assert len(setting_networks(TWO, 2_000)) == 2
    spiking_networks = setting_networks(spiking(), 20)
    assert {network.layers[0].neuron.v_threshold for network in spiking_networks} == {127, 64, 32, 16, 4, 8, 14, 13}


def test_without_the_load_nothing_would_pass():
    """The same run with the loads taken out of the script fails from the first sample on."""
    script, values = case("stream", 0, False, 4)
    for segment in script.segments:
        segment.frames = [frame for frame in segment.frames if not frame.load]
    record = play(FakeLoadable(3, answer, THERE, control="stream"), script, sleep=True)
    assert not compare(NETWORK, script, record, values).passed


def test_a_load_stands_between_samples_that_are_in_work():
    """The episode offers the load before the results of the samples have gone out."""
    script, values = case("stream", 2, False, 40)
    index, segment = next((i, s) for i, s in enumerate(script.segments) if s.name == "loads between samples")
    kinds = [frame.load for frame in segment.frames]
    assert kinds == [False, False, True, False, False, False, True, False, False]
    record = play(FakeLoadable(3, answer, THERE, control="stream", latency=40), script, sleep=True)
    ends = record.segments[index].last_beat_cycles
    first_after = [beat.cycle for beat in record.segments[index].beats if beat.cycle > ends[1]]
    assert len(first_after) == 2 * len(segment.samples) - 2 * 1  # one sample had gone out when the second was in
    assert values.shape == (24, 2)


@pytest.mark.parametrize("control", ["stream", "axi-lite"])
def test_a_load_at_the_end_of_a_segment_is_seen_to_its_end(control, bench, tmp_path):
    script = Script([Segment("load alone", [loading(words(HERE))], [], 0)], 0, 100, control=control)
    values = np.zeros((0, 2), dtype=int)
    for fault, violations in ((None, 0), ("never loaded", 1)):
        cores = [FakeLoadable(3, answer, THERE, control=control, fault=fault) for _ in range(2)]
        ours = play(cores[0], script, sleep=True)
        theirs = play_compiled(bench, cores[1], script, values, tmp_path, signed=True, neurons=2)
        assert kept(theirs, script, values) == kept(ours, script, values)
        assert len(ours.segments[0].violations) == violations
        assert cores[0].weights == cores[1].weights == list(HERE)


def test_the_segment_that_counts_net_changes_holds_no_load():
    script, _ = case("stream", 0, False, 4)
    segment = switching_segment(script, {"user": 0, "directed": 5, "random": 7})
    assert [frame.beats for frame in segment.frames] == [frame.beats for frame in script.segments[0].frames[6:13]]
    assert (segment.samples, segment.expected_beats) == (list(range(5, 12)), 14)
    assert not any(frame.load for frame in segment.frames)


def test_script_with_loads_survives_its_json_and_wide_words_are_told(tmp_path):
    script, _ = case("axi-lite", 1, True, 4)
    assert Script.from_json(script.to_json()) == script
    script.segments[0].frames[1].beats[0] = 2**29
    with pytest.raises(AssertionError, match="wider than 29 bits"):
        write_stimulus(tmp_path / "x", script)


def test_a_driver_of_a_core_without_loads_leaves_the_control_ports_alone():
    script, _ = case("axi-lite", 1, True, 4)
    script.control = None
    for segment in script.segments:
        segment.frames = [frame for frame in segment.frames if not frame.load]
    driver = Driver(script)
    assert isinstance(driver.record, Record)
    assert not any(driver.drive().axil)
    assert not driver.loads_over_axi_lite


@pytest.mark.parametrize(
    ("weights", "biases", "differing"),
    [
        ([[[3, -2, 1], [5, 7, -4]]], [[0, 1]], 30),
        ([[[0, 0, 0], [0, 0, 0]]], [[0, 0]], 20),
        ([[[1, 1], [1, 1]], [[2, -2]]], [[0, 0], [3]], 20),
    ],
)
def test_the_other_network_has_the_same_description_and_other_outputs(weights, biases, differing):
    network = small_network(weights, biases)
    codes = np.random.default_rng(0).integers(0, 8, (40, network.input.features))
    other, count = decoy_network(network, codes)
    changed = (infer(network, codes) != infer(other, codes)).any(axis=1).sum()
    assert changed == count >= differing
    assert description(other) == description(network)
    for ours, theirs in zip(network.layers, other.layers, strict=True):
        shift = getattr(ours.neuron, "shift", 0)
        assert getattr(theirs.neuron, "shift", 0) == max(0, shift - 1)
    assert other.sha256 != network.sha256
    for ours, theirs in zip(network.biases, other.biases):
        assert np.abs(theirs).max() <= np.abs(ours).max()
    assert decoy_network(network, codes)[0].sha256 == other.sha256
    if np.any(network.weights[0]) and np.any(network.biases[0]):  # the first change tells the two apart well enough
        assert np.array_equal(other.weights[0], -np.roll(network.weights[0], (1, 1), (0, 1)))
        assert np.array_equal(other.biases[0], np.roll(network.biases[0], 1))


def test_the_bench_waits_for_networks_that_are_denser_than_the_stated_one():
    """Clocks of a loadable serial core depend on the weights, and the manifest speaks of one network."""
    stated = {"latency_cycles": 1, "cycles_per_inference": 1}
    loads = Loads("stream", words(HERE), NETWORK, words(THERE))
    nothing_stated = quiet_limit(NETWORK, CoreUnderTest((), None, {}))
    assert quiet_limit(NETWORK, CoreUnderTest((), None, stated, loads=loads)) == nothing_stated
    assert quiet_limit(NETWORK, CoreUnderTest((), None, stated)) < nothing_stated
