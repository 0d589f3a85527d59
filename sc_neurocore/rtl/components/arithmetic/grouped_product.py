"""One product of the default pair, 2^j stream bits a clock."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .closed_form_multiplier import product_latency


class GroupedProduct(wiring.Component):
    """The ones of x AND k in its k positions that are not 0 by the weight: S = 2^j positions, a whole group, a clock.

    Function    position t of the stream selects bit n - 1 - ctz(t + 1) of x (contract §3, the default pair). The group
                of t + 1 = (g-1)·S + 1 … g·S therefore holds x >> (n-j) ones, because ctz(t + 1) of its first S - 1
                positions is that of 1 … S - 1, and one more if bit n - 1 - j - ctz(g) of x is set: its last position. A
                counter counts the k div S whole groups down; its counts have the trailing zeros of g = 1 … k div S. The
                k mod S positions behind them are the collapsed product (`ClosedFormMultiplier`) of k mod S and the high
                j bits of x. It comes last, and where k < S alone; k = 0 gives one 0.
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
    """

    def __init__(self, n: int, j: int, terms_a_stage: int = 3) -> None:
        self.n, self.j, self.terms_a_stage = n, j, terms_a_stage
        self.lead = product_latency(j, terms_a_stage) - 1
        flags = {"advance": In(1), "load": In(1), "done": Out(1)}
        numbers = {"groups": In(n - j), "rest": In(j), "x": In(n), "product": Out(j + 1)}
        super().__init__(flags | numbers)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        partial, rest, x = self._partial(m)
        left = Signal(self.n - self.j)  # known from the reset on, as in `CountdownProduct`
        with m.If(self.advance):
            m.d.sync += left.eq(Mux(self.load, self.groups, left - 1))
        selected: Value = Const(0, 1)
        for place in reversed(range(self.n - self.j)):
            selected = Mux(left[place], x[self.n - 1 - self.j - place], selected)
        whole, product = left.any(), Signal(self.j + 1, reset_less=True)
        with m.If(self.advance):
            m.d.sync += product.eq(Mux(whole, x[self.n - self.j :] + selected, partial))
        only_one = left[1:] == 0 if len(left) > 1 else Const(1, 1)
        m.d.comb += [self.product.eq(product), self.done.eq(~whole | (only_one & ~rest.any()))]
        return m

    def _partial(self, m: Module) -> tuple[Value, Value, Value]:
        """The collapsed product of `rest`, with `rest` and `x`, in the clock in which the counter is at its product."""
        n, j = self.n, self.j
        rest, x = Value.cast(self.rest), Value.cast(self.x)
        partial = Value.cast(rest[0] & x[n - 1])
        if j > 1:
            partial = Value.cast((partial + Mux(rest[1], x[n - 2] + x[n - 1], 0))[:2])  # at most 3
        for q in range(2, j):
            if (q - 2) % self.terms_a_stage == 0 and q > 2:
                stage = (q - 2) // self.terms_a_stage
                partial = self._held(m, partial, f"partial_{stage}")
                rest, x = self._held(m, rest, f"rest_{stage}"), self._held(m, x, f"x_{stage}")
            # (x >> (n-q)) + x[n-1-q] as in `Radix2PartialProducts`, the single bit as the carry below the lowest place
            carry = x[n - 1 - q]
            total = Value.cast(Value.cast(Cat(carry, partial)) + Value.cast(Cat(carry, x[n - q :])))[1:]
            gated = Signal(q + 1, name=f"gated_{q}")
            m.d.comb += gated.eq(Cat(Mux(rest[q], total[:q], partial), Value.cast(total[q]) & rest[q]))
            partial = gated
        return partial, rest, x

    def _held(self, m: Module, value: Value, name: str) -> Value:
        held = Signal(len(value), name=name, reset_less=True)
        with m.If(self.advance & self.load):
            m.d.sync += held.eq(value)
        return held
