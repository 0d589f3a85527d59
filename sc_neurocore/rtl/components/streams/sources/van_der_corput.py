"""The van der Corput source: a counter read backwards."""

from __future__ import annotations

from amaranth.hdl import Module, Signal

from .base import SequenceSource


class VanDerCorputSource(SequenceSource):
    """u(t) = the n bits of t mod 2^n, reversed; ports, timing and restart as `SequenceSource`. Cost: as a counter."""

    def elaborate(self, platform: object) -> Module:
        m = Module()
        position = Signal(self.n, reset_less=True)
        with m.If(self.restart):
            m.d.sync += position.eq(self.skip % 2**self.n)
        with m.Elif(self.enable):
            m.d.sync += position.eq(position + self.words)
        positions = [position, *((position + i)[: self.n] for i in range(1, self.words))]
        self._emit(m, [each[::-1] for each in positions])
        return m
