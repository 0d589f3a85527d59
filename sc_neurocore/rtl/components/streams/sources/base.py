"""What every source of u(t) has in common: its ports, its restart rule and the reversal of its words."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class SequenceSource(wiring.Component):
    """Base of the sources: n-bit words u(k), u(k + 1), u(k + 2) … with k = `skip`.

    Function    `word` is u(t + skip), its bits reversed if `reverse`; with `words` above 1 it is that many words of
                successive positions side by side, the first in the low bits, and t goes on by as many.
    Latency     none: the first word comes from registers (and wiring), and is u(skip) in the cycle after `restart`.
    Throughput  `words` words a clock.
    Reset       none needed: `restart` for one clock before the first use loads everything.
    Strobes     `restart` wins over `enable`; without either the word stays.

    Ports
        restart  in   1  the next word is u(skip)
        enable   in   1  the next word is the next one
        word     out  n · words
    """

    def __init__(self, n: int, *, skip: int = 0, reverse: bool = False, words: int = 1) -> None:
        self.n, self.skip, self.reverse, self.words = n, skip, reverse, words
        super().__init__({"restart": In(1), "enable": In(1), "word": Out(n * words)})

    def _emit(self, m: Module, words: Sequence[Value]) -> None:
        m.d.comb += self.word.eq(Cat(word[::-1] if self.reverse else word for word in words))
