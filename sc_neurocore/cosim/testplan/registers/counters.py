"""Counters that are read and cleared while frames come and results go out, and the bounds of what may be read.

Which clock of an access a core looks at, and clears in, is its own matter; so a count has bounds: events that are
certain to lie between the last clear and the read, and those that may.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from ....rtl.control.registers import ADDRESS_BITS, STATIC_BYTES, CoreFacts, register_map
from ..frames import FrameMaker
from ..script import Segment, SegmentRecord
from .accesses import DECERR, OKAY, SLVERR, Access
from .counts import CountedFrames

COUNTED = "counters while frames come and go"
"""Begin of the names of these segments."""
CLEAR = "clear beside frames"
COUNTERS = ("results", "frame_errors")
_SEGMENTS = 3
_CLOCKS = 1_500
"""Of the samples of a segment, about, if they were not stalled."""
_SAMPLES = 2, 20
"""At least and at most."""
_MOST_FRAMES = 60
"""Of a segment: of more the compiled harness does not note when each came in. Samples of more steps have no segment."""
_STALLED = 3
"""Times as many clocks as that, about, a segment takes with its stalls."""
_ACCESS = 14
"""Clocks of an access with what it waits for, about."""
_FEWEST, _MOST = 40, 500
"""Accesses of a segment."""
_CLEARS = 9
"""One write of so many clears the counters."""
_SLACK = 4
"""Clocks around an access in which an event may count before or behind it."""
_WRITTEN = (4, 0xFFFFFFFF, 6, 0xFFFFFFFC, 7)
"""What is written to where nothing must come of it: all commands of `control` are among the bits."""


def counter_segments(
    maker: FrameMaker, codes: np.ndarray, first_row: int, facts: CoreFacts, clocks: int, output_frames: int
) -> Iterator[tuple[Segment, list[Access], list[Access]]]:
    """The segments, with their writes and their reads.

    Args:
        maker: makes the frames.
        codes: samples.
        first_row: of the expected outputs of these.
        facts: of the core.
        clocks: that a sample takes, about.
        output_frames: of a sample.
    """
    draw, right = maker.random, maker.beats_in
    steps = len(maker.good(codes[0]))
    room = _MOST_FRAMES // (steps + 2)  # each has up to two frames of a wrong length behind it
    samples = min(room, max(_SAMPLES[0], min(_SAMPLES[1], _CLOCKS // clocks, _MOST_FRAMES // (2 * steps))))
    for number in range(1, _SEGMENTS + 1) if samples else ():
        frames = CountedFrames(maker, codes, first_row, output_frames)
        for each in range(samples):
            frames.samples(1)
            lengths = [length for length in (draw.randint(1, 3 * right + 2) for _ in range(2)) if length != right]
            frames.wrong(*lengths[: (each + (samples == 1)) % 3])
        frames.stop()
        beats = sum(len(frame.beats) for frame in frames.frames)
        count = max(_FEWEST, min(_MOST, _STALLED * (samples * clocks + beats) // _ACCESS)) // 2 * 2
        writes, reads = list(_writes(facts, maker, count)), list(_reads(facts, maker, count))
        segment = frames.segment(f"{COUNTED}, {number}", writes, stall=True, reads=[read.code for read in reads])
        yield segment, writes, reads


def _writes(facts: CoreFacts, maker: FrameMaker, count: int) -> Iterator[Access]:
    """Clears, and more writes that change nothing: refused, to no register, of no command, of not all bytes."""
    draw, table = maker.random, register_map(facts)
    registers = {register.address + 4 * i for register in table for i in range(register.count)}
    control = next(register.address for register in table if register.name == "control")
    for i in range(count):
        data, waits = draw.choice(_WRITTEN), (draw.randint(0, 7), draw.randint(0, 3), draw.randint(0, 7))
        address = draw.randrange(draw.choice((0, STATIC_BYTES)), 1 << ADDRESS_BITS, 4)
        name, response, strobes = f"write at 0x{address:02x} that is refused", SLVERR, 15
        if i % _CLEARS == _CLEARS - 1:
            name, address, response, data = CLEAR, control, OKAY, 4
        elif i % _CLEARS == 1:
            name, address, response, data = "write of control, no command", control, OKAY, data & ~7
        elif i % _CLEARS == 0 or address == control:
            name, address, strobes = "write of control, not all bytes", control, draw.randrange(15)
        elif address not in registers:
            response = DECERR
        yield Access(name, address, response, writes=True, data=data, strobes=strobes, waits=waits)


def _reads(facts: CoreFacts, maker: FrameMaker, count: int) -> Iterator[Access]:
    """Reads of the counters; at the end when nothing is in work, too."""
    draw = maker.random
    addresses = {register.name: register.address for register in register_map(facts)}
    for i in range(count):
        name = COUNTERS[i % 2]
        yield Access(name, addresses[name], OKAY, waits=(draw.randint(0, 9), 0, draw.randint(0, 5)))
    for i in range(4):
        name = COUNTERS[i % 2]
        yield Access(name, addresses[name], OKAY, at_stop=i == 0)


def counter_findings(segment: Segment, outcome: SegmentRecord, writes: Sequence[Access], beats: int) -> list[str]:
    """Counts that no order of the events explains, in words.

    Args:
        segment: one of these.
        outcome: what came of it.
        writes: its writes.
        beats: of an output frame.
    """
    ends = dict(zip(COUNTERS, (_results(outcome, beats), _errors(segment, outcome)), strict=True))
    clears = _clears(outcome, writes)
    wrong = []
    for i, (_, value, cycle) in enumerate(outcome.read_replies):
        name, at = COUNTERS[i % 2], outcome.began + cycle
        low, high = _bounds(ends[name], clears, at)
        if value is None or not low <= value <= high:
            shown = "X" if value is None else value
            wrong.append(f"register {name} reads {shown} in cycle {at}, must be {low} … {high}")
    return wrong


def _results(outcome: SegmentRecord, beats: int) -> list[int]:
    """Cycles in which output frames ended."""
    cycles = outcome.output_cycles or [beat.cycle for beat in outcome.beats]
    return cycles[beats - 1 :: beats]


def _errors(segment: Segment, outcome: SegmentRecord) -> list[int]:
    """Cycles in which frames of a wrong length ended."""
    ends = zip(segment.frames, outcome.last_beat_cycles, strict=False)
    return [cycle for frame, cycle in ends if not frame.good]


def _clears(outcome: SegmentRecord, writes: Sequence[Access]) -> list[tuple[int, int]]:
    """Of each clear the first and the last cycle in which it may have been done: before the next access began."""
    begun = [outcome.began + cycle for _, _, cycle in outcome.replies]
    behind = [*begun[1:], begun[-1] + 64] if begun else []
    spans = zip(writes, begun, behind, strict=False)
    return [(first, last) for write, first, last in spans if write.name == CLEAR]


def _bounds(ends: list[int], clears: list[tuple[int, int]], cycle: int) -> tuple[int, int]:
    """How many of the events may have been counted where a register is read."""
    first, last = cycle - _SLACK, cycle + _SLACK
    begun = [clear for clear in clears if clear[0] <= last]
    over = [clear for clear in begun if clear[1] < first]
    since = over[-1][0] - _SLACK if over else -1  # events before it cannot be counted
    sure = begun[-1][1] + _SLACK if begun else -1  # those behind it must be
    low = bisect_right(ends, first) - bisect_right(ends, sure)
    return max(0, low), bisect_right(ends, last) - bisect_left(ends, since)
