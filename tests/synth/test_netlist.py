"""Netlists for simulation: only the cells that are needed, every net named once, and clear words where it cannot be."""

from __future__ import annotations

import pytest
from support.networks.refused_block import ROWS, refused_block

from sc_neurocore.cosim import run
from sc_neurocore.rtl import generate
from sc_neurocore.spec.errors import OptionError, ToolError
from sc_neurocore.synth import write_netlist
from sc_neurocore.synth.cell_models import cell_models, select_models
from sc_neurocore.synth.flow import ConflictError, yosys
from sc_neurocore.synth.netlist import net_names, netlist_target

LIBRARY = """
`define ONE 1
`ifdef YOSYS
(* keep *)
`endif
module INNER(input A, output Z); assign Z = ~A; endmodule
module OUTER(input A, output Z);
  INNER inner(.A(A), .Z(Z));
endmodule
(* blackbox *)
module EMPTY(input A);
endmodule
module OTHER(input A);
endmodule
"""


def test_models_come_with_what_they_are_made_of():
    text = select_models([LIBRARY], ["OUTER"], "toy")
    assert "module OUTER" in text
    assert "module INNER" in text
    assert "`define ONE 1" in text
    assert "OTHER" not in text
    assert "EMPTY" not in text
    assert text.count("`ifdef") + text.count("`ifndef") == text.count("`endif")


@pytest.mark.parametrize("cell", ["EMPTY", "ABSENT"])
def test_a_cell_without_behaviour_is_refused(cell):
    with pytest.raises(ToolError, match=f"no simulation model for {cell} .toy."):
        select_models([LIBRARY], ["OUTER", cell], "toy")


def test_the_shipped_models_have_the_cells_of_a_core():
    assert "module SB_LUT4" in cell_models("ice40", ["SB_LUT4", "SB_DFFESR", "SB_CARRY", "SB_RAM40_4K"])
    ecp5 = cell_models("ecp5", ["CCU2C", "TRELLIS_FF", "PFUMX"])
    assert "module LUT4" in ecp5  # inside CCU2C
    with pytest.raises(ToolError, match="MULT18X18D"):
        cell_models("ecp5", ["MULT18X18D"])


def test_every_net_has_one_name():
    module = {
        "netnames": {
            "a": {"bits": [2, 3]},
            "same": {"bits": [3]},
            "b.c": {"bits": [4]},
            "constant": {"bits": ["0"]},
            "shifted": {"bits": [5, 6], "offset": 4},
            "upwards": {"bits": [7, 8], "upto": 1},
        }
    }
    assert net_names(module) == [
        "\\a [0]", "\\a [1]", "\\b.c ", "\\shifted [4]", "\\shifted [5]", "\\upwards [1]", "\\upwards [0]",
    ]  # fmt: skip


def test_a_family_stands_for_its_usual_device(tmp_path):
    assert netlist_target("ice40").name == "up5k"
    assert netlist_target("ecp5").name == "ecp5-25k"
    assert netlist_target("hx8k").name == "hx8k"
    legal = "must be one of ice40, ecp5, up5k, hx8k, ecp5-25k, ecp5-85k"
    for name in ("asic", "gowin", 3):  # of a Gowin device cells are counted and never simulated
        with pytest.raises(OptionError, match=f"^netlist {legal}; got {name!r}"):
            netlist_target(name)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match=f"^target {legal}; got 'xilinx7'"):
        write_netlist([], "a", "xilinx7", tmp_path)


def test_what_cannot_be_written(tmp_path):
    with pytest.raises(OptionError, match="top must be a Verilog identifier"):
        write_netlist([], "a; b", "ice40", tmp_path)
    with pytest.raises(ToolError, match="cannot read Verilog file"):
        write_netlist([tmp_path / "absent.v"], "a", "ice40", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_multiplier_block_that_yosys_connects_wrongly_is_not_taken(tmp_path):
    """Yosys 0.70 warns of two drivers, takes the constant one and goes on: all outputs were wrong."""
    spec = refused_block()
    generate(spec, tmp_path / "rtl", **ROWS)
    with pytest.raises(ConflictError):
        yosys(tmp_path / "rtl", "read_verilog net.v; synth_ice40 -device u -dsp -top net", "log", 600, None, "mapping")
    said = []
    report = run(
        spec, tmp_path / "out", simulator="icarus", netlist="up5k", **ROWS, samples=2, search_seconds=0.1,
        progress=said.append,
    ).report  # fmt: skip
    assert (report["verdict"], report["mismatches"]) == ("PASS", 0)
    assert (report["netlist"]["dsps"], report["netlist"]["dsp_refused"]) == (0, True)
    assert any("again without such blocks" in line for line in said)
