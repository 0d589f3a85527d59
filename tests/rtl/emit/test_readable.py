"""Verilog that a person reads: comments, names of ports, no implicit nets; and the gates are the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rtl.emit import lint_gates

from sc_neurocore.rtl.components.activation.output_stage import OutputStage
from sc_neurocore.rtl.emit import data_sheets, readable

RESULT = json.loads((lint_gates.ROOT / "benchmarks" / "results" / "lint_gates.json").read_text("utf-8"))
PLAIN = """\
module top(clk, port__17__0, x__3);
  input clk;
  wire clk;
  input port__17__0;
  wire port__17__0;
  input x__3;
  wire x__3;
  wire x;
  top_part part (
    .clk(clk),
    .port__9(port__17__0),
    .sink_ready__4(x__3)
  );
endmodule

module top_part(clk, port__9, sink_ready__4);
  input clk;
  wire clk;
  input port__9;
  wire port__9;
  output sink_ready__4;
  wire sink_ready__4;
  assign sink_ready__4 = port__9 & clk;
endmodule
"""


def test_the_committed_sweep_is_large_and_clean():
    assert RESULT["cores"] == len(RESULT["rows"]) >= 40
    assert (RESULT["with_findings"], [row for row in RESULT["rows"] if row["findings"]]) == (0, [])
    assert len({row["gates_sha256"] for row in RESULT["rows"]}) > 35


@pytest.mark.one_in(22)
@pytest.mark.parametrize("place", range(44))
def test_three_tools_and_the_eye_find_nothing_in_a_core(place, tmp_path):
    each = list(lint_gates.cores(44))[place]
    row = lint_gates.row(*each)
    assert row["findings"] == []
    assert row["modules"] > 0


def test_what_is_missing_is_found():
    assert lint_gates.unread(PLAIN) == [
        "no `default_nettype none",
        "module top has no comment",
        "top.port__17__0 has no name",
        "top.x__3 has no name",
        "module top_part has no comment",
        "top_part.port__9 has no name",
        "top_part.sink_ready__4 has no name",
    ]


def test_ports_get_names_at_both_ends():
    text = readable.with_plain_ports(PLAIN)
    assert "module top(clk, operand, x_2);" in text  # x is taken, and nobody says what port 17 is
    assert "module top_part(clk, operand, sink_ready);" in text
    assert "    .operand(operand),\n    .sink_ready(x_2)\n" in text
    assert "  assign sink_ready = operand & clk;" in text
    assert "__" not in text


def test_a_module_says_what_it_is_and_the_next_of_its_kind_refers_to_it():
    text = readable.readable(PLAIN, {"top": "OneThing\nDoes it.\n\n    Ports", "top_part": "A part of OneThing."})
    assert text.startswith("`default_nettype none\n\n// OneThing\n// Does it.\n//\n//     Ports\nmodule top(")
    assert "\n// A part of OneThing.\nmodule top_part(" in text
    assert text.endswith("endmodule\n\n`default_nettype wire\n")


def test_a_data_sheet_is_what_the_docstring_says_in_ascii():
    sheet = data_sheets.sheet(OutputStage)
    assert "a'*multiplier + r" in sheet
    assert "Latency     0 clocks for linear" in sheet
    assert "Args:" not in sheet
    assert "`" not in sheet


def test_every_data_sheet_has_a_form_in_ascii():
    from amaranth.lib.wiring import Component

    import sc_neurocore.rtl.cores.architectures  # noqa: F401  which loads the components

    classes, seen = [Component], set()
    while classes:
        kind = classes.pop()
        classes += kind.__subclasses__()
        if kind.__module__.startswith("sc_neurocore.rtl."):
            text = (kind.__doc__ or "").partition("Args:")[0]
            seen.add(kind)
            assert data_sheets.in_ascii(text).count("?") == text.count("?"), kind
    assert len(seen) > 40
    assert Path(data_sheets.__file__).is_file()
