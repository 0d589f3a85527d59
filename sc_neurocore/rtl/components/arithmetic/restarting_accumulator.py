"""The accumulator of a column that overlaps its vectors: its sum leaves in the clock that starts the next one."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class RestartingAccumulator(wiring.Component):
    """sum = total + product, modulo 2^width; total' = sum, or 0 with `clear`.

    Function    whoever wants the sum of a vector takes `sum` in the clock of the last product and strobes `clear`.
                There is no enable: a clock without a product brings the product 0. A product of sign - comes as its
                complement 2^n - 1 - p, and counts as that: whoever takes the sum takes the correction (2^n - 1) ·
                (negative weights) from it. With `with_signs` (signs are known only at run time) a complemented product
                is truly subtracted.
    Cost        an adder of `width`, no table beside it.
    Latency     0 clocks to `sum`.
    Throughput  one product a clock, also the first of a vector right after the last of another.
    Reset       none: whoever resets it holds `clear`.

    Ports
        clear         in   1
        product       in   n
        complemented  in   1      of the product, looked at only with `with_signs`
        sum           out  width
    """

    def __init__(self, n: int, width: int, *, with_signs: bool = False) -> None:
        self.n, self.width, self.with_signs = n, width, with_signs
        flags = {name: In(1) for name in ("clear", "complemented")}
        super().__init__(flags | {"product": In(n), "sum": Out(width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        total = Signal(self.width, reset_less=True)
        operand: Value = self.product
        if self.with_signs:
            extended = Cat(self.product, self.complemented.replicate(self.width - self.n))
            operand = extended + self.complemented
        m.d.comb += self.sum.eq(total + operand)
        m.d.sync += total.eq(self.sum)
        with m.If(self.clear):
            m.d.sync += total.eq(0)
        return m
