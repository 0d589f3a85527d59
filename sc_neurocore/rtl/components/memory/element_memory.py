"""The elements of one vector, written one after the other and read by their numbers."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ...plan.shapes import index_shape


class ElementMemory(wiring.Component):
    """A memory of `length` elements that knows whether it is vacant, reserved or full.

    Function    as `ElementBuffer`, but elements are asked for one at a time. `drop` makes the elements pushed since the
                last `commit` count as never pushed.
    Latency     1 clock, from `address` to `element` also.
    Throughput  one element in and one out a clock.
    Reset       to vacant; the elements keep what they hold.
    Strobes     as `ElementBuffer`; `drop` wins over a push and never comes with `commit`.

    Ports
        push, data             in   1, width
        commit, drop, reserve  in   1
        vacate                 in   1
        vacant, reserved, full out  1              exactly one of them is 1
        address                in   `address_bits`; beyond the length nothing in particular is read
        element                out  width
    """

    def __init__(self, length: int, width: int, address_bits: int | None = None) -> None:
        self.length, self.width = length, width
        self.address_bits = address_bits or index_shape(length).width
        strobes = {name: In(1) for name in ("push", "commit", "drop", "reserve", "vacate")}
        states = {name: Out(1) for name in ("vacant", "reserved", "full")}
        data = {"data": In(width), "address": In(self.address_bits), "element": Out(width)}
        super().__init__(strobes | states | data)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # a memory of one row would have no address
        memory = Memory(shape=unsigned(self.width), depth=max(2, self.length), init=[], attrs={"ram_style": "block"})
        m.submodules.memory = memory
        write, read = memory.write_port(), memory.read_port()
        index = Signal(index_shape(self.length))
        full, reserved = Signal(), Signal()
        m.d.comb += [
            write.en.eq(self.push),
            write.addr.eq(index),
            write.data.eq(self.data),
            read.en.eq(1),
            read.addr.eq(self.address),
            self.element.eq(read.data),
            self.full.eq(full),
            self.reserved.eq(reserved),
            self.vacant.eq(~(full | reserved)),
        ]
        with m.If(self.push):
            m.d.sync += index.eq(index + 1)
        with m.If(self.reserve):
            m.d.sync += reserved.eq(1)
        with m.If(self.vacate):
            m.d.sync += full.eq(0)
        with m.If(self.commit):
            m.d.sync += [full.eq(1), reserved.eq(0), index.eq(0)]
        with m.If(self.drop):
            m.d.sync += index.eq(0)
        return m
