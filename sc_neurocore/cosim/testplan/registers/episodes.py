"""Accesses of registers that overlap, wait long or are of both kinds, and resets among them; what each must answer.

An access may begin while the answer to the one before waits; each that was accepted is answered once, in order. A reset
ends what is in work: the accesses behind it are answered with what is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ....rtl.control.registers import ADDRESS_BITS, STATIC_BYTES, CoreFacts, register_map
from ..script import Segment
from .accesses import DECERR, OKAY, READS, SLVERR, WRONG, Access

AHEAD = "registers asked before they have answered"
"""Name of the segment in which accesses begin while answers wait."""
WITHIN = "reset within an access of registers"
AFTER = "after a reset within an access of registers"
LATE = "registers after long waits"
BOTH = "registers read and written at once"
"""Name of the segment in which reads know nothing of the writes beside them."""
_AT_ONCE = 8
"""Accesses of one kind that begin without an answer, at most, if the core takes so many."""
_WAIT = 14
"""Clocks for which an answer waits that others are asked before, and what shall not come before a reset."""
_LONG = 15
"""Stands for `LONG_WAIT`."""


def register_accesses_beyond(facts: CoreFacts) -> dict[str, list[Access]]:
    """By the name of the segment, the accesses whose answers are known."""
    both = {BOTH: _writes_at_once(facts), BOTH + READS: _reads_at_once(facts)}
    return {AHEAD: list(_ahead(facts)), AFTER: _after(facts), LATE: list(_late(facts))} | both


def register_episodes(facts: CoreFacts) -> Iterator[Segment]:
    """The segments: overlapping accesses, then resets of one clock and of two at many places of reads and writes."""
    codes_by_name = {
        name: [access.code for access in accesses] for name, accesses in register_accesses_beyond(facts).items()
    }
    yield Segment(AHEAD, [], [], 0, stall=True, reset_cycles=1, accesses=codes_by_name[AHEAD])
    yield Segment(LATE, [], [], 0, accesses=codes_by_name[LATE])
    both = {"accesses": codes_by_name[BOTH], "reads": codes_by_name[BOTH + READS], "beside": True}
    yield Segment(BOTH, [], [], 0, reset_cycles=1, **both)
    for accesses, cycles in _cut_off(facts):
        codes = [access.code for access in accesses]
        for reset in (1, 2):
            yield Segment(WITHIN, [], [], 0, accesses=codes, beside=True, cut_after_cycles=cycles)
            yield Segment(AFTER, [], [], 0, accesses=codes_by_name[AFTER], beside=True, reset_cycles=reset)


def _ahead(facts: CoreFacts) -> Iterator[Access]:
    """Reads of what does not change and of nothing, and writes that do nothing, each while answers to others wait."""
    nothing, refused, silent, _ = _writes(facts)
    empty = replace(nothing, name="read of nothing", writes=False)
    reads = [each for static in static_reads(facts) for each in (static, empty)]
    yield from _zeros(facts)
    yield from _crowded(reads)
    yield from _crowded([silent, nothing, refused, silent, refused, nothing, nothing, silent] * 4)
    yield from _crowded(reads[len(reads) // 2 :])


def _after(facts: CoreFacts) -> list[Access]:
    """A few whose answers differ: what a reset has left of an access before it shows in one of them."""
    nothing, refused, silent, _ = _writes(facts)
    identity, version, *_ = static_reads(facts)
    cycles = next(each.address for each in register_map(facts) if each.name == "cycles_low")
    clocks = Access("cycles_low", cycles, OKAY, since_reset=True)
    return [silent, identity, nothing, version, clocks, refused, silent]


def _late(facts: CoreFacts) -> Iterator[Access]:
    """An address, a word and the taking of an answer, each long after what comes before it."""
    nothing, refused, silent, _ = _writes(facts)
    *_, read = static_reads(facts)
    for access, waits in (
        (refused, (0, _LONG, 0)),
        (silent, (_LONG, 0, 0)),
        (nothing, (0, 0, _LONG)),
        (read, (0, 0, _LONG)),
        (silent, (0, 0, 0)),
    ):
        yield replace(access, waits=waits)


def _writes_at_once(facts: CoreFacts) -> list[Access]:
    """Writes whose address, word and answer come in many orders, so that each meets each place of a read."""
    nothing, refused, silent, partial = _writes(facts)
    control = next(each.address for each in register_map(facts) if each.name == "control")
    clear = Access("clear beside reads", control, OKAY, writes=True, data=4)
    kinds = (silent, nothing, clear, refused, silent, partial)
    waits = ((0, 0, 0), (0, 1, 0), (1, 0, 0), (2, 0, 1), (0, 0, 2), (0, 3, 0), (3, 1, 1))
    return [replace(kinds[i % len(kinds)], waits=waits[i % len(waits)]) for i in range(len(kinds) * len(waits))]


def _reads_at_once(facts: CoreFacts) -> list[Access]:
    """Reads of what stays as it is under these writes."""
    reads = [*static_reads(facts), *_zeros(facts)]
    waits = ((0, 0, 0), (0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 0))
    return [replace(reads[i % len(reads)], waits=waits[i % len(waits)]) for i in range(max(60, 2 * len(reads)))]


def _crowded(accesses: Sequence[Access]) -> Iterator[Access]:
    """The same ones; but for every `_AT_ONCE`th, whose answer waits, each begins ahead."""
    for i, access in enumerate(accesses):
        late = (4, 0, 1, 7, 2)[i % 5] if i % _AT_ONCE else _WAIT
        yield replace(access, ahead=i % _AT_ONCE != 0, waits=(0, i // 2 % 2, late))


def _cut_off(facts: CoreFacts) -> Iterator[tuple[list[Access], int]]:
    """What is in work when a reset comes, and after how many clocks that is."""
    nothing, _, _, partial = _writes(facts)
    read = static_reads(facts)[-1]
    for access, waits, clocks in (
        (nothing, (0, 0, _WAIT), (1, 2, 3, 5)),
        (read, (0, 0, _WAIT), (1, 2, 3, 5)),
        (nothing, (0, _WAIT, 0), (1, 3)),
        (partial, (_WAIT, 0, 0), (1, 3)),
    ):
        for cycles in clocks:
            yield [replace(access, waits=waits), replace(access, ahead=True)], cycles


def _zeros(facts: CoreFacts) -> list[Access]:
    """Reads of what is 0 after a reset, until something is counted."""
    names = ("frame_errors", "results", "words_taken", "cycles_high")
    return [Access(each.name, each.address, OKAY, 0) for each in register_map(facts) if each.name in names]


def static_reads(facts: CoreFacts) -> list[Access]:
    """Reads of the registers whose words a core keeps while it is not loaded."""
    return [
        Access(register.name, register.address + 4 * i, OKAY, word)
        for register in register_map(replace(facts, initialised=True))
        if register.readable and register.address < STATIC_BYTES and register.name != "capabilities"
        for i, word in enumerate(register.words)
    ]


def _writes(facts: CoreFacts) -> tuple[Access, Access, Access, Access]:
    """Writes that change nothing: of nothing, of what is only read, of a command that says nothing, of no byte."""
    table = register_map(facts)
    occupied = {register.address + 4 * i for register in table for i in range(register.count)}
    address = max({*range(0, 1 << ADDRESS_BITS, 4)} - occupied)
    by_name = {register.name: register.address for register in table}
    return (
        Access("write of nothing", address, DECERR, writes=True, data=WRONG),
        Access("write of identity", by_name["identity"], SLVERR, writes=True, data=WRONG),
        Access("write of control, no command", by_name["control"], OKAY, writes=True),
        Access("write of control, no byte", by_name["control"], SLVERR, writes=True, strobes=0),
    )
