"""How often each pair of source words meets over a stream: all that exact counts need to know of the streams.

Bits are thresholds of codes (see `_words`), so a product's count depends only on how often a pair (input threshold,
weight threshold) occurs among the stream's positions, not on where.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...spec.errors import OptionError
from ...spec.generator import Generator
from ...spec.layer import DenseLayer, ParallelCounter
from ..kinds import select_source, selects
from ..words import source_words, window_words


class JointCounts(NamedTuple):
    """Distinct (input, input threshold, weight threshold) triples in ascending order, int64 each, and their numbers."""

    inputs: np.ndarray
    """Selected input (mux); 0 throughout where every input meets every pair (parallel counter)."""
    x: np.ndarray
    w: np.ndarray
    count: np.ndarray  # pyright: ignore[reportIncompatibleMethodOverride]  nobody asks such a tuple for tuple.count


def pairs(layer: DenseLayer) -> JointCounts:
    """The pairs of a layer over its stream; spikes have the input threshold 0, which a code 1 exceeds."""
    n, length = layer.resolution_bits, layer.stream_length
    w = window_words(layer.weight_generator, n, 0, length)
    x = np.zeros(length, dtype=np.int64)
    if layer.input_generator is not None:
        x = window_words(layer.input_generator, n, 0, length)
    inputs = np.zeros(length, dtype=np.int64)
    select = select_source(layer.accumulator)
    if select is not None:
        inputs = source_words(select, layer.select_bits, 0, length)
        valid = inputs < layer.inputs
        inputs, x, w = inputs[valid], x[valid], w[valid]
    # Thresholds are -1 ... 2^n - 1; shifted by one they take at most 17 bits, an input number 16.
    keys, count = np.unique(inputs << 34 | (x + 1) << 17 | (w + 1), return_counts=True)
    return JointCounts(keys >> 34, (keys >> 17 & 0x1FFFF) - 1, (keys & 0x1FFFF) - 1, count.astype(np.int64))


def stream_ones(generator: Generator, n: int, length: int) -> np.ndarray:
    """Ones in the stream of each code; int64 `(2^n,)`."""
    window = window_words(generator, n, 0, length)
    codes = np.arange(2**n, dtype=np.int64)
    if not selects(generator):
        return np.searchsorted(np.sort(window), codes)  # thresholds below the code
    per_bit = np.bincount(window[window >= 0], minlength=n)
    return ((codes[:, None] >> np.arange(n)) & 1) @ per_bit


def weight_bits(layer: DenseLayer, codes: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Bits of signed weight codes where a source gives these thresholds; int64 zeros and ones."""
    magnitudes = np.abs(codes)
    if selects(layer.weight_generator):
        return np.where(thresholds >= 0, magnitudes >> np.maximum(thresholds, 0) & 1, 0)
    return (thresholds < magnitudes).astype(np.int64)


def count_without_inputs(layer: DenseLayer, weights: np.ndarray) -> np.ndarray:
    """What each neuron counts if all input streams are 0: nothing; if bipolar, positions - 2·ones_w; `(neurons,)`."""
    if not layer.bipolar:
        return np.zeros(layer.neurons, dtype=np.int64)
    if select_source(layer.accumulator) is None:
        ones = stream_ones(layer.weight_generator, layer.resolution_bits, layer.stream_length)
        return layer.inputs * layer.stream_length - 2 * ones[weights].sum(axis=1)
    every = pairs(layer)
    bits = (weight_bits(layer, row[every.inputs], every.w) for row in weights)
    return np.array([(every.count * (1 - 2 * bit)).sum() for bit in bits], dtype=np.int64)


def product_table(
    layer: DenseLayer, x_codes: np.ndarray | None = None, w_codes: np.ndarray | None = None
) -> np.ndarray:
    """Ones of the product of two codes over the whole stream: AND, or XNOR for bipolar.

    Every position counts (as under a parallel counter); signs are left out: the codes are magnitudes.

    Args:
        layer: gives generators, encodings, resolution and stream length; no `lane_skip`.
        x_codes: input codes of the rows, default all; of a spike 0 and 1.
        w_codes: weight codes of the columns, default all. Both together bound the memory: the full table of 16 bits
            has 2^32 entries.

    Returns:
        int64 `(len(x_codes), len(w_codes))`.

    Raises:
        OptionError: the table would have more than 2^26 entries, or lanes differ (`lane_skip`).
    """
    n, length = layer.resolution_bits, layer.stream_length
    if any(generator.source.lane_skip for generator in layer.generators):
        raise OptionError("layer must have no lane_skip: its inputs have no table in common")
    spike = layer.input_generator is None
    x_codes = np.arange(2 if spike else 2**n) if x_codes is None else np.asarray(x_codes, dtype=np.int64)
    w_codes = np.arange(2**n) if w_codes is None else np.asarray(w_codes, dtype=np.int64)
    if x_codes.size * w_codes.size > 2**26:
        raise OptionError(
            f"x_codes and w_codes must ask for at most 2^26 products, got {x_codes.size} * {w_codes.size};"
            " name the codes that are used"
        )
    every = pairs(layer.model_copy(update={"accumulator": ParallelCounter()}))
    x_side = _Side(x_codes, layer.input_generator)
    w_side = _Side(w_codes, layer.weight_generator)
    cells = np.zeros((x_side.cells, w_side.cells), dtype=np.int64)
    np.add.at(cells, (x_side.cell_of(every.x), w_side.cell_of(every.w)), every.count)
    both = w_side.collect(x_side.collect(cells).T).T
    if not layer.bipolar or layer.input_generator is None:
        return both
    ones_x = stream_ones(layer.input_generator, n, length)[x_codes]
    ones_w = stream_ones(layer.weight_generator, n, length)[w_codes]
    return length - ones_x[:, None] - ones_w[None, :] + 2 * both


class _Side:
    """One operand's codes and the cells of thresholds between which they cannot tell apart."""

    def __init__(self, codes: np.ndarray, generator: Generator | None) -> None:
        self.codes, self.compares = codes, generator is None or not selects(generator)
        self.distinct, self.place = np.unique(codes, return_inverse=True)
        self.cells = self.distinct.size + 1 if self.compares else 17

    def cell_of(self, thresholds: np.ndarray) -> np.ndarray:
        """Comparator: index of the smallest of the codes that exceeds the threshold; selector: the bit, 16 for none."""
        if self.compares:
            return np.searchsorted(self.distinct, thresholds, side="right")
        return np.where(thresholds >= 0, thresholds, 16)

    def collect(self, cells: np.ndarray) -> np.ndarray:
        """Sum the rows of `cells` that are ones of each code: `(cells, ...)` to `(codes, ...)`."""
        if self.compares:
            return np.cumsum(cells, axis=0)[self.place]
        bits = (self.codes[:, None] >> np.arange(16)) & 1
        return bits @ cells[:16]
