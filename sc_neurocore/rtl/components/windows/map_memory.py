"""The elements of a map between two layers, in a ring of rows, or of a whole map."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_in
from ..memory.memories import block_memory
from ..signals import count_level, index_shape


class MapMemory(Block):
    """A ring of `units` rows (or of one whole map) of elements; it knows how many are held, and whether one is awaited.

    Function    each `push` writes the next element; `commit` (together with the last push of a unit) makes the unit
                one that is held, `release` lets the oldest go, `reserve` marks one as waiting for a writer. `drop`
                makes the elements pushed since the last `commit` count as never pushed (of a single unit).
    Latency     1 clock, from `address` to `element` also.
    Throughput  one element in and one out per clock.
    Reset       to vacant; the elements keep what they hold.
    Strobes     `commit` ends a reservation. `reserve` comes only while `vacant`; `commit` and `release` may meet.
                `drop` wins over a push and never comes with `commit`.

    Ports
        push, data             in   1, width
        commit, drop, reserve  in   1
        vacant, reserved       out  1   there is room for a unit that nobody has reserved; one is reserved
        release                in   1
        held                   out      units that are complete and not released
        address                in       of an element of the ring
        element                out  width

    Args:
        units: that fit.
        elements: of a unit.
        width: bits of an element.
    """

    def __init__(self, units: int, elements: int, width: int) -> None:
        self.units, self.elements, self.width = units, elements, width
        super().__init__(
            flags_in("push", "commit", "drop", "reserve", "release")
            | {"vacant": Out(1), "reserved": Out(1), "held": Out(index_shape(units + 1))}
            | {"data": In(width), "address": In(index_shape(units * elements)), "element": Out(width)}
        )

    def build(self, m: Module) -> None:
        length = self.units * self.elements
        write, read = block_memory(m, self.width, length)
        place = Signal(index_shape(length))
        held = Signal(self.held.shape())
        reserved = Signal()
        m.d.comb += [
            write.en.eq(self.push),
            write.addr.eq(place),
            write.data.eq(self.data),
            read.en.eq(1),
            read.addr.eq(self.address),
            self.element.eq(read.data),
            self.held.eq(held),
            self.reserved.eq(reserved),
            self.vacant.eq(~reserved & (held != self.units)),
        ]
        with m.If(self.push):
            m.d.sync += place.eq(Mux(place == length - 1, 0, place + 1))
        if self.units == 1:
            with m.If(self.drop):
                m.d.sync += place.eq(0)
        with m.If(self.reserve):
            m.d.sync += reserved.eq(1)
        with m.If(self.commit):
            m.d.sync += reserved.eq(0)
        count_level(m, held, self.commit, self.release)
