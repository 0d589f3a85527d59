"""The comparator generator: streams of many codes from one shared word."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class ComparatorGenerator(wiring.Component):
    """bit j of `bits` = [word < code j], or [word <= code j] if `inclusive` (for a source that never emits 0).

    Function    one comparator a lane; the word is shared by all lanes. Codes come from the port `codes`, or are the
                constants given as `codes`.
    Latency     2 clocks from `word` to `bits`; 1 clock from `codes` to `bits`: give a code one clock after its word.
    Throughput  one bit a lane a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word   in   n
        codes  in   lanes·n   lane 0 in the low bits; absent where the codes are constant
        bits   out  lanes
    """

    latency = 2

    def __init__(self, n: int, lanes: int, *, inclusive: bool, codes: Sequence[int] | None = None) -> None:
        self.n, self.lanes, self.inclusive, self.constants = n, lanes, inclusive, codes
        ports = {"word": In(n), "bits": Out(lanes)}
        super().__init__(ports if codes is not None else ports | {"codes": In(n * lanes)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        held_word = Signal(self.n, reset_less=True)
        held_bits = Signal(self.lanes, reset_less=True)
        m.d.sync += held_word.eq(self.word)
        if self.constants is not None:
            codes = [Const(code, self.n) for code in self.constants]
        else:
            codes = [self.codes.word_select(lane, self.n) for lane in range(self.lanes)]
        m.d.sync += held_bits.eq(Cat(held_word <= code if self.inclusive else held_word < code for code in codes))
        m.d.comb += self.bits.eq(held_bits)
        return m
