"""Exact counts without bits: sums of products at the cost of integer arithmetic, whatever the stream length.

Under a parallel counter or a mux only the number of positions matters at which two words meet, so a layer is either a
matrix product (one operand is linear in its bits) or a sum of table rows (two comparators). An `or` is no sum of
products: `supports` says so, and `packed` runs it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...spec.codes import check_codes, codes_in_range, integer_codes
from ...spec.errors import OptionError
from ...spec.layer import DenseLayer, WeightedLayer
from ...spec.network import NetworkSpec
from .. import costs
from ..executor import ProgramCache, run_network
from ..joint_counts import product_table
from ..kinds import known_layers, positions, unites
from ..maps.layers import Prepared, numpy_layer
from . import selector
from .float_product import ExactProduct
from .int8 import CodeOutOfRange, Int8Product
from .lookup.base import LookupBase
from .lookup.layers import lookup_product
from .table_sums import TableSumLayer

__all__ = ["describe", "product_table", "run", "supports"]

ROOM = "engine counts"
Counter = ExactProduct | Int8Product | LookupBase | TableSumLayer
_cache = ProgramCache()
_decided: dict[tuple[Any, ...], tuple[str, ...]] = {}


def supports(network: NetworkSpec) -> str | None:
    """None if the network can be run in counts, else what stands in the way."""
    for i, layer in enumerate(known_layers(network, ROOM)):
        if isinstance(layer, WeightedLayer) and unites(layer.accumulator):
            return f"layers[{i}].accumulator is {layer.accumulator.kind!r}, which is no sum of products"
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
    array = integer_codes(network, codes)
    layers = _layers(network, len(array))
    wraps = array.dtype.kind == "u" and array.dtype.itemsize == 8  # its largest codes would be read as negative ones
    counter: Any = layers[0].counts  # an executor asks only for a call
    if not counter.reads_codes:  # it makes copies of its own, of a part of the batch at a time
        return run_network(network, layers, codes_in_range(network, array))
    if wraps or not array.dtype.isnative:
        return run_network(network, layers, check_codes(network, array))
    try:
        return run_network(network, layers, array)
    except CodeOutOfRange:
        check_codes(network, array)  # names the code
        raise


def describe(network: NetworkSpec, batch: int) -> list[dict[str, Any]]:
    """What this engine does with each layer, and its work for a batch."""
    steps, rows = network.time_steps, []
    for layer in _layers(network, batch):
        counter: Any = layer.counts  # an executor asks only for a call
        rows.append(counter.describe(batch) | {"evaluations": steps * batch * positions(layer.layer)})
    return rows


def _counter(layer: DenseLayer, weights: np.ndarray, bias: np.ndarray, path: str) -> tuple[Counter, np.ndarray]:
    """What computes a layer's counts, and the bias that is still to be added to them."""
    match path:
        case "rows":
            return TableSumLayer(layer, weights), bias
        case "lookup":
            return lookup_product(layer, weights, bias), np.zeros_like(bias)
        case _:
            return selector.selector_product(layer, weights, bias, path), np.zeros_like(bias)


def _paths(network: NetworkSpec, batch: int) -> tuple[str, ...]:
    """The fastest path of each layer; a decision is made once for each size of a batch."""
    key = (network.sha256, batch)
    if key not in _decided:
        obstacle = supports(network)
        if obstacle is not None:
            raise OptionError(f"engine counts cannot run this network: {obstacle}; take packed, reference or auto")
        if len(_decided) > 1000:
            _decided.clear()
        _decided[key] = tuple(costs.best(layer, batch) for layer in known_layers(network, ROOM))
    return _decided[key]


def _layers(network: NetworkSpec, batch: int) -> list[Prepared]:
    """The layers with what computes their counts."""
    paths = _paths(network, batch)

    def prepare() -> list[Prepared]:
        parts = zip(known_layers(network, ROOM), network.weights, network.biases, paths, strict=True)
        return [
            numpy_layer(layer, weights, bias, partial(_counter, path=path), i == 0 and network.input.repeat)
            for i, (layer, weights, bias, path) in enumerate(parts)
        ]

    return _cache.of((network.sha256, paths), prepare)
