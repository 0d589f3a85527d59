"""A whole network, bit by bit: the normative execution of a description.

Every stream bit is made, multiplied and counted; nothing is shared, restarted late or summed in closed form. Streams
are cut into windows of time, and the work into chunks of samples and neurons, so that memory stays bounded; as every
source is read at its absolute position t, the windows change no bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from ..spec.codes import check_codes
from ..spec.encoding import zero_code
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from ..spec.generator import Generator
from ..spec.kinds import unknown_kind
from ..spec.layer import (
    Clamp,
    DenseLayer,
    Lif,
    Linear,
    Mux,
    Neuron,
    Or,
    ParallelCounter,
    Relu,
    WeightedLayer,
)
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..spec.network import NetworkSpec
from ..spec.source import Source
from . import arithmetic, neurons
from .generators import bits
from .sources import words_at
from .windows import avg_pool, gather, max_pool, parts, window_elements

CHUNK_BITS = 2**22
"""Product bits held at a time, about; each costs one byte, and its words eight."""


@entrance
def run(network: NetworkSpec, codes: np.ndarray) -> np.ndarray:
    """Outputs of a network, by making every bit.

    Args:
        network: description and tensors.
        codes: integer codes, `(batch, features)`, or `(batch, time_steps, features)` where each step has its own.

    Returns:
        int64 `(batch, neurons)`, or `(batch, time_steps, neurons)` for several steps that are not summed.

    Raises:
        CodesError: the codes have a shape, type or value that the network does not take.
    """
    codes = check_codes(network, codes)
    for layer in network.layers:
        _check_encodings(layer)
    batch, steps = len(codes), network.time_steps
    per_step = codes.ndim == 3
    states = [np.zeros((batch, layer.out_elements), dtype=np.int64) for layer in network.layers]
    outputs = []
    for step in range(steps):
        values = codes[:, step] if per_step else codes
        for i, layer in enumerate(network.layers):
            states[i], values = layer_step(layer, network.weights[i], network.biases[i], states[i], values)
        outputs.append(values)
    match network.output.reduce:
        case "sum":
            return np.stack(outputs).sum(axis=0)
        case "none":
            return outputs[0] if steps == 1 else np.stack(outputs, axis=1)
        case other:
            unknown_kind(other, "engine reference")


def _check_encodings(layer: Layer) -> None:
    """Refuse codes of another kind than those whose streams, products and outputs are made here."""
    weights = (layer.weight_encoding,) if isinstance(layer, WeightedLayer) else ()
    for encoding in (layer.input_encoding, layer.output_encoding, *weights):
        match encoding:
            case "unipolar" | "bipolar" | "sign_magnitude" | "spike" | None:
                pass
            case other:
                unknown_kind(other, "engine reference")


def layer_step(
    layer: Layer, weights: np.ndarray, biases: np.ndarray, state: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One layer at one time step.

    Args:
        layer: the layer's description.
        weights: codes of its `weight_shape`.
        biases: counts of its `bias_shape`.
        state: int64 `(batch, out_elements)`, what its neurons kept from the step before.
        codes: int64 `(batch, in_elements)`.

    Returns:
        The state after the step and the outputs, int64 `(batch, out_elements)` each.
    """
    match layer:
        case DenseLayer():
            return neuron_step(layer.neuron, state, counts(layer, codes, weights) + biases)
        case Conv2dLayer():
            return neuron_step(layer.neuron, state, window_counts(layer, codes, weights, biases))
        case MaxPool2dLayer():
            return state, max_pool(layer, codes)
        case AvgPool2dLayer():
            return state, avg_pool(layer, codes)
        case other:
            unknown_kind(other, "engine reference")


