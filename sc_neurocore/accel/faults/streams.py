"""Counts of a layer whose stream bits go wrong: every stream is made, 64 bits a word, and every mask of its faults.

An input's stream is one line for all neurons. Of a mux the products that no position selects count for nothing.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ...spec.layer import DenseLayer
from ..jit import kernel
from ..kinds import select_source, unites
from ..packed.ones import popcount
from ..packed.streams import pack_flags, packed_streams, word_count
from ..threads import for_slices, slices
from ..words import source_words
from .lines import SiteFaults
from .philox import fill_masks

WINDOW_WORDS = 64
"""Of one stream."""
TILE_WORDS = 2**20
"""Of weight streams."""
SAMPLES = 16
SUM, SELECT, UNION = range(3)
"""How products become a count: all added, the selected one added, a union of each sign."""


class StreamCounts:
    """Codes `(batch, inputs)` to counts `(batch, neurons)`, int64, before the bias."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray, sites: dict[str, SiteFaults]) -> None:
        """Keep what the layer is made of.

        Args:
            layer: any dense layer.
            weights: signed codes `(neurons, inputs)`, as the memory holds them.
            sites: faults of `input`, `weight` and `product`.
        """
        self.layer, self.sites = layer, sites
        self.magnitudes, self.negative = np.abs(weights), weights < 0
        self.select = select_source(layer.accumulator)
        self.how = SELECT if self.select is not None else UNION if unites(layer.accumulator) else SUM

    @property
    def full_scale(self) -> int:
        """The largest magnitude of a count."""
        return self.layer.stream_length * (self.layer.inputs if self.how == SUM else 1)

    def __call__(self, codes: np.ndarray, first_sample: int, step: int) -> np.ndarray:
        """Counts.

        Args:
            codes: `(batch, inputs)`.
            first_sample: number of the first one.
            step: number of the time step.
        """
        layer, length = self.layer, self.layer.stream_length
        a = np.zeros((len(codes), layer.neurons), dtype=np.int64)
        for start in range(0, length, 64 * WINDOW_WORDS):
            part = min(64 * WINDOW_WORDS, length - start)
            tile = max(1, TILE_WORDS // (layer.inputs * word_count(part)))
            for rows in slices(layer.neurons, tile):
                window = _Window(self, start, part, rows)
                for_slices(partial(window.add, codes, first_sample, step, a), len(codes), SAMPLES)
        return a


class _Window:
    """Weight streams and permanent faults of some neurons in a window of time."""

    def __init__(self, counts: StreamCounts, start: int, length: int, rows: slice) -> None:
        layer, n = counts.layer, counts.layer.resolution_bits
        self.counts, self.start, self.length, self.rows = counts, start, length, rows
        self.first_line, lines = rows.start * layer.inputs, (rows.stop - rows.start) * layer.inputs
        self.weights = packed_streams(layer.weight_generator, counts.magnitudes[rows], n, start, length)
        self.stuck_weights = counts.sites["weight"].stuck_words(self.first_line, lines, start, length)
        self.stuck_products = counts.sites["product"].stuck_words(self.first_line, lines, start, length)
        self.stuck_inputs = counts.sites["input"].stuck_words(0, layer.inputs, start, length)
        self.selected = np.zeros((1, word_count(length)), dtype=np.uint64)
        if counts.select is not None:
            names = source_words(counts.select, layer.select_bits, start, length)
            self.selected = pack_flags(names == np.arange(layer.inputs)[:, None])

    def add(self, codes: np.ndarray, first_sample: int, step: int, a: np.ndarray, begin: int, end: int) -> None:
        """Add the counts of samples begin … end − 1 to their rows of `a`."""
        counts, layer = self.counts, self.counts.layer
        some = np.ascontiguousarray(codes[begin:end], dtype=np.int64)
        streams = packed_streams(layer.input_generator, np.abs(some), layer.resolution_bits, self.start, self.length)
        streams = np.ascontiguousarray(streams)
        at = self.start // 64, self.length, first_sample + begin
        inputs, weights, products = (counts.sites[name] for name in ("input", "weight", "product"))
        if inputs.thresholds.any:
            _faulty_inputs(streams, *at, inputs.flip_place(step), inputs.keys, inputs.flip, *self.stuck_inputs)
        out = np.zeros((end - begin, self.rows.stop - self.rows.start), dtype=np.int64)
        _count(
            streams,
            some < 0,
            self.weights,
            counts.negative[self.rows],
            *at,
            self.first_line,
            (weights.flip_place(step), products.flip_place(step)),
            inputs.keys,
            (weights.flip, products.flip),
            self.stuck_weights,
            self.stuck_products,
            self.selected,
            counts.how,
            layer.bipolar,
            out,
        )
        a[begin:end, self.rows] += out


@kernel
def _faulty_inputs(
    streams: np.ndarray,
    first_word: int,
    length: int,
    first_sample: int,
    place: int,
    keys: np.ndarray,
    flip: np.uint64,
    zeros: np.ndarray,
    ones: np.ndarray,
) -> None:
    batch, inputs, words = streams.shape
    masks, stuck = np.empty(inputs, dtype=np.uint64), zeros.shape[0] == inputs
    for b in range(batch):
        for k in range(words):
            fill_masks(0, first_word + k, min(64, length - 64 * k), first_sample + b, place, keys, flip, masks)
            for j in range(inputs):
                i = j if stuck else 0
                streams[b, j, k] = ((streams[b, j, k] ^ masks[j]) & ~zeros[i, k]) | ones[i, k]


@kernel
def _count(
    streams: np.ndarray,
    negative_inputs: np.ndarray,
    weights: np.ndarray,
    negative_weights: np.ndarray,
    first_word: int,
    length: int,
    first_sample: int,
    first_line: int,
    places: tuple[int, int],
    keys: np.ndarray,
    flips: tuple[np.uint64, np.uint64],
    stuck_weights: tuple[np.ndarray, np.ndarray],
    stuck_products: tuple[np.ndarray, np.ndarray],
    selected: np.ndarray,
    how: int,
    bipolar: bool,
    out: np.ndarray,
) -> None:
    """What a window of time adds to the counts `out` of some samples and neurons."""
    batch, inputs, words = streams.shape
    of_weights, of_products = np.empty(inputs, dtype=np.uint64), np.empty(inputs, dtype=np.uint64)
    step_w, step_p = int(stuck_weights[0].shape[0] > 1), int(stuck_products[0].shape[0] > 1)
    for b in range(batch):
        for m in range(weights.shape[0]):
            line, total = m * inputs, 0
            for k in range(words):
                bits = min(64, length - 64 * k)
                inside = ~np.uint64(0) if bits == 64 else (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
                place, sample, word = first_line + line, first_sample + b, first_word + k
                fill_masks(place, word, bits, sample, places[0], keys, flips[0], of_weights)
                fill_masks(place, word, bits, sample, places[1], keys, flips[1], of_products)
                positive, minus_word = np.uint64(0), np.uint64(0)
                for j in range(inputs):
                    i = (line + j) * step_w
                    w = ((weights[m, j, k] ^ of_weights[j]) & ~stuck_weights[0][i, k]) | stuck_weights[1][i, k]
                    p = ~(streams[b, j, k] ^ w) & inside if bipolar else streams[b, j, k] & w
                    i = (line + j) * step_p
                    p = ((p ^ of_products[j]) & ~stuck_products[0][i, k]) | stuck_products[1][i, k]
                    minus = negative_inputs[b, j] != negative_weights[m, j]
                    if how == UNION:
                        if minus:
                            minus_word |= p
                        else:
                            positive |= p
                        continue
                    counted = inside
                    if how == SELECT:
                        counted = selected[j, k]
                        p &= counted
                    ones = np.int64(popcount(p))
                    if bipolar:
                        total += 2 * ones - np.int64(popcount(counted))
                    elif minus:
                        total -= ones
                    else:
                        total += ones
                if how == UNION:
                    total += np.int64(popcount(positive)) - np.int64(popcount(minus_word))
            out[b, m] = total
