"""From neurons side by side to neurons one after the other."""

from __future__ import annotations

from amaranth.hdl import Module, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class ResultShifter(wiring.Component):
    """Takes the totals of all lanes at once and hands them on one a clock, lane 0 first.

    Latency     1 clock from `load` to lane 0 on `first`.
    Throughput  one total for each clock of `shift`.
    Reset       none: it holds data only; whoever strobes it knows what is in it.
    Strobes     `load` wins over `shift`.

    Ports
        load    in   1
        shift   in   1
        totals  in   lanes·width   lane 0 in the low bits
        first   out  shape of a total
    """

    def __init__(self, lanes: int, shape: Shape) -> None:
        self.lanes, self.shape = lanes, shape
        super().__init__({"load": In(1), "shift": In(1), "totals": In(lanes * shape.width), "first": Out(shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        held = Signal(self.lanes * self.shape.width, reset_less=True)
        with m.If(self.load):
            m.d.sync += held.eq(self.totals)
        with m.Elif(self.shift):
            m.d.sync += held.eq(held >> self.shape.width)
        m.d.comb += self.first.eq(held[: self.shape.width])
        return m
