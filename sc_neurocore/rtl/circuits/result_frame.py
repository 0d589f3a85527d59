"""The numbers that are read of an evaluation, and the frame in which they leave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from amaranth.hdl import Module, ResetSignal, Signal
from amaranth.lib.wiring import In, Out

from ..components.block import Block, flags_in, flags_out
from ..components.signals import index_shape, port_bits


class ResultFrame(Block):
    """Counts ones, follows states, and sends what they are at the end as one AXI4-Stream frame.

    Function    a register a number. A count grows by its bit, a state is taken over. The frame is shifted out of the
                same registers: they are free for that, because no evaluation starts before its last beat is taken.
    Latency     1 clock from `last` to `tvalid`.
    Throughput  one position for each clock of `enable`, then one beat a clock.
    Reset       to no frame; `tvalid` is low under reset.
    Strobes     `clear` wins over `enable`. Neither comes while `full`.

    Ports
        clear, enable, last   in   1, 1, 1        `last` with the last `enable`
        bits                  in   one a number   0 at the place of a state
        states                in   one width each what a state is at the next position; nothing where there is none
        full                  out  1              a beat waits
        tdata, tvalid, tlast  out  width rounded up to 8, 1, 1
        tready                in   1

    Args:
        states: of each number, whether it is a state.
        width: bits of each number.
    """

    def __init__(self, states: Sequence[bool], width: int) -> None:
        self.follows, self.width = tuple(states), width
        numbers = {"bits": In(len(self.follows))}
        if any(self.follows):
            numbers["states"] = In(sum(self.follows) * width)
        super().__init__(
            flags_in("clear", "enable", "last", "tready")
            | numbers
            | flags_out("full", "tvalid", "tlast")
            | {"tdata": Out(port_bits(width))}
        )

    def build(self, m: Module) -> None:
        length = len(self.follows)
        numbers = [Signal(self.width, name=f"number{i}", reset_less=True) for i in range(length)]
        full = Signal()
        index = Signal(index_shape(length))
        taken = Signal()
        m.d.comb += taken.eq(self.tvalid & self.tready)
        with m.If(self.clear):
            m.d.sync += [number.eq(0) for number in numbers]
        with m.Elif(self.enable):
            place = 0
            for i, (number, follows) in enumerate(zip(numbers, self.follows, strict=True)):
                if follows:
                    m.d.sync += number.eq(self.states.word_select(place, self.width))
                    place += 1
                else:
                    m.d.sync += number.eq(number + self.bits[i])
        with m.Elif(taken):
            m.d.sync += [number.eq(after) for number, after in pairwise(numbers)]
        with m.If(self.last):
            m.d.sync += full.eq(1)
        with m.If(taken):
            with m.If(self.tlast):
                m.d.sync += [index.eq(0), full.eq(0)]
            with m.Else():
                m.d.sync += index.eq(index + 1)
        m.d.comb += [
            self.full.eq(full),
            self.tdata.eq(numbers[0]),
            self.tvalid.eq(full & ~ResetSignal()),
            self.tlast.eq(index == length - 1),
        ]
