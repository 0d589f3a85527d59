"""What the benches share: clock and reset, one component's ports by name, AXI4-Stream partners that stall at random.

Everything is set and read at the falling edge: half a clock after the registers changed, half a clock before they do.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly
from cocotb.utils import get_sim_time


class Part:
    """One component in the module `parts`; port p of part q is the port q_p there."""

    def __init__(self, dut, name: str) -> None:
        self._dut, self._name = dut, name

    def handle(self, port: str):
        """cocotb's handle of a port."""
        return getattr(self._dut, f"{self._name}_{port}")

    def set(self, **values: int) -> None:
        """Set inputs; negative values as two's complement."""
        for port, value in values.items():
            handle = self.handle(port)
            handle.value = value % 2 ** len(handle)

    def get(self, port: str) -> int:
        """A port's value as an unsigned number."""
        return int(self.handle(port).value)

    def get_signed(self, port: str) -> int:
        """A port's value in two's complement."""
        return self.handle(port).value.to_signed()

    async def step(self, count: int = 1) -> None:
        """Let some clock edges pass."""
        for _ in range(count):
            await FallingEdge(self._dut.clk)


async def start(dut, name: str, **inputs: int) -> Part:
    """The part with its inputs set, after two clocks of reset."""
    Clock(dut.clk, 10, unit="ns").start()
    part = Part(dut, name)
    part.set(**inputs)
    await reset(dut)
    return part


async def reset(dut, clocks: int = 2) -> None:
    """Hold the reset for some clocks."""
    dut.rst.value = 1
    for _ in range(clocks):
        await FallingEdge(dut.clk)
    dut.rst.value = 0


async def pass_through(part: Part, latency: int, rows: Sequence[dict[str, int]], read: Callable[[], Any]) -> list[Any]:
    """What `read` returns for each row of inputs, `latency` clocks after the row was applied; a new row every clock."""
    seen = []
    for clock in range(len(rows) + latency):
        part.set(**rows[min(clock, len(rows) - 1)])
        if clock >= latency:  # before, the pipeline holds nothing that was ever put in
            await ReadOnly()
            seen.append(read())
        await part.step()
    return seen


class StreamSource:
    """Sends frames into `s_axis_…` of a core; offers a beat with probability `rate` a clock, and then holds it."""

    def __init__(self, dut, rate: float = 1.0, seed: int = 0) -> None:
        self._dut, self._rate, self._random = dut, rate, random.Random(seed)
        self.accepted: list[int] = []
        """Time in ns of the falling edge before each accepted beat."""
        dut.s_axis_tvalid.value = 0

    async def send(self, frame: Sequence[int]) -> None:
        """Send one frame; returns at the falling edge after its last beat was accepted."""
        dut = self._dut
        for i, element in enumerate(frame):
            while self._random.random() >= self._rate:
                await FallingEdge(dut.clk)
            dut.s_axis_tdata.value = element % 2 ** len(dut.s_axis_tdata)
            dut.s_axis_tlast.value = int(i == len(frame) - 1)
            dut.s_axis_tvalid.value = 1
            taken = False
            while not taken:
                now = get_sim_time("ns")
                await ReadOnly()  # inputs have settled as the rising edge will find them
                taken = bool(dut.s_axis_tready.value)
                await FallingEdge(dut.clk)
            self.accepted.append(now)
            dut.s_axis_tvalid.value = 0


class StreamSink:
    """Takes frames from `m_axis_…`; ready with probability `rate` a clock. Checks that a waiting beat stays."""

    def __init__(self, dut, rate: float = 1.0, seed: int = 0) -> None:
        self._dut, self._rate, self._random = dut, rate, random.Random(seed)
        self.frames: list[list[int]] = []
        self.first_valid: int | None = None
        """Time in ns of the first falling edge with `tvalid` high."""

    async def run(self) -> None:
        """Take frames for ever; start it with `cocotb.start_soon`."""
        dut, frame, waiting = self._dut, [], None
        while True:
            ready = self._random.random() < self._rate
            dut.m_axis_tready.value = int(ready)
            now = get_sim_time("ns")
            await ReadOnly()
            if dut.m_axis_tvalid.value:
                self.first_valid = now if self.first_valid is None else self.first_valid
                beat = (dut.m_axis_tdata.value.to_signed(), bool(dut.m_axis_tlast.value))
                assert waiting in (None, beat), f"a beat changed from {waiting} to {beat} before it was taken"
                waiting = None if ready else beat
                if ready:
                    frame.append(beat[0])
                    if beat[1]:
                        self.frames.append(frame)
                        frame = []
            else:
                assert waiting is None, "a beat was withdrawn before it was taken"
            await FallingEdge(dut.clk)
