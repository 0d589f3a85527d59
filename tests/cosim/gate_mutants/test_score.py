"""Mutants of the gates: every one of them ends as killed, proved the same, or listed; and the proofs are no guesses."""

from __future__ import annotations

import functools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from support.cores.handmade_core import small_network, verilog

from sc_neurocore.cosim import run
from sc_neurocore.cosim.gate_mutants import equivalence, score
from sc_neurocore.cosim.gate_mutants.equivalence import SEEN, UNPROVED, prove_equivalent
from sc_neurocore.cosim.gate_mutants.netlist import mutate
from sc_neurocore.cosim.testplan.registers.accesses import OKAY, Access
from sc_neurocore.cosim.testplan.script import Record, Script, Segment, SegmentRecord
from sc_neurocore.cosim.verdict.certificate import read_certificate
from sc_neurocore.spec import OptionError, ToolError
from sc_neurocore.synth.flow import yosys

HAND = small_network([[[3, -2], [5, 7]], [[1, -7]]], [[0, 1], [2]])
# What the mutants rest on: `never` is 0 from reset on, though it would stay 1; 6 is gone from the counter two clocks
# after any state; `a & b | a` is a, and `a & b & never` may be 1 where nobody knows of resets.
PROOFS = """
module p(input clk, input rst, input a, input b, input [15:0] sc_mutant, output reg [2:0] count, output y, output z);
  reg never;
  always @(posedge clk) never <= !rst && never;
  always @(posedge clk)
    count <= rst ? 0 : sc_mutant == 2 && count == 6 ? 1 : count == (sc_mutant == 1 ? 3 : 4) ? 0 : count + 1;
  assign y = sc_mutant == 3 ? a : a & b | a;
  assign z = sc_mutant == 4 ? a & ~b : sc_mutant == 5 && never ? a : a ^ b;
endmodule
"""


def test_proofs_of_what_is_equal_and_of_nothing_else(tmp_path):
    (tmp_path / "p.v").write_text(PROOFS)
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, engines = prove_equivalent(tmp_path / "p.il", "p", [1, 2, 3, 4, 5])
    assert engines[:2] == ("structure", "SAT by Yosys")
    assert proofs[2] == engines[1]
    assert proofs[3] in engines
    if len(engines) > 2:  # ABC knows what is never reached, and how the others are reached
        assert proofs[5] == engines[2]
        assert proofs[1] == SEEN.format(6)
        assert proofs[4] == SEEN.format(2)
    else:
        assert proofs[1] == proofs[4] == proofs[5] == UNPROVED


# Cores that are the same in every clock but one, or for every choice of X but one.
PART = """
module p(input clk, input rst, input h, input [2:0] halvings, input [7:0] d, input [15:0] sc_mutant,
         output m_axis_tvalid, output m_axis_tdata);
  reg last = 0, kept = 0, warm = 0, sticky = 0;
  wire other = {other};
  always @(posedge clk) begin
    last <= h;
    warm <= 1;
    sticky <= sticky | (sc_mutant == 1 & !warm);
    kept <= d[0];
  end
  assign m_axis_tvalid = 1;
  assign m_axis_tdata = sc_mutant == 1 ? other : kept;
endmodule
"""


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "other",
    [
        "1'bx",
        "kept & 1'bx",
        "kept ^ d[9]",  # beyond the end
        "kept ^ (d[d] & d[0])",  # beyond the end for some
        "nobody",
        "kept ^ sticky",  # set in the first clock after a start alone
        "kept ^ (last != h)",  # in a clock in which an input changes
        "halvings[2] == last ? kept : d[1]",
    ],
)
def test_what_is_x_or_comes_once_or_with_a_change_is_not_the_same(other, strict, tmp_path):
    declared = "wire other; wire nobody" if other == "nobody" else "wire other"
    (tmp_path / "p.v").write_text(PART.replace("wire other = {other}", f"{declared}; assign other = {other}"))
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, engines = prove_equivalent(tmp_path / "p.il", "p", [1], seconds=4, strict=strict)
    assert proofs[1] not in engines


@pytest.mark.parametrize("strict", [False, True])
def test_what_parts_in_the_first_clock_alone_is_not_the_same(strict, tmp_path):
    """From any common state on, some clocks later, the two do the same: only the start tells them apart."""
    text = PART.replace("sc_mutant == 1 ? other : kept", "kept ^ sticky").replace("{other}", "0")
    (tmp_path / "p.v").write_text(text)
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, engines = prove_equivalent(tmp_path / "p.il", "p", [1], seconds=4, strict=strict)
    assert proofs[1] not in engines


def test_what_is_x_in_the_core_itself_is_the_same_in_a_mutant(tmp_path):
    """A read behind the end of a memory is the same bit of the same gates; one that the mutant alone does is not."""
    text = "module p(input clk, input rst, input [1:0] a, input b, input [15:0] sc_mutant, output m_axis_tvalid,\n"
    text += "  output m_axis_tdata);\n  reg [0:0] words [0:2];\n"
    text += "  initial begin words[0] = 1; words[1] = 0; words[2] = 1; end\n"
    text += "  wire read = words[sc_mutant == 2 ? a | 2 : a];\n"
    text += "  assign m_axis_tvalid = 1;\n  assign m_axis_tdata = sc_mutant == 1 ? read & b | read : read;\nendmodule\n"
    (tmp_path / "p.v").write_text(text)
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, engines = prove_equivalent(tmp_path / "p.il", "p", [1, 2], seconds=4)
    assert proofs[1] in engines[:2]
    assert proofs[2] not in engines


