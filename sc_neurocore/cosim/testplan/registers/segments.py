"""All segments in which registers are read and written, and what each access must be answered."""

from __future__ import annotations

import numpy as np

from ....rtl.control.registers import CoreFacts
from ...drivers.loads import Loads
from ..frames import FrameMaker, loading
from ..script import Segment
from .accesses import READS, Access, accesses_beside_a_run, register_accesses
from .counters import counter_segments
from .counts import BESIDE, REGISTERS, CountedFrames, counted_around_a_clear, counted_beside_a_run
from .episodes import register_accesses_beyond, register_episodes
from .loads import register_load_episodes


def register_segments(
    maker: FrameMaker,
    codes: np.ndarray,
    first_row: int,
    facts: CoreFacts,
    loads: Loads | None,
    clocks: int,
    output_frames: int,
) -> tuple[list[Segment], dict[str, list[Access]]]:
    """The segments; and by the name of each, the accesses.

    Args:
        maker: makes the frames.
        codes: samples.
        first_row: of the network's outputs of these; the rows of other networks to be loaded follow.
        facts: of the core.
        loads: of a loadable core.
        clocks: that a sample takes, about.
        output_frames: of a sample.
    """
    load = [] if loads is None else [loading(loads.words)]
    frames = CountedFrames(maker, codes, first_row, output_frames)
    counted_around_a_clear(frames, maker, clocks, load)
    accesses = {REGISTERS: register_accesses(facts, [*frames.counts[:-1], frames.since(-2)])}
    segments = [frames.segment(REGISTERS, accesses[REGISTERS], load, stall=True)]
    beside = CountedFrames(maker, codes, first_row, output_frames)
    counted_beside_a_run(beside, maker)
    accesses[BESIDE] = accesses_beside_a_run(facts, beside.since(0))
    # a load is no run: this core still has what the segment before has loaded
    segments.append(beside.segment(BESIDE, accesses[BESIDE]))
    for segment, writes, reads in counter_segments(maker, codes, first_row, facts, clocks, output_frames):
        segments.append(segment)
        accesses |= {segment.name: writes, segment.name + READS: reads}
    segments += register_episodes(facts)
    accesses |= register_accesses_beyond(facts)
    for segment, questions in register_load_episodes(maker, codes, first_row, facts, loads, output_frames):
        segments.append(segment)
        count = len(segment.accesses)
        accesses |= {segment.name: list(questions[:count]), segment.name + READS: list(questions[count:])}
    return segments, accesses
