"""Frames of a design's samples, of wrong lengths, and of loads."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence

import numpy as np

from ...spec.encoding import element_width, is_signed
from ..design import Design, stream_clocks
from .script import Frame


def loading(words: np.ndarray, *, good: bool = True) -> Frame:
    """A load of these words; not `good`: too few of them for an image."""
    return Frame(list(words.astype("<u4").tobytes()), good, load=True)


def drawn_rows(rows: int, draw: random.Random) -> Iterator[int]:
    """Rows in an order that is drawn, without an end: none comes twice before each has come.

    Args:
        rows: how many there are.
        draw: draws.
    """
    while True:
        yield from draw.sample(range(rows), rows)


_TORN_BEATS = 1_200
"""Of all samples of several time steps between which frames of a wrong length come, about."""


def torn_lengths(lengths: Sequence[int], steps: int, beats: int) -> list[list[list[int]]]:
    """By sample and time step, the frames of a wrong length before it: each length before each, then two of them.

    Args:
        lengths: wrong ones.
        steps: of a sample.
        beats: of a frame.
    """
    count = min(len(lengths), max(1, _TORN_BEATS // (5 * steps * beats)))
    turned = [[*lengths[turn:], *lengths[:turn]] for turn in range(count)]
    single = [[[each[step % len(each)]] for step in range(steps)] for each in turned]
    pairs = [
        [[each[(step + back) % len(each)] for back in (0, 1 + turn)] for step in range(steps)]
        for turn, each in enumerate(turned)
    ]
    return [*single, *pairs]


class FrameMaker:
    """Makes frames of a design's samples.

    Args:
        network: whose samples they are.
        seed: of the bits that the core must ignore, and of whoever draws with `random`.
        beat: elements in a beat of the input port, and of the output port.
    """

    def __init__(self, network: Design, seed: int, beat: tuple[int, int] = (1, 1)) -> None:
        self.network = network
        self.clocks = stream_clocks(network)
        self.width = element_width(network.input.encoding, network.input.resolution_bits)
        self.port = -(-self.width // 8) * 8
        self.signed = is_signed(network.input.encoding)
        self.random = random.Random(f"don't care {seed}")
        self.wrong_length = 1 if network.input.features > beat[0] else 2
        self.elements = beat[0]
        self.beats_in = -(-network.input.features // beat[0])
        self.beats_out = math.prod(network.output_shape(1)) // beat[1]

    def good(self, sample: np.ndarray, *, rough: bool = False) -> list[Frame]:
        """The frames of one sample; `rough`: with the bits that the core must ignore set at random."""
        rows = sample.reshape(-1, self.network.input.features)
        return [Frame(self._beats([self._word(int(code), rough) for code in row], rough)) for row in rows]

    def bad(self, beats: int) -> Frame:
        """A frame of a wrong number of beats."""
        return Frame([self.random.getrandbits(self.port * self.elements) for _ in range(beats)], good=False)

    def _beats(self, words: list[int], rough: bool) -> list[int]:
        """The beats of a frame: element 0 in the low bits of the first."""
        if self.elements == 1:
            return words
        spare = self.beats_in * self.elements - len(words)
        words = words + [self.random.getrandbits(self.port) if rough else 0 for _ in range(spare)]
        groups = (words[i : i + self.elements] for i in range(0, len(words), self.elements))
        return [sum(word << (i * self.port) for i, word in enumerate(group)) for group in groups]

    def _word(self, code: int, rough: bool) -> int:
        if not rough:
            return code & ((1 << self.port) - 1)
        if self.signed and code == -(2 ** (self.width - 1)) + 1:
            code -= 1  # the code -2^n is read as -(2^n - 1)
        noise = self.random.getrandbits(self.port) & ~((1 << self.width) - 1)
        return noise | (code & ((1 << self.width) - 1))
