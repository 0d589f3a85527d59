"""Loads as the load port may see them: whole, in any order, cut short, cut off by a reset."""

from __future__ import annotations

import random

import numpy as np

from ...rtl.loading.load_words import ADDRESS_WORD, FIRST_ADDRESS
from ..drivers.loads import Loads
from .frames import FrameMaker, loading
from .script import Frame, Segment

LOAD_SEGMENTS = (
    "loads between samples",
    "a load that is cut short",
    "reset while a load comes in",
    "after a reset while a load came in",
    "loads that are a little too short or too long",
)
LOADS_IN_ANY_ORDER = "loads of other networks, their words in any order"
FEW_WORDS = 20_000
"""Larger images are loaded three times, not in every episode."""


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
    complete_load = loading(loads.words)
    other_rows = first_row + len(codes)
    turn = 0

    def sample(base: int) -> tuple[int, list[Frame]]:
        nonlocal turn
        index = turn % len(codes)
        turn += 1
        return base + index, maker.good(codes[index])

    def segment(name: str, *parts: tuple[int, list[Frame]] | Frame, stall: bool = False) -> Segment:
        rows = [part[0] for part in parts if not isinstance(part, Frame)]
        frames = [f for part in parts for f in ([part] if isinstance(part, Frame) else part[1])]
        return Segment(name, frames, rows, len(rows) * maker.beats_out, stall=stall)

    here = [sample(first_row) for _ in range(4)]
    there: list[tuple[int, list[Frame]] | Frame] = []
    if loads.other_words is not None:
        there = [loading(loads.other_words), *(sample(other_rows) for _ in range(3))]
    segments = [segment(LOAD_SEGMENTS[0], *here[:2], *there, complete_load, *here[2:], stall=True)]
    if len(loads.words) > FEW_WORDS:
        return segments
    anew: list[tuple[int, list[Frame]] | Frame] = []
    for place, image in enumerate(loads.images):
        base = first_row + place * len(codes)
        anew += [loading(in_any_order(image, maker.random)), *(sample(base) for _ in range(len(codes)))]
    segments.append(segment(LOADS_IN_ANY_ORDER, *anew, complete_load))
    words = loads.words if loads.other_words is None else loads.other_words
    cut = loading(words[: len(words) // 2], good=False)
    lost = []
    if loads.control == "stream":  # a core without weights swallows frames of codes; the other control takes none
        # the second load leaves time to see that the first one is not taken for a frame of a wrong length
        lost = [cut, *(Frame(frame.beats, good=False) for frame in maker.good(codes[0]))]
    segments.append(segment(LOAD_SEGMENTS[1], sample(first_row), cut, *lost, complete_load, sample(first_row)))
    bytes_in = 2 * len(words)
    segments.append(Segment(LOAD_SEGMENTS[2], [loading(words)], [], 0, cut_after_beats=bytes_in))
    segments.append(segment(LOAD_SEGMENTS[3], complete_load, sample(first_row)))
    longer = np.append(words, words[-1:])
    behind = np.append(longer, np.uint32(ADDRESS_WORD))  # an address at which nothing is written
    before: list[tuple[int, list[Frame]] | Frame] = [sample(first_row)]
    wrong = [loading(each, good=False) for each in (longer, behind, words[:-1])]
    if loads.control == "stream":  # the other control takes whole words
        data = list(longer.astype("<u4").tobytes())
        wrong += [Frame(data[: 4 * len(words) + change], good=False, load=True) for change in (-1, 1)]
        # less than a word takes nothing of what is loaded, and makes no whole load of what was none
        wrong += (less := [Frame(data[:count], good=False, load=True) for count in (1, 2, 3)])
        before += [less[0], sample(first_row), *less[1:], sample(first_row)]
    segments.append(segment(LOAD_SEGMENTS[4], *before, *wrong, complete_load, sample(first_row), stall=True))
    return segments
