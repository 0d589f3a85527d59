"""The sequencer of a column layer that overlaps its vectors: who owns the chain of results, and when it moves."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..plan.shapes import index_shape


class OverlapSequencer(wiring.Component):
    """Takes vectors without a pause; lets each one's totals be copied into the chain, and the chain shift them out.

    Function    a vector claims the chain with its `last`, or waits for it: until then no element of the next vector is
                taken (`ready` is low), so that none of its products can reach the totals before they are copied.
                `copy` strobes `depth` clocks after the grant, at the earliest with the last product; then, when the
                sink has room, the chain is shifted `lanes` times: `shift` says that its head is the value of neuron
                `count`, and that it moves. An abandoned vector is one whose `last` never comes.
    Early       where nothing stalls the shifts (`take` always high) the chain is given up `early` shifts before the
                end: the next copy comes that much later.
    Latency     from the push with `last` to the first `shift`: depth + 1 clocks, if chain and sink are free. `depth`:
                clocks from a push to the clock that adds its product.
    Throughput  one vector in the larger of its elements and lanes + 1 clocks, or lanes + depth + 1 if `may_stall`; and
                as the sink has room.
    Reset       to an idle chain; vectors may come in the next clock.

    Ports
        last              in   1   strobe: this push completes a vector
        sink_ready        in   1   whoever takes the results has room for all of them
        take              in   1   the chain may move
        ready             out  1   elements may come
        copy_next, copy   out  1   copy, and the same a clock earlier
        shift             out  1   never with copy
        ends              out  1   of a shift: a vector's last
        count             out      0 … lanes - 1
    """

    def __init__(self, lanes: int, depth: int, *, may_stall: bool) -> None:
        self.lanes, self.depth = lanes, depth
        self.early = 0 if may_stall else min(depth, lanes - 1)
        flags_in = {name: In(1) for name in ("last", "sink_ready", "take")}
        flags_out = {name: Out(1) for name in ("ready", "copy_next", "copy", "shift", "ends")}
        super().__init__(flags_in | flags_out | {"count": Out(index_shape(lanes))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        claimed, pending, loaded, shifting = Signal(), Signal(), Signal(), Signal()
        complete, granted, starts = Signal(), Signal(), Signal()
        count = Signal(index_shape(self.lanes))
        at_end, at_release = self._reached(m, "at_end", 0), self._reached(m, "at_release", self.early)
        copy_next = self._later(m, granted)
        copy = Signal()
        m.d.sync += copy.eq(copy_next)
        m.d.comb += [
            complete.eq(pending | self.last),
            granted.eq(complete & ~claimed),
            starts.eq((copy | loaded) & self.sink_ready),
            self.ready.eq(~pending),
            self.copy_next.eq(copy_next),
            self.copy.eq(copy),
            self.shift.eq(shifting & self.take),
            self.count.eq(count),
            self.ends.eq(at_end),
        ]
        m.d.sync += [
            pending.eq(complete & claimed),
            claimed.eq(Mux(claimed, ~(self.shift & at_release), complete)),
            loaded.eq((copy | loaded) & ~self.sink_ready),
            shifting.eq(starts | (shifting & ~(self.take & at_end))),
        ]
        with m.If(self.shift):
            m.d.sync += count.eq(Mux(at_end, 0, count + 1))
        return m

    def _later(self, m: Module, flag: Value) -> Value:
        for clock in range(self.depth - 1):
            later = Signal(name=f"granted_{clock}")
            m.d.sync += later.eq(flag)
            flag = later
        return flag

    def _reached(self, m: Module, name: str, left: int) -> Signal:
        """Whether `left` shifts come after the one that `count` numbers, from a register of its own."""
        reached = Signal(name=name, init=left == self.lanes - 1)
        with m.If(self.shift):
            m.d.sync += reached.eq(self.count == (self.lanes - 2 - left) % self.lanes)
        return reached
