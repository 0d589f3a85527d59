"""The committed core hdl/rtl/digits through its ports: stalls, wrong frames, reset, stated latency.

Expected outputs come from the package's reference model, which knows nothing of the gates.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge
from drivers import StreamSink, StreamSource, reset

import sc_neurocore

NETWORK = sc_neurocore.load_network(os.environ["BENCH_NETWORK"])
MANIFEST = json.loads(Path(os.environ["BENCH_MANIFEST"]).read_text())
CODES = np.random.default_rng(0).integers(0, 16, (8, 64))
CODES[:2] = [[15], [0]]
EXPECTED = sc_neurocore.infer(NETWORK, CODES, engine="reference").tolist()


async def begin(dut, source_rate: float = 1.0, sink_rate: float = 1.0) -> tuple[StreamSource, StreamSink]:
    Clock(dut.clk, 10, unit="ns").start()
    source, sink = StreamSource(dut, source_rate), StreamSink(dut, sink_rate)
    await reset(dut)
    cocotb.start_soon(sink.run())
    return source, sink


async def wait_for(dut, sink: StreamSink, frames: int, limit: int = 3000) -> None:
    for _ in range(limit):
        if len(sink.frames) >= frames:
            return
        await FallingEdge(dut.clk)
    raise AssertionError(f"{len(sink.frames)} of {frames} frames came within {limit} clocks")


@cocotb.test()
async def frames_back_to_back_and_the_stated_latency(dut):
    source, sink = await begin(dut)
    for codes in CODES.tolist():
        await source.send(codes)
    await wait_for(dut, sink, len(CODES))
    assert sink.frames == EXPECTED
    assert sink.first_valid is not None
    assert (sink.first_valid - source.accepted[63]) / 10 == MANIFEST["latency_cycles"]
    assert dut.frame_error.value == 0


@cocotb.test()
async def random_stalls_on_both_sides(dut):
    source, sink = await begin(dut, 0.7, 0.1)
    for codes in CODES.tolist():
        await source.send(codes)
    await wait_for(dut, sink, len(CODES))
    assert sink.frames == EXPECTED


@cocotb.test()
async def short_and_long_frames_are_dropped(dut):
    source, sink = await begin(dut)
    for codes in CODES.tolist():
        await source.send([15] * 63)
        await source.send(codes)
        await source.send([15] * 65)
    await wait_for(dut, sink, len(CODES))
    assert sink.frames == EXPECTED
    assert dut.frame_error.value == 1


@cocotb.test()
async def reset_in_mid_frame_and_in_mid_computation(dut):
    source, sink = await begin(dut)
    for run_on in (0, 10, 40, 85):
        sink.frames.clear()
        await source.send([1] * 63)  # an error, to be forgotten
        await source.send(CODES[0].tolist())
        for _ in range(run_on):
            await FallingEdge(dut.clk)
        await reset(dut, 1)
        assert dut.frame_error.value == 0
        await source.send(CODES[1].tolist())
        await wait_for(dut, sink, 1)
        assert sink.frames == [EXPECTED[1]]
