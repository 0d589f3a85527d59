"""Counts as a matrix product, where a product is linear in the bits of one operand: a[b, m] = Σ_k X[b, k]·C[k, m].

A `weighted_binary` stream is the disjoint union of the streams of its code's bits. With weighted_binary inputs a
product therefore counts Σ_i x[i]·G_i[w], where G_i[w] is the number of positions at which bit i is selected and w's
stream is one: X holds the bits of the inputs with their signs, C the numbers G with the weights' signs, and the stream
length enters C alone. With comparator inputs and weighted_binary weights the roles change: X holds G'_i[x], C the bits
of the weights. A spike is its own single bit. Bipolar: 2·ones - L = L - 2·ones_x - 2·ones_w + 4·T, which is linear too.
"""

from __future__ import annotations

import numpy as np

from ...spec.layer import DenseLayer
from ..jit import kernel
from ..joint_counts import (
    JointCounts,
    count_without_inputs,
    counts_by_bit,
    exchanged,
    pairs,
    stream_ones,
    weight_bits,
)
from ..kinds import linear_in_bits, select_source, selects
from ..words import NO_BIT
from .float_product import Chunk, ExactProduct, chunks_within
from .int8 import Int8Product
from .vnni import available

__all__ = ["available", "fits", "selector_product"]


def fits(layer: DenseLayer) -> bool:
    """Whether the layer's products are linear in the bits of one operand."""
    if linear_in_bits(layer.input_generator):
        return True
    return selects(layer.weight_generator) and select_source(layer.accumulator) is None


def selector_product(
    layer: DenseLayer, weights: np.ndarray, biases: np.ndarray, path: str
) -> ExactProduct | Int8Product:
    """Biased counts of a layer that `fits`.

    Args:
        layer: the description.
        weights: signed int64 codes `(neurons, inputs)`.
        biases: integers `(neurons,)`.
        path: "float32", or where inputs are bits also "int8" (see `costs`).
    """
    if select_source(layer.accumulator) is not None:
        return _selected_product(layer, weights, biases)
    features, coefficients = _tables(layer)
    as_bits = linear_in_bits(layer.input_generator)
    constant = count_without_inputs(layer, weights) + biases
    if path not in ("float32", "int8"):
        raise AssertionError(f"{path!r} is no path of a product that is linear in bits")
    if path == "int8":
        return Int8Product(coefficients, weights, constant, layer.signed_inputs)
    peaks = np.abs(features).max(axis=0) @ np.abs(coefficients)  # of |Σ_i X·C| for one weight code
    per_input = peaks[np.abs(weights)].max(axis=0)
    chunks: list[Chunk] = [
        _AllInputs(slice_, features.astype(np.float32), as_bits, coefficients.astype(np.float32), weights)
        for slice_ in chunks_within(per_input, features.shape[1])
    ]
    return ExactProduct(layer.neurons, constant, chunks)


def counts_of_bits(layer: DenseLayer) -> np.ndarray:
    """What each bit of an input code adds to a count, int64 `(bits, weight codes)`; see `count_without_inputs`.

    Args:
        layer: whose inputs are linear in their bits.
    """
    g, n = counts_by_bit(layer), layer.resolution_bits
    if not layer.bipolar or layer.input_generator is None:
        return g
    return 4 * g - 2 * stream_ones(layer.input_generator, n, layer.stream_length)[2 ** np.arange(n)][:, None]


def _tables(layer: DenseLayer) -> tuple[np.ndarray, np.ndarray]:
    """What an input code puts into X, int64 `(codes, features)`, and a weight code into C, `(features, codes)`."""
    n, length, bipolar = layer.resolution_bits, layer.stream_length, layer.bipolar
    bits = np.arange(2**n, dtype=np.int64)[:, None] >> np.arange(n) & 1
    if layer.input_generator is None:
        return np.array([[0], [1]], dtype=np.int64), counts_by_bit(layer)
    if selects(layer.input_generator):
        return bits, counts_of_bits(layer)
    ones_x = stream_ones(layer.input_generator, n, length)
    g = counts_by_bit(exchanged(layer)).T
    if not bipolar:
        return g, bits.T
    # One feature more carries what the input adds whatever the weight is.
    return np.column_stack([4 * g, -2 * ones_x]), np.vstack([bits.T, np.ones(2**n, dtype=np.int64)])


