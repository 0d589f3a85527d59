"""Operators without a state: negation, gates of many inputs, majority."""

from __future__ import annotations

from abc import abstractmethod

from amaranth.hdl import Module, Value

from ..components.arithmetic.parallel_counter import ParallelCounter
from .operator import Operator


class Gate(Operator):
    """Base of the gates: `out` is a function of all bits; no state. Ports as `Operator`.

    Args:
        inputs: streams that come in.
    """

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs, stateful=False)

    @abstractmethod
    def function(self, bits: Value) -> Value:
        """The output."""

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += self.out.eq(self.function(self.bits))
        return m


class Not(Gate):
    """out = NOT of its one bit."""

    def function(self, bits: Value) -> Value:
        """The bit, inverted."""
        return ~bits


class And(Gate):
    """out = 1 where all bits are 1."""

    def function(self, bits: Value) -> Value:
        """All of them."""
        return bits.all()


class Or(Gate):
    """out = 1 where any bit is 1."""

    def function(self, bits: Value) -> Value:
        """Any of them."""
        return bits.any()


class Xor(Gate):
    """out = the parity of the bits."""

    def function(self, bits: Value) -> Value:
        """Whether an odd number of them is 1."""
        return bits.xor()


class Xnor(Gate):
    """out = the inverted parity of the bits."""

    def function(self, bits: Value) -> Value:
        """Whether an even number of them is 1."""
        return ~bits.xor()


class Majority(Operator):
    """out = 1 where more than half of the bits, an odd number, are 1; no state. Ports as `Operator`.

    Args:
        inputs: streams that come in.
    """

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs, stateful=False)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.ones = ones = ParallelCounter(self.inputs, levels_per_stage=None)
        m.d.comb += [ones.bits.eq(self.bits), self.out.eq(ones.count > self.inputs // 2)]
        return m
