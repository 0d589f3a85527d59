"""Multipliers that draw the bits of a code only as the other factor's stream asks for them (uMUL)."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Value
from amaranth.lib.wiring import In

from ...spec.source import Source
from ..components.streams.sources import SequenceSource, make_source
from .operator import Operator


class Umul(Operator):
    """out = a AND [u(i) < w]; i, which begins as 0, counts the ones of a. [u <= w] of a source that never emits 0.

    After D. Wu, J. Li, R. Yin, H. Hsiao, Y. Kim and J. San Miguel, uGEMM: unary computing architecture for GEMM
    applications, ISCA 2020.

    Ports
        as `Operator`, and
        code  in  `word_bits`  w

    Args:
        source: of the words u.
        word_bits: bits of a word and of the code.
    """

    def __init__(self, source: Source, word_bits: int) -> None:
        self.source, self.word_bits = source, word_bits
        super().__init__(1, code=In(word_bits))

    def _path(self, m: Module, name: str, step: Value) -> Value:
        """The code's bit at a position of its own, which goes on where `step` is 1."""
        source: SequenceSource = make_source(self.source, self.word_bits)
        m.submodules[name] = source
        m.d.comb += [source.restart.eq(self.clear), source.enable.eq(self.enable & step)]
        return source.word < self.code if self.source.emits_zero else source.word <= self.code

    def build(self, m: Module) -> None:
        m.d.comb += self.out.eq(self.bits & self._path(m, "ones", self.bits))


class UmulBipolar(Umul):
    """out = [u(i) < w] where a is 1, NOT [u(j) < w] where it is 0; i counts the ones of a, j its zeros.

    Ports, arguments and source as `Umul`.
    """

    def build(self, m: Module) -> None:
        at_ones, at_zeros = self._path(m, "ones", self.bits), self._path(m, "zeros", ~self.bits)
        m.d.comb += self.out.eq(Mux(self.bits, at_ones, ~at_zeros))