def test_what_counts_only_while_it_is_valid_counts_always_in_a_part(tmp_path):
    text = "module p(input clk, input v, input d, input [15:0] sc_mutant, output m_axis_tvalid, output m_axis_tdata);\n"
    text += "  assign m_axis_tvalid = v;\n  assign m_axis_tdata = v | sc_mutant != 1 ? d : 0;\nendmodule\n"
    (tmp_path / "p.v").write_text(text)
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    whole, engines = prove_equivalent(tmp_path / "p.il", "p", [1])
    part, _ = prove_equivalent(tmp_path / "p.il", "p", [1], strict=True)
    assert whole[1] in engines
    assert part[1] not in engines


def test_a_bit_with_two_drivers_is_refused(tmp_path):
    text = "module p(input clk, input [1:0] x, output [1:0] y);\n  assign {y[1], y[1]} = x;\nendmodule\n"
    (tmp_path / "p.v").write_text(text)
    with pytest.raises(ToolError, match="a bit has several drivers in 'p'"):
        mutate([tmp_path / "p.v"], "p", 5, tmp_path, seed=0, progress=None)


# A bit of a stream means something where `stream_valid` is 1: mutant 1 changes it elsewhere, 2 there, 3 the other port.
STREAMS = """
module p(input clk, input rst, input a, input [15:0] sc_mutant, output stream_valid, output y_bit, output bit_y);
  reg seen;
  always @(posedge clk) seen <= a;
  assign stream_valid = seen;
  assign y_bit = seen & a ^ (sc_mutant == 1 & !seen) ^ (sc_mutant == 2 & seen);
  assign bit_y = a ^ (sc_mutant == 3 & !seen);
endmodule
"""


def test_a_stream_means_nothing_while_it_is_not_valid(tmp_path):
    (tmp_path / "p.v").write_text(STREAMS)
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, engines = prove_equivalent(tmp_path / "p.il", "p", [1, 2, 3])
    assert proofs[1] in engines
    assert proofs[2] not in engines
    assert proofs[3] not in engines


def test_the_same_seed_draws_the_same_mutants_and_no_clock_is_among_them(tmp_path):
    (tmp_path / "core.v").write_text(verilog(HAND))
    drawn = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        drawn.append(mutate([tmp_path / "core.v"], HAND.name, 30, tmp_path / name, seed=seed, progress=None).mutants)
    assert drawn[0] == drawn[1] != drawn[2]
    assert [mutant.number for mutant in drawn[0]] == list(range(1, len(drawn[0]) + 1))
    assert not any(mutant.port.endswith("CLK") for mutant in drawn[0])
    assert all(mutant.lines for mutant in drawn[0] if "opt" not in mutant.cell)


def test_a_score_counts_every_mutant_once(tmp_path, monkeypatch):
    monkeypatch.setattr(equivalence, "_BMC_SECONDS", 1)
    monkeypatch.setattr(score, "prove_equivalent", functools.partial(prove_equivalent, seconds=1))
    options = {"simulator": "verilator", "mutants": 24, "samples": 2, "search_seconds": 0, "architecture": "serial"}
    result = run(HAND, tmp_path / "out", **options)
    counts = result.report["gate_mutants"]
    assert result.passed, result.reason
    assert counts["made"] == counts["killed"] + counts["equivalent"] + counts["unresolved"] >= 20
    assert counts["killed"] > 0.6 * counts["made"]
    assert len(counts["survivors"]) == counts["unresolved"]
    for each in counts["survivors"]:
        assert {"number", "cell", "port", "bit", "mode", "lines", "why"} == set(each)
    assert f"{counts['killed']} of {counts['made'] - counts['equivalent']} mutants of its gates" in result.summary()
    certificate, damage = read_certificate(tmp_path / "out" / "certificate.json")
    assert damage is None
    assert certificate["results"]["gate_mutants"] == json.loads(json.dumps(counts))
    assert f"{counts['killed']} killed" in (tmp_path / "out" / "certificate.md").read_text()


def test_a_mutant_is_judged_by_its_registers_too(monkeypatch):
    """No output differs; a register says something else."""
    monkeypatch.setattr(score, "compare", lambda *_, **__: SimpleNamespace(passed=True))
    identity = Access("identity", 0, OKAY, 7)
    plan = score.MutantPlan(
        HAND,
        [],
        Script([Segment("registers", [], [], 0)], 0, 10),
        np.zeros(0),
        {},
        1,
        0,
        accesses={"registers": [identity]},
    )
    for reply, passes in ((7, True), (8, False)):
        record = Record(segments=[SegmentRecord("registers", finished=True, replies=[(OKAY, reply, 0)])])
        assert score._passes(plan, record) is passes


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mutants": 0}, "mutants must be an integer from 1 to 65535"),
        ({"mutants": 5, "simulator": "amaranth"}, "mutants: the compiled harness runs them"),
        ({"mutants": 5, "mode": "cocotb"}, "mutants: the compiled harness runs them"),
    ],
)
def test_mutants_need_the_compiled_harness(options, words, tmp_path):
    with pytest.raises(OptionError, match=words):
        run(HAND, tmp_path / "out", codes=np.array([[1, 2]]), **options)
