"""Operators that look at one position: gates of many inputs, majority, and the choice of one input."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from amaranth.hdl import Module, Mux, Value

from ...spec.source import Source
from ..components.arithmetic.parallel_counter import ParallelCounter
from ..components.streams.sources import make_source
from .operator import Operator, bit_number


class Gate(Operator):
    """Base of the gates: `out` is a function of all bits; no state. Ports as `Operator`.

    Args:
        inputs: streams that come in.
    """

    stateful = False
    function: ClassVar[Callable[[Value], Value]]
    """The output."""

    def build(self, m: Module) -> None:
        m.d.comb += self.out.eq(type(self).function(self.bits))


class Not(Gate):
    """out = NOT of its one bit."""

    function = Value.__invert__


class And(Gate):
    """out = 1 where all bits are 1."""

    function = Value.all


class Or(Gate):
    """out = 1 where any bit is 1."""

    function = Value.any


class Xor(Gate):
    """out = the parity of the bits."""

    function = Value.xor


class Xnor(Gate):
    """out = the inverted parity of the bits."""

    function = staticmethod(lambda bits: ~bits.xor())


class Majority(Operator):
    """out = 1 where more than half of the bits, an odd number, are 1; no state. Ports as `Operator`.

    Args:
        inputs: streams that come in.
    """

    stateful = False

    def build(self, m: Module) -> None:
        m.submodules.ones = ones = ParallelCounter(self.inputs, levels_per_stage=None)
        m.d.comb += [ones.bits.eq(self.bits), self.out.eq(ones.count > self.inputs // 2)]


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
