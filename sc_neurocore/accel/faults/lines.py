"""Lines of bits and what goes wrong on them: where a bit's random word is found, and faulty words of many lines.

A site has lines, a line has positions: the stream of input j is line j; the weight stream, product and stored weight of
neuron k and input j are line k·N + j; the sum of neuron k is line k. Positions are stream positions t, or the bits of a
word, the least significant first.
"""

from __future__ import annotations

import numpy as np

from ..jit import kernel
from .description import KINDS, SITES, Fault, Kind, Site, SiteThresholds, thresholds_of
from .philox import fill_masks

PERMANENT = 0
"""In the place of sample and time step for what is drawn once for all."""


def place_of(site: Site, kind: Kind, layer: int, step: int) -> int:
    """The last word of the counter (see `philox`).

    Args:
        site: whose bit.
        kind: what goes wrong.
        layer: number of the layer.
        step: number of the time step.
    """
    return step | layer << 16 | SITES.index(site) << 22 | KINDS.index(kind) << 25


class SiteFaults:
    """What goes wrong at one site of one layer."""

    def __init__(self, faults: tuple[Fault, ...], site: Site, layer: int, keys: np.ndarray) -> None:
        """Look up the thresholds.

        Args:
            faults: of the network.
            site: whose.
            layer: number of the layer.
            keys: of `philox.round_keys`.
        """
        self.thresholds: SiteThresholds = thresholds_of(faults, site)
        self.site: Site = site
        self.layer, self.keys = layer, keys

    @property
    def flip(self) -> np.uint64:
        """The threshold of flips, as kernels take it."""
        return np.uint64(self.thresholds.flip)

    def flip_place(self, step: int) -> int:
        """The last word of the counter of a flip."""
        return place_of(self.site, "flip", self.layer, step)

    def stuck(self, first_line: int, lines: int, word: int, bits: int) -> tuple[np.ndarray, np.ndarray]:
        """Which bits are stuck at 0, and which at 1, in every sample; uint64 `(lines,)` each.

        Args:
            first_line: number of the first line.
            lines: how many.
            word: 64 positions from 64·word on.
            bits: so many of them, at most 64.
        """
        out = []
        of_kind: dict[Kind, int] = {"stuck_at_0": self.thresholds.stuck_at_0, "stuck_at_1": self.thresholds.stuck_at_1}
        for kind, threshold in of_kind.items():
            masks = np.zeros(lines, dtype=np.uint64)
            place = place_of(self.site, kind, self.layer, PERMANENT)
            fill_masks(first_line, word, bits, PERMANENT, place, self.keys, np.uint64(threshold), masks)
            out.append(masks)
        return out[0], out[1]

    def stuck_words(self, first_line: int, lines: int, start: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """`stuck` of all words of a window of a stream; uint64 `(lines, words)` each, where none is stuck `(1, words)`.

        Args:
            first_line: number of the first line.
            lines: how many.
            start: position of the window's first bit, a multiple of 64.
            length: bits of the window.
        """
        words = -(-length // 64)
        if not self.thresholds.permanent:
            return np.zeros((1, words), dtype=np.uint64), np.zeros((1, words), dtype=np.uint64)
        zeros, ones = np.empty((lines, words), dtype=np.uint64), np.empty((lines, words), dtype=np.uint64)
        for k in range(words):
            bits = min(64, length - 64 * k)
            zeros[:, k], ones[:, k] = self.stuck(first_line, lines, start // 64 + k, bits)
        return zeros, ones

    def words(self, values: np.ndarray, bits: int, first_sample: int, step: int) -> np.ndarray:
        """Binary words with their faults, each drawn anew in every sample.

        Args:
            values: uint64 words below 2^bits, `(samples, lines)`.
            bits: of a word.
            first_sample: number of the first sample.
            step: number of the time step.
        """
        if not self.thresholds.any:
            return values
        zeros, ones = self.stuck(0, values.shape[1], 0, bits)
        out = np.empty_like(values)
        _faulty_words(values, bits, first_sample, self.flip_place(step), self.keys, self.flip, zeros, ones, out)
        return out

    def stored(self, words: np.ndarray, bits: int) -> np.ndarray:
        """Words of a memory with their faults, drawn once for all samples.

        Args:
            words: uint64 words below 2^bits, `(lines,)`.
            bits: of a word.
        """
        return self.words(words[None], bits, PERMANENT, PERMANENT)[0]


@kernel
def _faulty_words(
    values: np.ndarray,
    bits: int,
    first_sample: int,
    place: int,
    keys: np.ndarray,
    flip: np.uint64,
    zeros: np.ndarray,
    ones: np.ndarray,
    out: np.ndarray,
) -> None:
    for b in range(values.shape[0]):
        fill_masks(0, 0, bits, first_sample + b, place, keys, flip, out[b])
        for i in range(values.shape[1]):
            out[b, i] = ((values[b, i] ^ out[b, i]) & ~zeros[i]) | ones[i]