@kernel
def _expand_bits(codes: np.ndarray, first: int, stop: int, features: int, out: np.ndarray) -> None:
    """Bit i of |code j|, with the code's sign, at column i·(stop - first) + j - first."""
    width = stop - first
    for b in range(codes.shape[0]):
        for i in range(features):
            for j in range(width):
                code = codes[b, first + j]
                bit = np.float32((abs(code) >> i) & 1)
                out[b, i * width + j] = -bit if code < 0 else bit


@kernel
def _expand_table(codes: np.ndarray, first: int, stop: int, table: np.ndarray, out: np.ndarray) -> None:
    """Feature i of |code j|, with the code's sign, at column i·(stop - first) + j - first."""
    width = stop - first
    for b in range(codes.shape[0]):
        for j in range(width):
            code = codes[b, first + j]
            for i in range(table.shape[1]):
                value = table[abs(code), i]
                out[b, i * width + j] = -value if code < 0 else value


class _AllInputs:
    """Inputs first ... stop - 1 under a parallel counter; the inner index is feature-major."""

    def __init__(
        self, inputs: slice, table: np.ndarray, as_bits: bool, per_weight: np.ndarray, weights: np.ndarray
    ) -> None:
        self.inputs, self.table, self.as_bits = inputs, table, as_bits
        self.per_weight, self.weights = per_weight, weights
        self.size = table.shape[1] * (inputs.stop - inputs.start)

    def expand(self, codes: np.ndarray, out: np.ndarray) -> None:
        if self.as_bits:
            _expand_bits(codes, self.inputs.start, self.inputs.stop, self.table.shape[1], out)
        else:
            _expand_table(codes, self.inputs.start, self.inputs.stop, self.table, out)

    def coefficients(self, neurons: slice) -> np.ndarray:
        part = self.weights[neurons, self.inputs].T
        signs = np.where(part < 0, np.float32(-1), np.float32(1))
        return (self.per_weight[:, np.abs(part)] * signs).reshape(self.size, -1)


# ---------------------------------------------------------------------- mux: one pair of words names one input


def _selected_product(layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> ExactProduct:
    """Sub-tables: coefficients come only from the positions at which an input is selected, so most entries vanish."""
    bipolar, every = layer.bipolar, pairs(layer)
    constant = count_without_inputs(layer, weights) + biases
    every = JointCounts(*(column[every.x != NO_BIT] for column in every))  # a selector word 0 selects no bit
    _, entry, total = np.unique(every.inputs << 5 | every.x, return_inverse=True, return_counts=True)
    first_pair = np.concatenate([[0], np.cumsum(total)])
    counts = np.bincount(entry, weights=every.count, minlength=total.size).astype(np.int64)
    factor = 4 if bipolar else 1  # |count·(4·bit - 2)| <= 2·count
    chunks: list[Chunk] = []
    for part in chunks_within(factor * counts, 1):
        columns = (column[first_pair[part.start] : first_pair[part.stop]] for column in every)
        chunks.append(_SelectedInputs(layer, JointCounts(*columns), weights))
    return ExactProduct(layer.neurons, constant, chunks)


@kernel
def _expand_listed(codes: np.ndarray, inputs: np.ndarray, bits: np.ndarray, out: np.ndarray) -> None:
    """Column k is bit bits[k] of |code inputs[k]|, with the code's sign."""
    for b in range(codes.shape[0]):
        for k in range(inputs.size):
            code = codes[b, inputs[k]]
            bit = np.float32((abs(code) >> bits[k]) & 1)
            out[b, k] = -bit if code < 0 else bit


class _SelectedInputs:
    """The (input, bit) entries of some pairs under a mux."""

    def __init__(self, layer: DenseLayer, part: JointCounts, weights: np.ndarray) -> None:
        self.layer, self.pairs, self.weights = layer, part, weights
        keys, self.entry = np.unique(part.inputs << 5 | part.x, return_inverse=True)
        self.inputs, self.bits, self.size = keys >> 5, keys & 31, keys.size

    def expand(self, codes: np.ndarray, out: np.ndarray) -> None:
        _expand_listed(codes, self.inputs, self.bits, out)

    def coefficients(self, neurons: slice) -> np.ndarray:
        out = np.zeros((self.size, neurons.stop - neurons.start), dtype=np.int64)
        for m, weights in enumerate(self.weights[neurons]):
            codes = weights[self.pairs.inputs]
            values = self.pairs.count * weight_bits(self.layer, codes, self.pairs.w)
            if self.layer.bipolar:
                values = 4 * values - 2 * self.pairs.count
            np.add.at(out[:, m], self.entry, np.where(codes < 0, -values, values))
        return out.astype(np.float32)
