"""The Sobol source: one dimension of the Sobol sequence, in Gray-code order."""

from __future__ import annotations

from amaranth.hdl import Const, Module, Mux, Signal, Value

from .....spec.tables import joe_kuo_direction_words
from .base import SequenceSource


class SobolSource(SequenceSource):
    """u(0) = 0, u(t+1) = u(t) XOR V[ctz(t + 1)] inside a period of 2^n, with the direction words V of `dimension`.

    Ports, timing and restart as `SequenceSource`. Cost: 2n flip-flops, an incrementer, n constants behind a priority
    selector.
    """

    def __init__(self, n: int, dimension: int, *, skip: int = 0, reverse: bool = False, words: int = 1) -> None:
        self.dimension = dimension
        super().__init__(n, skip=skip, reverse=reverse, words=words)

    def _start(self) -> tuple[int, int]:
        """(position, word) that `restart` loads."""
        words = joe_kuo_direction_words(self.dimension, self.n)
        position, word = self.skip % 2**self.n, 0
        for t in range(1, position + 1):
            word ^= words[(t & -t).bit_length() - 1]
        return position, word

    def _step(self, position: Value) -> Value:
        """What the word is XORed with to become the next one.

        ctz(t + 1) is the place of the lowest 0 of t. At the period's end t has none, and the sequence starts again
        from 0: the last word is V[n - 1] by itself (its Gray code is a single one), so the same XOR leads there.
        """
        words = joe_kuo_direction_words(self.dimension, self.n)
        step: Value = Const(words[self.n - 1], self.n)
        for place in reversed(range(self.n - 1)):
            step = Mux(position[place], step, Const(words[place], self.n))
        return step

    def elaborate(self, platform: object) -> Module:
        m = Module()
        position = Signal(self.n, reset_less=True)
        word = Signal(self.n, reset_less=True)
        first_position, first_word = self._start()
        positions = [Value.cast((position + i)[: self.n]) if i else position for i in range(self.words)]
        words: list[Value] = [word]
        for i in range(1, self.words):
            following = Signal(self.n, name=f"word_{i}")
            m.d.comb += following.eq(words[-1] ^ self._step(positions[i - 1]))
            words.append(following)
        with m.If(self.restart):
            m.d.sync += [position.eq(first_position), word.eq(first_word)]
        with m.Elif(self.enable):
            m.d.sync += [position.eq(position + self.words), word.eq(words[-1] ^ self._step(positions[-1]))]
        self._emit(m, words)
        return m
