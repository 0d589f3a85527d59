"""What every source of u(t) has in common: its ports, its restart rule and the reversal of its words."""

from __future__ import annotations

from amaranth.hdl import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class SequenceSource(wiring.Component):
    """Base of the sources: n-bit words u(k), u(k + 1), u(k + 2) … with k = `skip`.

    Function    `word` is u(t + skip), its bits reversed if `reverse`.
    Latency     none: `word` comes from registers (and wiring), and is u(skip) in the cycle after `restart`.
    Throughput  one word a clock.
    Reset       none needed: `restart` for one clock before the first use loads everything.
    Strobes     `restart` wins over `enable`; without either the word stays.

    Ports
        restart  in   1  the next word is u(skip)
        enable   in   1  the next word is the next one
        word     out  n
    """

    def __init__(self, n: int, *, skip: int = 0, reverse: bool = False) -> None:
        self.n, self.skip, self.reverse = n, skip, reverse
        super().__init__({"restart": In(1), "enable": In(1), "word": Out(n)})

    def _emit(self, m: Module, word: Value) -> None:
        m.d.comb += self.word.eq(word[::-1] if self.reverse else word)
