"""The gates of a load: words in and writes out, through the input stream or a port; and whether samples may begin."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, ResetSignal, Signal, unsigned
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from ..components.block import Block, flags_in, flags_out
from ..components.signals import count_level, cyclic
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


class LoadInterlock(Block):
    """Counts samples in at the input port and out at the output port.

    Function    a sample is `frames_in` good frames, and `frames_out` frames of results. `stop` keeps the first beat of
                a sample from being accepted while `hold`; a sample that has begun goes on. `idle`: none has begun, and
                all results of those before have been taken.
    Latency     0 clocks for `stop`; `idle` 1 clock after the beat that makes it so.
    Throughput  `samples` samples between the two ports.
    Reset       to idle.

    Ports
        hold      in   1
        at_start  in   1   the next input beat is a frame's first
        commit    in   1   strobe: a good frame is complete
        sent      in   1   strobe: the last beat of a frame of results is taken
        stop      out  1
        idle      out  1

    Args:
        frames_in: input frames of a sample.
        frames_out: output frames of a sample.
        samples: that may be between the two ports at most.
    """

    def __init__(self, frames_in: int, frames_out: int, samples: int) -> None:
        self.frames_in, self.frames_out, self.samples = frames_in, frames_out, samples
        super().__init__(flags_in("hold", "at_start", "commit", "sent") | flags_out("stop", "idle"))

    def build(self, m: Module) -> None:
        begun = cyclic(m, "begun", self.frames_in, self.commit)
        left = cyclic(m, "left", self.frames_out, self.sent)
        in_work = Signal(unsigned(self.samples.bit_length()))
        entered, gone, outside = Signal(), Signal(), Signal()
        m.d.comb += [
            entered.eq(self.commit & (begun == self.frames_in - 1)),
            gone.eq(self.sent & (left == self.frames_out - 1)),
            outside.eq(self.at_start & (begun == 0)),
            self.stop.eq(self.hold & outside),
            self.idle.eq(outside & (in_work == 0)),
        ]
        count_level(m, in_work, entered, gone)


class StreamLoader(Block):
    """Stands before a loadable core's input port and tells load frames from frames of codes.

    Frames      what a frame is, `tuser` says on its first beat. Codes pass to the core without a clock. A load frame
                carries load words (`load_words`), little-endian, one byte a beat in the low 8 bits of `tdata`, `tlast`
                on the last byte of the last word; its first beat waits until the core is idle. Between the frames of
                one sample (several time steps) it therefore waits for ever: a load stands between samples.
    Load        the first word clears `loaded`. With the last byte `loaded` goes high if whole words came and exactly
                `words` data words among them; else `load_error` goes high, until the next good load or reset.
    Not loaded  frames of codes are swallowed whole and raise `frame_error`, which stays high until reset.
    Latency     0 clocks on both streams; a word is written in the clock that accepts its fourth byte.
    Throughput  one beat per clock.
    Reset       between frames; `tready` is low under reset. `loaded` is not touched: a load that reset interrupts
                leaves it low, from its first word on.

    Ports
        tdata, tvalid, tlast, tuser           in   8 (the low bits of the port), 1, 1, 1
        tready                                out  1
        core_tvalid, hold                     out  1, 1     to the core; its tdata and tlast are those of the port
        core_tready, idle                     in   1, 1
        load_write, load_address, load_data   out  1, address_bits, 32
        loaded, load_error, frame_error       out  1, 1, 1
    """

    def __init__(self, load_map: Any, *, initialised: bool) -> None:
        self.load_map, self.initialised = load_map, initialised
        super().__init__(
            {
                "tdata": In(8),
                "tvalid": In(1),
                "tlast": In(1),
                "tuser": In(1),
                "tready": Out(1),
                "core_tvalid": Out(1),
                "core_tready": In(1),
                "hold": Out(1),
                "idle": In(1),
                "load_write": Out(1),
                "load_address": Out(load_map.address_bits),
                "load_data": Out(32),
                "loaded": Out(1),
                "load_error": Out(1),
                "frame_error": Out(1),
            }
        )

    def build(self, m: Module) -> None:
        m.submodules.decoder = decoder = LoadDecoder(self.load_map.address_bits, self.load_map.words)
        loaded = Signal(init=self.initialised, reset_less=True)
        load_error, frame_error = Signal(), Signal()
        in_frame, in_load = Signal(), Signal()  # the beat is not a frame's first; the frame is a load
        is_load, accepted = Signal(), Signal()
        earlier = Signal(24, reset_less=True)  # bytes of a word
        place = Signal(2)
        ends_word = place == 3
        m.d.comb += [
            is_load.eq(Cat(self.tuser, in_load).bit_select(in_frame, 1)),
            accepted.eq(self.tvalid & self.tready),
            self.core_tvalid.eq(self.tvalid & ~is_load),
            # Under hold the core takes no beat. `loaded` changes in load frames only, so frames are swallowed whole.
            self.hold.eq(is_load | ~loaded),
            decoder.word.eq(Cat(earlier, self.tdata)),
            decoder.take.eq(accepted & is_load & ends_word),
            decoder.restart.eq(accepted & is_load & self.tlast),
            self.load_write.eq(decoder.write),
            self.load_address.eq(decoder.address),
            self.load_data.eq(decoder.data),
            self.loaded.eq(loaded),
            self.load_error.eq(load_error),
            self.frame_error.eq(frame_error),
        ]
        with m.If(is_load):
            m.d.comb += self.tready.eq(self.idle & ~ResetSignal())
        with m.Else():
            m.d.comb += self.tready.eq((self.core_tready | ~loaded) & ~ResetSignal())
        with m.If(accepted):
            m.d.sync += [in_frame.eq(~self.tlast), in_load.eq(is_load)]
            with m.If(is_load):
                m.d.sync += [earlier.eq(Cat(earlier[8:], self.tdata)), place.eq(place + 1)]
            with m.Else():
                m.d.sync += frame_error.eq(frame_error | ~loaded)
        with m.If(decoder.take):
            m.d.sync += loaded.eq(0)
        with m.If(decoder.restart):
            good = ends_word & decoder.complete
            m.d.sync += [place.eq(0), load_error.eq(~good)]
            with m.If(good):
                m.d.sync += loaded.eq(1)
