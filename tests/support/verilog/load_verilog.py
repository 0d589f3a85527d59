"""A plain Verilog bench that loads a core and sends it frames, for what other simulators make of unknown contents."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.simulation.axis import Beat
from support.simulation.load_bench import Load

BENCH = """
`timescale 1ns / 1ns
module bench;
  reg clk = 0, rst = 1, hold = 1, load_write = 0, s_axis_tvalid = 0, s_axis_tlast = 0, m_axis_tready = 1;
  reg [{address}:0] load_address = 0;
  reg [31:0] load_data = 0;
  reg [{input}:0] s_axis_tdata = 0;
  wire idle, s_axis_tready, m_axis_tvalid, m_axis_tlast, frame_error;
  wire [{output}:0] m_axis_tdata;
  {top} core (
    .clk(clk), .rst(rst), .hold(hold), .idle(idle), .frame_error(frame_error),
    .load_write(load_write), .load_address(load_address), .load_data(load_data),
    .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
    .s_axis_tlast(s_axis_tlast), .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready), .m_axis_tlast(m_axis_tlast));
  always #5 clk = ~clk;
  // everything is driven at falling edges
  task word(input [{address}:0] address, input [31:0] data);
    begin load_address = address; load_data = data; load_write = 1; @(negedge clk) load_write = 0; end
  endtask
  task beat(input [{input}:0] data, input last);
    begin
      s_axis_tdata = data; s_axis_tlast = last; s_axis_tvalid = 1;
      #1 while (s_axis_tready !== 1) @(negedge clk) #1;
      @(negedge clk) s_axis_tvalid = 0;
    end
  endtask
  always @(posedge clk) begin
    if (m_axis_tvalid === 1'b1) $display("%b %b", m_axis_tdata, m_axis_tlast);
    else if (m_axis_tvalid !== 1'b0 || s_axis_tready === 1'bx || idle === 1'bx) $display("unknown at %0t", $time);
  end
  initial begin
    repeat (3) @(negedge clk);
    rst = 0;
    repeat (9) @(negedge clk);
{script}
    repeat ({wait}) @(negedge clk);
    $finish;
  end
endmodule
"""


def run_icarus(
    core: Any, sources: Sequence[Path], top: str, script: Sequence[Beat | Load], folder: Path, *, clocks: int
) -> list[str]:
    """The lines of the bench: an output beat's data and last, in bits, or `unknown`.

    Args:
        core: whose ports the bench drives.
        sources: its Verilog.
        top: the module's name.
        script: beats and loads.
        folder: for the bench.
        clocks: of an inference at most.
    """
    lines = []
    for item in script:
        if isinstance(item, Load):
            lines += ["hold = 1;", "while (idle !== 1) @(negedge clk);"]
            lines += [f"word({address}, 32'h{data % 2**32:08x});" for address, data in item.image]
            lines += ["hold = 0;"]
        else:
            lines.append(f"beat({item[0]}, {int(item[1])});")
    text = BENCH.format(
        address=len(core.load_address) - 1,
        input=len(core.s_axis_tdata) - 1,
        output=len(core.m_axis_tdata) - 1,
        top=top,
        script="\n".join(f"    {line}" for line in lines),
        wait=clocks + 10,
    )
    (folder / "bench.v").write_text(text)
    command = ["iverilog", "-g2001", "-o", str(folder / "bench.vvp"), str(folder / "bench.v"), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True)
    done = subprocess.run(
        ["vvp", str(folder / "bench.vvp")], check=True, capture_output=True, encoding="utf-8", timeout=60
    )
    return [line for line in done.stdout.splitlines() if line and "$finish" not in line]
