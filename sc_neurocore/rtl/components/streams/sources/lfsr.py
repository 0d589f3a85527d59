"""The linear feedback shift register source: all words but 0."""

from __future__ import annotations

from functools import reduce
from operator import xor

from amaranth.hdl import Module, Signal, Value

from .....spec.tables import LFSR_TAPS
from .base import SequenceSource


class LfsrSource(SequenceSource):
    """Fibonacci register, shift left: u(0) = `seed`, u(t+1) = ((u(t) << 1) | f) mod 2^n, f = XOR of the bits (tap - 1).

    Period 2^n - 1; ports, timing and restart as `SequenceSource`. Cost: n flip-flops and one XOR of two or four bits.
    Before the first `restart` the register holds 0 and stays there.
    """

    def __init__(self, n: int, seed: int, *, skip: int = 0, reverse: bool = False, words: int = 1) -> None:
        self.seed = seed
        super().__init__(n, skip=skip, reverse=reverse, words=words)

    def _feedback(self, state: Value) -> Value:
        return reduce(xor, (Value.cast(state[tap - 1]) for tap in LFSR_TAPS[self.n]))

    def _next_word(self, word: int) -> int:
        feedback = reduce(xor, (word >> (tap - 1) & 1 for tap in LFSR_TAPS[self.n]))
        return (word << 1 | feedback) % 2**self.n

    def _start(self) -> int:
        """The word u(skip), found by stepping: an integer for the restart, so that the gates need no skipping logic."""
        word = self.seed
        for _ in range(self.skip):
            word = self._next_word(word)
        return word

    def elaborate(self, platform: object) -> Module:
        m = Module()
        state = Signal(self.n, reset_less=True)
        words: list[Value] = [state]
        for i in range(1, self.words):
            word = Signal(self.n, name=f"word_{i}")
            m.d.comb += word.eq((words[-1] << 1) | self._feedback(words[-1]))
            words.append(word)
        with m.If(self.restart):
            m.d.sync += state.eq(self._start())
        with m.Elif(self.enable):
            m.d.sync += state.eq((words[-1] << 1) | self._feedback(words[-1]))
        self._emit(m, words)
        return m
