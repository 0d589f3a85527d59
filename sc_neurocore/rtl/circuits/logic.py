"""Operators without a state: negation, gates of many inputs, majority."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from amaranth.hdl import Module, Value

from ..components.arithmetic.parallel_counter import ParallelCounter
from .operator import Operator


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
