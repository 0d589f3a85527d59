"""Exact counts without bits: sums of products at the cost of integer arithmetic, whatever the stream length.

Under a parallel counter or a mux only the number of positions matters at which two words meet, so a layer is either a
matrix product (one operand is linear in its bits) or a sum of table rows (two comparators). An `or` is no sum of
products: `supports` says so, and `packed` runs it.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import Any

import numpy as np

from ..spec.codes import check_codes, integer_codes
from ..spec.errors import OptionError
from ..spec.layer import DenseLayer, Or
from ..spec.network import NetworkSpec
from . import _int8, _selector
from ._driver import run_layers
from ._int8 import Int8Product
from ._pairs import product_table
from ._product import ExactProduct
from ._slabs import SlabLayer

__all__ = ["describe", "product_table", "run", "supports"]

KEPT_NETWORKS = 4
_LayerCounts = ExactProduct | Int8Product | SlabLayer
_kept: OrderedDict[str, list[_LayerCounts]] = OrderedDict()
_lock = Lock()


def supports(network: NetworkSpec) -> str | None:
    """None if the network can be run in counts, else what stands in the way."""
    for i, layer in enumerate(network.layers):
        if isinstance(layer.accumulator, Or):
            return f"layers[{i}].accumulator is 'or', which is no sum of products"
    return None


def run(network: NetworkSpec, codes: np.ndarray) -> np.ndarray:
    """Outputs of a network in exact counts; equal to `bitstream.run` in every integer.

    Tables and coefficients of the last few networks are kept between calls.

    Args:
        network: description and tensors, without `or` accumulators.
        codes: integer codes as `network.codes_shape` says.

    Returns:
        int64 of `network.output_shape`.

    Raises:
        OptionError: the network has an `or` accumulator.
        CodesError: the codes have a shape, type or value that the network does not take.
    """
    obstacle = supports(network)
    if obstacle is not None:
        raise OptionError(f"engine counts cannot run this network: {obstacle}; take packed, reference or auto")
    layers = _layers(network)
    first = layers[0]
    if not isinstance(first, Int8Product) or network.time_steps > 1:
        return run_layers(network, check_codes(network, codes), layers)
    # Codes are read once: the product, which any integers may enter, says whether one was out of range.
    array = integer_codes(network, codes)
    seen: list[int] = []
    outputs = run_layers(network, array, [partial(first, seen=seen), *layers[1:]])
    width = 1 if network.input.encoding == "spike" else network.input.resolution_bits
    if any(bits < 0 or bits >> width for bits in seen):
        check_codes(network, array)  # raises, and names the code
    return outputs


def describe(network: NetworkSpec, batch: int) -> list[dict[str, Any]]:
    """What this engine does with each layer, and its work for a batch."""
    rows = []
    for layer, prepared in zip(network.layers, _layers(network), strict=True):
        if isinstance(prepared, SlabLayer):
            row = prepared.describe()
        elif isinstance(prepared, Int8Product):
            row = _int8.describe(prepared)
        else:
            row = _selector.describe(prepared, layer)
        rows.append(row | {"evaluations": batch * network.time_steps})
    return rows


def _prepare(layer: DenseLayer, weights: np.ndarray) -> _LayerCounts:
    if _selector.fits(layer):
        return _selector.selector_product(layer, weights)
    return SlabLayer(layer, weights)


def _layers(network: NetworkSpec) -> list[_LayerCounts]:
    with _lock:
        if network.sha256 in _kept:
            _kept.move_to_end(network.sha256)
            return _kept[network.sha256]
    layers = [_prepare(layer, w.astype(np.int64)) for layer, w in zip(network.layers, network.weights, strict=True)]
    with _lock:
        _kept[network.sha256] = layers
        while len(_kept) > KEPT_NETWORKS:
            _kept.popitem(last=False)
    return layers
