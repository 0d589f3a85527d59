"""Resets of one clock in every clock in which a sample is in work, as far as a budget of clocks goes.

What a reset should have dropped comes out when it would have come out without the reset: too early for the sample
behind. So the next reset may fall into that one, as soon as this time is over: two resets a latency, where a whole
sample behind each of them would take two latencies a reset. What a reset should have set to 0 may spoil that sample,
which then must come out: where clocks are cheap, each reset has a whole sample behind it.
"""

from __future__ import annotations

from collections.abc import Callable

from .frames import FrameMaker
from .script import Frame, Segment

IN_WORK = {1: "reset while a sample is in work", 2: "reset while two samples are in work"}
"""Names of the segments, by how many samples each of them has."""
_CLOCKS = {False: {1: 5_500, 2: 2_500}, True: {1: 80_000, 2: 130_000}}
"""Whether the bench is compiled: of all of them together, about."""
_LATE = 8
"""Clocks behind a sample's last result in which a reset comes, too."""
_MARGIN = 2
_NEAR = 4
"""So far from the beginning of another sample, or its passage into the next layer, clocks are left out last."""

Drawn = Callable[[], tuple[int, list[Frame]]]
"""Gives another sample with each call: its row, and its frames."""


def whole_sample(name: str, sample: Drawn, maker: FrameMaker) -> Segment:
    """A sample that must come out behind a reset of one clock; it is over with the last result.

    Args:
        name: of the segment.
        sample: gives it.
        maker: of its frames.
    """
    row, frames = sample()
    over = maker.beats_out or None
    return Segment(name, frames, [row], 0, reset_cycles=1, cut_after_outputs=over, expected_clocks=maker.clocks)


def reset_sweep(
    samples: int,
    sample: Drawn,
    sample_behind: Drawn,
    maker: FrameMaker,
    latency: int,
    interval: int | None,
    *,
    is_compiled: bool = False,
) -> list[Segment]:
    """Segments that are cut off in other clocks each, and behind them one whole sample, or one behind each.

    Args:
        samples: in each of them, 1 or 2.
        sample: gives those that are cut off.
        sample_behind: gives those that come out.
        maker: of their frames.
        latency: roughly how long a sample is in work.
        interval: clocks from one sample to the next; None where nobody says.
        is_compiled: the bench is quick: there are more of them, with a whole sample behind each.
    """
    top = latency + maker.beats_out + _LATE
    inputs = sum(len(frame.beats) for frame in sample()[1])
    begin = inputs + (samples - 1) * max(inputs, interval or inputs)
    behind = inputs + latency if is_compiled else 0
    clocks = _taken(top, _CLOCKS[is_compiled][samples] // (begin + top // 2 + 1 + behind), interval, maker)
    after = f"after a {IN_WORK[samples]}"
    segments: list[Segment] = []
    before = top
    for cycles in _in_pairs(clocks, top):
        if (segments and is_compiled) or before + begin + cycles < latency + _MARGIN:
            segments.append(whole_sample(after, sample_behind, maker))
        parts = [sample() for _ in range(samples)]
        rows, frames = [row for row, _ in parts], [frame for _, each in parts for frame in each]
        segments.append(Segment(IN_WORK[samples], frames, rows, 0, reset_cycles=1, cut_after_cycles=cycles))
        before = cycles
    return [*segments, whole_sample(after, sample_behind, maker)] if segments else []


def _taken(top: int, number: int, interval: int | None, maker: FrameMaker) -> list[int]:
    """So many of the clocks below `top`: first those in which control changes, then others as evenly as it goes."""
    ends = [clock for clock in range(top) if interval and (clock + _NEAR) % interval <= 2 * _NEAR]
    between = sorted({*range(top)} - {*ends})
    near = _evenly(ends, number, maker)
    return sorted(near + _evenly(between, number - len(near), maker))


def _evenly(clocks: list[int], number: int, maker: FrameMaker) -> list[int]:
    if number >= len(clocks):
        return clocks
    offset = maker.random.randrange(len(clocks))
    return [clocks[(i * len(clocks) + offset) // number] for i in range(number)]


def _in_pairs(clocks: list[int], top: int) -> list[int]:
    """A late clock before each early one, and so that two of them make up the whole time of a sample."""
    late, early = [c for c in clocks if 2 * c >= top][::-1], [c for c in clocks if 2 * c < top]
    pairs = [clock for pair in zip(late, early, strict=False) for clock in pair]
    return pairs + late[len(early) :] + early[len(late) :]
