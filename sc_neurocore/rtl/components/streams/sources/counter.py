"""The counter source: u(t) = t mod 2^n."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, Value

from .base import SequenceSource


class CounterSource(SequenceSource):
    """u(t) = t mod 2^n; ports, timing and restart as `SequenceSource`. Cost: n flip-flops and an incrementer."""

    def elaborate(self, platform: object) -> Module:
        m = Module()
        position = Signal(self.n, reset_less=True)
        with m.If(self.restart):
            m.d.sync += position.eq(self.skip % 2**self.n)
        with m.Elif(self.enable):
            m.d.sync += position.eq(position + self.words)
        self._emit(m, [position, *(Value.cast((position + i)[: self.n]) for i in range(1, self.words))])
        return m
