"""Saturating walks: states in a row, the bits say which way, the place says the output (Moore)."""

from __future__ import annotations

from abc import abstractmethod

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.wiring import Out

from ...spec.source import Source
from ..components.arithmetic.parallel_counter import ParallelCounter
from ..components.streams.sources import make_source
from .operator import Operator


class Walk(Operator):
    """Base of the walks: S begins in the middle, K / 2, and out is a function of S before the bits move it.

    Ports as `Operator`.

    Args:
        inputs: streams that come in.
        states: K, an even number.
    """

    def __init__(self, inputs: int, states: int) -> None:
        self.states = states
        super().__init__(inputs)

    def output(self, state: Value) -> Value:
        """The output in a state: where no more is said, whether it is in the upper half."""
        return state >= self.states // 2

    @abstractmethod
    def following(self, m: Module, state: Signal) -> Value:
        """The state after the bits."""

    def build(self, m: Module) -> None:
        state = Signal(range(self.states), reset_less=True)
        self._hold(m, state, self.states // 2, self.following(m, state))
        m.d.comb += self.out.eq(self.output(state))


class _StepWalk(Walk):
    """A walk of one bit: one state up for a 1, one down for a 0, and no further than the ends."""

    def __init__(self, states: int) -> None:
        super().__init__(1, states)

    def following(self, m: Module, state: Signal) -> Value:
        """One up, one down, or the same at an end."""
        up = Mux(state == self.states - 1, state, state + 1)
        down = Mux(state == 0, state, state - 1)
        return Mux(self.bits, up, down)


class Stanh(_StepWalk):
    """out = [S >= K / 2]; S goes one up for a 1 and one down for a 0, within 0 to K - 1. Ports as `Operator`.

    After B. D. Brown and H. C. Card, Stochastic neural computation I, IEEE Trans. Computers 50 (2001).

    Args:
        states: K, an even number.
    """


class Sexp(_StepWalk):
    """out = [S < K - G]; S as in `Stanh`. Ports as `Operator`.

    After B. D. Brown and H. C. Card, Stochastic neural computation I, IEEE Trans. Computers 50 (2001).

    Args:
        states: K, an even number.
        gain: G.
    """

    def __init__(self, states: int, gain: int) -> None:
        self.gain = gain
        super().__init__(states)

    def output(self, state: Value) -> Value:
        """Whether it is below the upper G states."""
        return state < self.states - self.gain


class Btanh(Walk):
    """out = [S >= K / 2]; S goes up by the ones and down by the zeros among m bits, within 0 to K - 1.

    Ports as `Operator`. After K. Kim, J. Kim, J. Yu, J. Seo, J. Lee and K. Choi, Dynamic energy-accuracy trade-off
    using stochastic computing in deep neural networks, DAC 2016.

    Args:
        inputs: m.
        states: K, an even number.
    """

    def following(self, m: Module, state: Signal) -> Value:
        """S + 2 * ones - m, clipped."""
        m.submodules.ones = ones = ParallelCounter(self.inputs, levels_per_stage=None)
        moved = Signal(range(-self.inputs, self.states + self.inputs))
        m.d.comb += [ones.bits.eq(self.bits), moved.eq(state + 2 * ones.count - self.inputs)]
        return Mux(moved < 0, 0, Mux(moved > self.states - 1, self.states - 1, moved))


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
        top = 2**self.state_bits - 1
        up, down = self.bits & ~self.out, ~self.bits & self.out
        m.d.comb += [
            source.restart.eq(self.clear),
            source.enable.eq(self.enable),
            self.out.eq(source.word < state if self.source.emits_zero else source.word <= state),
            self.following.eq(
                Mux(up & (state != top), state + 1, Mux(down & (state != 0), state - 1, state)),
            ),
        ]
        self._hold(m, state, 2 ** (self.state_bits - 1), self.following)
