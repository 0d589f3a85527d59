"""Where maps and windows wait: a ring of rows, a memory of several windows, one window side by side in registers."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Member, Out

from ..block import Block, flags_in, flags_out
from ..memory.memories import block_memory
from ..signals import count_level, index_shape, raise_flag, register


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
        raise_flag(m, reserved, self.reserve, self.commit)
        count_level(m, held, self.commit, self.release)


class WindowBuffer(Block):
    """Base: counts windows that have begun to come, that are complete, and that are left.

    Strobes     `start` comes only where `room` was high in the clock before; `leave` only while `full`. They may meet.

    Ports
        start       in   1   a window begins to come
        push, data  in   1, width
        commit      in   1   with the push of a window's last element
        room        out  1   for one more window than have begun, that of this clock included
        full        out  1   a window is complete: the one that is in work, or the next
        another     out  1   so is the one after it
        leave       in   1   the layer begins no further position of the window in this clock's successor

    Args:
        inputs: elements of a window.
        width: bits of an element.
        windows: that are held at most.
    """

    def __init__(self, inputs: int, width: int, windows: int, ports: dict[str, Member]) -> None:
        self.inputs, self.width, self.windows = inputs, width, windows
        super().__init__(
            flags_in("start", "push", "commit", "leave")
            | flags_out("room", "full", "another")
            | {"data": In(width)}
            | ports
        )

    def _room(self, m: Module) -> None:
        begun = Signal(index_shape(self.windows + 1))
        m.d.comb += self.room.eq(begun + self.start < self.windows)
        count_level(m, begun, self.start, self.leave)


class WindowMemory(WindowBuffer):
    """Windows in a memory, a power of two of them, whose elements are asked for one at a time.

    Latency     1 clock from `commit` to `full`, and from `address` to `element`.
    Throughput  one element in and one out per clock; a window may follow another without a gap.
    Reset       to empty; the elements keep what they hold.
    Ports and strobes as `WindowBuffer`, and
        address  in   `address_bits`; beyond a window nothing in particular is read
        element  out  width

    Args:
        inputs: elements of a window.
        width: bits of an element.
        windows: that are held at most.
        address_bits: of the port.
    """

    def __init__(self, inputs: int, width: int, windows: int, address_bits: int) -> None:
        self.address_bits = address_bits
        super().__init__(inputs, width, windows, {"address": In(address_bits), "element": Out(width)})

    def build(self, m: Module) -> None:
        self._room(m)
        write, read = block_memory(m, self.width, self.windows << self.address_bits)
        index = Signal(self.address_bits)
        coming, leaving = Signal(index_shape(self.windows)), Signal(index_shape(self.windows))
        complete = Signal(index_shape(self.windows + 1))
        m.d.comb += [
            write.en.eq(self.push),
            write.addr.eq(Cat(index, coming)),
            write.data.eq(self.data),
            read.en.eq(1),
            read.addr.eq(Cat(self.address, leaving)),
            self.element.eq(read.data),
            self.full.eq(complete != 0),
            self.another.eq(complete > 1),
        ]
        with m.If(self.push):
            m.d.sync += index.eq(Mux(self.commit, 0, index + 1))
        with m.If(self.commit):
            m.d.sync += coming.eq(coming + 1)
        with m.If(self.leave):
            m.d.sync += leaving.eq(leaving + 1)
        count_level(m, complete, self.commit, self.leave)


class WindowRegisters(WindowBuffer):
    """A window side by side in registers, and the next one as it comes.

    Function    elements are shifted in; a complete window is taken over as soon as the one before has been left for two
                clocks, in which its last position is still in the layer's pipeline.
    Latency     2 clocks from `commit` to `full`.
    Throughput  one element per clock; `another` is never high.
    Reset       to empty; the elements keep what they hold.
    Ports and strobes as `WindowBuffer`, and
        elements  out  inputs·width   element 0 in the low bits

    Args:
        inputs: elements of a window.
        width: bits of an element.
    """

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__(inputs, width, 2, {"elements": Out(inputs * width)})

    def build(self, m: Module) -> None:
        self._room(m)
        shifted = Signal(self.inputs * self.width, reset_less=True)
        complete, full = Signal(), Signal()
        left = register(m, self.leave, "left", reset=True)
        takes = Signal()
        m.d.comb += [
            takes.eq(complete & ~full & ~left),
            self.full.eq(full),
            self.another.eq(0),
            self.elements.eq(register(m, Value.cast(shifted), "held", enable=takes)),
        ]
        with m.If(self.push):
            m.d.sync += shifted.eq((shifted >> self.width) | (self.data << ((self.inputs - 1) * self.width)))
        with m.If(self.commit):
            m.d.sync += complete.eq(1)
        with m.Elif(takes):
            m.d.sync += complete.eq(0)
        with m.If(takes):
            m.d.sync += full.eq(1)
        with m.Elif(self.leave):
            m.d.sync += full.eq(0)
