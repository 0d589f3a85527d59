"""The adaptive digital element: a counter that follows the stream's density through a stream of its own."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.wiring import Out

from ...spec.source import Source
from ..components.streams.sources import make_source
from .operator import Operator


class Addie(Operator):
    """out = f = [u(t) < S]; then S is S + a - f, within 0 to 2^m - 1; it begins as 2^(m - 1).

    [u <= S] of a source that never emits 0. After B. R. Gaines, Stochastic computing systems, Advances in Information
    Systems Science 2 (1969).

    Ports
        as `Operator`, and
        following  out  m  S at the next position, where `enable` is high

    Args:
        state_bits: m, also the bits of a word.
        source: of the words u.
    """

    def __init__(self, state_bits: int, source: Source) -> None:
        self.state_bits, self.source = state_bits, source
        super().__init__(1, following=Out(state_bits))

    def build(self, m: Module) -> None:
        m.submodules.source = source = make_source(self.source, self.state_bits)
        state = Signal(self.state_bits, reset_less=True)
        most = 2**self.state_bits - 1
        up, down = self.bits & ~self.out, ~self.bits & self.out
        m.d.comb += [
            source.restart.eq(self.clear),
            source.enable.eq(self.enable),
            self.out.eq(source.word < state if self.source.emits_zero else source.word <= state),
            self.following.eq(
                Mux(up & (state != most), state + 1, Mux(down & (state != 0), state - 1, state)),
            ),
        ]
        self._hold(m, state, 2 ** (self.state_bits - 1), self.following)
