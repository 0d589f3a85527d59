"""From neurons side by side to results one after the other, rows of maps, and the core's output port."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, ResetSignal, Shape, Signal
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_in, flags_out
from ..memory.memories import block_memory
from ..signals import count_level, index_shape, port_bits, raise_flag


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


class RowCollector(Block):
    """Stands between a layer that puts out `rows` rows and a buffer that takes them as one vector.

    Latency     0 clocks.
    Throughput  one row after the other.
    Reset       to the first row, nothing reserved.
    Strobes     as `ElementBuffer`.

    Ports
        reserve, commit   in   1   of a row
        vacant, reserved  out  1   for a row
        full              in   1   state of the buffer
        complete          out  1   `commit` of the last row
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__(flags_in("reserve", "commit", "full") | flags_out("vacant", "reserved", "complete"))

    def build(self, m: Module) -> None:
        reserved, row = Signal(), Signal(index_shape(self.rows))
        last = row == self.rows - 1
        m.d.comb += [
            self.reserved.eq(reserved),
            self.vacant.eq(~(reserved | self.full)),
            self.complete.eq(self.commit & last),
        ]
        with m.If(self.reserve):
            m.d.sync += reserved.eq(1)
        with m.If(self.commit):
            m.d.sync += [reserved.eq(0), row.eq(Mux(last, 0, row + 1))]


class MapWriter(Block):
    """Sends `rows` rows of `elements` results as one AXI4-Stream frame, row by row as they come.

    Function    two rows wait in a memory. `tdata` is the result, sign-extended if it is signed, zero-extended else.
    Latency     2 clocks from a row's `commit` to `tvalid`.
    Throughput  one beat per clock.
    Reset       to vacant; `tvalid` is low under reset.
    Strobes     as `ElementBuffer`; `commit` is a row's.

    Ports
        as `FrameWriter`

    Args:
        rows: of a frame.
        elements: of a row.
        shape: of a result.
    """

    held_rows = 2

    def __init__(self, rows: int, elements: int, shape: Shape) -> None:
        self.rows, self.elements, self.shape = rows, elements, shape
        super().__init__(
            flags_in("push", "commit", "reserve", "tready")
            | {"data": In(shape)}
            | flags_out("vacant", "reserved", "tvalid", "tlast")
            | {"tdata": Out(port_bits(shape.width))}
        )

    def build(self, m: Module) -> None:
        depth, width = self.held_rows * self.elements, self.shape.width
        write, read = block_memory(m, width, depth)
        coming, going = Signal(index_shape(depth)), Signal(index_shape(depth))
        held = Signal(index_shape(self.held_rows + 1))
        element, row = Signal(index_shape(self.elements)), Signal(index_shape(self.rows))
        reserved, valid, last = Signal(), Signal(), Signal(reset_less=True)
        fetch, row_over = Signal(), Signal()
        m.d.comb += [
            write.en.eq(self.push),
            write.addr.eq(coming),
            write.data.eq(self.data.as_unsigned()),
            fetch.eq((held != 0) & (~valid | self.tready)),
            row_over.eq(fetch & (element == self.elements - 1)),
            read.en.eq(fetch),
            read.addr.eq(going),
            self.tdata.eq(read.data.as_signed() if self.shape.signed else read.data),
            self.tvalid.eq(valid & ~ResetSignal()),
            self.tlast.eq(last),
            self.reserved.eq(reserved),
            self.vacant.eq(~reserved & (held != self.held_rows)),
        ]
        with m.If(self.push):
            m.d.sync += coming.eq(Mux(coming == depth - 1, 0, coming + 1))
        with m.If(fetch):
            m.d.sync += [
                valid.eq(1),
                last.eq(row_over & (row == self.rows - 1)),
                going.eq(Mux(going == depth - 1, 0, going + 1)),
                element.eq(Mux(row_over, 0, element + 1)),
            ]
        with m.Elif(self.tready):
            m.d.sync += valid.eq(0)
        with m.If(row_over):
            m.d.sync += row.eq(Mux(row == self.rows - 1, 0, row + 1))
        raise_flag(m, reserved, self.reserve, self.commit)
        count_level(m, held, self.commit, row_over)
