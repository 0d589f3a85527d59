"""One vector for all time steps of a sample (`input.repeat`)."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...plan.shapes import index_shape


class StepRepeater(wiring.Component):
    """Stands between a buffer and its reader: `vacate` reaches the buffer when the reader has read it `steps` times.

    Latency     0 clocks.
    Throughput  one strobe a clock.
    Reset       to the first step.

    Ports
        read    in   1   strobe: the reader has read the elements
        vacate  out  1   strobe: no step needs them any more
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        super().__init__({"read": In(1), "vacate": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        step = Signal(index_shape(self.steps))
        last = Signal()
        m.d.comb += [last.eq(step == self.steps - 1), self.vacate.eq(self.read & last)]
        with m.If(self.read):
            m.d.sync += step.eq(Mux(last, 0, step + 1))
        return m
