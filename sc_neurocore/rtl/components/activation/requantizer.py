"""The border of a layer: a multiplication and a rounding shift."""

from __future__ import annotations

from amaranth.hdl import Module, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class Requantizer(wiring.Component):
    """scaled = (biased · multiplier + r) >> shift, with r = 2^(shift - 1), or 0 where shift is 0; >> floors.

    Latency     `latency`: 1 clock for the shift, 1 more where it comes from a port, 2 more for a multiplier other than
                1 (a register on either side of the product's second half, so that synthesis may pipeline it).
    Throughput  one value a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        biased   in   signed, ±`magnitude`
        setting  in   6   the shift, 0 … 46, where `shift` is None; it stays while values are on their way
        scaled   out  signed, as wide as the largest result needs
    """

    def __init__(self, magnitude: int, multiplier: int, shift: int | None) -> None:
        self.magnitude, self.multiplier, self.loadable = magnitude, multiplier, shift is None
        shift = shift or 0  # the largest results are those without one
        self.shift = shift
        self.rounding = 1 << (shift - 1) if shift else 0
        self.latency = (1 if multiplier == 1 else 3) + self.loadable
        largest = (magnitude * multiplier + self.rounding) >> shift
        smallest = (-magnitude * multiplier + self.rounding) >> shift
        # at least ±1, so that the port is a signed number whatever the shift leaves
        self.shape = Shape.cast(range(min(smallest, -1), max(largest, 1) + 1))
        biased = Shape.cast(range(-magnitude, magnitude + 1))
        ports = {"biased": In(biased), "scaled": Out(self.shape)}
        super().__init__(ports | {"setting": In(6)} if self.loadable else ports)

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
        if self.loadable:
            # (v + 2^(s-1)) >> s = (((2v) >> s) + 1) >> 1, and for s = 0 that is v
            doubled = value << 1
            halves = Signal(doubled.shape(), reset_less=True)
            m.d.sync += [halves.eq(doubled >> self.setting), scaled.eq((halves + 1) >> 1)]
        else:
            m.d.sync += scaled.eq((value + self.rounding) >> self.shift)
        m.d.comb += self.scaled.eq(scaled)
        return m
