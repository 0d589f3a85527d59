"""The linear neuron: a' itself."""

from __future__ import annotations

from amaranth.hdl import Module, Shape
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class LinearNeuron(wiring.Component):
    """result = biased.

    Latency     0 clocks: wiring.
    Throughput  one value a clock.
    Reset       none: it has no state.

    Ports
        biased  in   signed, ±`magnitude`
        result  out  the same
    """

    latency = 0

    def __init__(self, magnitude: int) -> None:
        self.shape = Shape.cast(range(-magnitude, magnitude + 1))
        super().__init__({"biased": In(self.shape), "result": Out(self.shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += self.result.eq(self.biased)
        return m
