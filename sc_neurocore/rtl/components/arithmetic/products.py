"""Products of stream bits, lane by lane: AND with complements, AND with signs beside it, XNOR."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Module, Value
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import register


class Products(Block):
    """Base of the products: ports `operands` and `results`, a bit a lane each; `results` in registers.

    Args:
        width: lanes.
    """

    latency = 1
    operands: ClassVar[tuple[str, ...]] = ("x", "w")
    results: ClassVar[tuple[str, ...]] = ("bits",)

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__({name: In(width) for name in self.operands} | {name: Out(width) for name in self.results})

    def build(self, m: Module) -> None:
        values = zip(self.results, self.values(), strict=True)
        registers = [register(m, value, name, shape=self.width) for name, value in values]
        m.d.comb += [getattr(self, name).eq(output) for name, output in zip(self.results, registers, strict=True)]

    def values(self) -> list[Value]:
        """What the results are, one clock early."""
        raise NotImplementedError


class AndProducts(Products):
    """bits = (x AND w) XOR negative, lane by lane.

    Function    a product of sign - counts as -p = (NOT p) - 1: complementing its bit and subtracting 1 from the sum
                at every position is the same as subtracting the bit. So an unsigned counter does signed sums; whoever
                adds the offset later subtracts (number of negative lanes)·L, a constant of the neuron.
    Latency     1 clock.
    Throughput  one bit per lane and clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x, w      in   width   stream bits of inputs and weights
        negative  in   width   sign of each weight
        bits      out  width
    """

    operands = ("x", "w", "negative")

    def values(self) -> list[Value]:
        return [(self.x & self.w) ^ self.negative]


class SignedProducts(Products):
    """bits = x AND w and negative = x_negative XOR w_negative, lane by lane.

    Function    both signs are known only at run time, so the sign stays beside its bit (see `AndProducts` for the
                cheaper case).
    Latency     1 clock.
    Throughput  one bit per lane and clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x, w                    in   width   stream bits of the magnitudes
        x_negative, w_negative  in   width   signs
        bits, negative          out  width   product bit, and whether it counts as -1
    """

    operands = ("x", "w", "x_negative", "w_negative")
    results = ("bits", "negative")

    def values(self) -> list[Value]:
        return [self.x & self.w, self.x_negative ^ self.w_negative]


class XnorProducts(Products):
    """bits = x XNOR w, lane by lane.

    Latency     1 clock.
    Throughput  one bit per lane and clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x, w  in   width   stream bits of inputs and weights
        bits  out  width
    """

    def values(self) -> list[Value]:
        return [~(self.x ^ self.w)]
