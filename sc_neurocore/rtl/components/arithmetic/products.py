"""Products of stream bits, lane by lane: AND with complements, AND with signs beside it, XNOR."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import In, Out

from ..block import Block


class AndProducts(Block):
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

    latency = 1

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__({"x": In(width), "w": In(width), "negative": In(width), "bits": Out(width)})

    def build(self, m: Module) -> None:
        bits = Signal(self.width, reset_less=True)
        m.d.sync += bits.eq((self.x & self.w) ^ self.negative)
        m.d.comb += self.bits.eq(bits)


class SignedProducts(Block):
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

    latency = 1

    def __init__(self, width: int) -> None:
        self.width = width
        names_in = ("x", "w", "x_negative", "w_negative")
        super().__init__({name: In(width) for name in names_in} | {name: Out(width) for name in ("bits", "negative")})

    def build(self, m: Module) -> None:
        bits = Signal(self.width, reset_less=True)
        negative = Signal(self.width, reset_less=True)
        m.d.sync += [bits.eq(self.x & self.w), negative.eq(self.x_negative ^ self.w_negative)]
        m.d.comb += [self.bits.eq(bits), self.negative.eq(negative)]


class XnorProducts(Block):
    """bits = x XNOR w, lane by lane.

    Latency     1 clock.
    Throughput  one bit per lane and clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x, w  in   width   stream bits of inputs and weights
        bits  out  width
    """

    latency = 1

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__({"x": In(width), "w": In(width), "bits": Out(width)})

    def build(self, m: Module) -> None:
        bits = Signal(self.width, reset_less=True)
        m.d.sync += bits.eq(~(self.x ^ self.w))
        m.d.comb += self.bits.eq(bits)
