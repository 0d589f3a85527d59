"""The border of a layer: a multiplication and a rounding shift."""

from __future__ import annotations

from amaranth.hdl import Module, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class Requantizer(wiring.Component):
    """scaled = (biased · multiplier + r) >> shift, with r = 2^(shift - 1), or 0 where shift is 0; >> floors.

    Latency     `latency`: 1 clock for the shift, 2 more for a multiplier other than 1 (a register on either side of the
                product's second half, so that synthesis may pipeline it).
    Throughput  one value a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        biased  in   signed, ±`magnitude`
        scaled  out  signed, as wide as the largest result needs
    """

    def __init__(self, magnitude: int, multiplier: int, shift: int) -> None:
        self.magnitude, self.multiplier, self.shift = magnitude, multiplier, shift
        self.rounding = 1 << (shift - 1) if shift else 0
        self.latency = 1 if multiplier == 1 else 3
        largest = (magnitude * multiplier + self.rounding) >> shift
        smallest = (-magnitude * multiplier + self.rounding) >> shift
        # at least ±1, so that the port is a signed number whatever the shift leaves
        self.shape = Shape.cast(range(min(smallest, -1), max(largest, 1) + 1))
        biased = Shape.cast(range(-magnitude, magnitude + 1))
        super().__init__({"biased": In(biased), "scaled": Out(self.shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        value = self.biased
        if self.multiplier != 1:
            largest = self.magnitude * self.multiplier
            shape = Shape.cast(range(-largest, largest + 1))
            product = Signal(shape, reset_less=True)
            settled = Signal(shape, reset_less=True)
            m.d.sync += [product.eq(value * self.multiplier), settled.eq(product)]
            value = settled
        scaled = Signal(self.shape, reset_less=True)
        m.d.sync += scaled.eq((value + self.rounding) >> self.shift)
        m.d.comb += self.scaled.eq(scaled)
        return m
