"""A stranger's AXI4-Lite master against the generated Verilog: cocotb runs this inside a simulator.

As a program: builds the Verilog file of its arguments with a simulator and runs the test below in it.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import cycle
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiResp,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)

PAUSES = {"aw": [0, 1, 1], "w": [1, 0, 0, 0], "b": [1, 1, 0], "ar": [0, 0, 1], "r": [0, 1, 1, 1]}


@cocotb.test()
async def a_load_through_the_port(dut):
    """Compute, load another network word by word, compute again; all five channels pause now and then."""
    job = json.loads(Path(os.environ["AXI_LITE_JOB"]).read_text())
    Clock(dut.clk, 10, unit="ns").start()
    dut.rst.value = 1
    master = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
    source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk, dut.rst)
    sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk, dut.rst)
    for _ in range(3):
        await RisingEdge(dut.clk)
    dut.rst.value = 0
    write, read = master.write_if, master.read_if
    channels = {"aw": write.aw_channel, "w": write.w_channel, "b": write.b_channel}
    channels |= {"ar": read.ar_channel, "r": read.r_channel}
    for name, channel in channels.items():
        channel.set_pause_generator(cycle(PAUSES[name]))

    async def asked(address):
        return await with_timeout(master.read_dword(address), 10, "us")

    async def told(address, word):
        reply = await with_timeout(master.write(address, word.to_bytes(4, "little")), 10, "us")
        return reply.resp

    async def computed(frames):
        results = []
        for frame in frames:
            await source.send(AxiStreamFrame(bytes(frame)))
        for _ in frames:
            frame = await with_timeout(sink.recv(), 50, "us")
            results.append([value - (value >> 7 << 8) for value in frame.tdata])
        return results

    assert await asked(0) == 0x53434E43
    assert [await asked(0x20 + 4 * i) for i in range(8)] == job["hash"][0]
    assert await computed(job["frames"]) == job["expected"][0]
    assert await told(0x58, job["words"][0]) == AxiResp.SLVERR
    assert await told(0x60, 0) == AxiResp.DECERR
    partial = await with_timeout(master.write(0x45, b"\xff"), 10, "us")  # one byte of the word
    assert partial.resp == AxiResp.SLVERR
    assert await told(0x44, 1) == AxiResp.OKAY
    while await asked(0x40) & 3 != 3:
        pass
    for word in job["words"]:
        assert await told(0x58, word) == AxiResp.OKAY
    assert await told(0x44, 2) == AxiResp.OKAY
    assert await asked(0x40) & 14 == 4
    assert [await asked(0x20 + 4 * i) for i in range(8)] == job["hash"][1]
    assert await computed(job["frames"]) == job["expected"][1]
    assert await asked(0x4C) == 2 * len(job["frames"])
    Path(os.environ["AXI_LITE_JOB"]).with_suffix(".passed").touch()


def main(source: Path, top: str, simulator: str) -> None:
    """Build and run below the folder of the source."""
    from cocotb_tools.runner import get_runner

    runner, folder = get_runner(simulator), source.parent
    options = ["-Wno-fatal"] if simulator == "verilator" else []
    build = folder / "build"
    runner.build(sources=[source], hdl_toplevel=top, build_dir=build, build_args=options, timescale=("1ns", "1ps"))
    runner.test(
        test_module="support.verilog.axi_lite_cocotb",
        hdl_toplevel=top,
        build_dir=build,
        test_dir=folder,
        extra_env={"AXI_LITE_JOB": str(folder / "job.json")},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
