"""Loads as the load port may see them: whole, in any order, cut short, cut off by a reset."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from ....rtl.loading.load_words import ADDRESS_WORD, FIRST_ADDRESS
from ...drivers.loads import Loads
from ..frames import FrameMaker, loading
from ..script import Frame, Segment

LOAD_SEGMENTS = (
    "loads between samples",
    "a load that is cut short",
    "reset while a load comes in",
    "after a reset while a load came in",
    "loads that are a little too short or too long",
    "loads of a wrong number of words",
    "a load that goes wrong before a reset",
    "after a load that went wrong before a reset",
    "reset at the end of a load",
    "after a reset at the end of a load",
    "reset while a load waits",
    "after a reset while a load waits",
    "loads behind frames of a wrong length",
)
(
    BETWEEN,
    SHORT,
    CUT,
    AFTER_CUT,
    LITTLE,
    NUMBERS,
    WRONG,
    AFTER_WRONG,
    END,
    AFTER_END,
    WAITS,
    AFTER_WAITS,
    BEHIND,
) = LOAD_SEGMENTS
LOADS_IN_ANY_ORDER = "loads of other networks, their words in any order"
LOADS_OF_SETTINGS = "loads of other shifts and thresholds"
FEW_WORDS = 20_000
"""Larger images are loaded three times, not in every episode."""
_BEHIND_END = (0, 1, 2)
"""Clocks from the end of a load to a reset."""
_ACCEPTED_WITHIN = 12
"""Clocks in which a load that need not wait for a sample would have begun."""
_CUTS_DRAWN, _MOST_CUT = 2, 200
"""More places of resets within a load, all but the last byte before so many bytes."""
_FEW_LENGTHS = 12
"""Up to so many beats of a frame a core without weights gets frames of all lengths up to twice that."""
_SAMPLES_OF_SETTING = 3, 1
"""With the first shift or threshold, and each other, beside all-highest codes."""
_COUNTED = 8
"""Bits: a counter of the load's words may have so many, where their number needs no more."""

Part = tuple[int, list[Frame]] | Frame
"""A sample with its row, or a frame that has no results."""


def in_any_order(words: np.ndarray, draw: random.Random) -> np.ndarray:
    """The same image, its words written in an order that is drawn, each behind an address word of its own.

    Perhaps one more address word, at which nothing is written, ends the load.

    Args:
        words: uint32, of a whole image.
        draw: the order.
    """
    image, address = [], FIRST_ADDRESS
    for word in words.tolist():
        if word & ADDRESS_WORD:
            address = word ^ ADDRESS_WORD
        else:
            image.append((address, word))
            address += 1
    draw.shuffle(image)
    ordered = [word for at, data in image for word in (ADDRESS_WORD | at, data)]
    return np.array(ordered + [ADDRESS_WORD] * draw.randint(0, 1), dtype=np.uint32)


def wrong_numbers(words: int, draw: random.Random) -> list[int]:
    """Numbers of data words that are no image, though they are one to a comparison or counter that lacks a bit.

    Of larger images some are left out, as they are drawn.

    Args:
        words: of an image.
        draw: which of them, and their order.
    """
    bits = words.bit_length()
    candidates = [words ^ 1 << bit for bit in range(bits) if words ^ 1 << bit]
    draw.shuffle(candidates)
    candidates += [number for number in (2 * words, words + 2) if number not in candidates]
    # whatever counts in fewer bits is where it should be after this one
    numbers = list(dict.fromkeys([words + (1 << max(_COUNTED, bits)), words + (1 << bits)]))
    budget = sum(numbers) + words + 120
    for number in candidates:
        if number not in numbers and sum(numbers) + number <= budget:
            numbers.append(number)
    return numbers


def data_words(words: np.ndarray) -> int:
    """How many of some load words are data, not addresses."""
    return int((words & np.uint32(ADDRESS_WORD) == 0).sum())


def load_episodes(maker: FrameMaker, codes: np.ndarray, first_row: int, loads: Loads) -> list[Segment]:
    """Loads between samples that are in work, of other networks and back; cut short; cut off by a reset.

    Args:
        maker: makes the frames.
        codes: samples.
        first_row: of the network's outputs of these; the rows of the other networks follow, one after the other.
        loads: the networks' words.
    """
    parts = _Parts(maker, codes, first_row, loads)
    segments = [parts.between()]
    if len(loads.words) > FEW_WORDS:
        return segments
    segments += [parts.in_any_order(), parts.short(), *parts.cut(), parts.little(), parts.numbers()]
    segments += [*parts.wrong_before_reset(), *parts.ends(), *parts.waits(), parts.behind()]
    return [*segments, parts.of_settings()] if loads.settings else segments


