"""The divider of correlated streams: what a was when b was 1 last."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal

from .operator import Operator


class Divide(Operator):
    """out = a where b is 1, else the last output; before the first one `initial`. Inputs a, b. Ports as `Operator`.

    After T.-H. Chen and J. P. Hayes, Design of division circuits for stochastic computing, ISVLSI 2016.

    Args:
        initial: what stands for the output before position 0.
    """

    def __init__(self, initial: int) -> None:
        self.initial = initial
        super().__init__(2)

    def build(self, m: Module) -> None:
        last = Signal(reset_less=True)
        a, b = self.bits
        self._hold(m, last, self.initial, self.out)
        m.d.comb += self.out.eq(Mux(b, a, last))
