"""Products of bipolar streams: XNOR."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class XnorProducts(wiring.Component):
    """bits = x XNOR w, lane by lane.

    Latency     1 clock.
    Throughput  one bit a lane a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        x, w  in   width   stream bits of inputs and weights
        bits  out  width
    """

    latency = 1

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__({"x": In(width), "w": In(width), "bits": Out(width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits = Signal(self.width, reset_less=True)
        m.d.sync += bits.eq(~(self.x ^ self.w))
        m.d.comb += self.bits.eq(bits)
        return m
