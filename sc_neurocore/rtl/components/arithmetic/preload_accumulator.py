"""The accumulator of a collapsed product: it adds, or takes a new value, in one table a bit."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class PreloadAccumulator(wiring.Component):
    """total' = value if `load`, else total + (product XOR negative…negative), modulo 2^width.

    Function    a product of sign - counts as its complement 2^n - 1 - p: whoever loads the first value puts the
                correction -(2^n - 1) · (negative weights) into it. With `with_signs` (the sign is known only at run
                time) the product is truly subtracted.
                The sum may pass 2^width on its way; the total is right if it is within two's complement of `width`.
    Cost        without `with_signs` n tables and `width` tables with carry: above the product's bits `load` itself
                stands where the operand would be, so that value, total, `load` and carry are the table's four inputs;
                below, `choose` selects the operand and `load` passes it by. The two are always equal, but must come
                from two registers that synthesis cannot merge: it would simplify the tables and need n more.
    Latency     1 clock.
    Throughput  one product, or one load, a clock.
    Reset       none: the first load starts a sum.

    Ports
        enable    in   1      without it the total stays; comes with every load, too
        load      in   1
        choose    in   1      as `load`
        value     in   width
        product   in   n
        negative  in   1
        total     out  width
    """

    latency = 1

    def __init__(self, n: int, width: int, *, with_signs: bool = False) -> None:
        self.n, self.width, self.with_signs = n, width, with_signs
        super().__init__(
            {
                "enable": In(1),
                "load": In(1),
                "choose": In(1),
                "value": In(width),
                "product": In(n),
                "negative": In(1),
                "total": Out(width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        n, width = self.n, self.width
        total = Signal(width, reset_less=True)
        flipped = self.product ^ self.negative.replicate(n)
        if self.with_signs:
            wide = Cat(flipped, self.negative.replicate(width - n))
            operand = Mux(self.choose, self.value, wide)
            added, carry = operand, self.negative
            loaded: Value = operand
        else:
            operand = Mux(self.choose, self.value[:n], flipped)
            added, carry = Cat(operand, self.load.replicate(width - n)), Const(0, 1)
            loaded = Value.cast(Cat(operand, self.value[n:]))
        with m.If(self.enable):
            m.d.sync += total.eq(Mux(self.load, loaded, total + added + carry))
        m.d.comb += self.total.eq(total)
        return m
