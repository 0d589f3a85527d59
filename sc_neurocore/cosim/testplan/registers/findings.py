"""What speaks against the answers of registers, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..script import Record, Script
from .accesses import READS, Access
from .counters import COUNTED, counter_findings

_CLEAR_CLOCKS = 64
"""From the address of a write that clears counters on, within which they are cleared."""
_SINCE_RESET = 2, 4
"""Clocks by which a read of the clocks since a reset may be behind and before that of its address."""


def register_findings(
    accesses: Mapping[str, Sequence[Access]], script: Script, record: Record, beats: int
) -> list[str]:
    """What the registers answered that they must not, in the segments of a run that came to their end.

    Args:
        accesses: by the name of their segment.
        script: what was driven.
        record: what came of it.
        beats: of an output frame.
    """
    findings = []
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        if not outcome.finished:
            continue
        for name, replies in ((outcome.name, outcome.replies), (outcome.name + READS, outcome.read_replies)):
            if questions := accesses.get(name):
                findings += check_replies(questions, replies)
        if outcome.name.startswith(COUNTED):
            findings += counter_findings(segment, outcome, accesses[outcome.name], beats)
    return findings


def check_replies(accesses: Sequence[Access], replies: Sequence[tuple[int | None, int | None, int]]) -> list[str]:
    """What speaks against the answers (response, data, None for X, and clock of each access), in words."""
    wrong = []
    clocks: tuple[int, int] | None = None
    for access, (response, data, cycle) in zip(accesses, replies, strict=False):
        if response != access.response:
            wrong.append(f"{access.name}: response {_shown(response)}, must be {access.response}")
        elif access.value is not None and (data is None or data & access.mask != access.value & access.mask):
            got = "X" if data is None else f"0x{data:08x}"
            wrong.append(f"register {access.name} at 0x{access.address:02x} reads {got}, must be 0x{access.value:08x}")
        if access.name == "control.clear_counters":
            clocks = (0, cycle)
        elif access.name == "cycles_low":
            is_wrong = data is None or (clocks is not None and not _counts(clocks, (data, cycle), exact=clocks[0] > 0))
            if access.since_reset and data is not None:
                is_wrong = not -_SINCE_RESET[0] <= data - cycle <= _SINCE_RESET[1]
            if is_wrong:
                wrong.append(f"register cycles_low reads {_shown(data)}, which is no count of the clocks")
            clocks = None if data is None else (data, cycle)
    if len(replies) < len(accesses):
        missing = accesses[len(replies)].name
        wrong.append(f"{len(accesses) - len(replies)} accesses have no answer, the first: {missing}")
    return wrong


def _counts(before: tuple[int, int], after: tuple[int, int], *, exact: bool) -> bool:
    """Whether a counter of clocks went on as the clocks did; after a clear at some time not long after `before`."""
    counted, passed = after[0] - before[0], after[1] - before[1]
    return counted == passed if exact else max(0, passed - _CLEAR_CLOCKS) <= counted <= passed


def _shown(value: int | None) -> str:
    return "X" if value is None else str(value)
