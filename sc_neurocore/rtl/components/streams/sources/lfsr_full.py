"""The full-period shift register source: an LFSR whose cycle the word 0 has joined."""

from __future__ import annotations

from amaranth.hdl import Value

from .lfsr import LfsrSource


class LfsrFullSource(LfsrSource):
    """As `LfsrSource`, with f XORed with [the low n - 1 bits of u(t) are all 0]; period 2^n, any seed.

    Ports, timing and restart as `SequenceSource`. Cost: the LFSR and one NOR of n - 1 bits.
    """

    def _feedback(self, state: Value) -> Value:
        return super()._feedback(state) ^ (state[: self.n - 1] == 0)

    def _next_word(self, word: int) -> int:
        return super()._next_word(word) ^ (word % 2 ** (self.n - 1) == 0)
