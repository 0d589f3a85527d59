"""The clocks of an evaluation: when sources restart, states clear, and positions pass."""

from __future__ import annotations

from amaranth.hdl import Module, Signal

from ..components.block import Block, flags_in, flags_out
from ..components.signals import index_shape, register
from .stream_bank import StreamBank


class EvaluationSequencer(Block):
    """From one strobe to the L positions of an evaluation.

    Function    `start` (which also restarts the sources) is followed by L clocks of `words`; the bits that the words
                make, and with them the L clocks of `positions`, come `StreamBank.latency` clocks after `start`. `clear`
                is the clock before the first of these, `last` is the last of them.
    Latency     as said; `busy` is high from the clock after `start` to `last`.
    Throughput  one evaluation in L + 3 clocks: `start` may come in the clock after `last`.
    Reset       to idle: an evaluation that runs is dropped.
    Strobes     `start` comes only while `busy` is low.

    Ports
        start                          in   1
        busy, words, clear, positions  out  1 each
        last                           out  1

    Args:
        length: L.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(flags_in("start") | flags_out("busy", "words", "clear", "positions", "last"))

    def build(self, m: Module) -> None:
        left = Signal(index_shape(self.length))
        running, busy = Signal(), Signal()
        ends = Signal()
        m.d.comb += ends.eq(running & (left == 0))
        with m.If(self.start):
            m.d.sync += [running.eq(1), busy.eq(1), left.eq(self.length - 1)]
        with m.Elif(ends):
            m.d.sync += running.eq(0)
        with m.Elif(running):
            m.d.sync += left.eq(left - 1)
        with m.If(self.last):
            m.d.sync += busy.eq(0)
        strobes = {"clear": self.start, "positions": running, "last": ends}
        for name, value in strobes.items():
            for stage in range(StreamBank.latency - 1):
                value = register(m, value, f"{name}_{stage}", reset=True)
            m.d.comb += getattr(self, name).eq(value)
        m.d.comb += [self.busy.eq(busy), self.words.eq(running)]
