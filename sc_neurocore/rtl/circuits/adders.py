"""Adders that need no random source: what does not fit into one bit now is carried to the next position."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal

from ..components.arithmetic.parallel_counter import ParallelCounter
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
