"""The weighted-binary generator: the leading one of a shared word selects one bit of every code."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class WeightedBinaryGenerator(wiring.Component):
    """bit j of `bits` = the bit of code j at the place of the word's leading one; 0 where the word is 0.

    Function    one shared front end finds the leading one (one-hot); a lane is n ANDs and an OR. Codes come from the
                port `codes`, or are the constants given as `codes`.
    Latency     2 clocks from `word` to `bits`; 1 clock from `codes` to `bits`: give a code one clock after its word.
    Throughput  one bit a lane a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        word   in   n
        codes  in   lanes·n   lane 0 in the low bits; absent where the codes are constant
        bits   out  lanes
    """

    latency = 2

    def __init__(self, n: int, lanes: int, *, codes: Sequence[int] | None = None) -> None:
        self.n, self.lanes, self.constants = n, lanes, codes
        ports = {"word": In(n), "bits": Out(lanes)}
        super().__init__(ports if codes is not None else ports | {"codes": In(n * lanes)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        leading = Signal(self.n, reset_less=True)
        held_bits = Signal(self.lanes, reset_less=True)
        one_hot: Value = Const(0, self.n)
        for place in range(self.n):  # the highest place comes last, so it wins
            one_hot = Mux(self.word[place], Const(1 << place, self.n), one_hot)
        m.d.sync += leading.eq(one_hot)
        if self.constants is not None:
            codes = [Const(code, self.n) for code in self.constants]
        else:
            codes = [self.codes.word_select(lane, self.n) for lane in range(self.lanes)]
        m.d.sync += held_bits.eq(Cat((leading & code).any() for code in codes))
        m.d.comb += self.bits.eq(held_bits)
        return m
