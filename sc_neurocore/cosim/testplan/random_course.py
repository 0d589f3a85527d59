"""A constrained-random course: short segments of samples, broken frames, loads and resets in an order that is drawn.

The episodes of `scenario` are written for faults that somebody thought of; these are for the others.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ...rtl.loading.load_words import ADDRESS_WORD
from ..drivers.loads import Loads
from .frames import FrameMaker, loading
from .loads.episodes import FEW_WORDS, data_words, in_any_order
from .script import COURSE, HALVED_SAMPLES, Frame, Segment

_CLOCKS = 12_000
"""Of all segments together, about."""
_SEGMENTS = 3, 160
"""At least and at most."""
_PARTS = 4
"""Of a segment, at most."""
_ERROR_WITHIN = 4
"""Clocks after a frame of a wrong length within which `frame_error` must be high."""
_RESETS = (1, 1, 1, 2, 3, 5, 17)


def course(
    maker: FrameMaker, codes: np.ndarray, first_row: int, latency: int, *, loads: Loads | None, halvings: int
) -> list[Segment]:
    """Segments as they are drawn, fewer where samples and loads take long.

    Args:
        maker: makes the frames.
        codes: samples.
        first_row: of the network's outputs of these; behind them those of the other networks to be loaded, or of the
            first `HALVED_SAMPLES` with halved streams.
        latency: roughly how long a sample is in work.
        loads: of a loadable core.
        halvings: how often streams may be halved.
    """
    parts = _Course(maker, codes, first_row, latency, loads, halvings)
    minimum, limit = _SEGMENTS
    return [parts.segment() for _ in range(min(limit, max(minimum, _CLOCKS // parts.clocks)))]


class _Course:
    """What is in the core, from one segment to the next."""

    def __init__(
        self,
        maker: FrameMaker,
        codes: np.ndarray,
        first_row: int,
        latency: int,
        loads: Loads | None,
        halvings: int,
    ) -> None:
        self._maker, self._codes, self._first_row, self._latency = maker, codes, first_row, latency
        self._draw = random.Random(f"course {maker.random.getrandbits(64)}")
        self._control: str | None = None
        self._images: tuple[np.ndarray, ...] = ()
        if loads is not None and len(loads.words) <= FEW_WORDS:
            self._control, self._images = loads.control, loads.images
        self._max_halvings = halvings
        self._halvings = 0
        self._image: int | None = 0
        """The image in the core; None: a load went wrong, and there is none."""
        self._is_known = True
        """Whether that is certain: a load that is cut off may have begun."""
        self._frames: list[Frame] = []
        self._rows: list[int] = []
        self._is_broken = False  # the segment has a frame of a wrong length
        self._loads: list[tuple[int, int, int | None]] = []  # of the segment: first beat, beat behind it, image

    @property
    def clocks(self) -> int:
        """Of a segment, about."""
        maker = self._maker
        beats = maker.beats_in * len(maker.good(self._codes[0])) + maker.beats_out
        return 2 * (self._latency + 2 * beats + 16) + 16 * (len(self._images[0]) if self._images else 0)

    def segment(self) -> Segment:
        """The next one."""
        self._frames, self._rows, self._loads, self._is_broken = [], [], [], False
        self._halvings = self._draw.randint(0, self._max_halvings)
        before = self._image
        if not self._is_known or (self._image is None and self._control == "axi-lite"):
            self._load_whole()
        for _ in range(self._draw.randint(1, _PARTS)):
            self._add_part()
        if self._image is None:
            self._load_whole()
        if not self._rows or self._draw.random() < 0.5:
            self._add_sample()
        how = self._end(before) if self._draw.random() < 0.6 else {}
        samples = 0 if how else len(self._rows)
        return Segment(
            COURSE,
            self._frames,
            self._rows,
            samples * self._maker.beats_out,
            stall=self._draw.random() < 0.4,
            reset_cycles=self._draw.choice(_RESETS),
            expected_clocks=samples * self._maker.clocks,
            halvings=self._halvings,
            **how,
        )

    def _add_part(self) -> None:
        chance = self._draw.random()
        if self._images and chance < 0.2:
            self._load_whole()
        elif self._images and chance < 0.3:
            self._load_wrong()
        elif self._image is None and self._control == "axi-lite":
            self._load_whole()  # frames of codes would wait for ever
        elif chance < 0.5:
            self._is_broken = True
            self._frames.append(self._maker.bad(self._wrong_length()))
        else:
            self._add_sample()

    def _wrong_length(self) -> int:
        right = self._maker.beats_in
        length = self._draw.randint(1, 3 * right + 1)
        return length if length != right else right + 1

    def _add_sample(self) -> None:
        index = self._draw.randrange(HALVED_SAMPLES if self._halvings else len(self._codes))
        frames = self._maker.good(self._codes[index], rough=self._draw.random() < 0.5)
        if self._image is None:  # a core without weights swallows them
            self._is_broken = True
            self._frames += [Frame(frame.beats, good=False) for frame in frames]
            return
        self._frames += frames
        row = self._first_row + self._image * len(self._codes) + index
        self._rows.append(row + (self._halvings and len(self._codes) + (self._halvings - 1) * HALVED_SAMPLES))

    def _load_whole(self) -> None:
        image = self._draw.randrange(len(self._images))
        words = self._images[image]
        self._load(loading(in_any_order(words, self._draw) if self._draw.random() < 0.5 else words), image)

    def _load_wrong(self) -> None:
        """Words that are no image: their number alone tells. A few addresses stand among them, and perhaps behind."""
        words_needed = data_words(self._images[0])
        count = self._draw.choice([number for number in range(1, 2 * words_needed + 2) if number != words_needed])
        words = [self._draw.getrandbits(32) & ~ADDRESS_WORD for _ in range(count)]
        for place in (*(self._draw.randint(0, count) for _ in range(self._draw.randint(0, 3))), len(words)):
            if place < count or self._draw.random() < 0.5:
                words.insert(place, self._draw.getrandbits(32) | ADDRESS_WORD)
        frame = loading(np.array(words, dtype=np.uint32), good=False)
        if self._control == "stream" and len(words) > 1:  # the other control takes whole words
            del frame.beats[len(frame.beats) - self._draw.choice((0, 0, 1, 2, 3)) :]
        self._load(frame, None)

    def _load(self, frame: Frame, image: int | None) -> None:
        begin = sum(len(each.beats) for each in self._frames)
        self._frames.append(frame)
        self._loads.append((begin, begin + len(frame.beats), image))
        self._image, self._is_known = image, True

    def _end(self, before: int | None) -> dict[str, Any]:
        """How the segment is cut off by the next one's reset.

        Args:
            before: the image in the core when the segment begins.
        """
        ways = ["beats"]
        if self._frames[-1].good and not self._frames[-1].load:
            ways.append("cycles")
        if self._rows and self._maker.beats_out:
            ways += ["valid"] if self._is_broken else ["valid", "outputs"]
        way = self._draw.choice(ways)
        if way == "cycles":
            return {"cut_after_cycles": self._draw.randint(0, self._latency + _ERROR_WITHIN)}
        if way == "beats":
            cut = self._draw.randint(1, sum(len(frame.beats) for frame in self._frames))
            self._cut(cut, cut, before)
            return {"cut_after_beats": cut}
        self._cut(1, sum(len(frame.beats) for frame in self._frames), before)
        if way == "valid":
            late = self._draw.choice((4, self._latency))
            return {"cut_after_valid": self._draw.randint(0, late), "hold": self._draw.random() < 0.5}
        return {"cut_after_outputs": self._draw.randint(1, len(self._rows) * self._maker.beats_out)}

    def _cut(self, minimum: int, maximum: int, before: int | None) -> None:
        """What is in the core when between `minimum` and `maximum` beats of the segment have come in, and no more.

        Args:
            minimum: beats.
            maximum: beats.
            before: the image in the core when the segment began.
        """
        self._image = before
        for begin, end, image in self._loads:
            if minimum > end:
                self._image = image
            elif maximum > begin:
                self._is_known = False
