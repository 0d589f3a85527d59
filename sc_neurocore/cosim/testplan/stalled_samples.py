"""Samples of the main run once more, with gaps between their beats and results that wait.

What a core makes wrong of a beat behind a gap is seen only if that beat has a code that tells: the few samples of the
episodes are not enough.
"""

from __future__ import annotations

import random
from itertools import islice

import numpy as np

from .frames import FrameMaker, drawn_rows
from .script import Segment

STALLED = "samples once more, with stalls"
"""Name of the segment in which a sample comes in while others are in work."""
STALLED_ALONE = "samples once more, each behind the result before"
"""Name of the segments in which an idle core waits for the first beat of each sample, too."""
_CLOCKS = {False: 8_000, True: 40_000}
"""Whether the bench is compiled: of the first segment, about."""
_SHARE = 8
"""Of a compiled bench there is at least one sample in so many of the main run, which takes most of its clocks then."""
_SAMPLES = 8, 400
"""Of the first segment, at least and at most; of all of the others together it is half of that, as of the clocks."""
_TURNS = 32
"""Samples of a segment in which they take turns, at most: the benches count them in each clock."""


def stalled_samples(
    maker: FrameMaker, codes: np.ndarray, latency: int, interval: int | None, *, seed: int, is_compiled: bool = False
) -> list[Segment]:
    """As many samples as there is time for.

    Args:
        maker: of their frames.
        codes: of the main run, whose rows they are.
        latency: roughly how long a sample is in work.
        interval: clocks from one sample to the next; None where nobody says.
        seed: of what is drawn.
        is_compiled: the bench is quick.
    """
    rows = drawn_rows(len(codes), random.Random(f"stalled samples {seed}"))
    beats = sum(len(frame.beats) for frame in maker.good(codes[0])) + maker.beats_out
    minimum, limit = _SAMPLES
    minimum = max(minimum, min(limit, len(codes) // _SHARE)) if is_compiled else minimum

    def segment(name: str, number: int) -> Segment:
        own = list(islice(rows, number))
        frames = [frame for row in own for frame in maker.good(codes[row])]
        clocks = number * maker.clocks
        return Segment(name, frames, own, number * maker.beats_out, stall=True, expected_clocks=clocks)

    number = max(minimum, min(limit, _CLOCKS[is_compiled] // ((interval or latency) + 2 * beats)))
    segments = [segment(STALLED, number)]
    left = max(minimum, min(limit, _CLOCKS[is_compiled] // (latency + 2 * beats))) // 2 if maker.beats_out else 0
    while left:
        segments.append(segment(STALLED_ALONE, min(left, _TURNS)))
        segments[-1].turns = [0] * min(left, _TURNS)
        left -= len(segments[-1].turns)
    return segments
