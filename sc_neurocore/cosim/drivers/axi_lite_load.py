"""Accesses over AXI4-Lite as the driver performs them, and a load; `register_accesses.py` has lists of others.

`harness/driver.hpp` holds it once more: a change here is a change there.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

ALL_STROBES = 0xF
STATUS, CONTROL, LOAD_WORD = 0x40, 0x44, 0x58
BEGIN_LOAD, COMMIT = 1, 2
IDLE, LOADING, LOADED, LOAD_ERROR = 1, 2, 4, 8
ADDRESSES = (CONTROL, STATUS, LOAD_WORD, CONTROL, STATUS)

BAD_WRITE = "s_axil_bresp must be 0 for a write of a load"
BAD_READ = "s_axil_rresp must be 0 for a read of the status"
NOT_WHOLE = "loaded and load_error must be 1 and 0 after a whole load"
NOT_REFUSED = "loaded and load_error must be 0 and 1 after a load that was cut short"
UNASKED = "an answer on AXI4-Lite to no access that was accepted"
FELL = "an answer on AXI4-Lite fell before it was taken"
CHANGED = "an answer on AXI4-Lite changed while it waited"
LONG_WAIT = 300
"""Clocks: more than a counter of eight bits counts."""


class Phase(IntEnum):
    """What is done now."""

    BEGIN = 0
    POLL = 1
    WORD = 2
    COMMIT = 3
    CHECK = 4


class AxilInputs(NamedTuple):
    """What the port sees of the master."""

    awvalid: int = 0
    awaddr: int = 0
    wvalid: int = 0
    wdata: int = 0
    wstrb: int = 0
    bready: int = 0
    arvalid: int = 0
    araddr: int = 0
    rready: int = 0


class AxilOutputs(NamedTuple):
    """What it answers; None stands for X."""

    awready: int | None = 0
    wready: int | None = 0
    bvalid: int | None = 0
    bresp: int | None = 0
    arready: int | None = 0
    rvalid: int | None = 0
    rdata: int | None = 0
    rresp: int | None = 0


def _clocks(wait: int) -> int:
    """What the lowest four bits of a wait say."""
    return LONG_WAIT if wait & 15 == 15 else wait & 15


class AxiLiteMaster:
    """Accesses in their order; what comes after an answer, a subclass says.

    One begins when all before it are answered, or, where a subclass begins it, when they are accepted.
    """

    words_sent = 0
    """Load words that were written."""
    _writes = False
    _address_left = _data_left = False
    _address_gap = _data_gap = _address = _data = _strobes = 0

    def __init__(self, draw: Callable[[], int], report: Callable[[str], None]) -> None:
        """Args:
        draw: clocks that a channel waits.
        report: called with what the core did wrong.
        """
        self.done = False
        self._draw, self._report = draw, report
        self._gaps: list[int] = []  # clocks that answers will wait, of all accesses that have begun and have none
        self._standing: tuple[int | None, ...] | None = None  # the answer that waited in the clock before

    def inputs(self) -> AxilInputs:
        """What stands on the port in this cycle."""
        offers = int(self._address_left and not self._address_gap)
        takes = int(bool(self._gaps) and not self._gaps[0])
        address = self._address if offers else 0
        if not self._writes:
            return AxilInputs(arvalid=offers, araddr=address, rready=takes)
        sends = int(self._data_left and not self._data_gap)
        return AxilInputs(offers, address, sends, self._data if sends else 0, self._strobes if sends else 0, takes)

    def observe(self, outputs: AxilOutputs) -> None:
        """Take what stood on the port in this cycle and go on to the next one."""
        inputs = self.inputs()
        answer: tuple[int | None, ...]
        if self._writes:
            replies, ready, other, answer = outputs.bvalid, inputs.bready, outputs.rvalid, (outputs.bresp,)
            self._address_left &= not (inputs.awvalid and outputs.awready)
            self._data_left &= not (inputs.wvalid and outputs.wready)
        else:
            replies, ready, other, answer = (
                outputs.rvalid,
                inputs.rready,
                outputs.bvalid,
                (outputs.rresp, outputs.rdata),
            )
            self._address_left &= not (inputs.arvalid and outputs.arready)
            self._data_left = self._address_left
        if other or (replies and len(self._gaps) == self._is_open):
            self._report(UNASKED)
        if self._standing is not None and (not replies or answer != self._standing):
            self._report(CHANGED if replies else FELL)
        self._standing = answer if replies and not ready else None
        self._address_gap -= self._address_gap > 0
        self._data_gap -= self._data_gap > 0
        if self._gaps:
            self._gaps[0] -= bool(replies) and self._gaps[0] > 0
        if replies and ready:
            del self._gaps[0]
            self._reply(outputs)

    @property
    def _is_open(self) -> bool:
        """Whether the last access that has begun is not yet accepted."""
        return self._address_left or self._data_left

    def _access(self, writes: bool, address: int, data: int = 0, strobes: int = ALL_STROBES, waits: int = 0) -> None:
        """Begin one.

        Args:
            writes: or reads.
            address: of a byte.
            data: to be written.
            strobes: of its bytes.
            waits: clocks that address, data and answer wait beyond what is drawn, four bits each, the address's lowest;
                15 stands for `LONG_WAIT`.
        """
        self._writes, self._address, self._data, self._strobes = writes, address, data, strobes
        self._address_left = self._data_left = True
        self._address_gap, self._data_gap = self._draw() + _clocks(waits), self._draw() + _clocks(waits >> 4)
        self._gaps.append(self._draw() + _clocks(waits >> 8))

    def _reply(self, outputs: AxilOutputs) -> None:
        """The answer to an access, and what comes next."""
        raise NotImplementedError


class AxiLiteLoad(AxiLiteMaster):
    """Begin, wait until the core is idle, words, commit, look at the flags."""

    loads, is_busy = True, False  # a core that is never idle hangs

    def __init__(self, words: list[int], good: bool, draw: Callable[[], int], report: Callable[[str], None]) -> None:
        """Args:
        words: load words.
        good: whether they are a whole image.
        draw: clocks that a channel waits.
        report: called with what the core did wrong.
        """
        super().__init__(draw, report)
        self._words, self._good = words, good
        self._begin(Phase.BEGIN)

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        data = self._words[self.words_sent] if phase == Phase.WORD else BEGIN_LOAD if phase == Phase.BEGIN else COMMIT
        self._access(phase in (Phase.BEGIN, Phase.WORD, Phase.COMMIT), ADDRESSES[phase], data)

    def _reply(self, outputs: AxilOutputs) -> None:
        if (outputs.bresp if self._writes else outputs.rresp) != 0:
            self._report(BAD_WRITE if self._writes else BAD_READ)
        status = outputs.rdata or 0
        if self._phase == Phase.BEGIN:
            self._begin(Phase.POLL)
        elif self._phase == Phase.POLL:
            is_idle = status & (IDLE | LOADING) == IDLE | LOADING
            self._begin(Phase.WORD if is_idle else Phase.POLL)
        elif self._phase == Phase.WORD:
            self.words_sent += 1
            self._begin(Phase.COMMIT if self.words_sent == len(self._words) else Phase.WORD)
        elif self._phase == Phase.COMMIT:
            self._begin(Phase.CHECK)
        else:
            self.done = True
            if status & (LOADED | LOAD_ERROR) != (LOADED if self._good else LOAD_ERROR):
                self._report(NOT_WHOLE if self._good else NOT_REFUSED)
