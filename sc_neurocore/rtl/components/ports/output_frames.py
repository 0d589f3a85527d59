"""From neurons side by side to results one after the other, and the core's output port."""

from __future__ import annotations

from amaranth.hdl import Module, ResetSignal, Shape, Signal
from amaranth.lib.wiring import In, Out

from ..block import Block
from ..signals import index_shape, port_bits


class ResultShifter(Block):
    """Takes the totals of all lanes at once and hands them on one per clock, lane 0 first.

    Latency     1 clock from `load` to lane 0 on `first`.
    Throughput  one total for each clock of `shift`.
    Reset       none: it holds data only; whoever strobes it knows what is in it.
    Strobes     `load` wins over `shift`.

    Ports
        load    in   1
        shift   in   1
        totals  in   lanes·width   lane 0 in the low bits
        first   out  shape of a total
    """

    def __init__(self, lanes: int, shape: Shape) -> None:
        self.lanes, self.shape = lanes, shape
        super().__init__({"load": In(1), "shift": In(1), "totals": In(lanes * shape.width), "first": Out(shape)})

    def build(self, m: Module) -> None:
        held = Signal(self.lanes * self.shape.width, reset_less=True)
        with m.If(self.load):
            m.d.sync += held.eq(self.totals)
        with m.Elif(self.shift):
            m.d.sync += held.eq(held >> self.shape.width)
        m.d.comb += self.first.eq(held[: self.shape.width])


class FrameWriter(Block):
    """Collects `length` results and sends them as one AXI4-Stream frame, result 0 first, `tlast` on the last.

    Function    a shift register that is filled at one end and sent from the other. `tdata` is the result,
                sign-extended if it is signed, zero-extended else.
    Latency     1 clock from `commit` to `tvalid`.
    Throughput  one beat per clock; it takes results again in the clock after the last beat was accepted.
    Reset       to vacant; `tvalid` is low under reset.
    Strobes     as `ElementBuffer`.

    Ports
        push, data              in   1, shape of a result
        commit, reserve         in   1
        vacant, reserved        out  1
        tdata, tvalid, tlast    out  result bits rounded up to 8, 1, 1
        tready                  in   1
    """

    def __init__(self, length: int, shape: Shape) -> None:
        self.length, self.shape = length, shape
        super().__init__(
            {
                "push": In(1),
                "data": In(shape),
                "commit": In(1),
                "reserve": In(1),
                "vacant": Out(1),
                "reserved": Out(1),
                "tdata": Out(port_bits(shape.width)),
                "tvalid": Out(1),
                "tlast": Out(1),
                "tready": In(1),
            }
        )

    def build(self, m: Module) -> None:
        width = self.shape.width
        results = Signal(self.length * width, reset_less=True)
        index = Signal(index_shape(self.length))
        full = Signal()
        reserved = Signal()
        accepted = Signal()
        first = results[:width].as_signed() if self.shape.signed else results[:width]
        m.d.comb += [
            self.tdata.eq(first),
            self.tvalid.eq(full & ~ResetSignal()),
            self.tlast.eq(index == self.length - 1),
            self.reserved.eq(reserved),
            self.vacant.eq(~(full | reserved)),
            accepted.eq(self.tvalid & self.tready),
        ]
        with m.If(self.push | accepted):
            m.d.sync += results.eq((results >> width) | (self.data.as_unsigned() << ((self.length - 1) * width)))
        with m.If(accepted):
            with m.If(self.tlast):
                m.d.sync += [index.eq(0), full.eq(0)]
            with m.Else():
                m.d.sync += index.eq(index + 1)
        with m.If(self.reserve):
            m.d.sync += reserved.eq(1)
        with m.If(self.commit):
            m.d.sync += [full.eq(1), reserved.eq(0)]
