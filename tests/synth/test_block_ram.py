"""The model of the ECP5's block RAM against memories written as Verilog: what Yosys maps one to does the same."""

from __future__ import annotations

import subprocess

import pytest
from support.verilog.icarus import needs_icarus

from sc_neurocore.synth import write_netlist

pytestmark = needs_icarus

MEMORY = """
module memory(input clk, input ce, input rst, input we, input [{a}:0] wa, input [{w}:0] wd, input [{a}:0] ra,
              output reg [{w}:0] rd);
  (* ram_style = "block" *) reg [{w}:0] words [0:{depth} - 1];
  integer i;
  initial begin for (i = 0; i < {depth}; i = i + 1) words[i] = i * 40503 + 12345; rd = 0; end
  always @(posedge clk) if (we) words[wa] <= wd;
  always @({edge}) if ({reset}) rd <= 0; else if (ce) rd <= words[ra];
endmodule
"""
BENCH = """
module bench;
  reg clk = 0, ce = 0, rst = 0, we = 0; reg [{a}:0] wa = 0, ra = 0; reg [{w}:0] wd = 0;
  wire [{w}:0] wanted, got;
  written one(clk, ce, rst, we, wa, wd, ra, wanted);
  memory two(.clk(clk), .ce(ce), .rst(rst), .we(we), .wa(wa), .wd(wd), .ra(ra), .rd(got));
  integer i, wrong = 0, changes = 0; reg [{w}:0] earlier = 0;
  initial begin
    for (i = 0; i < 20000; i = i + 1) begin
      ce = $random; rst = ($random & 15) == 0; we = $random; wd = {{$random, $random}};
      // A few words often: reads must meet writes. Never both at once at one address, of which nothing is promised.
      wa = i < 10000 ? $random & 7 : $random; ra = i < 10000 ? $random & 7 : $random;
      if (wa == ra) we = 0;
      #1 clk = 1; #1 clk = 0;
      if (wanted !== got) wrong = wrong + 1;
      if (wanted !== earlier) changes = changes + 1;
      earlier = wanted;
    end
    $display("wrong %0d changes %0d", wrong, changes);
    $finish;
  end
endmodule
"""


RESETS = {"none": ("posedge clk", "0"), "sync": ("posedge clk", "rst"), "async": ("posedge clk, posedge rst", "rst")}
SLOW = [
    pytest.param(*size, marks=pytest.mark.slow)
    for size in ((1, 4096, "sync"), (2, 4096, "async"), (4, 4096, "none"), (9, 2048, "async"), (7, 2048, "sync"))
]


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("width", "depth", "reset"), [(36, 512, "async"), (18, 1024, "sync"), *SLOW])
def test_a_mapped_memory_is_the_memory(width, depth, reset, tmp_path):
    sizes = {"w": width - 1, "a": (depth - 1).bit_length() - 1, "depth": depth}
    sizes |= dict(zip(("edge", "reset"), RESETS[reset]))
    text = MEMORY.format(**sizes)
    (tmp_path / "memory.v").write_text(text)
    (tmp_path / "out").mkdir()
    netlist = write_netlist([tmp_path / "memory.v"], "memory", "ecp5", tmp_path / "out")
    assert netlist.area.brams == 1
    assert netlist.area.luts < 100
    (tmp_path / "written.v").write_text(text.replace("module memory", "module written"))
    (tmp_path / "bench.v").write_text(BENCH.format(**sizes))
    sources = [tmp_path / "bench.v", tmp_path / "written.v", *netlist.files]
    program = tmp_path / "bench"
    subprocess.run(["iverilog", "-g2005-sv", "-s", "bench", "-o", program, *sources], check=True)
    said = subprocess.run(["vvp", "-n", program], check=True, capture_output=True, text=True).stdout.split()
    assert said[:2] == ["wrong", "0"], said
    assert int(said[3]) > 2000
