"""Which layers are counted by look-ups in registers, and their products."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ....spec.layer import DenseLayer
from ...joint_counts import count_without_inputs, product_table
from ...kinds import linear_in_bits, select_source, unites
from ..selector import counts_of_bits
from . import kernels
from .digits import DIGIT_BITS, Digits, of_bits, of_table
from .product import LookupProduct, fits

MOST_BITS = 3 * DIGIT_BITS
WHOLE_BITS = 8
"""Of codes whose counts of all pairs are looked at, to see whether they split."""


def digits_of(layer: DenseLayer) -> Digits | None:
    """The counts of a layer's products as digits; None where there is no kernel for them, on whatever processor.

    Spikes are left to the int8 product: they are one bit, which it multiplies at once.
    """
    if select_source(layer.accumulator) is not None or unites(layer.accumulator) or layer.spike_inputs:
        return None
    return _digits(layer.model_copy(update={"inputs": 1, "neurons": 1}))


def lookup_fits(layer: DenseLayer) -> bool:
    """Whether this processor looks the layer's products up in registers."""
    return kernels.available() and digits_of(layer) is not None


def lookup_product(layer: DenseLayer, weights: np.ndarray) -> LookupProduct:
    """The product of a layer that `lookup_fits`; weights are signed int64 codes `(neurons, inputs)`."""
    digits = digits_of(layer)
    assert digits is not None, "look-ups do not fit this layer"
    constant = count_without_inputs(layer, weights) if linear_in_bits(layer.input_generator) else np.int64(0)
    return LookupProduct(digits, layer.resolution_bits, weights, np.broadcast_to(constant, len(weights)), layer.signed_inputs)


@lru_cache(maxsize=64)
def _digits(layer: DenseLayer) -> Digits | None:
    bits = layer.resolution_bits
    if linear_in_bits(layer.input_generator):
        digits = of_bits(counts_of_bits(layer)) if bits <= MOST_BITS else None
    elif bits <= WHOLE_BITS:
        table = product_table(layer)
        digits = of_table(2 * table - layer.stream_length if layer.bipolar else table)
    else:
        digits = None
    return digits if fits(digits, layer.signed_inputs) else None
