"""Adders that need no random source, and multipliers that draw bits of a code as the other factor asks for them."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.wiring import In

from ...spec.source import Source
from ..components.arithmetic.parallel_counter import ParallelCounter
from ..components.streams.sources import SequenceSource, make_source
from .operator import Operator


class ToggleAdd(Operator):
    """out = a where a = b, else the flip-flop q, which then toggles; q begins as `initial`. Ports as `Operator`.

    Over any number of positions the ones are half of those of a and b, rounded down (up for `initial` 1). After V. T.
    Lee, A. Alaghi, J. P. Hayes, V. Sathe and L. Ceze, Energy-efficient hybrid stochastic-binary neural networks for
    near-sensor computing, DATE 2017.

    Args:
        initial: q at position 0.
    """

    def __init__(self, initial: int) -> None:
        self.initial = initial
        super().__init__(2)

    def build(self, m: Module) -> None:
        q = Signal(reset_less=True)
        a, b = self.bits
        differ = a ^ b
        self._hold(m, q, self.initial, q ^ differ)
        m.d.comb += self.out.eq(Mux(differ, q, a))


class ScaledAdd(Operator):
    """out = [c + S >= m], S the ones among the m bits; then c is c + S, less m where out is 1. Ports as `Operator`.

    The carry c begins as 0 and stays below m: over any number of positions the ones are the m-th part, rounded down, of
    those that came in.

    Args:
        inputs: m.
    """

    def build(self, m: Module) -> None:
        m.submodules.ones = ones = ParallelCounter(self.inputs, levels_per_stage=None)
        carry = Signal(range(self.inputs), reset_less=True)
        total = Signal(range(2 * self.inputs))
        m.d.comb += [
            ones.bits.eq(self.bits),
            total.eq(carry + ones.count),
            self.out.eq(total >= self.inputs),
        ]
        self._hold(m, carry, 0, Mux(self.out, total - self.inputs, total))


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
