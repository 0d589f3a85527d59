"""What a core has beside the contract's ports is proved by name, or said to be UNVERIFIED."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import dense, network
from support.networks.specs import spec_of

from sc_neurocore.cosim import run
from sc_neurocore.cosim.core_under_test import CoreUnderTest
from sc_neurocore.cosim.drivers.ports import PORTS
from sc_neurocore.cosim.testplan.halved import halved_outputs
from sc_neurocore.cosim.testplan.halving_episodes import HALVED_IN_TURN
from sc_neurocore.cosim.testplan.registers.accesses import register_accesses
from sc_neurocore.cosim.testplan.registers.episodes import AFTER, AHEAD, BOTH, LATE
from sc_neurocore.cosim.testplan.registers.findings import check_replies
from sc_neurocore.cosim.testplan.script import Record, SegmentRecord
from sc_neurocore.cosim.verdict.features import core_features, unverified
from sc_neurocore.inference.engines import infer
from sc_neurocore.rtl.control.registers import CoreFacts

RELU = {"kind": "relu", "shift": 4, "output_bits": 3}


def early_network(name="early"):
    rng = np.random.default_rng(4)
    tensors = {
        "layer0.weight": rng.integers(-7, 8, (3, 4)),
        "layer0.bias": rng.integers(-20, 21, 3),
        "layer1.weight": rng.integers(-7, 8, (2, 3)),
        "layer1.bias": np.array([5, -3]),
    }
    description = network(dense(4, 3, 3, 8, neuron=RELU), dense(3, 2, 3, 8), name=name)
    return description, tensors


def test_halved_outputs_are_those_of_shorter_streams():
    """Decision 10: 2^k·A + b, rounded by a shift s, is A + (b >> k) rounded by s - k; a linear output is 2^k·A + b."""
    description, tensors = early_network()
    net = spec_of(description, tensors)
    codes = np.random.default_rng(0).integers(0, 8, (20, 4))
    assert np.array_equal(halved_outputs(net, codes, 0), infer(net, codes))
    for k in (1, 2, 3):
        layers = [{**layer, "stream_length": layer["stream_length"] >> k} for layer in description["layers"]]
        layers[0]["neuron"] = {**layers[0]["neuron"], "shift": 4 - k}
        shorter = {**tensors, "layer0.bias": tensors["layer0.bias"] >> k, "layer1.bias": np.zeros(2, dtype=int)}
        wanted = oracle.evaluate({**description, "layers": layers}, codes, shorter) * 2**k + tensors["layer1.bias"]
        assert np.array_equal(halved_outputs(net, codes, k), wanted)
        assert not np.array_equal(halved_outputs(net, codes, k), infer(net, codes))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("simulator", ["amaranth", "verilator"])
def test_every_number_of_halvings_is_driven_and_compared(simulator, tmp_path):
    net = spec_of(*early_network())
    result = run(net, tmp_path, simulator=simulator, samples=2, search_seconds=0.5, architecture="row", anytime=True)
    assert result.passed, result.reason
    checks = [f"streams halved {k} times" for k in (1, 2, 3)] + [HALVED_IN_TURN]
    assert result.report["features"] == {"halvings": {"checks": checks, "verdict": "PASS"}}
    assert "UNVERIFIED" not in result.summary()


REGISTERS = "AXI4-Lite registers and counters"


@pytest.mark.one_in(2)
@pytest.mark.parametrize("weights", ["rom", "loadable"])
def test_every_register_is_read_and_the_hash_is_that_of_the_load(weights, tmp_path):
    net = spec_of(*early_network())
    options = {"architecture": "column", "control": "axi-lite", "weights": weights, "simulator": "amaranth"}
    result = run(net, tmp_path, samples=1, search_seconds=0, **options)
    assert result.passed, result.reason
    assert result.report["features"][REGISTERS] == {
        "checks": ["registers", "registers beside a run", AHEAD, AFTER, LATE, BOTH],
        "verdict": "PASS",
    }
    assert "UNVERIFIED" not in result.summary()
    assert f"{REGISTERS}: PASS" in (tmp_path / "certificate.md").read_text()


def facts():
    values = {"name": "n", "sha256": "ab" * 32, "loadable": True, "initialised": False, "load_words": 20}
    values |= {f"{end}_{key}": 3 for end in ("input", "output") for key in ("elements", "bits")}
    values |= dict.fromkeys(("input_signed", "output_signed", "repeat", "sums_steps"), False) | {"time_steps": 1}
    return CoreFacts(**values)


def test_answers_of_registers_are_held_against_what_was_driven():
    accesses = register_accesses(facts(), [(2, 5), (70_000, 5), (3, 4)])
    clock, counted, replies = 10, 7, []
    for access in accesses:
        clock += 3
        counted = 0 if access.name == "control.clear_counters" else counted + 3
        replies.append((access.response, counted if access.name == "cycles_low" else access.value or 0, clock))
    assert check_replies(accesses, replies) == []
    wrong = {}
    for i, access in enumerate(accesses):
        response, data, cycle = replies[i]
        answers = [(response ^ 1, data, cycle)]
        answers += [(response, data ^ 1, cycle)] if access.value is not None else []
        for answer in answers:
            said = check_replies(accesses, [*replies[:i], answer, *replies[i + 1 :]])
            assert len(said) == 1
            assert access.name in said[0]
            wrong[access.name] = said[0]
    assert wrong["identity"] == "register identity at 0x00 reads 0x53434e42, must be 0x53434e43"
    assert {"network_hash", "write of network_hash", "commit before a load", "frame_errors", "status"} <= set(wrong)
    stuck = [(r, 7 if a.name == "cycles_low" else d, c) for a, (r, d, c) in zip(accesses, replies, strict=True)]
    assert "no count of the clocks" in check_replies(accesses, stuck)[0]
    unread = check_replies(accesses, replies[:-2])
    assert unread == [f"2 accesses have no answer, the first: {accesses[-2].name}"]
    assert check_replies(accesses, [(None, None, 1), *replies[1:]])[0] == "identity: response X, must be 0"


def test_registers_of_a_core_whose_manifest_says_nothing_of_them_are_unverified():
    ports = [{"name": name} for name in (*PORTS, "s_axil_awvalid")]
    features = core_features(CoreUnderTest((), None, {"ports": ports}), Record(), passed=True)
    assert features == {REGISTERS: {"checks": [], "verdict": "UNVERIFIED"}}


def test_a_port_or_a_check_that_nobody_knows_is_unverified():
    ports = [{"name": name} for name in ("clk", "rst", "s_axis_tdata", "frame_error", "halvings", "debug")]
    core = CoreUnderTest((), None, {"ports": ports, "anytime": [{}, {}]})
    names = ("streams halved 1 times", HALVED_IN_TURN)
    record = Record(segments=[SegmentRecord(name, finished=False) for name in names])
    for segment in record.segments:
        features = core_features(core, record, passed=True)
        assert unverified(features) == ["halvings", "port debug"]
        segment.finished = True
    features = core_features(core, record, passed=False)
    assert (unverified(features), features["halvings"]["verdict"]) == (["port debug"], "FAIL")
    assert core_features(CoreUnderTest((), None, {}), Record(), passed=True) == {}
