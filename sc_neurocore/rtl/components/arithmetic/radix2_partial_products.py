"""What each bit of a weight is worth against one input code: the half of a collapsed product that all lanes share."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


def share(x: Value, n: int, q: int) -> Value:
    """x / 2^(n-q) rounded half up, 0 … 2^q: what bit q of the weight adds to the product."""
    return Value.cast(x[n - 1]) if q == 0 else (x >> (n - q)) + x[n - 1 - q]


class Radix2PartialProducts(wiring.Component):
    """share_q = (x >> (n-q)) + x[n-1-q] for q = 2 … n-1, and the two leading bits of x for q = 0 and 1.

    Function    prod(k, x) = sum over q of k[q] · share_q: the closed form of the default pair, sorted by the bits of k.
                The shares of q = 0 and 1 are functions of two bits of x, which a lane's first table takes as they are.
    Latency     1 clock, and 1 more for the shares of each later stage of `ClosedFormMultiplier`.
    Throughput  one code a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x        in   n
        leading  out  2      x[n-2] and x[n-1]
        share_q  out  q + 1  for q = 2 … n-1
    """

    def __init__(self, n: int, terms_a_stage: int) -> None:
        self.n, self.terms_a_stage = n, terms_a_stage
        super().__init__({"x": In(n), "leading": Out(2)} | {f"share_{q}": Out(q + 1) for q in range(2, n)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        leading = Signal(2, reset_less=True)
        m.d.sync += leading.eq(self.x[self.n - 2 :])
        m.d.comb += self.leading.eq(leading)
        for q in range(2, self.n):
            value: Value = share(self.x, self.n, q)
            for clocks in range(1 + (q - 2) // self.terms_a_stage):
                held = Signal(q + 1, name=f"share_{q}_{clocks}", reset_less=True)
                m.d.sync += held.eq(value)
                value = held
            m.d.comb += getattr(self, f"share_{q}").eq(value)
        return m
