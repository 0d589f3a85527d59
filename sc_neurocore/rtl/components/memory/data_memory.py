"""The elements of a serial core: one written, one read in a clock."""

from __future__ import annotations

from amaranth.hdl import Module, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ...plan.shapes import index_shape


class DataMemory(wiring.Component):
    """data = elements[read_address], one clock later.

    Function    nobody reads an address in the clock in which it is written; `verilog` says so to synthesis, which
                would else build what block memories do not do by themselves.
    Latency     1 clock from `enable` to `data`, and from `write` to what is read.
    Throughput  one element in and one out a clock.
    Reset       none: it holds data only.

    Ports
        enable, read_address          in   1, bits for the depth
        data                          out  width
        write, write_address, element in   1, bits for the depth, width
    """

    def __init__(self, depth: int, width: int) -> None:
        self.depth, self.width = max(depth, 2), width  # a memory of one row would have no address
        address = index_shape(self.depth)
        flags = {"enable": In(1), "write": In(1)}
        addresses = {"read_address": In(address), "write_address": In(address)}
        super().__init__(flags | addresses | {"element": In(width), "data": Out(width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        memory = Memory(shape=unsigned(self.width), depth=self.depth, init=[], attrs={"ram_style": "block"})
        m.submodules.memory = memory
        write = memory.write_port()
        read = memory.read_port()
        m.d.comb += [
            read.en.eq(self.enable),
            read.addr.eq(self.read_address),
            self.data.eq(read.data),
            write.en.eq(self.write),
            write.addr.eq(self.write_address),
            write.data.eq(self.element),
        ]
        return m
