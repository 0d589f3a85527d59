"""One product of the default pair over its whole stream, without the stream: one bit of the weight at a time."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import register

TERMS_PER_STAGE = 3
"""Gated additions between two registers: they take 12 ns on a UP5K, as its carry chains and block RAM do anyway."""


def partial_product(x: Value, n: int, q: int) -> Value:
    """x / 2^(n-q) rounded half up, 0 … 2^q: what bit q of the weight adds to the product.

    Args:
        x: an input code.
        n: its bits.
        q: number of the bit of the weight.
    """
    return Value.cast(x[n - 1]) if q == 0 else (x >> (n - q)) + x[n - 1 - q]


class Radix2PartialProducts(Block):
    """share_q = (x >> (n-q)) + x[n-1-q] for q = 2 … n-1, and the two leading bits of x for q = 0 and 1.

    Function    prod(k, x) = sum over q of k[q] · share_q: the closed form of the default pair, sorted by the bits of k.
                Those of q = 0 and 1 are functions of two bits of x, which a multiplier's first table takes as they are.
    Latency     1 clock, and 1 more for those of each later stage of `ClosedFormMultiplier`.
    Throughput  one code per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x        in   n
        leading  out  2      x[n-2] and x[n-1]
        share_q  out  q + 1  for q = 2 … n-1
    """

    def __init__(self, n: int, terms_per_stage: int = TERMS_PER_STAGE) -> None:
        self.n, self.terms_per_stage = n, terms_per_stage
        super().__init__({"x": In(n), "leading": Out(2)} | {f"share_{q}": Out(q + 1) for q in range(2, n)})

    def build(self, m: Module) -> None:
        m.d.comb += self.leading.eq(register(m, self.x[self.n - 2 :], "leading"))
        for q in range(2, self.n):
            first = register(m, partial_product(self.x, self.n, q), f"share_{q}_0", shape=q + 1)
            for clocks in range(1, 1 + (q - 2) // self.terms_per_stage):
                first = register(m, first, f"share_{q}_{clocks}")
            m.d.comb += getattr(self, f"share_{q}").eq(first)


def shared_inputs(shares: Block, product: Block) -> list[Any]:
    """The partial products, all outputs of `shares`, as a product unit's inputs."""
    names = [name for name, member in shares.signature.members.items() if member.flow is Out]
    return [getattr(product, name).eq(getattr(shares, name)) for name in names]


def product_latency(n: int, terms_per_stage: int = TERMS_PER_STAGE) -> int:
    """Clocks from a weight and the first partial products to the product."""
    return max(1, -(-(n - 2) // terms_per_stage))


class ClosedFormMultiplier(Block):
    """product = sum over q of k[q] · share_q: the number of ones in AND of the two streams over L = 2^n positions.

    Function    a chain of gated additions, each `k[q] ? sum + share_q : sum`: one 4-input table and carry a bit. The
                terms of k[0] and k[1] are a table of four bits. It is a truncated multiplier; that it equals the stream
                bit for bit is what the tests show.
    Latency     `product_latency(n, terms_per_stage)` clocks from `k` and the first stage's partial products (see
    `Radix2PartialProducts`). Throughput  one product per clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        k        in   n
        leading  in   2
        share_q  in   q + 1  for q = 2 … n-1; those of stage s come s clocks later
        product  out  n
    """

    def __init__(self, n: int, terms_per_stage: int = TERMS_PER_STAGE) -> None:
        self.n, self.terms_per_stage = n, terms_per_stage
        self.latency = product_latency(n, terms_per_stage)
        super().__init__(
            {"k": In(n), "leading": In(2), "product": Out(n)} | {f"share_{q}": In(q + 1) for q in range(2, n)}
        )

    def build(self, m: Module) -> None:
        low, high = self.leading[0], self.leading[1]
        k: Value = self.k
        partial: Value = (Value.cast(k[0]) & high) + Mux(k[1], low + high, 0)
        partial = Value.cast(partial[:2])  # at most 3
        begin = 2
        for stage in range(self.latency):
            end = min(self.n, begin + self.terms_per_stage)
            for q in range(begin, end):
                gated = Signal(q + 1, name=f"partial_{q}")
                bit = k[q - begin + (2 if stage == 0 else 0)]
                total = partial + getattr(self, f"share_{q}")
                # the top bit by AND: as a choice between it and 0 it would become a reset and an inverter for it
                m.d.comb += gated.eq(Cat(Mux(bit, total[:q], partial), total[q] & bit))
                partial = gated
            partial = register(m, partial, f"held_{stage}")
            if end < self.n:  # the bits of the later stages wait beside it
                k = register(m, k[len(k) - (self.n - end) :], f"rest_{stage}")
            begin = end
        m.d.comb += self.product.eq(partial)
