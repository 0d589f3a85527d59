"""Proofs stand in an environment that keeps the rules of the ports, and in one that does everything else."""

from __future__ import annotations

import pytest

from sc_neurocore.cosim.gate_mutants.circuits import abc_program
from sc_neurocore.cosim.gate_mutants.equivalence import ENGINES, prove_equivalent
from sc_neurocore.synth.flow import yosys

needs_abc = pytest.mark.skipif(abc_program() is None, reason="no program of ABC is installed")

# Each register holds what stood on a port in the clock before; a mutant shows where a rule is broken, or kept.
PORTS = """
module p(input clk, input rst, input s_axis_tvalid, input [1:0] s_axis_tdata, input s_axis_tlast,
         output s_axis_tready, output m_axis_tvalid, output m_axis_tlast, input m_axis_tready, output frame_error,
         input s_axil_arvalid, input [1:0] s_axil_araddr, output s_axil_arready, input [1:0] halvings,
         input [15:0] sc_mutant, output y);
  reg waits = 0, read_waits = 0, rst_before = 0, works = 0, wrong = 0, ready = 0;
  reg [1:0] data = 0, halved = 0, address = 0;
  reg last = 0;
  assign s_axis_tready = ready && !rst, s_axil_arready = ready && !rst;
  assign m_axis_tvalid = works && ready, m_axis_tlast = 1, frame_error = wrong;
  always @(posedge clk) begin
    ready <= !ready;
    rst_before <= rst;
    waits <= s_axis_tvalid && !s_axis_tready && !rst;
    read_waits <= s_axil_arvalid && !s_axil_arready && !rst;
    data <= s_axis_tdata; last <= s_axis_tlast; address <= s_axil_araddr; halved <= halvings;
    works <= !rst && (s_axis_tvalid && s_axis_tready || works && !(m_axis_tvalid && m_axis_tready));
    wrong <= !rst && (wrong || s_axis_tvalid && s_axis_tready && s_axis_tdata == 3);
  end
  assign y = sc_mutant == 1 && {condition};
endmodule
"""
BROKEN = {
    "an offer is taken back": "waits && !rst && !s_axis_tvalid",
    "data change before they are accepted": "waits && !rst && s_axis_tdata != data",
    "tlast changes before it is accepted": "waits && !rst && s_axis_tlast != last",
    "the offer of a read is taken back": "read_waits && !rst && !s_axil_arvalid",
    "an address changes before it is accepted": "read_waits && !rst && s_axil_araddr != address",
    "a read is offered under reset": "rst && s_axil_arvalid",
    "halvings change in the work": "works && !wrong && !rst && halvings != halved",
}
KEPT = {
    "an offer waits": "waits && !rst && s_axis_tvalid",
    "data change after they were accepted": "!waits && !rst && s_axis_tvalid && s_axis_tdata != data",
    "beats are offered under reset": "rst && s_axis_tvalid",
    "a read is offered": "s_axil_arvalid",
    "halvings change between samples": "!works && !rst && halvings != halved",
    "halvings change under reset": "rst && rst_before && halvings != halved",
    "halvings change after a frame of a wrong length": "works && wrong && !rst && halvings != halved",
}


@needs_abc
@pytest.mark.parametrize("name", [*BROKEN, *KEPT])
def test_a_difference_counts_where_no_rule_is_broken(name, tmp_path):
    (tmp_path / "p.v").write_text(PORTS.replace("{condition}", (BROKEN | KEPT)[name]))
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, _ = prove_equivalent(tmp_path / "p.il", "p", [1], seconds=4)
    assert (proofs[1] in ENGINES) == (name in BROKEN), proofs
    if name in KEPT:
        assert "tell it from the core" in proofs[1]


@needs_abc
def test_a_part_of_a_core_has_no_environment(tmp_path):
    (tmp_path / "p.v").write_text(PORTS.replace("{condition}", BROKEN["an offer is taken back"]))
    yosys(tmp_path, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    proofs, _ = prove_equivalent(tmp_path / "p.il", "p", [1], seconds=4, strict=True)
    assert proofs[1] not in ENGINES
