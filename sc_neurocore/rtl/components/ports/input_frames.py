"""The core's input port: frames of elements, and what happens to frames of the wrong length."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, ResetSignal, Signal
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_out
from ..signals import index_shape, port_bits


class FrameReader(Block):
    """Takes AXI4-Stream frames of `length` beats and hands their elements on.

    Function    the element is in the low bits of `tdata`; the bits above it are ignored. A frame whose `tlast` comes
                early or late is not committed: `error` goes high until reset, beats up to and with its `tlast` are
                swallowed, and the next frame begins with element 0.
    Latency     0 clocks from an accepted beat to `push`.
    Throughput  one beat per clock while `ready`.
    Reset       to the first element of a frame, `error` low; `tready` is low under reset.

    Ports
        tdata, tvalid, tlast  in   element bits rounded up to 8, 1, 1
        tready                out  1
        ready                 in   1      whoever takes the elements has room
        push, data            out  1, width
        commit                out  1      the element pushed with it completes a frame
        error                 out  1
        drop, at_start        out  1, 1   only where `observed`: the elements pushed since the last commit are void; the
                                          next beat is a frame's first

    Args:
        length: beats of a frame.
        width: bits of an element.
        observed: whether there are the ports `drop` and `at_start`.
    """

    def __init__(self, length: int, width: int, *, observed: bool = False) -> None:
        self.length, self.width, self.observed = length, width, observed
        super().__init__(
            {"tdata": In(port_bits(width)), "tvalid": In(1), "tlast": In(1), "ready": In(1)}
            | {"data": Out(width)}
            | flags_out("tready", "push", "commit", "error", *(("drop", "at_start") if observed else ()))
        )

    def build(self, m: Module) -> None:
        index = Signal(index_shape(self.length))
        discarding = Signal()
        error = Signal()
        accepted = Signal()
        at_end = Signal()
        m.d.comb += [
            self.tready.eq(self.ready & ~ResetSignal()),
            accepted.eq(self.tvalid & self.tready),
            at_end.eq(index == self.length - 1),
        ]
        wrong = self._hand_on(m, accepted, discarding, at_end, index)
        m.d.comb += self.error.eq(error)
        with m.If(accepted):
            # a frame that is too long lasts until its tlast; one that is too short has just ended
            m.d.sync += discarding.eq((discarding | at_end) & ~self.tlast)
            with m.If(self.tlast | at_end | discarding):
                m.d.sync += index.eq(0)
            with m.Else():
                m.d.sync += index.eq(index + 1)
        with m.If(wrong):
            m.d.sync += error.eq(1)
        if self.observed:
            m.d.comb += [self.drop.eq(wrong), self.at_start.eq((index == 0) & ~discarding)]

    def _hand_on(self, m: Module, accepted: Signal, discarding: Signal, at_end: Signal, index: Signal) -> Signal:
        """Connect the ports of whoever takes the elements; whether a frame turns out to be of a wrong length."""
        wrong = Signal()
        m.d.comb += [
            wrong.eq(accepted & ~discarding & (at_end != self.tlast)),
            self.data.eq(self.tdata[: self.width]),
            self.push.eq(accepted & ~discarding),
            self.commit.eq(self.push & at_end & self.tlast),
        ]
        return wrong


class NumberedReader(FrameReader):
    """Takes AXI4-Stream frames of `length` beats and hands each element on with its number.

    Function    as `FrameReader`; but whoever takes the elements has begun to work on them when a frame turns out to be
                of the wrong length: it is told by `abandon`.
    Latency     0 clocks from an accepted beat to `push`.
    Throughput  one beat per clock while `ready`.
    Reset       to the first element of a frame, `error` low; `tready` is low under reset.

    Ports
        tdata, tvalid, tlast  in   element bits rounded up to 8, 1, 1
        tready                out  1
        ready                 in   1      whoever takes the elements has room
        push, index, data     out  1, bits for the number, width
        last                  out  1      with a push: this element completes a frame
        abandon               out  1      with a push: this frame is not to be used
        error                 out  1
    """

    def __init__(self, length: int, width: int) -> None:
        self.length, self.width, self.observed = length, width, False
        Block.__init__(
            self,
            {"tdata": In(port_bits(width)), "tvalid": In(1), "tlast": In(1), "ready": In(1)}
            | flags_out("tready", "push", "last", "abandon", "error")
            | {"index": Out(index_shape(length)), "data": Out(width)},
        )

    def _hand_on(self, m: Module, accepted: Signal, discarding: Signal, at_end: Signal, index: Signal) -> Signal:
        m.d.comb += [
            self.data.eq(self.tdata[: self.width]),
            self.index.eq(index),
            self.push.eq(accepted & ~discarding),
            self.last.eq(self.push & at_end & self.tlast),
            self.abandon.eq(self.push & (at_end ^ self.tlast)),
        ]
        return self.abandon


class StepRepeater(Block):
    """Stands between a buffer and its reader: `vacate` reaches the buffer when the reader has read it `steps` times.

    Latency     0 clocks.
    Throughput  one strobe per clock.
    Reset       to the first step.

    Ports
        read    in   1   strobe: the reader has read the elements
        vacate  out  1   strobe: no step needs them any more
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        super().__init__({"read": In(1), "vacate": Out(1)})

    def build(self, m: Module) -> None:
        step = Signal(index_shape(self.steps))
        last = Signal()
        m.d.comb += [last.eq(step == self.steps - 1), self.vacate.eq(self.read & last)]
        with m.If(self.read):
            m.d.sync += step.eq(Mux(last, 0, step + 1))
