"""Which layers are counted by look-ups in registers, and their products."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ....spec.layer import DenseLayer
from ...executor import ProgramCache
from ...joint_counts import count_without_inputs, product_table
from ...kinds import linear_in_bits, select_source, unites
from ..selector import counts_of_bits
from . import kernels, product, shuffle_product, shuffles, whole
from .digits import DIGIT_BITS, Digits, of_bits, of_table
from .product import LookupProduct
from .shuffle_product import ShuffleProduct
from .whole_product import WholeProduct, WholeTables

Product = LookupProduct | WholeProduct | ShuffleProduct

MOST_BITS = 3 * DIGIT_BITS
WHOLE_BITS = 8
"""Of codes whose counts of all pairs are looked at."""
_cache = ProgramCache(limit=64)


def tables_of(layer: DenseLayer) -> Digits | WholeTables | None:
    """The counts of a layer's products for look-ups, on whatever processor; None where there is no kernel for them.

    Spikes are left to the int8 product: they are one bit, which it multiplies at once.
    """
    if select_source(layer.accumulator) is not None or unites(layer.accumulator) or layer.spike_inputs:
        return None
    key = layer.model_dump_json(exclude={"inputs", "neurons", "neuron", "output_scale"})
    return _cache.of(key, lambda: _tables(layer))


Way = Literal["registers", "whole tables", "shuffles"]
"""Look-ups of digits of four inputs at a time, of codes, or of digits of one input."""


def way_of(tables: Digits | WholeTables, signed: bool) -> Way | None:
    """How this processor looks up in these tables, for codes with signs or without; None where it cannot."""
    if isinstance(tables, WholeTables):
        return "whole tables" if whole.available() else None
    if kernels.available() and product.fits(tables, signed):
        return "registers"
    return "shuffles" if shuffles.width() and shuffle_product.fits(tables, signed) else None


def lookup_product(layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> Product:
    """Biased counts of a layer.

    Args:
        layer: the description.
        weights: signed int64 codes `(neurons, inputs)`.
        biases: integers `(neurons,)`.
    """
    tables = tables_of(layer)
    assert tables is not None, "look-ups do not fit this layer"
    linear = linear_in_bits(layer.input_generator)
    constant = biases.astype(np.int64)
    if linear:
        constant += count_without_inputs(layer, weights)
    if isinstance(tables, WholeTables):
        return WholeProduct(tables, weights, constant)
    if way_of(tables, layer.signed_inputs) == "registers":
        return LookupProduct(tables, layer.resolution_bits, weights, constant, layer.signed_inputs)
    assert shuffle_product.fits(tables, layer.signed_inputs), "shuffles do not fit this layer"
    return ShuffleProduct(tables, layer.resolution_bits, weights, constant)


def _tables(layer: DenseLayer) -> Digits | WholeTables | None:
    bits, signed = layer.resolution_bits, layer.signed_inputs
    if linear_in_bits(layer.input_generator):
        digits = of_bits(counts_of_bits(layer)) if bits <= MOST_BITS else None
        return digits if product.fits(digits, signed) else None
    if bits > WHOLE_BITS:
        return None
    table = product_table(layer)
    counts = 2 * table - layer.stream_length if layer.bipolar else table
    digits = of_table(counts)
    if product.fits(digits, signed):
        return digits
    tables = WholeTables(counts, signed)
    return tables if tables.fits else None