class _Parts:
    """Makes the segments; each of them leaves the network under test in the core."""

    def __init__(self, maker: FrameMaker, codes: np.ndarray, first_row: int, loads: Loads) -> None:
        self._maker, self._codes, self._first_row, self._loads = maker, codes, first_row, loads
        self._turn = 0
        self._own_load = loading(loads.words)
        self._place = 0 if loads.other_words is None else 1
        """Of the other network's image; there may be none."""
        self._other = loads.images[self._place]
        self._swallows = loads.control == "stream"
        """A core without weights swallows frames of codes; the other control takes none."""

    def _sample(self, image: int = 0, index: int | None = None) -> tuple[int, list[Frame]]:
        if index is None:
            index = self._turn % len(self._codes)
            self._turn += 1
        return self._first_row + image * len(self._codes) + index, self._maker.good(self._codes[index])

    def _segment(self, name: str, *parts: Part, **more: Any) -> Segment:
        rows = [part[0] for part in parts if not isinstance(part, Frame)]
        frames = [f for part in parts for f in ([part] if isinstance(part, Frame) else part[1])]
        return Segment(name, frames, rows, len(rows) * self._maker.beats_out, **more)

    def _lost(self, *lengths: int) -> list[Frame]:
        """Codes for a core without weights: a sample, and frames of other lengths."""
        frames = self._maker.good(self._codes[0]) if self._swallows else []
        lost = [Frame(frame.beats, good=False) for frame in frames]
        return [*lost, *(self._maker.bad(beats) for beats in lengths if self._swallows)]

    def between(self) -> Segment:
        """Loads between samples that are in work, of another network and back."""
        here = [self._sample() for _ in range(4)]
        there: list[Part] = []
        if self._place:
            there = [loading(self._other), *(self._sample(1) for _ in range(3))]
        return self._segment(BETWEEN, *here[:2], *there, self._own_load, *here[2:], stall=True)

    def in_any_order(self) -> Segment:
        """All networks but those for the sake of settings, with all samples."""
        anew: list[Part] = []
        for place, image in enumerate(self._loads.images[: len(self._loads.images) - len(self._loads.settings)]):
            anew.append(loading(in_any_order(image, self._maker.random)))
            anew += [self._sample(place) for _ in range(len(self._codes))]
        return self._segment(LOADS_IN_ANY_ORDER, *anew, self._own_load)

    def of_settings(self) -> Segment:
        """Networks for the sake of their settings; all-highest codes make the largest sums."""
        anew: list[Part] = []
        first = len(self._loads.images) - len(self._loads.settings)
        for place, words in enumerate(self._loads.settings_words, first):
            samples = [self._sample(place) for _ in range(_SAMPLES_OF_SETTING[place > first])]
            anew += [loading(words), *samples, self._sample(place, len(self._codes) - 2)]
        return self._segment(LOADS_OF_SETTINGS, *anew, self._own_load)

    def short(self) -> Segment:
        """Half a load, codes for a core without weights, and a whole load without a reset."""
        half = loading(self._other[: len(self._other) // 2], good=False)
        # the second load leaves time to see that the first one is not taken for a frame of a wrong length
        return self._segment(SHORT, self._sample(), half, *self._lost(), self._own_load, self._sample())

    def cut(self) -> list[Segment]:
        """Resets within loads. Less than a word has changed nothing; after more there are no weights."""
        words, segments = self._other, []
        beats = 4 * len(words)
        twice = np.concatenate([words, words])  # goes on where one image ends
        harmless = (1, 3) if self._swallows else ()  # the other control takes whole words
        cuts = [(words, beats // 2), (twice, beats), (twice, beats + 4)]
        for image, cut in [*cuts[:1], *((words, cut) for cut in harmless), *cuts[1:]]:
            segments.append(Segment(CUT, [loading(image)], [], 0, cut_after_beats=cut, reset_cycles=1))
            again = [] if cut in harmless else [*self._lost(self._maker.wrong_length), self._own_load]
            segments.append(self._segment(AFTER_CUT, *again, self._sample(), reset_cycles=1))
        places = {4, 8, 16, 32}
        places |= {self._maker.random.randrange(4, max(5, min(beats, _MOST_CUT))) for _ in range(_CUTS_DRAWN)}
        places = {place for place in places if place < min(beats, _MOST_CUT)} | {beats - 1}
        for cut in sorted(places if self._swallows else ()):
            segments.append(Segment(CUT, [loading(words)], [], 0, cut_after_beats=cut, reset_cycles=1))
            lost = self._maker.bad(self._maker.wrong_length)  # a load that went on would take it for its end
            segments.append(self._segment(AFTER_CUT, lost, reset_cycles=1))
        return [*segments, self._segment(AFTER_CUT, self._own_load, self._sample())]

    def little(self) -> Segment:
        """Loads with one word more, or one, or some bytes."""
        longer = np.append(self._other, self._other[-1:])
        behind = np.append(longer, np.uint32(ADDRESS_WORD))  # an address at which nothing is written
        before: list[Part] = [self._sample()]
        wrong = [loading(each, good=False) for each in (longer, behind, self._other[:-1])]
        if self._swallows:  # the other control takes whole words
            data, beats = list(longer.astype("<u4").tobytes()), 4 * len(self._other)
            wrong += [Frame(data[: beats + change], good=False, load=True) for change in (-1, 1)]
            # less than a word takes nothing of what is loaded, and makes no whole load of what was none
            wrong += (less := [Frame(data[:count], good=False, load=True) for count in (1, 2, 3)])
            before += [less[0], self._sample(), *less[1:], self._sample()]
        return self._segment(LITTLE, *before, *wrong, self._own_load, self._sample(), stall=True)

    def numbers(self) -> Segment:
        """Loads that have more or fewer words than an image by one bit of their number."""
        words = self._other
        places = np.flatnonzero(words & np.uint32(ADDRESS_WORD) == 0)
        own_number, data = len(places), words[places]
        wrong = [
            loading(
                np.append(words, np.resize(data, count - own_number))
                if count > own_number
                else words[: places[count - 1] + 1],
                good=False,
            )
            for count in wrong_numbers(own_number, self._maker.random)
        ]
        if self._swallows:  # the other control takes whole words
            beats = loading(np.append(words, data[:1])).beats
            wrong += [Frame(beats[:-less], good=False, load=True) for less in (1, 2)]
        return self._segment(NUMBERS, *wrong, self._own_load, *(self._sample() for _ in range(3)))

    def wrong_before_reset(self) -> list[Segment]:
        """A reset takes `load_error` back, and brings no weights."""
        wrong = self._segment(WRONG, loading(self._other[:-1], good=False))
        right = self._maker.beats_in
        lengths = range(1, 2 * right + 2) if right <= _FEW_LENGTHS else (1, right - 1, right + 1, 2 * right + 1)
        lost = self._lost(*lengths)
        return [wrong, self._segment(AFTER_WRONG, *lost, self._own_load, self._sample(), reset_cycles=1)]

    def ends(self) -> list[Segment]:
        """A load holds though a reset follows at once: samples come without another one."""
        segments, place = [], 0
        for clocks in (*_BEHIND_END, 0):
            place = 0 if place else self._place
            load = loading(self._loads.images[place])
            segments.append(Segment(END, [load], [], 0, cut_after_cycles=clocks, reset_cycles=1))
            segments.append(self._segment(AFTER_END, self._sample(place), reset_cycles=1))
        return segments

    def waits(self) -> list[Segment]:
        """A load that waits for a result is forgotten with the reset, and has changed nothing."""
        offered = [*self._sample()[1], loading(self._other)]
        waits = Segment(WAITS, offered, [], 0, cut_after_valid=_ACCEPTED_WITHIN, hold=True)
        return [waits, self._segment(AFTER_WAITS, self._sample(), reset_cycles=1)]

    def behind(self) -> Segment:
        """Loads, whole and not, behind frames of a wrong length without a reset."""
        bad = [self._maker.bad(beats) for beats in (self._maker.wrong_length, self._maker.beats_in + 1)]
        few = [self._sample(self._place) for _ in range(len(self._codes))]
        there: list[Part] = [self._sample(), bad[0], loading(self._other), *few, bad[1]]
        here: list[Part] = [self._own_load, self._sample(), *bad]
        lost = self._lost(1 + (self._maker.beats_in == 1))
        again: list[Part] = [loading(self._other[:-1], good=False), *lost, loading(self._other)]
        return self._segment(BEHIND, *there, *here, *again, self._sample(self._place), self._own_load, self._sample())
