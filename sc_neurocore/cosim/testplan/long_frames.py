"""Frames of a wrong length and resets where rows of a long frame end, and while a result waits."""

from __future__ import annotations

from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ...spec.network import NetworkSpec
from .frames import FrameMaker
from .reset_sweep import Drawn, whole_sample
from .script import Segment

_BEATS = 600
"""Of the frames of a wrong length, and of those that a reset cuts off, about."""
_CLOCKS = 6_000
"""In which results wait, all together, about."""
_PLACES = 6
"""At most so many resets come while a result waits."""
_ERROR_WITHIN = 4


def long_frames(sample: Drawn, maker: FrameMaker, latency: int) -> list[Segment]:
    """Segments for frames that are too long, or samples that take too long, to try every length and clock.

    Args:
        sample: gives samples.
        maker: of their frames.
        latency: roughly how long one is in work.
    """
    beats = maker.beats_in
    places = _some(row_places(maker), _BEATS, maker)
    row, frames = sample()
    bad = [maker.bad(place) for place in places]
    segments = [
        Segment("frames that end with a row", [*bad, *frames], [row], maker.beats_out, expected_clocks=maker.clocks)
    ]
    for place in _some(row_places(maker), 2 * _BEATS, maker, more=beats):
        row, frames = sample()
        segments.append(Segment("reset at the end of a row", frames, [row], 0, reset_cycles=1, cut_after_beats=place))
        segments.append(_frame_behind(sample))
    if maker.beats_out:
        segments += _while_a_result_waits(sample, maker, latency, places)
    return [*segments, whole_sample("after a reset at the end of a row", sample, maker)]


def row_places(maker: FrameMaker) -> list[int]:
    """Beats after which a row of the first map ends, and one less and more; of other frames, powers of two.

    Args:
        maker: of the frames.
    """
    beats = maker.beats_in
    match maker.network.layers[0] if isinstance(maker.network, NetworkSpec) else None:
        case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer() as layer:
            _, width, channels = layer.in_shape
            ends = [*range(0, beats + 1, max(1, width * channels // maker.elements))]
        case DenseLayer() | None:  # None: of a circuit
            ends = [1 << bit for bit in range(beats.bit_length())]
        case other:
            unknown_kind(other, "cosim")
    near = {end + off for end in ends for off in (-1, 0, 1)}
    return sorted(place for place in near if 0 < place < beats)


def _some(places: list[int], limit: int, maker: FrameMaker, more: int = 0) -> list[int]:
    """As many of them, drawn, as have so many beats together, each with `more`."""
    total, some = 0, []
    for place in maker.random.sample(places, len(places)):
        total += place + more
        if total <= limit:
            some.append(place)
    return sorted(some)


def _frame_behind(sample: Drawn) -> Segment:
    """A sample that shows by `frame_error` whether the reset before it has ended the frame that it cut off."""
    row, frames = sample()
    return Segment("a frame behind a reset", frames, [row], 0, reset_cycles=1, cut_after_cycles=_ERROR_WITHIN)


def _while_a_result_waits(sample: Drawn, maker: FrameMaker, latency: int, places: list[int]) -> list[Segment]:
    """Frames of a wrong length, and resets within them, while a result waits; in the core that takes them then."""
    beats, segments = maker.beats_in, list[Segment]()
    wrong = [beats - 1, beats + 1, *maker.random.sample(places, min(2, len(places)))]
    clocks = sum(wrong) + _ERROR_WITHIN
    number = min(_PLACES, _CLOCKS // (latency + clocks))
    if not number:
        return []
    row, frames = sample()
    behind = [maker.bad(each) for each in wrong * (2 + latency // sum(wrong))]
    name = "frames of a wrong length while a result waits"
    segments.append(Segment(name, [*frames, *behind], [row], 0, reset_cycles=1, cut_after_valid=clocks, hold=True))
    segments.append(_frame_behind(sample))
    first = maker.random.randrange(2)
    for place in range(1, number):
        cycles = 2 + 2 * maker.random.randrange(beats) + (first + place) % 2
        row, frames = sample()
        behind = [maker.bad(2 * beats + 1) for _ in range(3 + latency // beats)]
        name = "reset within a frame while a result waits"
        segments.append(Segment(name, [*frames, *behind], [row], 0, reset_cycles=1, cut_after_valid=cycles, hold=True))
        segments.append(_frame_behind(sample))
    return segments
