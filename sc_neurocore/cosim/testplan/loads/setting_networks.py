"""Networks whose shifts and thresholds take every bit, and the ends of their ranges: what else a core can be loaded."""

from __future__ import annotations

import numpy as np

from ....spec.encoding import code_range
from ....spec.kinds import unknown_kind
from ....spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from ....spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ....spec.network import NetworkSpec

LARGEST_SHIFT = 46
"""Contract, limits."""
_SHIFTS = (0, 8, 32, 16, 4, LARGEST_SHIFT, 2, 1)
"""Where not all of them are loaded, the first are: those by one and two from the network's own are loaded elsewhere."""
_MOST = 16
_WORDS = 3_000
"""Of all of these networks together, about."""
_SMALL = 2
"""Up to this shift, or twice the threshold, the network's own weights show a setting best; beyond, the largest sums."""


def setting_networks(network: NetworkSpec, words: int) -> list[NetworkSpec]:
    """Networks that differ in one layer's shift or threshold, and perhaps in signs of its weights.

    Where that would be too many, each of them changes all layers.

    Args:
        network: what is to be loaded.
        words: of a load; of larger loads there are fewer, at least two.
    """
    values = {place: _values(layer) for place, layer in enumerate(network.layers)}
    values = {place: each for place, each in values.items() if each}
    steps = range(max(map(len, values.values()), default=0))
    changes = [{place: each[step]} for step in steps for place, each in values.items() if step < len(each)]
    if len(changes) > _MOST:
        turned = list(enumerate(values.items()))
        changes = [{place: each[(step + 3 * turn) % len(each)] for turn, (place, each) in turned} for step in steps]
    count = min(_MOST, max(2, _WORDS // max(words, 1)))
    return [_with_settings(network, change) for change in changes[:count]]


def _with_settings(network: NetworkSpec, settings: dict[int, int]) -> NetworkSpec:
    layers, weights = list(network.layers), list(network.weights)
    for place, value in settings.items():
        layers[place], low, limit = _with_setting(layers[place], value)
        if value > limit and low < 0:
            weights[place] = np.abs(weights[place])
    return network.replace(layers=tuple(layers), weights=tuple(weights))


def _values(layer: Layer) -> tuple[int, ...]:
    """What is loaded as the layer's setting; nothing where it has none."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            match layer.neuron:
                case Relu() | Clamp():
                    return _SHIFTS
                case Lif(v_threshold=own, state_bits=bits):
                    limit = 2 ** (bits - 1) - 1
                    # potentials are near a threshold that is near the network's own
                    each = [1 << bit if 1 << bit > own else max(1, own ^ 1 << bit) for bit in reversed(range(bits - 1))]
                    return tuple(dict.fromkeys([limit, *each]))[:_MOST]
                case Linear():
                    return ()
                case other:
                    unknown_kind(other, "cosim loads")
        case MaxPool2dLayer() | AvgPool2dLayer():
            return ()
        case other:
            unknown_kind(other, "cosim loads")


def _with_setting(layer: Layer, value: int) -> tuple[Layer, int, int]:
    """The layer with another setting, the lowest weight it may have, and the largest setting with its own weights."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            match layer.neuron:
                case Relu() | Clamp() as neuron:
                    neuron, limit = neuron.model_copy(update={"shift": value}), _SMALL
                case Lif(v_threshold=own) as neuron:
                    neuron, limit = neuron.model_copy(update={"v_threshold": value}), _SMALL * own
                case Linear():
                    raise AssertionError("a linear neuron has no setting")
                case other:
                    unknown_kind(other, "cosim loads")
            lowest, _ = code_range(layer.weight_encoding, layer.resolution_bits)
            return layer.model_copy(update={"neuron": neuron}), lowest, limit
        case MaxPool2dLayer() | AvgPool2dLayer():
            raise AssertionError("a pool has no setting")
        case other:
            unknown_kind(other, "cosim loads")
