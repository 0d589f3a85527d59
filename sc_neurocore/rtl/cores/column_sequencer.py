"""The sequencer of a column layer: elements in, results out, and accumulators that start anew."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..plan.shapes import index_shape


class ColumnSequencer(wiring.Component):
    """Takes a vector, waits until its products are added, shifts `lanes` totals out while starting values shift in.

    Function    `loading` until `last` or `abandon`; when all products are added and the sink has room (`sink_ready`;
                not asked after `abandon`), the chain of accumulators is shifted `lanes` times. `count` numbers the
                starting value to be read for each shift, one clock ahead; `shift` says that the chain's head and the
                starting value are there; it takes place with `take`. After an abandoned vector, and after reset, the
                shifts are silent: they bring the starting values alone.
    Latency     from the push with `last` to the first `shift`: depth + 1 clocks, if the sink has room. `depth`: clocks
                from a push to the clock that adds its product.
    Throughput  one vector in elements + lanes clocks where `take` is constant: elements enter the pipeline while the
                last totals leave. With `may_stall` the first element waits for the last shift to be taken.
    Reset       to silent shifts.

    Ports
        last, abandon         in   1   strobes, never both
        sink_ready, take      in   1
        loading               out  1   elements may come
        count                 out      0 … lanes - 1
        step                  out  1   `count` is used in this clock
        shift, silent, ends  out  1   ends: the last of a vector's shifts
        same_shift            out  1   as `shift` but under reset, from a register of its own
    """

    def __init__(self, lanes: int, depth: int, *, may_stall: bool) -> None:
        self.lanes, self.depth, self.may_stall = lanes, depth, may_stall
        self.early = min(depth, lanes)
        flags_in = {name: In(1) for name in ("last", "abandon", "sink_ready", "take")}
        flags_out = {name: Out(1) for name in ("loading", "step", "shift", "same_shift", "silent", "ends")}
        super().__init__(flags_in | flags_out | {"count": Out(index_shape(lanes))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        count = Signal(index_shape(self.lanes))
        counting = Signal(init=1)
        silent = Signal(init=1)
        loading, doomed, waiting = Signal(), Signal(), Signal()
        shift, ends = Signal(), Signal()
        same_shift = Signal(reset_less=True)  # without reset it is another register than `shift`, also to synthesis
        at_end, step, reload = Signal(), Signal(), Signal()
        m.d.comb += [
            at_end.eq(count == self.lanes - 1),
            step.eq(counting & (~shift | self.take)),
            reload.eq(shift & ends & self.take if self.may_stall else step & (count == self.lanes - self.early)),
            self.count.eq(count),
            self.step.eq(step),
            self.shift.eq(shift),
            self.same_shift.eq(same_shift),
            self.silent.eq(silent),
            self.ends.eq(ends),
            self.loading.eq(loading),
        ]
        ended = self.last | self.abandon
        for clock in range(self.depth - 2):
            later = Signal(name=f"ended_{clock}")
            m.d.sync += later.eq(ended)
            ended = later
        with m.If(reload):
            m.d.sync += loading.eq(1)
        with m.If(self.last | self.abandon):
            m.d.sync += [loading.eq(0), doomed.eq(self.abandon)]
        with m.If(ended):
            m.d.sync += waiting.eq(1)
        with m.If(waiting & (self.sink_ready | doomed)):
            m.d.sync += [waiting.eq(0), counting.eq(1), silent.eq(doomed)]
        with m.If(step):
            m.d.sync += [count.eq(count + 1), ends.eq(at_end)]
            with m.If(at_end):
                m.d.sync += [count.eq(0), counting.eq(0)]
        with m.If(step | self.take):
            m.d.sync += [shift.eq(step), same_shift.eq(step)]
        return m
