"""One product of the default pair, one stream bit a clock, from one counter."""

from __future__ import annotations

from amaranth.hdl import Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class CountdownProduct(wiring.Component):
    """The stream bits of x AND k at its |k| positions that are not 0 by the weight, and when they are over.

    Function    a counter is loaded with k and counts down. While it is above 0 the weight's bit is 1, so the comparator
                is the counter; and its trailing zeros select the bit of x, because the counts k … 1 have the same
                trailing zeros as the positions t + 1 = 1 … k of the stream (contract §3, the default pair). k = 0 gives
                one bit 0.
    Latency     the first bit in the clock after `load`, if x is there then.
    Throughput  one product in max(1, k) clocks.
    Reset       none: `load` begins a product whatever the counter held.

    Ports
        load     in   1   take k; wins over counting
        k        in   n
        x        in   n   stays while the bits last
        product  out  1   the bit
        done     out  1   this is the last bit
    """

    def __init__(self, n: int) -> None:
        self.n = n
        super().__init__({"load": In(1), "k": In(n), "x": In(n), "product": Out(1), "done": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        left = Signal(self.n)  # known from the reset on: the first weight may be read as unknown
        m.d.sync += left.eq(Mux(self.load, self.k, left - 1))
        selected: Value = Const(0, 1)
        for place in reversed(range(self.n)):
            selected = Mux(left[place], self.x[self.n - 1 - place], selected)
        m.d.comb += [self.product.eq(selected), self.done.eq(left[1:] == 0)]
        return m
