"""The frames whose counts are read from registers: good ones and ones of a wrong length, around each clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..frames import FrameMaker
from ..script import Frame, Segment
from .accesses import Access

REGISTERS = "registers"
"""Name of the segment in which registers are read and written."""
BESIDE = "registers beside a run"
"""The same of the one in which they are, while samples come in and results go out."""
_COUNTS = {8: (3_655, 63_491), 100: (263, 6_147)}
"""What the first of them sends before: so many samples, and frames of a wrong length, whose counts are read, by the
clocks in which a core is done with a sample: the most bits count where that is soon. They are odd: a bit that is
inverted with every count is right again after the next. They differ: good frames that are counted as bad ones show."""
_SLOW_COUNTS = 3, 261
"""The same of all others: more than eight bits count frames of a wrong length."""
_MOST_ERRORS = 65_541
"""Of the quickest cores so many frames of a wrong length are sent: more than the register counts."""
_SAMPLES_BESIDE = 8


def frame_counts(clocks: int) -> tuple[int, int]:
    """Samples and frames of a wrong length before registers are read, of a core whose samples take so many clocks."""
    return next((counts for limit, counts in _COUNTS.items() if clocks <= limit), _SLOW_COUNTS)


class CountedFrames:
    """Frames in parts with a stop behind each; after each part it is known what was counted."""

    def __init__(self, maker: FrameMaker, codes: np.ndarray, first_row: int, output_frames: int) -> None:
        """Args:
        maker: makes the frames.
        codes: samples.
        first_row: of the expected outputs of these.
        output_frames: of a sample.
        """
        self._maker, self._codes, self._first_row, self._output_frames = maker, codes, first_row, output_frames
        self.frames: list[Frame] = []
        self.rows: list[int] = []
        self.stops: list[int] = []
        self.counts: list[tuple[int, int]] = []
        """Of the parts: frames of a wrong length, and output frames."""

    def samples(self, count: int) -> None:
        """Add samples."""
        for _ in range(count):
            row = len(self.rows) % len(self._codes)
            self.frames += self._maker.good(self._codes[row])
            self.rows.append(self._first_row + row)

    def wrong(self, *lengths: int) -> None:
        """Add frames of wrong lengths."""
        self.frames += [self._maker.bad(beats) for beats in lengths]

    def stop(self, before: Sequence[Frame] = ()) -> None:
        """End a part; `before`: frames that go before all of these."""
        beats = sum(len(frame.beats) for frame in (*before, *self.frames))
        self.stops += [beats, len(self.rows) * self._maker.beats_out]
        bad = sum(not frame.good for frame in self.frames)
        results = len(self.rows) * self._output_frames
        self.counts.append((bad, results))

    def since(self, part: int) -> tuple[int, int]:
        """What the last part has, without all up to this one."""
        (bad, results), (bad_before, results_before) = self.counts[-1], self.counts[part]
        return bad - bad_before, results - results_before

    def segment(self, name: str, accesses: Sequence[Access], before: Sequence[Frame] = (), **how: Any) -> Segment:
        """With accesses that wait for the stops.

        Args:
            name: of the segment.
            accesses: to be made.
            before: frames that go first.
            **how: more fields.
        """
        codes = [access.code for access in accesses]
        beats = len(self.rows) * self._maker.beats_out
        frames = [*before, *self.frames]
        return Segment(name, frames, self.rows, beats, accesses=codes, beside=True, stops=self.stops, **how)


def counted_around_a_clear(frames: CountedFrames, maker: FrameMaker, clocks: int, load: Sequence[Frame]) -> None:
    """Add samples and frames of wrong lengths, more where few clocks make it possible, and a few behind a clear.

    Args:
        frames: to which they are added.
        maker: knows the right length.
        clocks: that a sample takes, about.
        load: that comes first.
    """
    samples, errors = frame_counts(clocks)
    right, short = maker.beats_in, maker.wrong_length
    mixed = (right + 1, 2 * right + (right == 1), short, right + 2)
    frames.wrong(*mixed[:2])
    frames.samples(1)
    frames.wrong(*mixed[2:])
    frames.samples(samples - 1)
    frames.wrong(*[short] * (errors - len(mixed)))
    frames.stop(load)
    if clocks <= min(_COUNTS):
        frames.wrong(*[short] * (_MOST_ERRORS - errors))
        frames.stop(load)
    frames.wrong(right + 1)
    frames.samples(2)
    frames.wrong(short, right + 3, short, short)
    frames.samples(1)
    frames.stop(load)


def counted_beside_a_run(frames: CountedFrames, maker: FrameMaker) -> None:
    """Add samples; then, behind a stop, samples and frames of a wrong length between them."""
    frames.samples(_SAMPLES_BESIDE // 2)
    frames.stop()
    for each in range(_SAMPLES_BESIDE // 2):
        frames.samples(1)
        frames.wrong(*[maker.wrong_length, maker.beats_in + 1][: each % 3])
    frames.stop()
