"""A read-only table in block memory."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Module, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ...plan.shapes import index_shape


class BlockRom(wiring.Component):
    """data = rows[address], one clock later.

    Function    nothing ever writes it, so there is no old or new data to choose between, and synthesis maps it to block
                memory as it is.
    Latency     1 clock; `data` stays without `enable`.
    Throughput  one word a clock.
    Reset       none: its register holds data only.

    Ports
        enable   in   1
        address  in   bits for the number of rows
        data     out  width
    """

    style = "block"

    def __init__(self, rows: Sequence[int], width: int) -> None:
        self.rows, self.width = list(rows), width
        super().__init__({"enable": In(1), "address": In(index_shape(len(self.rows))), "data": Out(width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        rows = self.rows + [0] * (2 - len(self.rows))  # a memory of one row would have no address
        memory = Memory(shape=unsigned(self.width), depth=len(rows), init=rows, attrs={"ram_style": self.style})
        m.submodules.memory = memory
        port = memory.read_port()
        m.d.comb += [port.en.eq(self.enable), port.addr.eq(self.address), self.data.eq(port.data)]
        return m
