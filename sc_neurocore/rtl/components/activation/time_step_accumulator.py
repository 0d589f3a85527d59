"""The sum of the last layer's outputs over the time steps (`output.reduce` "sum")."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Shape, Signal, Value
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_in, flags_out
from ..signals import cyclic, index_shape, register


class TimeStepAccumulator(Block):
    """Takes `steps` vectors of `length` results as a sink and hands their sum, one vector, on to another sink.

    Function    the sums so far are in a memory; in the first step they count as 0. Steps but the last need no room in
                the other sink: it is reserved for the last one alone.
    Latency     2 clocks from `push` to `sum_push`.
    Throughput  one result per clock. A vector must not begin before the one before was committed (`reserved`). A map
                comes as `rows` vectors a step, each reserved and committed by itself, and so do its sums.
    Reset       to the first result of the first step, vacant.
    Strobes     as `ElementBuffer`.

    Ports
        push, data, commit, reserve  in   1, shape of a result, 1, 1   from the layer
        vacant, reserved             out  1                            to the layer
        sum_push, sum_commit         out  1                            to the sink
        sum_data                     out  shape of a sum
        sum_reserve                  out  1
        sum_vacant                   in   1                            from the sink

    Args:
        length: results of one step.
        steps: time steps of a sample.
        result: shape of a result.
        total: shape of a sum.
        rows: vectors of a step, together of `length` results.
    """

    latency = 2

    def __init__(self, length: int, steps: int, result: Shape, total: Shape, rows: int = 1) -> None:
        self.length, self.steps, self.total, self.rows = length, steps, total, rows
        super().__init__(
            flags_in("push", "commit", "reserve", "sum_vacant")
            | flags_out("vacant", "reserved", "sum_push", "sum_commit", "sum_reserve")
            | {"data": In(result), "sum_data": Out(total)}
        )

    def build(self, m: Module) -> None:
        m.submodules.sums = sums = Memory(shape=self.total, depth=max(2, self.length), init=[])
        read, write = sums.read_port(), sums.write_port()
        step = Signal(index_shape(self.steps))
        reserved = Signal()
        last = Signal()
        read_index = Signal(index_shape(self.length))
        write_index = Signal(index_shape(self.length))
        held = Signal(self.data.shape(), reset_less=True)
        total = Signal(self.total, reset_less=True)
        push, commit = self.push, self.commit
        for clock in range(self.latency):
            push = register(m, push, f"push_{clock}", reset=True)
            commit = register(m, commit, f"commit_{clock}", reset=True)
        m.d.comb += [read.en.eq(self.push), read.addr.eq(read_index)]
        m.d.sync += [held.eq(self.data), total.eq(Mux(step == 0, 0, read.data) + held)]
        with m.If(self.push):
            m.d.sync += read_index.eq(Mux(self._step_end(m, self.commit, "read_row"), 0, read_index + 1))
        step_end = self._step_end(m, commit, "write_row")
        with m.If(push):
            m.d.sync += write_index.eq(Mux(step_end, 0, write_index + 1))
        m.d.comb += [
            write.en.eq(push),
            write.addr.eq(write_index),
            write.data.eq(total),
            last.eq(step == self.steps - 1),
            self.reserved.eq(reserved),
            self.vacant.eq(~reserved & (~last | self.sum_vacant)),
            self.sum_reserve.eq(self.reserve & last),
            self.sum_push.eq(push & last),
            self.sum_commit.eq(commit & last),
            self.sum_data.eq(total),
        ]
        with m.If(self.reserve):
            m.d.sync += reserved.eq(1)
        if self.rows == 1:
            with m.If(commit):
                m.d.sync += [reserved.eq(0), step.eq(Mux(last, 0, step + 1))]
            return
        with m.If(commit):
            m.d.sync += reserved.eq(0)
        with m.If(step_end):
            m.d.sync += step.eq(Mux(last, 0, step + 1))

    def _step_end(self, m: Module, commit: Value, name: str) -> Value:
        """Of the commits of vectors those that end a step."""
        if self.rows == 1:
            return commit
        return commit & (cyclic(m, name, self.rows, commit) == self.rows - 1)
