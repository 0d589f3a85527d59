"""The elements of one vector between two layers: side by side in registers, or by their numbers in a memory."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_in, flags_out
from ..signals import index_shape
from .memories import block_memory


class ElementBuffer(Block):
    """A shift register of `length` elements that knows whether it is vacant, reserved or full.

    Function    each `push` shifts: after `length` of them the first is element 0. `commit` (together with the last
                push, or later) makes it full; elements that were pushed before and never committed are shifted out by
                the next vector. `reserve` marks it as waiting for a writer, `vacate` as read.
    Latency     1 clock.
    Throughput  one element per clock.
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
        super().__init__(
            flags_in("push", "commit", "reserve", "vacate")
            | flags_out("vacant", "reserved", "full")
            | {"data": In(width), "elements": Out(length * width)}
        )

    def build(self, m: Module) -> None:
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


class ElementMemory(Block):
    """A memory of `length` elements that knows whether it is vacant, reserved or full.

    Function    as `ElementBuffer`, but elements are asked for one at a time. `drop` makes the elements pushed since the
                last `commit` count as never pushed.
    Latency     1 clock, from `address` to `element` also.
    Throughput  one element in and one out per clock.
    Reset       to vacant; the elements keep what they hold.
    Strobes     as `ElementBuffer`; `drop` wins over a push and never comes with `commit`.

    Ports
        push, data             in   1, width
        commit, drop, reserve  in   1
        vacate                 in   1
        vacant, reserved, full out  1              exactly one of them is 1
        address                in   `address_bits`; beyond the length nothing in particular is read
        element                out  width

    Args:
        length: elements of a vector.
        width: bits of an element.
        address_bits: of the port; None: what the length needs.
    """

    def __init__(self, length: int, width: int, address_bits: int | None = None) -> None:
        self.length, self.width = length, width
        self.address_bits = address_bits or index_shape(length).width
        super().__init__(
            flags_in("push", "commit", "drop", "reserve", "vacate")
            | flags_out("vacant", "reserved", "full")
            | {"data": In(width), "address": In(self.address_bits), "element": Out(width)}
        )

    def build(self, m: Module) -> None:
        write, read = block_memory(m, self.width, self.length)
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
