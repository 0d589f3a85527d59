"""Flips of digits: behind a select input they are what they are alone; the committed result is of the demo's core."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from cosim.gate_mutants import flips as flipping
from cosim.gate_mutants.flips import CORE, REFUSED, RESULT, SEEN, SETTINGS, is_proof, outcomes, summary
from support.networks.mutated_cores import mutated_cores
from support.verilog.flipped import Flip, characters, drawn_flips, selectable

from sc_neurocore import load_network
from sc_neurocore.cosim import run
from sc_neurocore.rtl import generate

TEXT = """module a(clk, x,
 y);
  input clk;
  input [1:0] x;
  output [1:0] y; // 8 bits
  wire [1:0] _12_;
  assign _12_ = x + 2'h3;
  b inner (
    .clk(clk),
    .x(_12_),
    .y(y)
  );
endmodule

module b(clk, x, y);
  input clk;
  input [1:0] x;
  output [1:0] y;
  assign y = x ^ 2'b01;
endmodule
"""


def test_digits_of_numbers_alone_are_found():
    places = [(line, column) for line, column, _ in characters(TEXT)]
    rows = TEXT.split("\n")
    found = ["".join(rows[line - 1][c] for at, c in places if at == line) for line in range(1, len(rows))]
    assert [digits for digits in found if digits] == ["10", "10", "10", "23", "10", "10", "201"]
    digits = {(line, column): digits for line, column, digits in characters(TEXT)}
    assert digits[7, 20] == "123456789"  # a size of 0 is no Verilog
    assert digits[7, 23] == "0123456789abcdef"
    assert digits[19, 20] == "01"


def test_each_module_with_flips_has_a_copy_for_each():
    text = selectable(TEXT, [(1, Flip(7, 23, "3", "1")), (2, Flip(19, 21, "1", "0")), (3, Flip(19, 20, "0", "1"))])
    assert text.count("endmodule") == 2 + 2 + 2 + 1
    for piece in ("module a__1(", "x + 2'h1;", "module b__2(", "x ^ 2'b00;", "module b__3(", "x ^ 2'b11;"):
        assert text.count(piece) == 1, piece
    assert "assign y = sc_mutant == 3 ? y__3 : sc_mutant == 2 ? y__2 : y__0;" in text
    assert text.count(".sc_mutant(sc_mutant)") == 2 + 2 + 3  # copies of a, what is in them, copies of b


def test_flips_end_as_they_do_alone(tmp_path):
    network, options = mutated_cores()["row: or lfsr"]
    generate(network, tmp_path / "core", **options)
    text = (tmp_path / "core" / "tiny.v").read_text()
    settings = SETTINGS | {"samples": 4, "search_seconds": 0.5}
    rows = text.split("\n")
    drawn = drawn_flips(text, 200, seed=4)
    tried = [flip for flip in drawn if rows[flip.line - 1].startswith("  assign ")][:6]
    tried += [flip for flip in drawn if rows[flip.line - 1].startswith("  output [")][:2]
    ends = outcomes(network, tmp_path / "core", tried, settings, seconds=4)
    assert {SEEN, REFUSED} < set(ends), ends
    assert any(map(is_proof, ends))
    draw = random.Random(1)
    for place in (draw.choice([i for i, end in enumerate(ends) if end == kind]) for kind in (SEEN, REFUSED)):
        (tmp_path / "core" / "tiny.v").write_text(tried[place].applied(text))
        alone = run(network, tmp_path / "out", rtl=tmp_path / "core", simulator="verilator", **settings)
        assert not alone.passed
        assert ("does not build" in str(alone.reason)) == (ends[place] == REFUSED)


@pytest.mark.slow  # the demo's core is compiled twice; `make flips` has all of them
def test_a_few_flips_of_the_demos_core():
    network = load_network(flipping.ROOT / "tests" / "golden" / "digits")
    ends = outcomes(network, CORE, drawn_flips((CORE / "digits.v").read_text(), 6, seed=9), SETTINGS)
    assert all(end in (SEEN, REFUSED) or is_proof(end) for end in ends), ends


def test_the_committed_result_is_of_the_demos_core():
    found = json.loads(RESULT.read_text(encoding="utf-8"))
    text = (CORE / "digits.v").read_text()
    assert found["rtl_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    drawn = {(flip.line, flip.column, flip.old, flip.new) for flip in drawn_flips(text, found["asked"], 0)}
    tried = {(row["line"], row["column"], row["old"], row["new"]) for row in found["rows"]}
    assert len(drawn) == found["asked"] >= 300
    assert tried <= drawn  # a run goes on where the one before ended
    assert len(tried) == len(found["rows"]) == found["made"]
    assert {key: found[key] for key in summary([])} == summary(found["rows"])
    assert found["seen"] > found["made"] // 3
