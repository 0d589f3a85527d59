"""One product of the default pair over several clocks: one stream bit, or 2^j of them, per clock."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import register
from .closed_form_multiplier import TERMS_PER_STAGE, product_latency


class CountdownProduct(Block):
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

    def build(self, m: Module) -> None:
        left = Signal(self.n)  # known from the reset on: the first weight may be read as unknown
        m.d.sync += left.eq(Mux(self.load, self.k, left - 1))
        selected: Value = Const(0, 1)
        for place in reversed(range(self.n)):
            selected = Mux(left[place], self.x[self.n - 1 - place], selected)
        m.d.comb += [self.product.eq(selected), self.done.eq(left[1:] == 0)]


def group_lead(j: int, terms_per_stage: int = TERMS_PER_STAGE) -> int:
    """Products that a `GroupedProduct` has begun before it counts their groups."""
    return product_latency(j, terms_per_stage) - 1


class GroupedProduct(Block):
    """The ones of x AND k in its k positions that are not 0 by the weight: S = 2^j positions, a whole group, a clock.

    Function    position t of the stream selects bit n - 1 - ctz(t + 1) of x (contract §3, the default pair). The group
                of t + 1 = (g-1)·S + 1 … g·S therefore holds x >> (n-j) ones, because ctz(t + 1) of its first S - 1
                positions is that of 1 … S - 1, and one more if bit n - 1 - j - ctz(g) of x is set: its last position. A
                counter counts the k div S whole groups down; its counts have the trailing zeros of g = 1 … k div S. The
                k mod S positions behind them are the closed-form product (`ClosedFormMultiplier`) of k mod S and the
                high j bits of x. It comes last, and where k < S alone; k = 0 gives one 0.
    Latency     1 clock from a group to `product`; `lead` loads from `rest` and `x` to `groups`, see there.
    Throughput  one product in max(1, ceil(k / S)) clocks with `advance`.
    Reset       none: `load` begins a product whatever the counter held.

    Ports
        advance  in   1      without it the counter and `product` stay
        load     in   1      with `advance`, in the clock of `done`: take `groups`
        groups   in   n - j  k div S of the next product
        rest     in   j      k mod S, for `lead` = 0 of the product that is counted, while it lasts; for a greater
                             `lead` of the one that comes as many loads later
        x        in   n      as `rest`
        product  out  j + 1  the ones of one group
        done     out  1      the counter is at the last group

    Args:
        n: bits of a code.
        j: 2^j positions are counted per clock.
        terms_per_stage: gated additions between two registers.
    """

    def __init__(self, n: int, j: int, terms_per_stage: int = TERMS_PER_STAGE) -> None:
        self.n, self.j, self.terms_per_stage = n, j, terms_per_stage
        self.lead = group_lead(j, terms_per_stage)
        super().__init__(
            {"advance": In(1), "load": In(1), "done": Out(1)}
            | {"groups": In(n - j), "rest": In(j), "x": In(n), "product": Out(j + 1)}
        )

    def build(self, m: Module) -> None:
        partial, rest, x = self._partial(m)
        left = Signal(self.n - self.j)  # known from the reset on, as in `CountdownProduct`
        with m.If(self.advance):
            m.d.sync += left.eq(Mux(self.load, self.groups, left - 1))
        selected: Value = Const(0, 1)
        for place in reversed(range(self.n - self.j)):
            selected = Mux(left[place], x[self.n - 1 - self.j - place], selected)
        in_groups, product = left.any(), Signal(self.j + 1, reset_less=True)
        with m.If(self.advance):
            m.d.sync += product.eq(Mux(in_groups, x[self.n - self.j :] + selected, partial))
        only_one = left[1:] == 0 if len(left) > 1 else Const(1, 1)
        m.d.comb += [self.product.eq(product), self.done.eq(~in_groups | (only_one & ~rest.any()))]

    def _partial(self, m: Module) -> tuple[Value, Value, Value]:
        """The closed-form product of `rest`, with `rest` and `x`, in the clock in which the counter is at its
        product.
        """
        n, j = self.n, self.j
        rest, x = Value.cast(self.rest), Value.cast(self.x)
        partial = Value.cast(rest[0] & x[n - 1])
        if j > 1:
            partial = Value.cast((partial + Mux(rest[1], x[n - 2] + x[n - 1], 0))[:2])  # at most 3
        for q in range(2, j):
            if (q - 2) % self.terms_per_stage == 0 and q > 2:
                stage = (q - 2) // self.terms_per_stage
                partial = register(m, partial, f"partial_{stage}", enable=self.advance & self.load)
                rest = register(m, rest, f"rest_{stage}", enable=self.advance & self.load)
                x = register(m, x, f"x_{stage}", enable=self.advance & self.load)
            # (x >> (n-q)) + x[n-1-q] as in `Radix2PartialProducts`, the single bit as the carry below the lowest place
            carry = x[n - 1 - q]
            total = Value.cast(Value.cast(Cat(carry, partial)) + Value.cast(Cat(carry, x[n - q :])))[1:]
            gated = Signal(q + 1, name=f"gated_{q}")
            m.d.comb += gated.eq(Cat(Mux(rest[q], total[:q], partial), Value.cast(total[q]) & rest[q]))
            partial = gated
        return partial, rest, x
