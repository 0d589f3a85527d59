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

from ...spec.codes import check_codes, integer_codes
from ...spec.encoding import is_spike
from ...spec.errors import OptionError
from ...spec.layer import DenseLayer
from ...spec.network import NetworkSpec
from .. import costs as _costs
from .. import libraries as _libraries
from ..executor import run_layers
from ..joint_counts import product_table
from ..kinds import known_layers, unites
from . import int8 as _int8
from . import selector as _selector
from .float_product import ExactProduct
from .int8 import Int8Product
from .table_sums import TableSumLayer

__all__ = ["describe", "product_table", "run", "supports"]

KEPT_NETWORKS = 4
_LayerCounts = ExactProduct | Int8Product | TableSumLayer
_Layers = tuple[tuple[DenseLayer, ...], list[_LayerCounts]]
_kept: OrderedDict[tuple[str, tuple[str, ...]], _Layers] = OrderedDict()
_decided: dict[tuple[Any, ...], tuple[str, ...]] = {}
_lock = Lock()


def supports(network: NetworkSpec) -> str | None:
    """None if the network can be run in counts, else what stands in the way."""
    for i, layer in enumerate(known_layers(network, "engine counts")):
        if unites(layer.accumulator):
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
        OptionError: the network has an `or` accumulator, or layers that are not dense.
        CodesError: the codes have a shape, type or value that the network does not take.
    """
    array = integer_codes(network, codes)
    described, layers = _layers(network, len(array))
    first = layers[0]
    wraps = array.dtype.kind == "u" and array.dtype.itemsize == 8  # its largest codes would be read as negative ones
    if not isinstance(first, Int8Product) or network.time_steps > 1 or wraps:
        return run_layers(network, described, check_codes(network, array), layers)
    # Codes are read once: the product, which any integers may enter, says whether one was out of range.
    seen: list[int] = []
    outputs = run_layers(network, described, array, [partial(first, seen=seen), *layers[1:]])
    width = 1 if is_spike(network.input.encoding) else network.input.resolution_bits
    if any(bits < 0 or bits >> width for bits in seen):
        check_codes(network, array)  # raises, and names the code
    return outputs


def describe(network: NetworkSpec, batch: int) -> list[dict[str, Any]]:
    """What this engine does with each layer, and its work for a batch."""
    rows = []
    evaluations = batch * network.time_steps
    for layer, prepared in zip(*_layers(network, batch), strict=True):
        if isinstance(prepared, TableSumLayer):
            row = prepared.describe(batch)
        elif isinstance(prepared, Int8Product):
            row = _int8.describe(prepared)
        else:
            row = _selector.describe(prepared, layer)
        rows.append(row | {"evaluations": evaluations})
    return rows


def _prepare(layer: DenseLayer, weights: np.ndarray, path: str) -> _LayerCounts:
    if path == "rows":
        return TableSumLayer(layer, weights)
    return _selector.selector_product(layer, weights, path)


def _paths(network: NetworkSpec, batch: int) -> tuple[str, ...]:
    """The fastest path of each layer; a decision is made once for each size of a batch while nothing new is loaded."""
    key = (network.sha256, batch, *(_libraries.loaded(name) for name in _libraries.LIBRARIES))
    known = _decided.get(key)
    if known is None:
        obstacle = supports(network)
        if obstacle is not None:
            raise OptionError(f"engine counts cannot run this network: {obstacle}; take packed, reference or auto")
        known = tuple(_costs.best(layer, batch) for layer in known_layers(network, "engine counts"))
        if len(_decided) > 1000:
            _decided.clear()
        _decided[key] = known
    return known


def _layers(network: NetworkSpec, batch: int) -> _Layers:
    """The descriptions and what computes their counts."""
    paths = _paths(network, batch)
    if _libraries.has_amx() and "int8 vnni" in paths:  # a library would be faster: perhaps importing one pays
        described = known_layers(network, "engine counts")
        _costs.note_spent(sum(_costs.estimates(layer, batch)[0].seconds or 0.0 for layer in described))
        if not any(_libraries.loaded(name) for name in _libraries.LIBRARIES):
            _decided.clear()
    key = (network.sha256, paths)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    described = known_layers(network, "engine counts")
    layers = [
        _prepare(layer, weights.astype(np.int64), path)
        for layer, weights, path in zip(described, network.weights, paths, strict=True)
    ]
    with _lock:
        _kept[key] = described, layers
        while len(_kept) > KEPT_NETWORKS:
            _kept.popitem(last=False)
    return described, layers
