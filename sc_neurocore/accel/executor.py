"""A network's time steps and layers around any engine that can turn codes into counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..spec.layer import DenseLayer
from ..spec.network import NetworkSpec
from .kinds import sums_steps
from .output_stage import apply_neuron

LayerCounts = Callable[[np.ndarray], np.ndarray]
"""Codes `(batch, inputs)` int64 to a fresh array of counts without bias, `(batch, neurons)` int64."""

HELD_CODES = 2**22
"""Codes, outputs and states of one layer held at a time, about."""


def samples_at_once(layers: Sequence[DenseLayer]) -> int:
    """Samples that pass through the layers together: many enough to share tables, few enough to bound memory."""
    widest = max(max(layer.inputs, layer.neurons) for layer in layers)
    return max(1, min(2048, HELD_CODES // widest))


def run_layers(
    network: NetworkSpec, layers: Sequence[DenseLayer], codes: np.ndarray, counters: Sequence[LayerCounts]
) -> np.ndarray:
    """Outputs of the whole batch; `layers` are the network's, `codes` are checked, `counters` compute the counts.

    Returns:
        int64, of `network.output_shape`.
    """
    step = samples_at_once(layers)
    if len(codes) <= step and network.time_steps == 1:  # the last layer's outputs are the result: no copy
        return _run_chunk(network, layers, codes, counters, None)
    outputs = np.empty(network.output_shape(len(codes)), dtype=np.int64)
    for start in range(0, len(codes), step):
        _run_chunk(network, layers, codes[start : start + step], counters, outputs[start : start + step])
    return outputs


def _run_chunk(
    network: NetworkSpec,
    layers: Sequence[DenseLayer],
    codes: np.ndarray,
    counters: Sequence[LayerCounts],
    out: np.ndarray | None,
) -> np.ndarray:
    """Outputs of some samples, written to `out` where it is given."""
    biases = [bias.astype(np.int64) for bias in network.biases]
    states = [
        np.zeros((len(codes), layer.neurons), dtype=np.int64) if layer.neuron.keeps_state else None for layer in layers
    ]
    repeated = None  # counts of the first layer, the same at every step where the input is
    if network.time_steps == 1:
        values = codes
        for layer, counts, bias, state in zip(layers, counters, biases, states, strict=True):
            values = apply_neuron(layer, bias, counts(values), state)
        if out is None:
            return values
        out[...] = values
        return out
    assert out is not None, "several steps are collected in an array"
    summed = sums_steps(network.output.reduce)
    if summed:
        out[...] = 0
    for step in range(network.time_steps):
        values = np.ascontiguousarray(codes[:, step]) if codes.ndim == 3 else codes
        for i, (layer, counts) in enumerate(zip(layers, counters, strict=True)):
            if i == 0 and network.input.repeat:
                repeated = counts(values) if repeated is None else repeated
                a = repeated.copy()
            else:
                a = counts(values)
            values = apply_neuron(layer, biases[i], a, states[i])
        if summed:
            out += values
        else:
            out[:, step] = values
    return out
