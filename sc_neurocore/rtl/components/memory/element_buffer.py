"""The elements of one vector, written one after the other and read side by side."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class ElementBuffer(wiring.Component):
    """A shift register of `length` elements that knows whether it is vacant, reserved or full.

    Function    each `push` shifts: after `length` of them the first is element 0. `commit` (together with the last
                push, or later) makes it full; elements that were pushed before and never committed are shifted out by
                the next vector. `reserve` marks it as waiting for a writer, `vacate` as read.
    Latency     1 clock.
    Throughput  one element a clock.
    Reset       to vacant; the elements keep what they hold.
    Strobes     `commit` ends a reservation. `reserve` comes only while `vacant`, `vacate` only while `full`.

    Ports
        push, data             in   1, width
        commit, reserve        in   1
        vacate                 in   1
        vacant, reserved, full out  1              exactly one of them is 1
        elements               out  length·width   element 0 in the low bits
    """

    def __init__(self, length: int, width: int) -> None:
        self.length, self.width = length, width
        strobes = {name: In(1) for name in ("push", "commit", "reserve", "vacate")}
        states = {name: Out(1) for name in ("vacant", "reserved", "full")}
        super().__init__(strobes | states | {"data": In(width), "elements": Out(length * width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        elements = Signal(self.length * self.width, reset_less=True)
        full = Signal()
        reserved = Signal()
        with m.If(self.push):
            m.d.sync += elements.eq((elements >> self.width) | (self.data << ((self.length - 1) * self.width)))
        with m.If(self.reserve):
            m.d.sync += reserved.eq(1)
        with m.If(self.vacate):
            m.d.sync += full.eq(0)
        with m.If(self.commit):
            m.d.sync += [full.eq(1), reserved.eq(0)]
        m.d.comb += [
            self.elements.eq(elements),
            self.full.eq(full),
            self.reserved.eq(reserved),
            self.vacant.eq(~(full | reserved)),
        ]
        return m
