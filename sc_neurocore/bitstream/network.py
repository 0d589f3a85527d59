"""A whole network, bit by bit: the normative execution of a description.

Every stream bit is made, multiplied and counted; nothing is shared, restarted late or summed in closed form. Streams
are cut into windows of time, and the work into chunks of samples and neurons, so that memory stays bounded; as every
source is read at its absolute position t, the windows change no bit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..spec.codes import check_codes
from ..spec.generator import Generator
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, Mux, Or, Relu
from ..spec.network import NetworkSpec
from . import arithmetic, neurons
from .generators import bits
from .sources import words_at

CHUNK_BITS = 2**22
"""Product bits held at a time, about; each costs one byte, and its words eight."""


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
    batch, steps = len(codes), network.time_steps
    per_step = codes.ndim == 3
    states = [np.zeros((batch, layer.neurons), dtype=np.int64) for layer in network.layers]
    outputs = []
    for step in range(steps):
        values = codes[:, step] if per_step else codes
        for i, layer in enumerate(network.layers):
            a = counts(layer, values, network.weights[i]) + network.biases[i]
            states[i], values = neuron_step(layer, states[i], a)
        outputs.append(values)
    if steps == 1:
        return outputs[0]
    if network.output.reduce == "sum":
        return np.stack(outputs).sum(axis=0)
    return np.stack(outputs, axis=1)


def neuron_step(layer: DenseLayer, state: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The layer's state after this step, and its outputs, from the biased counts a'; int64 `(batch, neurons)` each."""
    neuron = layer.neuron
    if isinstance(neuron, Relu):
        return state, neurons.relu(a, neuron)
    if isinstance(neuron, Clamp):
        return state, neurons.clamp(a, neuron)
    if isinstance(neuron, Lif):
        return neurons.lif_step(state, a, neuron)
    assert isinstance(neuron, Linear)
    return state, a


def counts(layer: DenseLayer, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The accumulated integer `a` of every neuron, before the bias.

    Args:
        layer: the layer's description.
        codes: input codes `(batch, inputs)`.
        weights: weight codes `(neurons, inputs)`.

    Returns:
        int64 `(batch, neurons)`.
    """
    codes, weights = codes.astype(np.int64), weights.astype(np.int64)
    count_window = _count_selected if isinstance(layer.accumulator, Mux) else _count_all
    lanes = 1 if isinstance(layer.accumulator, Mux) else layer.inputs  # products made at one position t
    window = min(layer.stream_length, max(1, CHUNK_BITS // lanes))
    neurons_at_once = min(layer.neurons, max(1, CHUNK_BITS // (lanes * window)))
    samples_at_once = max(1, CHUNK_BITS // (lanes * window * neurons_at_once))
    a = np.zeros((len(codes), layer.neurons), dtype=np.int64)
    for times in _chunks(layer.stream_length, window):
        t = np.arange(times.start, times.stop, dtype=np.int64)
        for rows in _chunks(layer.neurons, neurons_at_once):
            for samples in _chunks(len(codes), samples_at_once):
                a[samples, rows] += count_window(layer, codes[samples], weights[rows], t)
    return a


def _chunks(total: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, total)) for start in range(0, total, size))


def _count_all(layer: DenseLayer, codes: np.ndarray, weights: np.ndarray, t: np.ndarray) -> np.ndarray:
    """What positions `t` add where every input has its product: parallel_counter and or."""
    n = layer.resolution_bits
    lane = np.arange(layer.inputs, dtype=np.int64)[:, None]
    w = _streams(layer.weight_generator, weights, n, t, lane)[None]
    x = _streams(layer.input_generator, codes, n, t, lane)[:, None]
    if layer.input_encoding == "bipolar":
        return arithmetic.parallel_counter_bipolar(arithmetic.xnor_product(x, w))
    sigma = arithmetic.signs(codes)[:, None] * arithmetic.signs(weights)[None]
    accumulate = arithmetic.or_accumulate if isinstance(layer.accumulator, Or) else arithmetic.parallel_counter
    return accumulate(arithmetic.and_product(x, w), sigma)


def _streams(generator: Generator | None, codes: np.ndarray, n: int, t: np.ndarray, lane: np.ndarray) -> np.ndarray:
    """Bits of codes `(..., inputs)` at positions t: uint8 `(..., inputs, time)`. A spike is its own bit at every t."""
    if generator is None:
        return np.broadcast_to(codes[..., None], (*codes.shape, len(t))).astype(np.uint8)
    words = words_at(generator.source, n, t, lane if generator.source.lane_skip else 0)
    return bits(generator, np.abs(codes)[..., None], words)


def _count_selected(layer: DenseLayer, codes: np.ndarray, weights: np.ndarray, t: np.ndarray) -> np.ndarray:
    """What positions `t` add under a mux: of each position only the product that the select word names is ever made."""
    assert isinstance(layer.accumulator, Mux)
    n = layer.resolution_bits
    select = words_at(layer.accumulator.select, layer.select_bits, t)
    t, select = t[select < layer.inputs], select[select < layer.inputs]
    x_codes, w_codes = codes[:, None, select], weights[None, :, select]  # the selected input's codes, along time
    w = bits(layer.weight_generator, np.abs(w_codes), words_at(layer.weight_generator.source, n, t))
    if layer.input_generator is None:
        x = x_codes.astype(np.uint8)
    else:
        x = bits(layer.input_generator, np.abs(x_codes), words_at(layer.input_generator.source, n, t))
    if layer.input_encoding == "bipolar":
        return arithmetic.selected_bipolar(arithmetic.xnor_product(x, w))
    sigma = arithmetic.signs(x_codes) * arithmetic.signs(w_codes)
    return arithmetic.selected(arithmetic.and_product(x, w), sigma)
