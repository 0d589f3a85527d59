"""Load words in, writes into a core's memories out, and whether a whole image came."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from ..components.block import Block
from .load_words import ADDRESS_WORD, DATA_BITS, FIRST_ADDRESS


class LoadDecoder(Block):
    """Takes 32-bit load words and makes writes of them.

    Function    bit 31 set: the low bits of the word are the next address (those above `address_bits` are ignored).
                Bit 31 clear: bits 30..0, sign-extended, are written at the address, which then counts up by one.
    Count       `complete` is high if exactly `words` data words came since `restart`, a word of this clock included. It
                does not look at the addresses: an image writes each of its addresses once, so the number of its words
                tells a truncated or doubled load.
    Latency     0 clocks from `take` to `write`.
    Throughput  one word per clock.
    Reset       as `restart`.
    Strobes     `restart` together with `take`: the word is written and judged as the last of its load.

    Ports
        restart       in   1             the next word is the first of a load
        take, word    in   1, 32
        write         out  1
        address       out  address_bits
        data          out  32            two's complement
        taken         out  bits_for(words)   data words since `restart`, without that of this clock; wraps
        complete      out  1
    """

    def __init__(self, address_bits: int, words: int) -> None:
        self.address_bits, self.words = address_bits, words
        super().__init__(
            {
                "restart": In(1),
                "take": In(1),
                "word": In(32),
                "write": Out(1),
                "address": Out(address_bits),
                "data": Out(32),
                "taken": Out(bits_for(words)),
                "complete": Out(1),
            }
        )

    def build(self, m: Module) -> None:
        address = Signal(self.address_bits, init=FIRST_ADDRESS)
        taken = Signal(self.taken.shape())
        full, over = Signal(), Signal()  # as many data words as an image has; more than that
        last = Signal()
        is_address = self.word[ADDRESS_WORD.bit_length() - 1]
        m.d.comb += [
            self.write.eq(self.take & ~is_address),
            self.address.eq(address),
            self.data.eq(self.word[:DATA_BITS].as_signed()),
            self.taken.eq(taken),
            last.eq(taken == self.words - 1),
        ]
        with m.If(self.write):
            # beyond `full` the count goes on and may meet its end again
            m.d.comb += self.complete.eq(last & ~full)
            m.d.sync += [address.eq(address + 1), taken.eq(taken + 1), full.eq(full | last), over.eq(full)]
        with m.Else():
            m.d.comb += self.complete.eq(full & ~over)
        with m.If(self.take & is_address):
            m.d.sync += address.eq(self.word[: self.address_bits])
        with m.If(self.restart):
            m.d.sync += [address.eq(FIRST_ADDRESS), taken.eq(0), full.eq(0), over.eq(0)]
