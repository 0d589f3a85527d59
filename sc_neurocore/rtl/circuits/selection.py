"""Operators that choose one of their inputs: by the words of a source, by a stream, by a number of ones."""

from __future__ import annotations

from amaranth.hdl import Module, Mux

from ...spec.source import Source
from ..components.arithmetic.parallel_counter import ParallelCounter
from ..components.streams.sources import make_source
from .operator import Operator, bit_number


class Select(Operator):
    """out = input number u(t) of m; 0 where u(t) >= m. The state is the source's position. Ports as `Operator`.

    The words have max(2, ceil(log2 m)) bits.

    Args:
        inputs: m.
        source: whose words choose.
    """

    def __init__(self, inputs: int, source: Source) -> None:
        self.source = source
        super().__init__(inputs)

    def build(self, m: Module) -> None:
        m.submodules.source = source = make_source(self.source, max(2, (self.inputs - 1).bit_length()))
        m.d.comb += [
            source.restart.eq(self.clear),
            source.enable.eq(self.enable),
            self.out.eq(bit_number(self.bits, source.word)),
        ]


class Switch(Operator):
    """out = b where s is 1, a where it is 0, of the inputs s, a, b; no state. Ports as `Operator`."""

    stateful = False

    def __init__(self) -> None:
        super().__init__(3)

    def build(self, m: Module) -> None:
        s, a, b = self.bits
        m.d.comb += self.out.eq(Mux(s, b, a))


class Bernstein(Operator):
    """out = the coefficient whose number is how many of the inputs are 1; no state. Ports as `Operator`.

    Bits 0 to m - 1 are the inputs, bits m to 2m the coefficients 0 to m.

    Args:
        degree: m.
    """

    stateful = False

    def __init__(self, degree: int) -> None:
        self.degree = degree
        super().__init__(2 * degree + 1)

    def build(self, m: Module) -> None:
        m.submodules.ones = ones = ParallelCounter(self.degree, levels_per_stage=None)
        m.d.comb += [
            ones.bits.eq(self.bits[: self.degree]),
            self.out.eq(bit_number(self.bits[self.degree :], ones.count)),
        ]
