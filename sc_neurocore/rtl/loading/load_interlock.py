"""Whether samples may begin, and whether any is in work: what loading needs to know of a core."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, unsigned

from ..components.block import Block, flags_in, flags_out
from ..components.signals import count_level, cyclic


class LoadInterlock(Block):
    """Counts samples in at the input port and out at the output port.

    Function    a sample is `frames_in` good frames, and `frames_out` frames of results. `stop` keeps the first beat of
                a sample from being accepted while `hold`; a sample that has begun goes on. `idle`: none has begun, and
                all results of those before have been taken.
    Latency     0 clocks for `stop`; `idle` 1 clock after the beat that makes it so.
    Throughput  `samples` samples between the two ports.
    Reset       to idle.

    Ports
        hold      in   1
        at_start  in   1   the next input beat is a frame's first
        commit    in   1   strobe: a good frame is complete
        sent      in   1   strobe: the last beat of a frame of results is taken
        stop      out  1
        idle      out  1

    Args:
        frames_in: input frames of a sample.
        frames_out: output frames of a sample.
        samples: that may be between the two ports at most.
    """

    def __init__(self, frames_in: int, frames_out: int, samples: int) -> None:
        self.frames_in, self.frames_out, self.samples = frames_in, frames_out, samples
        super().__init__(flags_in("hold", "at_start", "commit", "sent") | flags_out("stop", "idle"))

    def build(self, m: Module) -> None:
        begun = cyclic(m, "begun", self.frames_in, self.commit)
        left = cyclic(m, "left", self.frames_out, self.sent)
        in_work = Signal(unsigned(self.samples.bit_length()))
        entered, gone, outside = Signal(), Signal(), Signal()
        m.d.comb += [
            entered.eq(self.commit & (begun == self.frames_in - 1)),
            gone.eq(self.sent & (left == self.frames_out - 1)),
            outside.eq(self.at_start & (begun == 0)),
            self.stop.eq(self.hold & outside),
            self.idle.eq(outside & (in_work == 0)),
        ]
        count_level(m, in_work, entered, gone)
