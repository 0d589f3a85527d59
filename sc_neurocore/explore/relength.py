"""An exported network at another stream length: its integers read as real numbers and rounded anew."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sc_neurocore.accel.kinds import code_scale
from sc_neurocore.export.lower import bits_for
from sc_neurocore.export.normalize import requantizer_factor
from sc_neurocore.spec import Clamp, DenseLayer, Lif, Linear, NetworkSpec, Relu, dequantize, quantize, unknown_kind
from sc_neurocore.spec.layer import WeightedLayer
from sc_neurocore.spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from sc_neurocore.spec.values import count_value

from .pairs import PAIRS, Pair

STATE_LIMIT = 32
"""Bits of a membrane state (contract §6)."""


def own_label(network: NetworkSpec) -> str:
    """The name in `PAIRS` of the generators that a network's layers have; "own" where they have others."""
    layers = [layer for layer in network.layers if isinstance(layer, WeightedLayer)]
    for name, (inputs, weights) in PAIRS.items():
        if all(each.input_generator in (inputs, None) and each.weight_generator == weights for each in layers):
            return name
    return "own"


def relength(
    network: NetworkSpec, stream_length: int, resolution_bits: int | None = None, pair: Pair | None = None
) -> tuple[NetworkSpec, int]:
    """The network with every layer at another stream length, and how many of its weights were saturated.

    Weights, biases, borders and thresholds stand for real numbers, which are rounded to the new codes and counts. At
    the length, resolution and generators that it has, a network is returned as it is.

    Args:
        network: any network.
        stream_length: L of every layer.
        resolution_bits: n of every layer; None: as it is where L is the network's own, else ceil(log2 L), at least 2.
        pair: generators of every layer; None: its own.

    Raises:
        OptionError: a count at this length is worth what no border expresses.
    """
    layers = network.layers
    own = all(each.stream_length == stream_length for each in layers if isinstance(each, WeightedLayer))
    if resolution_bits is None:
        resolution_bits = layers[0].resolution_bits if own else bits_for(stream_length)
    changed = [_changed(layer, stream_length, resolution_bits, pair) for layer in layers]
    if changed == list(layers):
        return network, 0
    weights, biases, saturated = [], [], 0
    for old, new, codes, bias in zip(layers, changed, network.weights, network.biases):
        if not isinstance(old, WeightedLayer) or not isinstance(new, WeightedLayer):
            weights.append(codes)
            biases.append(bias)
            continue
        real = dequantize(codes, old.weight_encoding, old.resolution_bits)
        rounded, outside = quantize(real, new.weight_encoding, new.resolution_bits)
        weights.append(rounded)
        biases.append(np.rint(bias * (count_value(old) / count_value(new))).astype(np.int64))
        saturated += outside
    head = network.input.model_copy(update={"resolution_bits": resolution_bits})
    return network.replace(input=head, layers=tuple(changed), weights=tuple(weights), biases=tuple(biases)), saturated


def _changed(layer: Layer, stream_length: int, resolution_bits: int, pair: Pair | None) -> Layer:
    """The description of a layer at the new length, its neuron on the scale of the new counts."""
    match layer:
        case MaxPool2dLayer() | AvgPool2dLayer():
            old, new = (code_scale(layer.encoding, bits) for bits in (layer.resolution_bits, resolution_bits))
            scale = layer.output_scale * old / new
            return layer.model_copy(update={"resolution_bits": resolution_bits, "output_scale": scale})
        case DenseLayer() | Conv2dLayer():
            return _changed_weighted(layer, stream_length, resolution_bits, pair)
        case other:
            unknown_kind(other, "sweep")


def _changed_weighted(
    layer: DenseLayer | Conv2dLayer, stream_length: int, resolution_bits: int, pair: Pair | None
) -> DenseLayer | Conv2dLayer:
    fields: dict[str, Any] = {"stream_length": stream_length, "resolution_bits": resolution_bits}
    if pair is not None:
        fields["weight_generator"] = pair[1]
        fields["input_generator"] = None if layer.input_generator is None else pair[0]
    bare = layer.model_copy(update=fields | {"neuron": Linear()})
    worth = count_value(bare) / count_value(layer)
    match layer.neuron:
        case Linear():
            return bare.model_copy(update={"output_scale": layer.output_scale * worth})
        case Relu() | Clamp() as neuron:
            old, new = (code_scale(neuron.encoding, bits) for bits in (neuron.output_bits, resolution_bits))
            multiplier, shift = _requantizer(neuron.multiplier, neuron.shift, worth * new / old)
            fields = {"multiplier": multiplier, "shift": shift, "output_bits": resolution_bits}
            scale = layer.output_scale * old / new
            return bare.model_copy(update={"neuron": neuron.model_copy(update=fields), "output_scale": scale})
        case Lif() as neuron:
            bits = neuron.state_bits + max(0, math.ceil(-math.log2(worth)))
            threshold = max(1, round(neuron.v_threshold / worth))
            membrane = {"v_threshold": threshold, "state_bits": min(STATE_LIMIT, bits)}
            return bare.model_copy(update={"neuron": neuron.model_copy(update=membrane)})
        case other:
            unknown_kind(other, "sweep")


def _requantizer(multiplier: int, shift: int, change: float) -> tuple[int, int]:
    """(multiplier, shift) of a factor that changes: as they are, a power of two, or 8 bits of multiplier."""
    if math.isclose(change, 1, rel_tol=1e-9):
        return multiplier, shift
    factor = change * multiplier / 2**shift
    exponent = math.log2(factor)
    is_power = math.isclose(exponent, round(exponent), abs_tol=1e-9)
    return requantizer_factor(factor, "shift" if is_power else "multiplier")
