"""Networks read in real numbers, without streams or rounding: what the integers of a sweep are held against."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sc_neurocore.accel.kinds import code_scale, lowest_value, subtracts
from sc_neurocore.importing import maps
from sc_neurocore.importing.maps import Window
from sc_neurocore.spec import Clamp, DenseLayer, Lif, Linear, Relu, unknown_kind
from sc_neurocore.spec.kinds import strict
from sc_neurocore.spec.layer import WeightedLayer
from sc_neurocore.spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from sc_neurocore.spec.values import count_value


def real_factor(layer: Layer) -> float:
    """What a real sum is multiplied with to be the real output, before it is clipped; of a pool 1."""
    if not isinstance(layer, WeightedLayer):
        return 1.0
    match layer.neuron:
        case Relu() | Clamp() as neuron:
            codes = neuron.multiplier / 2**neuron.shift / count_value(layer)
            return codes / code_scale(neuron.encoding, neuron.output_bits)
        case Linear() | Lif():
            return 1.0
        case other:
            unknown_kind(other, "sweep")


def output_unit(layer: Layer) -> float:
    """Real value of 1 of a last layer's real outputs."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            neuron = layer.neuron
            match neuron:
                case Linear():
                    return layer.output_scale / count_value(layer)
                case Lif():
                    return layer.output_scale
                case Relu() | Clamp():
                    return layer.output_scale * code_scale(neuron.encoding, neuron.output_bits)
                case other:
                    unknown_kind(other, "sweep")
        case MaxPool2dLayer() | AvgPool2dLayer():
            return layer.output_scale * code_scale(layer.encoding, layer.resolution_bits)
        case other:
            unknown_kind(other, "sweep")


def real_outputs(
    x: np.ndarray,
    time_steps: int,
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    factors: Sequence[float],
) -> np.ndarray:
    """Outputs of the last layer, summed over the time steps, all in real numbers.

    Args:
        x: inputs in units of their scale `(samples, inputs)`, the same at every step.
        time_steps: how many.
        layers: descriptions, for encodings, neurons and the value of a count.
        weights: real, of each layer, of its `weight_shape`.
        biases: real, of each layer.
        factors: of each layer's requantizer.
    """
    x = np.clip(x, lowest_value(layers[0].input_encoding), 1)
    states = [np.zeros((len(x), layer.out_elements)) for layer in layers]
    total = np.zeros((len(x), layers[-1].out_elements))
    for _ in range(time_steps):
        h = x
        for i, layer in enumerate(layers):
            match layer:
                case MaxPool2dLayer():
                    h = maps.pooled(h, "max", Window(layer.in_shape, layer.kernel, layer.stride))
                    continue
                case AvgPool2dLayer():
                    mean = maps.pooled(h, "avg", Window(layer.in_shape, layer.kernel, layer.stride))
                    factor = math.prod(layer.kernel) * layer.multiplier / 2**layer.shift
                    h = np.clip(mean * factor, lowest_value(layer.encoding), 1)
                    continue
                case DenseLayer():
                    h = h @ weights[i].T.astype(np.float64) + biases[i]
                case Conv2dLayer():
                    window = Window(layer.in_shape, layer.kernel, layer.stride, layer.padding)
                    h = maps.convolved(h, weights[i].astype(np.float64), biases[i], window, layer.groups)
                case other:
                    unknown_kind(other, "sweep")
            match layer.neuron:
                case Linear():
                    pass
                case Relu() | Clamp() as neuron:
                    h = np.clip(h * factors[i], lowest_value(neuron.encoding), 1)
                case Lif() as neuron:
                    states[i], h = _real_spikes(neuron, states[i], h / count_value(layer))
                case other:
                    unknown_kind(other, "sweep")
        total += h
    return total


def _real_spikes(neuron: Lif, v: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A time step of a `lif` neuron on real counts, without rounding or saturation: the next state, the spikes."""
    v = v * (1 - (0 if neuron.leak_shift is None else 2.0**-neuron.leak_shift)) + current
    fired = v > neuron.v_threshold if strict(neuron.comparator) else v >= neuron.v_threshold
    after = v - neuron.v_threshold if subtracts(neuron.reset) else np.zeros_like(v)
    return np.where(fired, after, v), fired.astype(np.float64)
