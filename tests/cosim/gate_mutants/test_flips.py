"""Flips of digits: behind a select input they are what they are alone; the committed result is of the demo's core."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from cosim.gate_mutants import flips as flipping
from cosim.gate_mutants.flips import (
    CORE,
    PROOFS,
    REFUSED,
    RESULT,
    SEEN,
    SETTINGS,
    TWICE,
    head_of,
    outcomes,
    summary,
    taken_up,
)
from support.networks.mutated_cores import mutated_cores
from support.verilog.flipped import Flip, characters, drawn_flips, selectable

from sc_neurocore import load_network
from sc_neurocore.cosim import run
from sc_neurocore.cosim.gate_mutants.equivalence import ENGINES, UNPROVED
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
    assert set(ends) & set(PROOFS)
    draw = random.Random(1)
    for place in (draw.choice([i for i, end in enumerate(ends) if end == kind]) for kind in (SEEN, REFUSED)):
        (tmp_path / "core" / "tiny.v").write_text(tried[place].applied(text))
        alone = run(network, tmp_path / "out", rtl=tmp_path / "core", simulator="verilator", **settings)
        assert not alone.passed
        assert ("does not build" in str(alone.reason)) == (ends[place] == REFUSED)


def test_what_the_stimulus_sees_is_seen_whatever_a_proof_says(monkeypatch, tmp_path):
    flips = [Flip(1, 0, "0", "1"), Flip(2, 0, "0", "1"), Flip(3, 0, "0", "1")]
    monkeypatch.setattr(flipping, "_building", lambda top, text, each, folder: each[:2])
    monkeypatch.setattr(flipping, "_unseen", lambda *_: {2})
    monkeypatch.setattr(flipping, "_of_modules", lambda _, each, *__: {number: ENGINES[0] for number, _ in each})
    (tmp_path / "tiny.v").write_text("")
    network, _ = mutated_cores()["row: or lfsr"]
    assert outcomes(network, tmp_path, flips, SETTINGS) == [SEEN, ENGINES[0], REFUSED]


# Of module a: 3 -> 1 changes what the module in it gets, and no port of its own. Of c: 0 -> 1 where nobody takes it.
WITHIN = (
    TEXT.replace(" // 8 bits", "")
    + """
module c(clk, x, y);
  input clk;
  input [1:0] x;
  output [1:0] y;
  wire [2:0] _0_;
  assign _0_ = { 1'h0, x };
  assign y = _0_[1:0];
endmodule

module d(clk, x, y);
  input clk;
  input [1:0] x;
  output [1:0] y;
  assign { y[1], y[0] } = x;
endmodule
"""
)


def test_a_module_alone_must_give_the_same_to_those_in_it(tmp_path):
    line = WITHIN.split("\n").index("  assign _0_ = { 1'h0, x };") + 1
    flips = [(1, Flip(7, 23, "3", "1")), (2, Flip(line, 20, "0", "1")), (3, Flip(7, 20, "2", "3"))]
    found = flipping._of_modules(WITHIN, flips, tmp_path, 2)
    assert found[1] not in ENGINES
    assert found[2] == found[3] == ENGINES[0]  # the module within is cut in the same way in all copies


def test_nothing_is_proved_of_a_bit_with_two_drivers(tmp_path):
    line = WITHIN.split("\n").index("  assign { y[1], y[0] } = x;") + 1
    assert flipping._of_modules(WITHIN, [(1, Flip(line, 19, "0", "1"))], tmp_path, 2) == {1: TWICE}


def test_rows_of_other_gates_another_judge_or_without_a_verdict_are_made_anew():
    head = head_of("text", 4)
    place = {"line": 1, "column": 2, "old": "0"}
    rows = [place | {"new": str(i), "outcome": end} for i, end in enumerate((SEEN, ENGINES[1], UNPROVED, REFUSED))]
    assert sorted(flip.new for flip in taken_up(head | {"rows": rows}, head)) == ["0", "1", "3"]
    for key in head:
        assert not taken_up(head | {key: "another", "rows": rows}, head), key
        assert not taken_up({name: value for name, value in head.items() if name != key} | {"rows": rows}, head), key
    assert head_of("texts", 4)["rtl_sha256"] != head["rtl_sha256"]


def test_only_the_words_of_the_engines_count_as_proofs():
    rows = [{"outcome": end} for end in (SEEN, REFUSED, *PROOFS, UNPROVED, TWICE, "", "timeout")]
    assert summary(rows) == {"made": 11, "seen": 1, "refused": 1, "equivalent": 5, "unresolved": 4}


@pytest.mark.slow  # the demo's core is compiled twice; `make flips` has all of them
def test_a_few_flips_of_the_demos_core():
    network = load_network(flipping.ROOT / "tests" / "golden" / "digits")
    text = (CORE / "digits.v").read_text()
    ends = outcomes(network, CORE, drawn_flips(text, 6, seed=9), SETTINGS)
    assert len(ends) == 6
    assert all(end in (SEEN, REFUSED, *PROOFS) for end in ends), ends


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
