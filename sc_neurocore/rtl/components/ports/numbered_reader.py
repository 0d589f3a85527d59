"""The input port of cores that take elements as they come: frames of numbered elements, nothing stored."""

from __future__ import annotations

from amaranth.hdl import Module, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...plan.shapes import index_shape, port_bits


class NumberedReader(wiring.Component):
    """Takes AXI4-Stream frames of `length` beats and hands each element on with its number.

    Function    as `FrameReader`; but whoever takes the elements has begun to work on them when a frame turns out to be
                of the wrong length: it is told by `abandon`.
    Latency     0 clocks from an accepted beat to `push`.
    Throughput  one beat a clock while `ready`.
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
        self.length, self.width = length, width
        ports_in = {"tdata": In(port_bits(width)), "tvalid": In(1), "tlast": In(1), "ready": In(1)}
        flags = {name: Out(1) for name in ("tready", "push", "last", "abandon", "error")}
        super().__init__(ports_in | flags | {"index": Out(index_shape(length)), "data": Out(width)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        index = Signal(index_shape(self.length))
        discarding = Signal()
        error = Signal()
        accepted = Signal()
        at_end = Signal()
        m.d.comb += [
            self.tready.eq(self.ready & ~ResetSignal()),
            accepted.eq(self.tvalid & self.tready),
            at_end.eq(index == self.length - 1),
            self.data.eq(self.tdata[: self.width]),
            self.index.eq(index),
            self.push.eq(accepted & ~discarding),
            self.last.eq(self.push & at_end & self.tlast),
            self.abandon.eq(self.push & (at_end ^ self.tlast)),
            self.error.eq(error),
        ]
        with m.If(accepted):
            # a frame that is too long lasts until its tlast; one that is too short has just ended
            m.d.sync += discarding.eq((discarding | at_end) & ~self.tlast)
            with m.If(self.tlast | at_end | discarding):
                m.d.sync += index.eq(0)
            with m.Else():
                m.d.sync += index.eq(index + 1)
        with m.If(self.abandon):
            m.d.sync += error.eq(1)
        return m
