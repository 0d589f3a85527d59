"""The sequencer of a row layer: samples, groups of neurons, positions of the stream."""

from __future__ import annotations

from collections.abc import Callable

from amaranth.hdl import Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..components.arithmetic.selection_tree import chosen
from ..plan.shapes import index_shape


class RowSequencer(wiring.Component):
    """Runs `groups` times through a stream of `length` positions for every sample.

    Function    a sample begins when the elements are there (`full`) and the sink does not still wait for results of
                the sample before (`reserved`). The first group may run while the sink holds older results; as soon as
                it is free it is reserved, and only then the next group begins: one group of results at most waits in
                the result shifter.
    Timing      a group takes max(length, lanes) clocks and begins with the idle ones, if any: so the lanes' results
                of one group have been handed on, one a clock, before the next group's are ready. `active` and the
                rest follow `full` by 1 clock.
    Throughput  groups follow each other without a gap once the sink is reserved.
    Halvings    with `halvings` = h > 0 a stream may be stopped early: it has length / 2^k positions, k from the port,
                which stays while a sample is in work.
    Reset       to idle.

    Ports
        full, reserved, vacant  in   1   elements are there; sink waits for results; sink is neither full nor reserved
        reserve                 out  1   strobe: the sink is to wait for this sample's results
        active                  out  1   this clock is a position of the stream
        first, last             out  1   the first, the last position of a group
        group_index             out      number of the group
        sample_end              out  1   `last` of the last group
        halvings                in       0 … h, where h > 0
    """

    def __init__(self, groups: int, lanes: int, length: int, *, halvings: int = 0) -> None:
        self.groups, self.lanes, self.length, self.most_halvings = groups, lanes, length, halvings
        self.period = max(length, lanes)
        ports_in = {name: In(1) for name in ("full", "reserved", "vacant")}
        ports_in |= {"halvings": In(index_shape(halvings + 1))} if halvings else {}
        ports_out = {name: Out(1) for name in ("reserve", "active", "first", "last", "sample_end")}
        super().__init__(ports_in | ports_out | {"group_index": Out(index_shape(groups))})

    def period_after(self, halvings: int) -> int:
        """Clocks of a group whose streams are stopped early."""
        return max(self.length >> halvings, self.lanes)

    def _by_halvings(self, clocks: Callable[[int], int]) -> Value:
        """A number of clocks for each number of halvings."""
        if not self.most_halvings:
            return Const(clocks(0))
        return chosen([Const(clocks(k)) for k in range(self.most_halvings + 1)], self.halvings)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        idle = [self.period_after(k) - (self.length >> k) for k in range(self.most_halvings + 1)]
        idle_clocks = self._by_halvings(lambda k: idle[k])
        busy = Signal()
        running = Signal()
        tick = Signal(index_shape(self.period))
        current_group = Signal(index_shape(self.groups))
        over = Signal()
        granted = Signal()
        m.d.comb += [
            self.active.eq(running & (tick >= idle_clocks) if any(idle) else running),
            self.first.eq(running & (tick == idle_clocks)),
            self.last.eq(running & (tick == self._by_halvings(lambda k: self.period_after(k) - 1))),
            self.sample_end.eq(self.last & (current_group == self.groups - 1)),
            self.group_index.eq(current_group),
            self.reserve.eq(busy & self.vacant),
            granted.eq(self.reserved | self.vacant),
            over.eq(self.last | ~running),
        ]
        with m.If(~busy), m.If(self.full & ~self.reserved):
            m.d.sync += [busy.eq(1), running.eq(1), tick.eq(0), current_group.eq(0)]
        with m.Elif(over):
            m.d.sync += [running.eq(0), tick.eq(0)]
            with m.If(granted):
                with m.If(current_group == self.groups - 1):
                    m.d.sync += busy.eq(0)
                with m.Else():
                    m.d.sync += [running.eq(1), current_group.eq(current_group + 1)]
        with m.Else():
            m.d.sync += tick.eq(tick + 1)
        return m