def neuron_step(neuron: Neuron, state: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The state after this step, and the outputs, from the biased counts a'; int64 `(batch, neurons)` each.

    Args:
        neuron: its description.
        state: int64 `(batch, neurons)`.
        a: biased counts, int64 `(batch, neurons)`.
    """
    match neuron:
        case Relu():
            return state, neurons.relu(a, neuron)
        case Clamp():
            return state, neurons.clamp(a, neuron)
        case Lif():
            return neurons.lif_step(state, a, neuron)
        case Linear():
            return state, a
        case other:
            unknown_kind(other, "engine reference")


def window_counts(layer: Conv2dLayer, codes: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """The biased counts a' of every output element: each window is one more sample of a layer on N inputs.

    Args:
        layer: the layer's description.
        codes: input codes `(batch, elements)`.
        weights: weight codes `(out_channels, kh, kw, C/g)`.
        biases: counts `(out_channels,)`.

    Returns:
        int64 `(batch, out_elements)`, position by position, channel by channel.
    """
    outside = zero_code(layer.input_encoding, layer.resolution_bits)
    kernels = weights.reshape(layer.groups, -1, layer.inputs)
    a = np.empty((len(codes), math.prod(layer.out_shape[:2]), layer.groups, kernels.shape[1]), dtype=np.int64)
    for samples, places in parts(layer, len(codes)):
        elements = window_elements(layer, places)
        for group in range(layer.groups):
            windows = gather(codes[samples], elements[group], outside)
            totals = counts(layer, windows.reshape(-1, layer.inputs), kernels[group])
            a[samples, places, group] = totals.reshape(len(windows), -1, kernels.shape[1])
    return (a.reshape(*a.shape[:2], layer.out_channels) + biases).reshape(len(codes), layer.out_elements)


def counts(layer: WeightedLayer, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The accumulated integer `a` of every neuron, before the bias.

    Args:
        layer: the layer's description.
        codes: input codes `(batch, inputs)`.
        weights: weight codes `(neurons, inputs)`, of all its neurons or of some.

    Returns:
        int64 `(batch, neurons)`.
    """
    codes, weights = codes.astype(np.int64), weights.astype(np.int64)
    match layer.accumulator:
        case Mux(select=select):
            count_window, lanes = partial(_count_selected, select), 1
        case ParallelCounter() | Or():
            count_window, lanes = _count_all, layer.inputs  # so many products are made at one position t
        case other:
            unknown_kind(other, "engine reference")
    window = min(layer.stream_length, max(1, CHUNK_BITS // lanes))
    neurons_at_once = min(len(weights), max(1, CHUNK_BITS // (lanes * window)))
    samples_at_once = max(1, CHUNK_BITS // (lanes * window * neurons_at_once))
    a = np.zeros((len(codes), len(weights)), dtype=np.int64)
    for times in _chunks(layer.stream_length, window):
        t = np.arange(times.start, times.stop, dtype=np.int64)
        for rows in _chunks(len(weights), neurons_at_once):
            for samples in _chunks(len(codes), samples_at_once):
                a[samples, rows] += count_window(layer, codes[samples], weights[rows], t)
    return a


def _chunks(total: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, total)) for start in range(0, total, size))


def _count_all(layer: WeightedLayer, codes: np.ndarray, weights: np.ndarray, t: np.ndarray) -> np.ndarray:
    """What positions `t` add where every input has its product: parallel_counter and or."""
    n = layer.resolution_bits
    lane = np.arange(layer.inputs, dtype=np.int64)[:, None]
    w = _streams(layer.weight_generator, weights, n, t, lane)[None]
    x = _streams(layer.input_generator, codes, n, t, lane)[:, None]
    sigma = arithmetic.signs(codes)[:, None] * arithmetic.signs(weights)[None]
    match layer.accumulator, layer.product:
        case ParallelCounter(), "and":
            return arithmetic.parallel_counter(arithmetic.and_product(x, w), sigma)
        case ParallelCounter(), "xnor":
            return arithmetic.parallel_counter_bipolar(arithmetic.xnor_product(x, w))
        case Or(), "and":
            return arithmetic.or_accumulate(arithmetic.and_product(x, w), sigma)
        case accumulator, product:
            raise OptionError(f"engine reference has no case for {product!r} products under {accumulator.kind!r}")


def _streams(generator: Generator | None, codes: np.ndarray, n: int, t: np.ndarray, lane: np.ndarray) -> np.ndarray:
    """Bits of codes `(..., inputs)` at positions t: uint8 `(..., inputs, time)`. A spike is its own bit at every t."""
    if generator is None:
        return np.broadcast_to(codes[..., None], (*codes.shape, len(t))).astype(np.uint8)
    words = words_at(generator.source, n, t, lane if generator.source.lane_skip else 0)
    return bits(generator, np.abs(codes)[..., None], words)


def _count_selected(
    source: Source, layer: WeightedLayer, codes: np.ndarray, weights: np.ndarray, t: np.ndarray
) -> np.ndarray:
    """What positions `t` add under a mux: of each position only the product that the select word names is ever made."""
    n = layer.resolution_bits
    select = words_at(source, layer.select_bits, t)
    t, select = t[select < layer.inputs], select[select < layer.inputs]
    x_codes, w_codes = codes[:, None, select], weights[None, :, select]  # the selected input's codes, along time
    w = bits(layer.weight_generator, np.abs(w_codes), words_at(layer.weight_generator.source, n, t))
    if layer.input_generator is None:
        x = x_codes.astype(np.uint8)
    else:
        x = bits(layer.input_generator, np.abs(x_codes), words_at(layer.input_generator.source, n, t))
    match layer.product:
        case "and":
            sigma = arithmetic.signs(x_codes) * arithmetic.signs(w_codes)
            return arithmetic.selected(arithmetic.and_product(x, w), sigma)
        case "xnor":
            return arithmetic.selected_bipolar(arithmetic.xnor_product(x, w))
        case other:
            unknown_kind(other, "engine reference")
