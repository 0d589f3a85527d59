"""How often each pair of source words meets over a stream: all that exact counts need to know of the streams.

Bits are thresholds of codes (see `words`), so a product's count depends only on how often a pair (input threshold,
weight threshold) occurs among the stream's positions, not on where.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..spec.errors import OptionError
from ..spec.generator import Generator
from ..spec.layer import DenseLayer, ParallelCounter
from .kinds import linear_in_bits, select_source
from .words import NO_BIT, source_words, window_words


class JointCounts(NamedTuple):
    """Distinct (input, input threshold, weight threshold) triples in ascending order, int64 each, and their numbers."""

    inputs: np.ndarray
    """Selected input (mux); 0 throughout where every input meets every pair (parallel counter)."""
    x: np.ndarray
    w: np.ndarray
    count: np.ndarray  # pyright: ignore[reportIncompatibleMethodOverride]  nobody asks such a tuple for tuple.count


def pairs(layer: DenseLayer) -> JointCounts:
    """The pairs of a layer over its stream; of a mux those alone that select an existing input."""
    n, length = layer.resolution_bits, layer.stream_length
    x, w = (window_words(generator, n, 0, length) for generator in (layer.input_generator, layer.weight_generator))
    inputs = np.zeros(length, dtype=np.int64)
    select = select_source(layer.accumulator)
    if select is not None:
        inputs = source_words(select, layer.select_bits, 0, length)
        inputs, x, w = (part[inputs < layer.inputs] for part in (inputs, x, w))
    # Inputs and thresholds lie in 0 ... 2^16 - 1: one int64 key holds all three.
    keys, count = np.unique(inputs << 32 | x << 16 | w, return_counts=True)
    return JointCounts(keys >> 32, keys >> 16 & 0xFFFF, keys & 0xFFFF, count.astype(np.int64))


def stream_ones(generator: Generator, n: int, length: int) -> np.ndarray:
    """Ones in the stream of each code; int64 `(2^n,)`.

    Args:
        generator: of the stream.
        n: bits of a code.
        length: bits of the stream.
    """
    window, side = window_words(generator, n, 0, length), _Side(np.arange(2**n), generator)
    return side.collect(np.bincount(side.cell_of(window), minlength=side.cells))


def weight_bits(layer: DenseLayer, codes: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Bits of signed weight codes; int64 zeros and ones.

    Args:
        layer: gives the weights' generator.
        codes: signed codes, broadcast against `thresholds`.
        thresholds: of the positions (see `words`).
    """
    magnitudes = np.abs(codes)
    if linear_in_bits(layer.weight_generator):
        return magnitudes >> thresholds & 1
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
    x_codes = np.arange(2 if layer.spike_inputs else 2**n) if x_codes is None else np.asarray(x_codes, dtype=np.int64)
    w_codes = np.arange(2**n) if w_codes is None else np.asarray(w_codes, dtype=np.int64)
    if x_codes.size * w_codes.size > 2**26:
        raise OptionError(
            f"x_codes and w_codes must ask for at most 2^26 products, got {x_codes.size} * {w_codes.size};"
            " name the codes that are used"
        )
    common_ones = _common_ones(layer, x_codes, w_codes)
    if not layer.bipolar or layer.input_generator is None:
        return common_ones
    ones_x = stream_ones(layer.input_generator, n, length)[x_codes]
    ones_w = stream_ones(layer.weight_generator, n, length)[w_codes]
    return length - ones_x[:, None] - ones_w[None, :] + 2 * common_ones


def counts_by_bit(layer: DenseLayer) -> np.ndarray:
    """Ones of the AND of a stream with each bit of an input that is linear in them; int64 `(bits, weight codes)`."""
    n = layer.resolution_bits
    return _common_ones(layer, 2 ** np.arange(1 if layer.spike_inputs else n), np.arange(2**n))


def _common_ones(layer: DenseLayer, x_codes: np.ndarray, w_codes: np.ndarray) -> np.ndarray:
    """Positions at which the streams of both codes are one; int64 `(x_codes, w_codes)`."""
    every = pairs(layer.model_copy(update={"accumulator": ParallelCounter()}))
    x_side, w_side = _Side(x_codes, layer.input_generator), _Side(w_codes, layer.weight_generator)
    cells = np.zeros((x_side.cells, w_side.cells), dtype=np.int64)
    np.add.at(cells, (x_side.cell_of(every.x), w_side.cell_of(every.w)), every.count)
    return w_side.collect(x_side.collect(cells).T).T


class CountTable(NamedTuple):
    """A parallel counter's product as a sum over the input's thresholds: T[x, w] = Σ_g bit(x, g)·counts[w, g]."""

    thresholds: np.ndarray
    """The input's distinct thresholds g, int64 `(groups,)`."""
    counts: np.ndarray
    """How often a weight code's bit is 1 while the input's threshold is g: int64 `(2^n, groups)`."""
    positions: np.ndarray
    """How many positions have threshold g: int64 `(groups,)`."""


def count_table(layer: DenseLayer) -> CountTable:
    """The count table of a parallel counter; `(2^n, groups)` integers, so for moderate n or few groups."""
    every = pairs(layer)
    thresholds, group = np.unique(every.x, return_inverse=True)
    side = _Side(np.arange(2**layer.resolution_bits), layer.weight_generator)
    cells = np.zeros((side.cells, thresholds.size), dtype=np.int64)
    np.add.at(cells, (side.cell_of(every.w), group), every.count)
    return CountTable(thresholds, side.collect(cells), cells.sum(axis=0))


def exchanged(layer: DenseLayer) -> DenseLayer:
    """The layer with its generators exchanged; the count of a product does not ask which operand is which."""
    if layer.input_generator is None:
        return layer
    generators = {"input_generator": layer.weight_generator, "weight_generator": layer.input_generator}
    return layer.model_copy(update=generators)


def group_count(layer: DenseLayer) -> int:
    """Distinct thresholds of a layer's input stream: how much its product asks of x."""
    generator, n = layer.input_generator, layer.resolution_bits
    return 1 if generator is None else np.unique(window_words(generator, n, 0, layer.stream_length)).size


class _Side:
    """One operand's codes and the cells of thresholds between which they cannot tell apart."""

    def __init__(self, codes: np.ndarray, generator: Generator | None) -> None:
        self.codes, self.compares = codes, not linear_in_bits(generator)
        self.distinct, self.place = np.unique(codes, return_inverse=True)
        self.cells = self.distinct.size + 1 if self.compares else NO_BIT + 1

    def cell_of(self, thresholds: np.ndarray) -> np.ndarray:
        """Comparator: index of the smallest of the codes that exceeds the threshold; selector: the bit."""
        return np.searchsorted(self.distinct, thresholds, side="right") if self.compares else thresholds

    def collect(self, cells: np.ndarray) -> np.ndarray:
        """Sum the rows of `cells` that are ones of each code: `(cells, ...)` to `(codes, ...)`."""
        if self.compares:
            return np.cumsum(cells, axis=0)[self.place]
        return (self.codes[:, None] >> np.arange(16) & 1) @ cells[:16]
