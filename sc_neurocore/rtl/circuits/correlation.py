"""Operators that move ones of two streams in time, so that they meet (synchronizer) or avoid each other."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from .operator import Operator


def _pair(a: int, b: int) -> Value:
    return Const(a | b << 1, 2)


class Synchronizer(Operator):
    """Two streams with the same ones, as far as it can, in the same positions. At most D ones are saved up.

    Function    s, which begins as 0, is how many more ones of a than of b are saved. a = b: both pass. One of a alone:
                with a one of b saved (s < 0) both are 1, else it is saved, or passes where D are. One of b alone: the
                same with the streams exchanged. What is saved at the end is lost.
    Ports       as `Operator`: two inputs, two outputs.

    After V. T. Lee, A. Alaghi and L. Ceze, Correlation manipulating circuits for stochastic computing, DATE 2018.

    Args:
        depth: D.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        super().__init__(2, outputs=2)

    def build(self, m: Module) -> None:
        saved = Signal(range(-self.depth, self.depth + 1), reset_less=True)
        following = Signal.like(saved, name="following")
        a, b = self.bits
        m.d.comb += [self.out.eq(self.bits), following.eq(saved)]
        with m.If(a & ~b):
            m.d.comb += [
                self.out.eq(Mux(saved < 0, _pair(1, 1), Mux(saved < self.depth, _pair(0, 0), _pair(1, 0)))),
                following.eq(Mux(saved < self.depth, saved + 1, saved)),
            ]
        with m.Elif(~a & b):
            m.d.comb += [
                self.out.eq(Mux(saved > 0, _pair(1, 1), Mux(saved > -self.depth, _pair(0, 0), _pair(0, 1)))),
                following.eq(Mux(saved > -self.depth, saved - 1, saved)),
            ]
        self._hold(m, saved, 0, following)


class Desynchronizer(Operator):
    """Two streams with the same ones, as far as it can, in different positions. At most D ones of b are saved up.

    Function    s, which begins as 0, counts saved ones of b. Both 1: a passes and b is saved, or both pass where D are.
                Both 0: b is 1 where one is saved. Else both pass. What is saved at the end is lost.
    Ports       as `Operator`: two inputs, two outputs.

    After V. T. Lee, A. Alaghi and L. Ceze, Correlation manipulating circuits for stochastic computing, DATE 2018.

    Args:
        depth: D.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        super().__init__(2, outputs=2)

    def build(self, m: Module) -> None:
        saved = Signal(range(self.depth + 1), reset_less=True)
        a, b = self.bits
        saves = a & b & (saved < self.depth)
        gives = ~a & ~b & (saved > 0)
        m.d.comb += self.out.eq(Cat(a, (b | gives) & ~saves))
        self._hold(m, saved, 0, Mux(saves, saved + 1, Mux(gives, saved - 1, saved)))
