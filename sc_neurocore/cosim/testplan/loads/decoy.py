"""Another network of the same description: what a loadable core holds before the load that is to be proved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....inference.engines import infer
from ....spec.encoding import code_range
from ....spec.kinds import unknown_kind
from ....spec.layer import Clamp, DenseLayer, Lif, Linear, Neuron, Relu
from ....spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ....spec.network import NetworkSpec
from .setting_networks import LARGEST_SHIFT

_SHIFTS = (1, 2)
"""How much larger shifts are in two of the networks."""


def decoy_network(network: NetworkSpec, codes: np.ndarray, *, settings: bool = True) -> tuple[NetworkSpec, int]:
    """A network that differs in what is loaded alone, and how many of the samples tell the two apart.

    Weights are moved round and negated (where there is no sign: mirrored in their range), biases moved round, layer by
    layer; no bias grows, so that all widths stay. Shifts become smaller by one and thresholds greater. Where fewer than
    half of the samples see that, other changes are tried, and the one that most of them see is taken. The same
    arguments give the same network.

    Args:
        network: what is to be loaded.
        codes: samples.
        settings: whether shifts and thresholds differ, too; the widths of some cores depend on a shift.
    """
    outputs = infer(network, codes)
    if settings:
        network = network.replace(layers=tuple(_other_setting(layer) for layer in network.layers))
    best, count = network, -1
    for change in _changes(network):
        differs = int((infer(change, codes) != outputs).reshape(len(codes), -1).any(axis=1).sum())
        if differs > count:
            best, count = change, differs
        if 2 * differs >= len(codes):
            break
    return best, count


def further_networks(network: NetworkSpec, *, settings: bool = True) -> list[NetworkSpec]:
    """More networks that differ in what is loaded alone: two whose bits are inverted, and four that are drawn.

    With few networks to load, most bits of a load are the same in all of them, and a bit that is stuck at that value is
    not seen. Bits are inverted as two's complement has them, and as sign and magnitude, as far as the ranges go. No
    bias grows, so that all widths stay; a shift does in some, which not every core takes.

    Args:
        network: what is to be loaded.
        settings: whether shifts and thresholds differ, too.
    """
    limits = [int(np.abs(bias).max(initial=0)) for bias in network.biases]
    ranges = [_ends(layer) for layer in network.layers]
    weights = list(zip(ranges, network.weights, strict=True))
    biases = [np.clip(-1 - b, -limit, limit) for limit, b in zip(limits, network.biases, strict=True)]
    other = network
    if settings:
        other = network.replace(layers=tuple(_other_setting(layer) for layer in network.layers))
    complements = [np.clip(-1 - w, low, high) if low < 0 else high - w for (low, high), w in weights]
    opposites = [np.where(w < 0, high + w, low + w) if low < 0 else high - w for (low, high), w in weights]
    networks = [_with(other, complements, biases), _with(network, opposites, biases)]
    shifted = [network.replace(layers=tuple(_shifted(layer, by) for layer in network.layers)) for by in _SHIFTS]
    for place, base in enumerate((network, other, *(shifted if settings else ()))):
        rng = np.random.default_rng([place, 0xDEC0])
        weights_drawn = [rng.integers(low, high + 1, w.shape) for (low, high), w in weights]
        biases = [rng.integers(-limit, limit + 1, b.shape) for limit, b in zip(limits, network.biases, strict=True)]
        networks.append(_with(base, weights_drawn, biases))
    return networks


def _shifted(layer: Layer, by: int) -> Layer:
    """The layer with a larger shift, where it has one that is loaded."""
    match layer:
        case DenseLayer(neuron=Relu() | Clamp() as neuron) | Conv2dLayer(neuron=Relu() | Clamp() as neuron):
            shift = min(neuron.shift + by, LARGEST_SHIFT)
            return layer.model_copy(update={"neuron": neuron.model_copy(update={"shift": shift})})
        case DenseLayer() | Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
            return layer
        case other:
            unknown_kind(other, "cosim loads")


def _other_setting(layer: Layer) -> Layer:
    """The layer with a shift or threshold other than its own, where there is one that is loaded."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            return layer.model_copy(update={"neuron": _other_neuron(layer.neuron)})
        case MaxPool2dLayer() | AvgPool2dLayer():
            return layer
        case other:
            unknown_kind(other, "cosim loads")


def _other_neuron(neuron: Neuron) -> Neuron:
    match neuron:
        case Linear():
            return neuron
        case Relu(shift=shift) | Clamp(shift=shift):
            return neuron.model_copy(update={"shift": max(0, shift - 1)})
        case Lif(v_threshold=threshold, state_bits=bits):
            largest = threshold == 2 ** (bits - 1) - 1
            return neuron.model_copy(update={"v_threshold": max(1, threshold + (-1 if largest else 1))})
        case other:
            unknown_kind(other, "cosim loads")


def _changes(network: NetworkSpec) -> Iterator[NetworkSpec]:
    sides = [_ends(layer) for layer in network.layers]
    mirrored = [low + high - w for (low, high), w in zip(sides, network.weights, strict=True)]
    moved = [np.roll(b, 1) for b in network.biases]
    yield _with(network, [_moved(w) for w in mirrored], moved)
    yield _with(network, mirrored, [-b for b in network.biases])
    for side in (1, 0):
        extreme = [np.full_like(w, ends[side]) for ends, w in zip(sides, network.weights, strict=True)]
        yield _with(network, extreme, network.biases)


def _ends(layer: Layer) -> tuple[int, int]:
    """The range of a layer's weights; of a pool, which has none, nothing."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            return code_range(layer.weight_encoding, layer.resolution_bits)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return 0, 0
        case other:
            unknown_kind(other, "cosim loads")


def _moved(weights: np.ndarray) -> np.ndarray:
    """Weights moved by one neuron and one input; of a pool none."""
    if not weights.size:
        return weights
    return np.roll(weights.reshape(len(weights), -1), (1, 1), axis=(0, 1)).reshape(weights.shape)


def _with(network: NetworkSpec, weights: Any, biases: Any) -> NetworkSpec:
    return network.replace(weights=tuple(weights), biases=tuple(biases))
