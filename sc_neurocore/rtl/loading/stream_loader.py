"""Loads a core through its input stream: frames marked by `tuser` carry load words instead of codes."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, ResetSignal, Signal
from amaranth.lib.wiring import In, Out

from ..components.block import Block
from .load_decoder import LoadDecoder


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
