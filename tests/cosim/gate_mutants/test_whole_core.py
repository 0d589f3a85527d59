"""Proofs of the whole core: of changes that nobody can see from outside, and of none that somebody can."""

from __future__ import annotations

import pytest
from support.verilog.whole_core import never_shown, read_core, same_core

from sc_neurocore.cosim.gate_mutants.circuits import abc_program

# Two elements are collected, one after the other; then their sum is shown, which is never above 2, for each is 0 or 1.
CORE = """module tiny(clk, rst, s_axis_tdata, s_axis_tvalid, m_axis_tdata, m_axis_tvalid);
  input clk, rst, s_axis_tvalid;
  input [1:0] s_axis_tdata;
  output [2:0] m_axis_tdata;
  output m_axis_tvalid;
  reg [3:0] elements = 4'h0;
  reg [1:0] count = 2'h0;
  reg [2:0] sum = 3'h0;
  reg full = 1'h0;
  reg valid = 1'h0;
  wire [1:0] element;
  wire [2:0] total;
  assign element = {(&s_axis_tdata) & (^s_axis_tdata), s_axis_tdata[0]};
  assign total = elements[1:0] + elements[3:2];
  assign m_axis_tdata = sum;
  assign m_axis_tvalid = valid & ~rst;
  always @(posedge clk) begin
    if (s_axis_tvalid) elements <= {element, elements[3:2]};
    sum <= total;
    count <= rst ? 2'h0 : s_axis_tvalid ? (count[0] ? 2'h0 : 2'h1) : count;
    full <= ~rst & s_axis_tvalid & count[0];
    valid <= ~rst & full;
  end
endmodule
"""
HARMLESS = {
    "first value of a word that is overwritten": ("elements = 4'h0", "elements = 4'h6"),
    "first value of what is behind it": ("sum = 3'h0", "sum = 3'h5"),
    "first value of a register that is reset": ("count = 2'h0", "count = 2'h1"),
    "what no state brings about": ("m_axis_tdata = sum", "m_axis_tdata = sum == 3'h6 ? 3'h1 : sum"),
    "a wire without a bit that is never 1": ("wire [2:0] total", "wire [1:0] total"),
    "a register without a bit that is never 1": ("reg [2:0] sum = 3'h0", "reg [1:0] sum = 2'h0"),
    "the same, with its range backwards": ("reg [2:0] sum = 3'h0", "reg [2:3] sum = 2'h0"),
    "the same, with its range elsewhere": ("reg [2:0] sum = 3'h0", "reg [4:3] sum = 2'h0"),
}
HARMFUL = {
    "a value": ("elements[1:0] + ", "elements[2:1] + "),
    "a sum that loses its top bit": ("wire [2:0] total", "wire [0:0] total"),
    "a register that loses it": ("reg [2:0] sum = 3'h0", "reg [0:0] sum = 1'h0"),
    "too early": ("& s_axis_tvalid & count[0]", "& s_axis_tvalid"),
    "a first value that is shown": ("elements = 4'h0", "elements = 4'h6"),
    "a first value that is reset too late": ("valid = 1'h0", "valid = 1'h1"),
}
# the cores of those two: nobody waits for the second word; a reset is not looked at
TAKES_ANY = CORE.replace("& s_axis_tvalid & count[0]", "& s_axis_tvalid")
SHOWS_AT_ONCE = CORE.replace("valid & ~rst", "valid").replace("valid <= ~rst & full", "valid <= full | (rst & valid)")
CORES = {"a first value that is shown": TAKES_ANY, "a first value that is reset too late": SHOWS_AT_ONCE}


def proved(before: str, after: str, folder) -> bool:
    abc = abc_program()
    if abc is None:
        pytest.skip("no ABC")
    assert before != after
    core, changed = read_core(before, "tiny", folder), read_core(after, "tiny", folder)
    assert core is not None
    assert changed is not None
    return same_core(abc, core, changed, folder, 5)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_nobody_can_see_is_proved(name, tmp_path):
    assert proved(CORE, CORE.replace(*HARMLESS[name]), tmp_path)


@pytest.mark.parametrize("name", HARMFUL)
def test_what_somebody_can_see_is_not_proved(name, tmp_path):
    core = CORES.get(name, CORE)
    assert not proved(core, core.replace(*HARMFUL[name]), tmp_path)


def test_a_difference_may_live_in_its_word_but_goes_no_farther(tmp_path):
    core = read_core(CORE, "tiny", tmp_path)
    assert core is not None
    places = {name: place for place, name in enumerate(core.registers)}
    reached = [core.registers[place][0] for place in places.values() if places["elements", 2] in core.fan_in[place]]
    assert set(reached) == {"elements", "sum"}
    for far, latches in ((0, 4), (1, 6)):  # the words near by have bits of their own; what is beyond has none
        graph, bad = never_shown(core, [places["elements", 2]], far)
        assert bad not in (0, 1)
        assert len(graph.latches) >= latches


def test_a_bit_with_two_drivers_is_no_core_to_prove_anything_of(tmp_path):
    twice = CORE.replace("assign m_axis_tdata = sum;", "assign m_axis_tdata = sum; assign total[0] = rst;")
    assert read_core(twice, "tiny", tmp_path) is None
