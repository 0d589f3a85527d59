"""Lists of reads and writes of registers as the driver performs them, beside the streams or behind them.

`harness/driver.hpp` holds it once more: a change here is a change there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..testplan.script import Segment, SegmentRecord
from .axi_lite_load import AxilInputs, AxiLiteMaster, AxilOutputs

_AT_STOP, _OFFERED, _OPENS, _RELEASES, _AHEAD, _WRITES = (1 << bit for bit in (44, 45, 46, 47, 49, 48))


class Gates:
    """What the streams and the accesses of a segment wait for from each other (`Segment.stops`)."""

    def __init__(self, segment: Segment, outcome: SegmentRecord) -> None:
        self._segment, self._outcome = segment, outcome
        self._stop_count, self._is_released = 0, False

    @property
    def limit(self) -> int:
        """The input beat that waits; -1 where none does."""
        return self._stop[0]

    @property
    def holds(self) -> bool:
        """Whether no output is taken."""
        return self._segment.hold and not self._is_released

    @property
    def _stop(self) -> list[int]:
        return self._segment.stops[2 * self._stop_count :][:2] or [-1, 0]

    def may_begin(self, access: int) -> bool:
        """Whether an access, as `Segment.accesses` has it, waits for neither stream."""
        beats, results = self._stop
        is_late = self._outcome.beats_accepted >= beats or access & _OFFERED
        comes_early = not is_late or len(self._outcome.beats) < results
        is_offered = self._outcome.first_valid_cycle is not None
        return not (access & _AT_STOP and comes_early) and (is_offered or not access & _OFFERED)

    def answered(self, access: int) -> None:
        """The answer to an access has been taken."""
        self._stop_count += bool(access & _OPENS)
        self._is_released |= bool(access & _RELEASES)

    def finish(self) -> None:
        """The accesses have come to their end, or to one without an answer: nothing waits for them any longer."""
        self._stop_count, self._is_released = len(self._segment.stops), True


class RegisterAccesses(AxiLiteMaster):
    """Reads and writes of registers in their order; what they should answer is not known here."""

    PATIENCE = 1_000
    """Clocks after which an access that has no answer ends the list."""
    loads = False

    def __init__(
        self, accesses: Sequence[int], gates: Gates, draw: Callable[[], int], report: Callable[[str], None]
    ) -> None:
        """Args:
        accesses: as `Segment.accesses` has them, at least one; the first may begin.
        gates: what they wait for.
        draw: clocks that a channel waits.
        report: called with what the core did wrong.
        """
        super().__init__(draw, report)
        self.replies: list[tuple[int | None, int | None, int]] = []
        self._accesses, self._gates, self._wait, self._cycle, self._starts = accesses, gates, 0, 0, 0
        self._address_clocks = [0] * len(accesses)
        self._next()

    @property
    def is_busy(self) -> bool:
        """Whether an access has begun and has no answer."""
        return bool(self._gaps)

    def observe(self, outputs: AxilOutputs) -> None:
        """Take what stood on the port in this cycle and go on to the next one."""
        self._cycle, self._wait = self._cycle + 1, self._wait + self.is_busy
        if self._address_left:  # the last clock in which this holds is that of the address
            self._address_clocks[self._starts - 1] = self._cycle
        super().observe(outputs)
        if not self.done and not self._is_open and self._starts < len(self._accesses):
            access = self._accesses[self._starts]
            if (not self._gaps or access & _AHEAD) and self._gates.may_begin(access):
                self._next()
        self.done |= self._wait > self.PATIENCE

    def _next(self) -> None:
        access = self._accesses[self._starts]
        self._starts += 1
        how = access >> 40 & 0xF, access >> 50
        self._access(bool(access & _WRITES), access >> 32 & 0xFF, access & 0xFFFFFFFF, *how)

    def _reply(self, outputs: AxilOutputs) -> None:
        place = len(self.replies)
        response, data = (outputs.bresp, 0) if self._writes else (outputs.rresp, outputs.rdata)
        self.replies.append((response, data, self._address_clocks[place]))
        self._gates.answered(self._accesses[place])
        self._wait = 0
        self.done |= len(self.replies) == len(self._accesses)


class WritesAndReads:
    """Two lists at the same time, one of writes and one of reads: the channels of either kind know nothing of the
    other's.
    """

    words_sent = 0
    loads = False

    def __init__(self, writes: RegisterAccesses, reads: RegisterAccesses) -> None:
        self._writes, self._reads = writes, reads

    @property
    def done(self) -> bool:
        """Whether both are."""
        return self._writes.done and self._reads.done

    @property
    def is_busy(self) -> bool:
        """Whether an access has begun and has no answer."""
        return self._writes.is_busy or self._reads.is_busy

    def inputs(self) -> AxilInputs:
        """What stands on the port in this cycle."""
        reads = self._reads.inputs()
        return self._writes.inputs()._replace(arvalid=reads.arvalid, araddr=reads.araddr, rready=reads.rready)

    def observe(self, outputs: AxilOutputs) -> None:
        """Take what stood on the port in this cycle and go on to the next one."""
        self._writes.observe(outputs._replace(rvalid=0))
        self._reads.observe(outputs._replace(bvalid=0))
