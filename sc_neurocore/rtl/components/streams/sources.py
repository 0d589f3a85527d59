"""The sources of u(t) in gates (contract §2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from operator import xor
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Out

from ....spec.kinds import unknown_kind
from ....spec.source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
from ....spec.tables import LFSR_TAPS, joe_kuo_direction_words
from ..block import Block


class SequenceSource(Block):
    """Base of the sources: n-bit words u(k), u(k + 1), u(k + 2) … with k = `skip`.

    Function    `word` is u(t + skip), its bits reversed if `reverse`; with `words` above 1 it is that many words of
                successive positions side by side, the first in the low bits, and t goes on by as many.
    Latency     none: the first word comes from registers (and wiring), and is u(skip) in the cycle after `restart`.
    Throughput  `words` words per clock.
    Reset       none needed: `restart` for one clock before the first use loads everything.
    Strobes     `restart` wins over `enable`; without either the word stays.

    Ports
        restart  in   1  the next word is u(skip)
        enable   in   1  the next word is the next one
        word     out  n · words

    Args:
        n: bits of a word.
        skip: the position at which `restart` begins.
        reverse: whether each word's bits are turned round.
        words: words of successive positions per clock.
    """

    def __init__(self, n: int, *, skip: int = 0, reverse: bool = False, words: int = 1) -> None:
        self.n, self.skip, self.reverse, self.words = n, skip, reverse, words
        super().__init__({"restart": In(1), "enable": In(1), "word": Out(n * words)})

    def _keep(self, m: Module, state: Signal, first: int, following: Any) -> None:
        """Let the state be `first` after a restart, and `following` after a clock that is enabled."""
        with m.If(self.restart):
            m.d.sync += state.eq(first)
        with m.Elif(self.enable):
            m.d.sync += state.eq(following)

    def _emit(self, m: Module, words: Sequence[Value]) -> None:
        m.d.comb += self.word.eq(Cat(word[::-1] if self.reverse else word for word in words))


class CounterSource(SequenceSource):
    """u(t) = t mod 2^n; ports, timing and restart as `SequenceSource`. Cost: n flip-flops and an incrementer."""

    def build(self, m: Module) -> None:
        position = Signal(self.n, reset_less=True)
        self._keep(m, position, self.skip % 2**self.n, position + self.words)
        self._emit(m, [position, *(Value.cast((position + i)[: self.n]) for i in range(1, self.words))])


class VanDerCorputSource(CounterSource):
    """u(t) = the n bits of t mod 2^n, reversed; ports, timing and restart as `SequenceSource`. Cost: as a counter."""

    def _emit(self, m: Module, words: Sequence[Value]) -> None:
        super()._emit(m, [Value.cast(word[::-1]) for word in words])


class LfsrSource(SequenceSource):
    """Fibonacci register, shift left: u(0) = `seed`, u(t+1) = ((u(t) << 1) | f) mod 2^n, f = XOR of the bits (tap - 1).

    Period 2^n - 1; ports, timing and restart as `SequenceSource`. Cost: n flip-flops and one XOR of two or four bits.
    Before the first `restart` the register holds 0 and stays there.

    Args:
        n: bits of a word.
        seed: the word u(0).
        skip: the position at which `restart` begins.
        reverse: whether each word's bits are turned round.
        words: words of successive positions per clock.
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

    def build(self, m: Module) -> None:
        state = Signal(self.n, reset_less=True)
        words: list[Value] = [state]
        for i in range(1, self.words):
            word = Signal(self.n, name=f"word_{i}")
            m.d.comb += word.eq((words[-1] << 1) | self._feedback(words[-1]))
            words.append(word)
        self._keep(m, state, self._start(), (words[-1] << 1) | self._feedback(words[-1]))
        self._emit(m, words)


class LfsrFullSource(LfsrSource):
    """As `LfsrSource`, with f XORed with [the low n - 1 bits of u(t) are all 0]; period 2^n, any seed.

    Ports, timing and restart as `SequenceSource`. Cost: the LFSR and one NOR of n - 1 bits.
    """

    def _feedback(self, state: Value) -> Value:
        return super()._feedback(state) ^ (state[: self.n - 1] == 0)

    def _next_word(self, word: int) -> int:
        return super()._next_word(word) ^ (word % 2 ** (self.n - 1) == 0)


class SobolSource(SequenceSource):
    """u(0) = 0, u(t+1) = u(t) XOR V[ctz(t + 1)] inside a period of 2^n, with the direction words V of `dimension`.

    The words are Joe and Kuo's (`spec.tables`), their order is the Gray-code order of I. A. Antonov and V. M. Saleev,
    An economic method of computing LP-tau-sequences, USSR Comput. Math. Math. Phys. 19 (1979).

    Ports, timing and restart as `SequenceSource`. Cost: 2n flip-flops, an incrementer, n constants behind a priority
    selector.

    Args:
        n: bits of a word.
        dimension: of the sequence, 1 to 1111.
        skip: the position at which `restart` begins.
        reverse: whether each word's bits are turned round.
        words: words of successive positions per clock.
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

    def build(self, m: Module) -> None:
        position = Signal(self.n, reset_less=True)
        word = Signal(self.n, reset_less=True)
        first_position, first_word = self._start()
        positions = [Value.cast((position + i)[: self.n]) if i else position for i in range(self.words)]
        words: list[Value] = [word]
        for i in range(1, self.words):
            following = Signal(self.n, name=f"word_{i}")
            m.d.comb += following.eq(words[-1] ^ self._step(positions[i - 1]))
            words.append(following)
        self._keep(m, position, first_position, position + self.words)
        self._keep(m, word, first_word, words[-1] ^ self._step(positions[-1]))
        self._emit(m, words)


def make_source(source: Source, n: int, words: int = 1, *, skip: int | None = None) -> SequenceSource:
    """The component for a described source with words of n bits, `words` of them per clock; `skip` in place of its own.

    Args:
        source: the description.
        n: bits of a word.
        words: words of successive positions per clock.
        skip: where reading begins; None: the description's own.

    Raises:
        OptionError: there is no component for this kind of source.
    """
    first = source.skip if skip is None else skip
    return source_component(source)(n, skip=first, reverse=source.reverse, words=words)


def add_source(m: Module, name: str, source: SequenceSource, *, enable: Value, restart: Value) -> Value:
    """Put a source into a module; its word or words.

    Args:
        m: the module that gets it.
        name: of it.
        source: the component.
        enable: its words go on.
        restart: they begin anew.
    """
    m.submodules[name] = source
    m.d.comb += [source.enable.eq(enable), source.restart.eq(restart)]
    return source.word


def source_component(source: Source) -> Callable[..., SequenceSource]:
    """What makes the component of a described source from the arguments of `SequenceSource`.

    Raises:
        OptionError: there is no component for this kind of source.
    """
    match source:
        case Counter():
            return CounterSource
        case VanDerCorput():
            return VanDerCorputSource
        case Lfsr(seed=seed):
            return partial(LfsrSource, seed=seed)
        case LfsrFull(seed=seed):
            return partial(LfsrFullSource, seed=seed)
        case Sobol(dimension=dimension):
            return partial(SobolSource, dimension=dimension)
        case other:
            unknown_kind(other, "rtl sources")
