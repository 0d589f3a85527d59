"""Networks whose shifts and thresholds take every bit, and the ends of their ranges: what else a core can be loaded."""

from __future__ import annotations

import numpy as np

from ...spec.encoding import code_range
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, DenseLayer, Lif, Linear, Relu
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ...spec.network import NetworkSpec

LARGEST_SHIFT = 46
"""Contract, limits."""
_SHIFTS = (0, 8, 32, 16, 4, LARGEST_SHIFT, 2, 1)
"""Where not all of them are loaded, the first are: those by one and two from the network's own are loaded elsewhere."""
_MOST = 16
_WORDS = 3_000
"""Of all of these networks together, about."""
_SMALL = 2
"""Up to here the network's own weights show a setting best; beyond, sums must be as large as they get."""


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
    most = min(_MOST, max(2, _WORDS // max(words, 1)))
    return [_with_settings(network, change) for change in changes[:most]]


def _with_settings(network: NetworkSpec, settings: dict[int, int]) -> NetworkSpec:
    layers, weights = list(network.layers), list(network.weights)
    for place, value in settings.items():
        layers[place], low = _with_setting(layers[place], value)
        if value > _SMALL and low < 0:
            weights[place] = np.abs(weights[place])
    return network.replace(layers=tuple(layers), weights=tuple(weights))


def _values(layer: Layer) -> tuple[int, ...]:
    """What is loaded as the layer's setting; nothing where it has none."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            match layer.neuron:
                case Relu() | Clamp():
                    return _SHIFTS
                case Lif(state_bits=bits):
                    largest = 2 ** (bits - 1) - 1
                    return tuple({largest: None} | {1 << bit: None for bit in reversed(range(bits - 1))})[:_MOST]
                case Linear():
                    return ()
                case other:
                    unknown_kind(other, "cosim loads")
        case MaxPool2dLayer() | AvgPool2dLayer():
            return ()
        case other:
            unknown_kind(other, "cosim loads")


def _with_setting(layer: Layer, value: int) -> tuple[Layer, int]:
    """The layer with another setting, and the lowest weight that it may have."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            name = "v_threshold" if isinstance(layer.neuron, Lif) else "shift"
            neuron = layer.neuron.model_copy(update={name: value})
            lowest, _ = code_range(layer.weight_encoding, layer.resolution_bits)
            return layer.model_copy(update={"neuron": neuron}), lowest
        case MaxPool2dLayer() | AvgPool2dLayer():
            raise AssertionError("a pool has no setting")
        case other:
            unknown_kind(other, "cosim loads")
