"""Operators that keep bits of a stream: a delay, a buffer that gives them back in another order, a divider."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal

from ...spec.source import Source
from ..components.streams.sources import make_source
from .operator import Operator, bit_number


class Delay(Operator):
    """out(t) = bit(t - d), or `initial` where t < d: a shift register. Ports as `Operator`.

    Args:
        by: d.
        initial: what comes before the stream.
    """

    def __init__(self, by: int, initial: int) -> None:
        self.by, self.initial = by, initial
        super().__init__(1)

    def build(self, m: Module) -> None:
        kept = Signal(self.by, reset_less=True)
        self._hold(m, kept, -self.initial % 2**self.by, Cat(self.bits, kept)[: self.by])
        m.d.comb += self.out.eq(kept[self.by - 1])


class Shuffle(Operator):
    """out = what cell u(t) mod D holds; then the cell takes the bit. At the start cell k holds k mod 2.

    The state are the D cells and the source's position. Ports as `Operator`.

    Args:
        depth: D, a power of two.
        source: whose words choose the cell by their low bits.
        word_bits: bits of these words.
    """

    def __init__(self, depth: int, source: Source, word_bits: int) -> None:
        self.depth, self.source, self.word_bits = depth, source, word_bits
        super().__init__(1)

    def build(self, m: Module) -> None:
        m.submodules.source = source = make_source(self.source, self.word_bits)
        cells = Signal(self.depth, reset_less=True)
        number = source.word[: self.depth.bit_length() - 1]
        m.d.comb += [
            source.restart.eq(self.clear),
            source.enable.eq(self.enable),
            self.out.eq(bit_number(cells, number)),
        ]
        with m.If(self.clear):
            m.d.sync += cells.eq(sum(1 << k for k in range(1, self.depth, 2)))
        with m.Elif(self.enable):
            m.d.sync += cells.bit_select(number, 1).eq(self.bits)


class Divide(Operator):
    """out = a where b is 1, else the last output; before the first one `initial`. Inputs a, b. Ports as `Operator`.

    After T.-H. Chen and J. P. Hayes, Design of division circuits for stochastic computing, ISVLSI 2016.

    Args:
        initial: what stands for the output before position 0.
    """

    def __init__(self, initial: int) -> None:
        self.initial = initial
        super().__init__(2)

    def build(self, m: Module) -> None:
        last = Signal(reset_less=True)
        a, b = self.bits
        self._hold(m, last, self.initial, self.out)
        m.d.comb += self.out.eq(Mux(b, a, last))
