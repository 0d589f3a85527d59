"""The walk over a map: the addresses of its windows' elements, position by position, and zeros beyond its edges."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal, Value, signed
from amaranth.lib.wiring import In, Out

from ...plan.windows import WindowNumbers
from ..block import Block, flags_out
from ..signals import delayed, index_shape, register


class WindowReader(Block):
    """Reads the windows of a map, element by element, in the order of the contract (§5a), row of outputs after row.

    Function    a row of outputs begins when all rows of the map that its windows see are there (`held`); those that no
                later window sees are released first, one per clock. A window begins when whoever takes it has room for
                all of it. Beyond the map's edges an element is the code of the value 0. After the last row of outputs
                all rows of the map are released; a map that is there as a whole is released then, after it was read
                `reads` times.
    Latency     2 clocks from an address to its `push`.
    Throughput  one element per clock, windows without a gap between them where there is room.
    Reset       to the first window of a map, with nothing on its way.

    Ports
        held             in       units of the map's memory that are complete
        release          out  1   strobe: the oldest unit goes
        address, element out, in  of the map's memory, which answers 1 clock later
        asks             out  1   the next row of outputs may begin, were there room
        room             in   1   for one more window than have begun, that of this clock included
        start            out  1   this clock is the first of a window
        row_end          out  1   this clock is the last of a row of outputs
        push, data       out  1, width
        commit           out  1   with the push of a window's last element

    Args:
        numbers: of the windows.
        width: bits of an element.
        zero: the code of the value 0.
    """

    def __init__(self, numbers: WindowNumbers, width: int, zero: int) -> None:
        self.numbers, self.width, self.zero = numbers, width, zero
        length = numbers.units * numbers.unit_elements
        super().__init__(
            {"held": In(index_shape(numbers.units + 1)), "release": Out(1), "room": In(1)}
            | flags_out("asks", "start", "row_end", "push", "commit")
            | {"address": Out(index_shape(length)), "element": In(width), "data": Out(width)}
        )

    def build(self, m: Module) -> None:
        walking, numbers = Signal(), self.numbers
        highest = numbers.out_rows * numbers.stride[0] + numbers.kernel[0]
        # the first row that the windows see; below 0 in the padding
        top_row = Signal(Shape.cast(range(-numbers.top - 1, highest + 1)), init=-numbers.top)
        first, window_end, row_over, inside, place = self._walk(m, walking, top_row)
        m.d.comb += [self.start.eq(walking & first), self.row_end.eq(walking & window_end & row_over)]
        base_place, there = self._rows(m, walking, top_row)
        m.d.comb += self.asks.eq(~walking & there)
        with m.If(~walking):
            m.d.sync += walking.eq(self.asks & self.room)
        with m.Elif(window_end):
            m.d.sync += walking.eq(self.room & ~row_over)
        length = numbers.units * numbers.unit_elements
        # the place of the first row, and how far the element is from it: once around the ring at most
        far = base_place + place
        wrapped = Mux(far >= length, far - length, far) if numbers.by_rows else far
        m.d.comb += self.address.eq(register(m, Value.cast(wrapped)[: len(self.address)], "place_1"))
        push = delayed(m, walking, "push", 2, reset=True)
        commit = delayed(m, walking & window_end, "commit", 2, reset=True)
        element: Value = self.element
        if numbers.pads:
            element = Mux(delayed(m, inside, "inside", 2), self.element, self.zero)
        m.d.comb += [self.push.eq(push), self.commit.eq(commit), self.data.eq(element)]

    def _walk(self, m: Module, walking: Signal, top_row: Signal) -> tuple[Value, Value, Value, Value, Value]:
        """Counters over one row of outputs, the innermost first: channel, kernel's column and row, group, position.

        Returns whether this clock is the first of a window, its last, in the last window of the row; whether the
        element is inside the map; and how far it is from the first element of the first row that is held.
        """
        numbers = self.numbers
        rows, columns, channels = numbers.in_shape
        (high, wide), in_group = numbers.kernel, channels // numbers.groups
        sizes = {
            "channel": in_group,
            "kernel_column": wide,
            "kernel_row": high,
            "group": numbers.groups,
            "position": numbers.out_columns,
        }
        at = {name: Signal(index_shape(size), name=name) for name, size in sizes.items()}
        ends = {name: at[name] == size - 1 for name, size in sizes.items()}
        first = (at["channel"] == 0) & (at["kernel_column"] == 0) & (at["kernel_row"] == 0)
        window_end = ends["channel"] & ends["kernel_column"] & ends["kernel_row"]
        row_over = ends["group"] & ends["position"]
        carry: Value = walking
        for name in sizes:
            with m.If(carry):
                m.d.sync += at[name].eq(Mux(ends[name], 0, at[name] + 1))
            carry = carry & ends[name]
        # the first column of the window, below 0 in the padding, and the place in the row of its first element
        edge = signed((max(columns, numbers.left, wide) + numbers.stride[1]).bit_length() + 1)
        window_column = Signal(edge, init=-numbers.left)
        span = Shape.cast(range(-numbers.left * channels - 1, (columns + numbers.stride[1] + wide) * channels + 1))
        window_place = Signal(span, init=-numbers.left * channels)
        # the same of the column of the kernel, and of the element
        column_place = Signal(span, init=-numbers.left * channels)
        row_place = Signal(Shape.cast(range(high * numbers.row_elements + 1)))
        next_window = Signal(span)
        with m.If(row_over):
            m.d.comb += next_window.eq(-numbers.left * channels)
        with m.Elif(ends["group"]):
            back = (numbers.groups - 1) * in_group
            m.d.comb += next_window.eq(window_place + numbers.stride[1] * channels - back)
        with m.Else():
            m.d.comb += next_window.eq(window_place + in_group)
        kernel_row = top_row + at["kernel_row"]
        with m.If(walking & ends["channel"]):
            with m.If(window_end):
                m.d.sync += [window_place.eq(next_window), column_place.eq(next_window), row_place.eq(0)]
                with m.If(ends["group"]):
                    moved = Mux(ends["position"], -numbers.left, window_column + numbers.stride[1])
                    m.d.sync += window_column.eq(moved)
            with m.Elif(ends["kernel_column"]):
                m.d.sync += column_place.eq(window_place)
                with m.If(kernel_row >= 0):  # rows above the map are not held
                    m.d.sync += row_place.eq(row_place + numbers.row_elements)
            with m.Else():
                m.d.sync += column_place.eq(column_place + channels)
        column = window_column + at["kernel_column"]
        inside = (column >= 0) & (column < columns) & (kernel_row >= 0) & (kernel_row < rows)
        return first, window_end, row_over, inside, row_place + column_place + at["channel"]

    def _rows(self, m: Module, walking: Signal, top_row: Signal) -> tuple[Value, Value]:
        """Rows move on: the place of the first one that is held for this row of outputs, and whether it may begin."""
        numbers = self.numbers
        rows, length = numbers.in_shape[0], numbers.units * numbers.unit_elements
        base, out_row = Signal(index_shape(rows + 1)), Signal(index_shape(numbers.out_rows))
        place = Signal(index_shape(length))
        finishing = Signal()
        last = out_row == numbers.out_rows - 1
        with m.If(self.row_end):
            m.d.sync += [
                finishing.eq(last),
                out_row.eq(Mux(last, 0, out_row + 1)),
                top_row.eq(Mux(last, -numbers.top, top_row + numbers.stride[0])),
            ]
        target = Signal(base.shape())
        m.d.comb += target.eq(Mux(top_row < 0, 0, top_row))
        following = place + numbers.row_elements
        if not numbers.by_rows:
            reading = Signal(index_shape(numbers.reads))
            m.d.comb += self.release.eq(finishing & (reading == numbers.reads - 1))
            with m.If(finishing):
                m.d.sync += [
                    *(finishing.eq(0), base.eq(0), place.eq(0)),
                    reading.eq(Mux(reading == numbers.reads - 1, 0, reading + 1)),
                ]
            with m.Elif(~walking & (base != target)):
                m.d.sync += [base.eq(base + 1), place.eq(following)]
            return place, ~finishing & (base == target) & self.held.any()
        moves = Signal()
        m.d.comb += [
            moves.eq(~walking & (base != Mux(finishing, rows, target)) & self.held.any()),
            self.release.eq(moves),
        ]
        with m.If(moves):
            m.d.sync += [base.eq(base + 1), place.eq(Mux(following >= length, following - length, following))]
        with m.Elif(finishing & (base == rows)):
            m.d.sync += [finishing.eq(0), base.eq(0)]
        end = Signal(Shape.cast(range(-numbers.top, rows + numbers.kernel[0] + numbers.stride[0] + 2)))
        m.d.comb += end.eq(top_row + numbers.kernel[0])
        row_limit = Mux(end > rows, rows, end)
        return place, ~finishing & (base == target) & (base + self.held >= row_limit)
