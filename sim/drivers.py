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
from parts import kept_inputs


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


class Ports:
    """One component's ports by the names that they have in a module of its own, for the stream partners."""

    def __init__(self, dut, part: Part) -> None:
        self._dut, self._part = dut, part

    def __getattr__(self, name: str):
        """The clock, or a port."""
        return self._dut.clk if name == "clk" else self._part.handle(name)


async def start(dut, name: str, **inputs: int) -> Part:
    """The part with its inputs set, after two clocks of reset."""
    if get_sim_time() == 0:
        for port in kept_inputs():
            getattr(dut, port).value = 0
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
        self.accepted: list[float] = []
        """Time in ns of the falling edge before each accepted beat."""
        dut.s_axis_tvalid.value = 0

    async def send(self, frame: Sequence[int], **beside: int) -> None:
        """Send one frame; returns at the falling edge after its last beat was accepted. `beside`: `tuser`, if any."""
        dut = self._dut
        for name, value in beside.items():
            getattr(dut, f"s_axis_{name}").value = value
        for i, element in enumerate(frame):
            while self._random.random() >= self._rate:
                await FallingEdge(dut.clk)
            dut.s_axis_tdata.value = element % 2 ** len(dut.s_axis_tdata)
            dut.s_axis_tlast.value = int(i == len(frame) - 1)
            dut.s_axis_tvalid.value = 1
            now, taken = 0.0, False
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
        self.first_valid: float | None = None
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


class AxiLiteMaster:
    """Reads and writes through `s_axil_…` of a part; each channel waits at random where `rate` is below 1."""

    def __init__(self, part: Part, rate: float = 1.0, seed: int = 0) -> None:
        self._part, self._rate, self._random = part, rate, random.Random(seed)
        part.set(**{f"s_axil_{name}": 0 for name in ("awvalid", "wvalid", "bready", "arvalid", "rready")})

    async def _transfer(self, asked: Sequence[str], answer: str, ports: Sequence[str]) -> tuple[list[int], int]:
        """Offer on the channels `asked`, take from `answer`; what its ports said, and the clocks that it took."""
        part, waiting, offered, clocks = self._part, list(asked), set[str](), 0
        found: list[int] = []
        while not found:
            offered |= {channel for channel in waiting if self._random.random() < self._rate}
            ready = self._random.random() < self._rate
            part.set(**{f"s_axil_{channel}valid": channel in offered for channel in asked})
            part.set(**{f"s_axil_{answer}ready": ready})
            await ReadOnly()
            accepted = {channel for channel in offered if part.get(f"s_axil_{channel}ready")}
            if part.get(f"s_axil_{answer}valid"):
                assert not waiting, "an answer before the question was accepted"
                found = [part.get(f"s_axil_{answer}{port}") for port in ports] if ready else []
            await part.step()
            offered -= accepted
            waiting = [channel for channel in waiting if channel not in accepted]
            clocks += 1
        part.set(**{f"s_axil_{answer}ready": 0})
        return found, clocks

    async def write(self, address: int, data: int, strobes: int = 15) -> int:
        """The response of one write."""
        self._part.set(s_axil_awaddr=address, s_axil_wdata=data, s_axil_wstrb=strobes)
        (response,), self.clocks = await self._transfer(("aw", "w"), "b", ("resp",))
        return response

    async def read(self, address: int) -> tuple[int, int]:
        """Response and data of one read."""
        self._part.set(s_axil_araddr=address)
        (response, data), self.clocks = await self._transfer(("ar",), "r", ("resp", "data"))
        return response, data
