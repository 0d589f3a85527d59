"""The sequencer of a layer on windows: a row of outputs is what a vector is to a dense layer."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.wiring import Out

from ..components.block import Block, flags_in, flags_out
from ..components.signals import index_shape
from ..plan.folded_layers import FoldedLayerNumbers, group_clocks


class WindowSequencer(Block):
    """Runs through the streams of every window of a row of outputs, group of neurons after group.

    Function    as `RowSequencer`, with a row of outputs for a sample: the sink is reserved for a row, and at most one
                group of results waits in the result shifter. A window's first group begins only when the window is
                `full`; it is left with the last position of its last group. Windows of one position see one group of
                channels after the other, each with neurons, hence weights, of its own.
    Timing      a group takes max(length, processing_elements) clocks, the idle ones first. `active` and the rest follow
                `full` by 1 clock.
    Throughput  groups and windows follow each other without a gap where windows are there and the sink is reserved.
    Reset       to idle.

    Ports
        full, another           in   1   the next window is there; so is the one after the one in work
        reserved, vacant        in   1   the sink waits for a row; it is neither full nor reserved
        reserve                 out  1   strobe: the sink is to wait for this row's results
        active                  out  1   this clock is a position of the stream
        first, last             out  1   the first, the last position of a group
        group_index             out      number of the group of neurons, over all groups of channels
        sample_end              out  1   `last` of a position's last group
        leave                   out  1   `last` of a window's last group

    Args:
        numbers: of the layer.
    """

    def __init__(self, numbers: FoldedLayerNumbers) -> None:
        self.numbers, self.folding = numbers, numbers.folding
        super().__init__(
            flags_in("full", "another", "reserved", "vacant")
            | flags_out("reserve", "active", "first", "last", "sample_end", "leave")
            | {"group_index": Out(index_shape(self.folding.groups))}
        )

    def build(self, m: Module) -> None:
        folding, numbers = self.folding, self.numbers
        assert numbers.windows is not None
        period = group_clocks(numbers.clocks, folding.processing_elements)
        idle = period - numbers.clocks
        busy, running = Signal(), Signal()
        tick = Signal(index_shape(period))
        group = Signal(index_shape(folding.groups))
        in_window = Signal(index_shape(folding.groups_of_part))
        position = Signal(index_shape(numbers.windows.out_columns))
        window_over = in_window == folding.groups_of_part - 1
        position_over = group == folding.groups - 1
        row_over = Signal()
        granted, ready = Signal(), Signal()
        m.d.comb += [
            self.active.eq(running & (tick >= idle) if idle else running),
            self.first.eq(running & (tick == idle)),
            self.last.eq(running & (tick == period - 1)),
            self.leave.eq(self.last & window_over),
            self.sample_end.eq(self.last & position_over),
            self.group_index.eq(group),
            self.reserve.eq(busy & self.vacant),
            row_over.eq(position_over & (position == numbers.windows.out_columns - 1)),
            granted.eq(self.reserved | self.vacant),
            # with a window's last position it is still the one that is full
            ready.eq(~window_over | Mux(self.last, self.another, self.full)),
        ]
        with m.If(~busy), m.If(self.full & ~self.reserved):
            m.d.sync += [busy.eq(1), running.eq(1), tick.eq(0), group.eq(0), in_window.eq(0), position.eq(0)]
        with m.Elif(self.last | ~running):
            m.d.sync += [running.eq(0), tick.eq(0)]
            with m.If(granted & row_over):
                m.d.sync += busy.eq(0)
            with m.Elif(granted & ready):
                m.d.sync += [
                    running.eq(1),
                    in_window.eq(Mux(window_over, 0, in_window + 1)),
                    group.eq(Mux(position_over, 0, group + 1)),
                ]
                with m.If(position_over):
                    m.d.sync += position.eq(position + 1)
        with m.Else():
            m.d.sync += tick.eq(tick + 1)
