"""Which layers are counted by look-ups in registers, and their products."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ....spec.layer import DenseLayer
from ...joint_counts import count_without_inputs, product_table
from ...kinds import linear_in_bits, select_source, unites
from ..selector import counts_of_bits
from . import kernels, whole
from .digits import DIGIT_BITS, Digits, of_bits, of_table
from .product import LookupProduct, fits
from .whole_product import WholeProduct, WholeTables

MOST_BITS = 3 * DIGIT_BITS
WHOLE_BITS = 8
"""Of codes whose counts of all pairs are looked at."""


def tables_of(layer: DenseLayer) -> Digits | WholeTables | None:
    """The counts of a layer's products for look-ups, on whatever processor; None where there is no kernel for them.

    Spikes are left to the int8 product: they are one bit, which it multiplies at once.
    """
    if select_source(layer.accumulator) is not None or unites(layer.accumulator) or layer.spike_inputs:
        return None
    return _tables(layer.model_copy(update={"inputs": 1, "neurons": 1}))


def obstacle(tables: Digits | WholeTables) -> str | None:
    """What this processor lacks for look-ups in these tables; None where it can."""
    if isinstance(tables, Digits):
        return None if kernels.available() else "the processor has no AVX-512 VBMI and VNNI"
    return None if whole.available() else "the processor has no AVX-512 VBMI"


def lookup_product(layer: DenseLayer, weights: np.ndarray) -> LookupProduct | WholeProduct:
    """The product of a layer that has `tables_of`; weights are signed int64 codes `(neurons, inputs)`."""
    tables = tables_of(layer)
    assert tables is not None, "look-ups do not fit this layer"
    linear = linear_in_bits(layer.input_generator)
    constant = count_without_inputs(layer, weights) if linear else np.zeros(len(weights), dtype=np.int64)
    if isinstance(tables, WholeTables):
        return WholeProduct(tables, weights, constant)
    return LookupProduct(tables, layer.resolution_bits, weights, constant, layer.signed_inputs)


@lru_cache(maxsize=64)
def _tables(layer: DenseLayer) -> Digits | WholeTables | None:
    bits, signed = layer.resolution_bits, layer.signed_inputs
    if linear_in_bits(layer.input_generator):
        digits = of_bits(counts_of_bits(layer)) if bits <= MOST_BITS else None
        return digits if fits(digits, signed) else None
    if bits > WHOLE_BITS:
        return None
    table = product_table(layer)
    counts = 2 * table - layer.stream_length if layer.bipolar else table
    digits = of_table(counts)
    if fits(digits, signed):
        return digits
    tables = WholeTables(counts, signed)
    return tables if tables.fits else None
