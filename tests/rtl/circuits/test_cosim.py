"""Circuits in gates against the model through the benches: right ones pass, wrong ones do not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from amaranth.hdl import ResetSignal
from rtl.circuits.fuzz_gates import summary, try_circuits
from support.circuits import oracle
from support.circuits.random_circuits import FORMAT, random_circuit
from support.circuits.wrong_gates import FAULTS, over

from sc_neurocore import cosim
from sc_neurocore.cosim.circuit_run import circuit_stimulus, expected_outputs
from sc_neurocore.cosim.design import CircuitDesign
from sc_neurocore.rtl import generate
from sc_neurocore.rtl.circuits.circuit_core import CircuitCore
from sc_neurocore.rtl.circuits.evaluation import ResultFrame
from sc_neurocore.spec.circuit import CircuitSpec, save_circuit
from sc_neurocore.spec.errors import OptionError


def comparator(kind, **more):
    return {"kind": "comparator", "source": {"kind": kind, **more}}


def circuit(nodes, outputs, length=12):
    """Two inputs and a constant of four bits, some operators, and what is read of them."""
    rows = (("x", comparator("lfsr", seed=5)), ("v", comparator("sobol", dimension=2)))
    constant = {"name": "w", "code": 9, "encoding": "bipolar", "generator": comparator("van_der_corput")}
    return CircuitSpec.model_validate(
        {
            "name": "drawn",
            "stream_length": length,
            "resolution_bits": 4,
            "inputs": [{"name": name, "encoding": "unipolar", "generator": generator} for name, generator in rows],
            "constants": [constant],
            "nodes": nodes,
            "outputs": [{"name": f"y{i}", "of": of, "read": read} for i, (of, read) in enumerate(outputs)],
        }
    )


STANH = {"name": "a", "kind": "stanh", "of": ["x"], "states": 4}
ADD = {"name": "b", "kind": "scaled_add", "of": ["x", "v", "w"]}
SYNC = {"name": "c", "kind": "synchronizer", "of": ["x", "v"], "depth": 2}
ADDIE = {"name": "d", "kind": "addie", "of": ["c.a"], "bits": 5, "source": {"kind": "sobol", "dimension": 3}}
SELECT = {"name": "e", "kind": "select", "of": ["x", "v", "w"], "source": {"kind": "counter"}}
SMALL = circuit(
    [STANH, ADD, SYNC, ADDIE, SELECT],
    [("a", "stream"), ("b", "count"), ("c.b", "stream"), ("d", "state"), ("e", "count"), ("x", "stream")],
)


def run(design, folder, **options):
    return cosim.run(design, folder, **{"simulator": "amaranth", "samples": 1, "stall": "random", **options})


@pytest.mark.parametrize("seed", [7])
def test_a_random_circuit_passes_and_the_model_is_the_rule(seed, tmp_path):
    tree, codes = random_circuit(seed)
    tree |= {"stream_length": 20}
    drawn = CircuitSpec.model_validate({key: value for key, value in tree.items() if key not in FORMAT})
    frames, streams = expected_outputs(CircuitDesign(drawn), codes)
    rule = oracle.run(tree, codes)
    for place, output in enumerate(drawn.frame_outputs):
        assert np.array_equal(frames[:, place], rule[output.name])
    for place, output in enumerate(drawn.stream_outputs):
        assert np.array_equal(streams[:, :, place], rule[output.name])
    result = run(drawn, tmp_path, codes=codes)
    assert result.passed, result.report["findings"]
    assert result.report["circuit_sha256"] == drawn.sha256


def test_every_sample_of_a_small_circuit_is_driven():
    design = CircuitDesign(SMALL)
    every = circuit_stimulus(design, None, 1, 0, is_compiled=True).codes
    assert len(np.unique(every, axis=0)) == 256
    fewer = circuit_stimulus(design, None, 1, 0, is_compiled=False).codes
    assert all(len(np.unique(column)) == 16 for column in fewer.T)
    assert len(fewer) < 40


@pytest.mark.parametrize("length", [60, 2_000])
def test_codes_of_longer_circuits_are_spread(length):
    design = CircuitDesign(circuit([STANH], [("a", "stream")], length))
    codes = circuit_stimulus(design, None, 1, 0, is_compiled=True).codes
    assert all(len(np.unique(column)) >= 8 for column in codes[8:16].T)
    assert len(codes) == {60: 8 + 32 + 1, 2_000: 8 + 8 + 1}[length]


def test_a_certificate_says_what_was_compared(tmp_path):
    result = run(SMALL, tmp_path)
    report = json.loads((tmp_path / "cosim.json").read_text())
    assert report["verdict"] == "PASS"
    assert report["values_compared"] == report["samples"] * (3 * 12 + 3)
    assert report["latency_cycles"] == 12 + 4
    assert not report["features"]
    text = (tmp_path / "certificate.md").read_text()
    assert "# Co-simulation of `drawn`: PASS" in text
    assert f"| circuit | sha256 `{SMALL.sha256}` |" in text
    assert "mutants of the model" not in text
    assert "| mutants of the gates | none were made" in text
    assert result.summary().startswith("PASS: ")
    save_circuit(SMALL, tmp_path / "circuit")
    items = cosim.verify_certificate(tmp_path / "certificate.json", network=tmp_path / "circuit")
    assert [item.name for item in items if item.state == "checked"][1:] == ["circuit drawn"]
    assert not [item for item in items if item.state == "differs"]


@pytest.mark.contract("circuits.moore", "circuits.restart")
@pytest.mark.one_in(6)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_operator_fails(fault, tmp_path, monkeypatch):
    _, component, method, change = FAULTS[fault]
    monkeypatch.setattr(component, method, change(getattr(component, method)))
    result = run(SMALL, tmp_path)
    assert not result.passed
    assert result.report["mismatches"] > 0
    assert result.report["first_mismatch"]["output"] in {output.name for output in SMALL.outputs}


CORE_FAULTS = {
    "the last stream_valid is missing": (
        CircuitCore,
        lambda core, m: core.stream_valid.eq(m.submodules.sequencer.positions & ~m.submodules.sequencer.last),
        "stream_valid is low in ",
    ),
    "stream_valid has gaps": (
        CircuitCore,
        lambda core, m: core.stream_valid.eq(m.submodules.sequencer.positions & ~core.y5_bit),
        "stream_valid is low within an evaluation, after position",
    ),
    "stream_valid begins a clock before": (
        CircuitCore,
        lambda core, m: core.stream_valid.eq(m.submodules.sequencer.positions | m.submodules.sequencer.clear),
        "clocks more than the",
    ),
    "stream_valid is high under reset": (
        CircuitCore,
        lambda core, m: core.stream_valid.eq(m.submodules.sequencer.positions | ResetSignal()),
        "stream_valid is 1 under reset, must be 0",
    ),
    "two streams are exchanged": (CircuitCore, lambda core, m: core.y0_bit.eq(core.y2_bit), "values differ"),
    "a count has no last position": (
        CircuitCore,
        lambda core, m: m.submodules.results.enable.eq(m.submodules.sequencer.words),
        "values differ",
    ),
    "an evaluation begins while the frame before it waits": (
        ResultFrame,
        lambda frame, m: frame.full.eq(0),
        "an evaluation begins before the output frame of the one before is taken",
    ),
    "a frame has no end": (ResultFrame, lambda frame, m: frame.tlast.eq(0), "m_axis_tlast is 0"),
}


@pytest.mark.contract("circuits.core", "circuits.frame")
@pytest.mark.one_in(3)
@pytest.mark.parametrize("fault", CORE_FAULTS)
def test_a_wrong_core_fails(fault, tmp_path, monkeypatch):
    component, statement, said = CORE_FAULTS[fault]
    old = component.elaborate
    monkeypatch.setattr(
        component, "elaborate", lambda self, platform: over(old(self, platform), lambda m: statement(self, m))
    )
    result = run(SMALL, tmp_path)
    assert not result.passed
    assert any(said in finding for finding in result.report["findings"])


ONLY_STREAMS = circuit([STANH, SYNC], [("c.a", "stream"), ("a", "stream")])
MANY = circuit([STANH, ADD], [(name, "stream") for name in ("a", "b", "x", "v", "w", "a") * 12], 5)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("read", ["count", "state", "stream"])
def test_outputs_of_one_kind_alone_pass(read, tmp_path):
    design = circuit([ADDIE | {"of": ["x"]}], [("d", read)], length=3)
    result = run(design, tmp_path)
    assert result.passed, result.report["findings"]
    assert result.report["values_compared"] == result.report["samples"] * (3 if read == "stream" else 1)


def test_generated_verilog_passes(tmp_path):
    result = run(ONLY_STREAMS, tmp_path, simulator="icarus")
    assert result.passed, result.report["findings"]
    assert result.report["values_compared"] == result.report["samples"] * 2 * 12


def test_72_streams_pass_and_tell_mutants_of_the_gates(tmp_path):
    """There is no output frame: whatever is seen of a mutant, the streams show it."""
    result = run(MANY, tmp_path, simulator="verilator", mutants=24)
    assert result.passed, result.report["findings"]
    assert result.report["values_compared"] == result.report["samples"] * 72 * 5
    score = result.report["gate_mutants"]
    assert score["made"] == score["killed"] + score["equivalent"] + score["unresolved"] >= 20
    assert 0.6 * score["made"] < score["killed"] < score["made"]
    assert f"{score['killed']} killed" in (tmp_path / "certificate.md").read_text()


def test_damaged_verilog_fails_and_names_the_bit(tmp_path):
    generate(ONLY_STREAMS, tmp_path / "rtl")
    file = tmp_path / "rtl" / "drawn.v"
    text = file.read_text()
    damaged = text.replace("clear ? 2'h2 :", "clear ? 2'h1 :", 1)  # where the walk begins
    assert damaged != text
    file.write_text(damaged)
    result = run(ONLY_STREAMS, tmp_path, rtl=tmp_path / "rtl", simulator="icarus")
    assert not result.passed
    assert result.report["first_mismatch"]["output"] == "y1"


@pytest.mark.one_in(4)
@pytest.mark.parametrize("first", [0, 40, 80, 120])
def test_random_circuits_in_one_compiled_model_pass(first):
    found = try_circuits(range(first, first + 3), clocks=6_000)
    assert [row["reasons"] for row in found] == [[], [], []]
    assert all(row["passed"] and row["values"] > 100 for row in found)
    assert summary(found)["clocks"] > 3_000


def test_what_a_circuit_has_not_is_refused(tmp_path):
    with pytest.raises(OptionError, match=r"^lanes: not of a circuit, whose core has no options$"):
        cosim.run(SMALL, tmp_path, lanes=2)
    with pytest.raises(OptionError, match=r"^lanes: not of a circuit, whose core has no options$"):
        generate(SMALL, tmp_path / "rtl", lanes=2)
    with pytest.raises(OptionError, match=r"network must be a NetworkSpec, a CircuitSpec or a circuits\.Circuit"):
        run({"name": "drawn"}, tmp_path)
