"""The committed proofs, a few of them made again, and the tables that cores are held against."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest
from hdl.formal.core_harness import BUGS, PROPERTIES, core_of, sources_of
from hdl.formal.engine import abc_program, ask, circuit_of
from hdl.formal.networks import tiny
from hdl.formal.prove import RESULT, blocks, document, drawn, fingerprint, right
from hdl.formal.tables import all_samples, results, table_module
from support.networks.descriptions import dense, network, tensors

from sc_neurocore.spec import ToolError

ROWS = json.loads(RESULT.read_text(encoding="utf-8"))["rows"]
needs_abc = pytest.mark.skipif(abc_program() is None, reason="ABC is not installed: apt-get install berkeley-abc")


def test_all_committed_properties_are_proved_could_have_failed_and_fail_with_their_bug():
    assert all(map(right, ROWS))
    proofs = {(row["block"], row["property"]) for row in ROWS}
    assert len(proofs) == len(ROWS) >= 60
    assert proofs == {(name, key) for name, block in blocks().items() for key in block.properties}
    told = json.loads(RESULT.read_text(encoding="utf-8"))
    # of its processor, for one process does it all: the clock on the wall runs for others, too
    assert told["from_scratch"]["seconds"] <= 15 * 60
    rows = {(row["block"], row["property"]): row for row in ROWS}
    assert told == document(blocks(), rows, told["from_scratch"])


def test_at_least_eight_cores_give_the_reference_for_ever():
    whole = {row["block"] for row in ROWS if row["property"] == "value" and row["block"].startswith("core ")}
    assert len(whole) >= 8
    assert whole >= {"core row", "core column", "core serial", "core mixed"}
    for name in whole:
        assert {row["property"] for row in ROWS if row["block"] == name} >= set(PROPERTIES) - {"wait"}


@pytest.mark.parametrize("name", ["part frame reader", "part map writer", "core column", "core mux"])
def test_the_rows_are_of_these_gates(name):
    gates = fingerprint(circuit_of(blocks()[name].sources(None), "harness"))
    assert {row["sha256"] for row in ROWS if row["block"] == name} == {gates}


@needs_abc
def test_a_few_proofs_are_made_again():
    for name, key in drawn(3, datetime.date.today().toordinal()):
        block = blocks()[name]
        assert ask(circuit_of(block.sources(None), "harness"), f"bad_{key}", seconds=60).verdict == "never"


@needs_abc
def test_a_planted_bug_is_found():
    sources = blocks()["part load interlock"].sources("idle")
    assert ask(circuit_of(sources, "harness"), "bad_idle", seconds=60, rises=True).verdict == "rises"


@needs_abc
@pytest.mark.parametrize("said", ["8'bx", "8'bx & data", "data ^ {7'b0, 1'bx}"])
def test_a_result_that_is_x_is_not_the_references(said, monkeypatch):
    monkeypatch.setitem(BUGS, "stable", {"m_axis_tdata": said})
    circuit = circuit_of(sources_of("anytime, one input", "stable"), "harness")
    assert ask(circuit, "bad_value", seconds=60, rises=True).verdict == "rises"


def test_a_bit_with_two_drivers_is_refused():
    text = "module p(input clk, input [1:0] x, output [1:0] y);\n  assign {y[1], y[1]} = x;\nendmodule\n"
    with pytest.raises(ToolError, match="a bit has several drivers in 'p'"):
        circuit_of({"p.v": text}, "p")


def test_results_differ_from_sample_to_sample():
    """A core that always said the same would be right of a network whose results are all alike."""
    for name, case in tiny().items():
        values = results(case.description, case.tensors)
        assert len(np.unique(values, axis=0)) > 1, name


@needs_abc
def test_halvings_that_are_those_of_the_last_reset_are_found():
    _, text = core_of("anytime, one input", False)
    sources = sources_of("anytime, one input")
    assert text in sources.values()
    at_reset = (
        "reg [7:0] late = 0; always @(posedge clk) if (rst) late <= halvings; wire [7:0] h = rst ? halvings : late;"
    )
    harness = sources["harness.v"].replace(".halvings(halvings)", ".halvings(h)", 1)
    sources["harness.v"] = harness.replace("endmodule", f"  {at_reset}\nendmodule")
    assert ask(circuit_of(sources, "harness"), "bad_value", seconds=60, rises=True).verdict == "rises"


def test_a_proof_counts_with_its_cover_and_its_bug_alone():
    row = {"holds": "never", "cover_after": 3, "bug_after": 0}
    assert right(row)
    for change in ({"holds": "rises"}, {"holds": "unknown"}, {"cover_after": None}, {"bug_after": None}):
        assert not right(row | change)


def test_a_table_lists_every_sample_in_the_order_of_its_word():
    tree = network(dense(2, 1, n=2, length=4), name="tiny")
    assert all_samples(tree).tolist()[:5] == [[0, 0], [1, 0], [2, 0], [3, 0], [0, 1]]
    values = results(tree, tensors(tree))
    assert values.shape == (16, 1)
    text = table_module("t", np.array([[1], [-1]]), 8)
    assert "9'd0: value = 8'd1;" in text
    assert "9'd1: value = 8'd255;" in text


def test_a_signed_code_of_minus_two_to_the_n_is_read_as_one_more():
    tree = network(dense(1, 1, n=2, length=4, input_encoding="sign_magnitude"), name="tiny")
    assert all_samples(tree)[:, 0].tolist() == [0, 1, 2, 3, -3, -3, -2, -1]
