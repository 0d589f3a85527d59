"""One product of the default pair over its whole stream, without the stream."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


def product_latency(n: int, terms_a_stage: int) -> int:
    """Clocks from a weight and the first shares to the product."""
    return max(1, -(-(n - 2) // terms_a_stage))


class ClosedFormMultiplier(wiring.Component):
    """product = sum over q of k[q] · share_q: the number of ones in AND of the two streams over L = 2^n positions.

    Function    a chain of gated additions, each `k[q] ? sum + share_q : sum`: one 4-input table and carry a bit. The
                terms of k[0] and k[1] are a table of four bits. It is a truncated multiplier; that it equals the stream
                bit for bit is what the tests show.
    Latency     `product_latency(n, terms_a_stage)` clocks from `k` and the first stage's shares (see
    `Radix2PartialProducts`). Throughput  one product a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        k        in   n
        leading  in   2
        share_q  in   q + 1  for q = 2 … n-1; those of stage s come s clocks later
        product  out  n
    """

    def __init__(self, n: int, terms_a_stage: int) -> None:
        self.n, self.terms_a_stage = n, terms_a_stage
        self.latency = product_latency(n, terms_a_stage)
        ports = {"k": In(n), "leading": In(2), "product": Out(n)}
        super().__init__(ports | {f"share_{q}": In(q + 1) for q in range(2, n)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        low, high = self.leading[0], self.leading[1]
        k: Value = self.k
        partial: Value = (Value.cast(k[0]) & high) + Mux(k[1], low + high, 0)
        partial = Value.cast(partial[:2])  # at most 3
        begin = 2
        for stage in range(self.latency):
            end = min(self.n, begin + self.terms_a_stage)
            for q in range(begin, end):
                gated = Signal(q + 1, name=f"partial_{q}")
                bit = k[q - begin + (2 if stage == 0 else 0)]
                total = partial + getattr(self, f"share_{q}")
                # the top bit by AND: as a choice between it and 0 it would become a reset and an inverter for it
                m.d.comb += gated.eq(Cat(Mux(bit, total[:q], partial), total[q] & bit))
                partial = gated
            held = Signal(len(partial), name=f"held_{stage}", reset_less=True)
            m.d.sync += held.eq(partial)
            partial = held
            if end < self.n:  # the bits of the later stages wait beside it
                rest = Signal(self.n - end, name=f"rest_{stage}", reset_less=True)
                m.d.sync += rest.eq(k[len(k) - (self.n - end) :])
                k = rest
            begin = end
        m.d.comb += self.product.eq(partial)
        return m
