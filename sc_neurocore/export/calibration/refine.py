"""Weight codes chosen by what their products give, not by their values: a descent through the exact product counts.

Rounding each weight to its nearest code leaves two errors: the rounding, and that of each product's count against x·w.
Both are known exactly on the calibration samples. So one weight after the other may take a neighbouring code if the
layer's outputs come nearer to the float network's: sums of many inputs then correct each other's errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...accel.kinds import select_source, unites
from ...importing.maps import Window, windows
from ...spec.encoding import code_range, zero_code
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, DenseLayer, Lif, Linear, Neuron, Relu
from ...spec.maps import Conv2dLayer
from ..plan import LoweredLayer
from ..quantize import replaced

MOST_BITS = 10
"""Beyond that the table of all products grows, and the errors that it could mend vanish."""

SWEEPS = 6
MOST_STEPS = 2**27
"""Products looked at in one sweep; larger layers look at fewer samples."""
MOST_WINDOW_STEPS = 2**25
"""Of a convolution, whose windows are alike."""

SAMPLES_PER_INPUT = 2
"""So many samples a weight at least, or the codes would learn the samples by heart."""

Counts = Callable[[DenseLayer, np.ndarray, np.ndarray], np.ndarray]
"""Counts `(samples, neurons)` of a layer, its weight codes and input codes."""


def refined(
    lowered: LoweredLayer, weight: np.ndarray, codes: np.ndarray, target: np.ndarray, counts: Counts
) -> LoweredLayer:
    """The layer with codes and biases that bring its outputs nearest to `target`, or as it is.

    Args:
        lowered: a layer whose codes are rounded and whose biases are corrected.
        weight: its real weights `(neurons, inputs)`.
        codes: its input codes `(samples, elements)`.
        target: pre-activations of the float network, real units `(samples · positions, neurons)`.
        counts: computes the layer.
    """
    match lowered.layer:
        case DenseLayer() as layer:
            return _refined(lowered, layer, weight, codes, target, counts)
        case Conv2dLayer() as layer:
            return _refined_windows(lowered, layer, weight, codes, target, counts)
        case other:
            unknown_kind(other, "export")


def _refined_windows(
    lowered: LoweredLayer, layer: Conv2dLayer, weight: np.ndarray, codes: np.ndarray, target: np.ndarray, counts: Counts
) -> LoweredLayer:
    """Group by group, as the dense layer that each window is, on windows taken evenly of all samples and positions."""
    window, outputs, channels = layer.window, layer.out_channels // layer.groups, layer.in_shape[2] // layer.groups
    positions = np.linspace(0, len(target) - 1, min(len(target), _rows(window, MOST_WINDOW_STEPS))).astype(int)
    geometry = Window(layer.in_shape, layer.kernel, layer.stride, layer.padding)
    parts = []
    for some in np.array_split(positions, max(1, len(positions) // 256)):
        samples, places = np.divmod(some, layer.positions)
        rows, columns = np.divmod(places, geometry.out_sides[1])
        parts.append(windows(codes[samples], geometry)[range(len(some)), rows, columns])
    patches = np.concatenate(parts)
    new_codes, new_bias = lowered.weights.codes.copy(), lowered.bias.copy()
    for group in range(layer.groups):
        own = slice(group * outputs, (group + 1) * outputs)
        inputs = patches[..., group * channels : (group + 1) * channels].reshape(len(positions), -1)
        part = replace(
            lowered, layer=window, bias=lowered.bias[own], weights=replace(lowered.weights, codes=new_codes[own])
        )
        part = _refined(part, window, weight[own], inputs, target[positions][:, own], counts)
        new_codes[own], new_bias[own] = part.weights.codes, part.bias
    weights = replaced(lowered.weights, new_codes, weight, layer.resolution_bits)
    return replace(lowered, weights=weights, bias=new_bias)


def _rows(layer: DenseLayer, steps: int) -> int:
    """Samples that are looked at in so many steps."""
    return max(SAMPLES_PER_INPUT * layer.inputs, steps // (2 * layer.inputs * layer.neurons))


def _refined(
    lowered: LoweredLayer, layer: DenseLayer, weight: np.ndarray, codes: np.ndarray, target: np.ndarray, counts: Counts
) -> LoweredLayer:
    adds_up = select_source(layer.accumulator) is None and not unites(layer.accumulator)
    if not adds_up or layer.resolution_bits > MOST_BITS or len(codes) < SAMPLES_PER_INPUT * layer.inputs:
        return lowered
    rows_in_use = np.linspace(0, len(codes) - 1, min(_rows(layer, MOST_STEPS), len(codes))).astype(int)
    target_sums = (target[rows_in_use] / lowered.count - lowered.offset).astype(np.float32)
    codes, (low, high) = codes[rows_in_use], _ends(layer.neuron)
    target_sums = np.clip(target_sums, low, high)
    table, zero = _products(layer, counts)
    weights, bias = lowered.weights.codes.copy(), lowered.bias.copy()
    sums = (counts(layer, weights, codes) + bias).astype(np.float32)

    def loss(values: np.ndarray) -> np.ndarray:
        return np.square(np.clip(values, low, high) - target_sums).sum(axis=0)

    losses, peak = loss(sums), 2**layer.resolution_bits - 1
    for _ in range(SWEEPS):
        before = float(losses.sum())
        for column in range(layer.inputs):
            rows_of_table = table[codes[:, column] + zero]
            now = rows_of_table[:, weights[:, column] + peak]
            for step in (-1, 1):
                trial = np.clip(weights[:, column] + step, -peak, peak)
                moved = sums + (rows_of_table[:, trial + peak] - now)
                moved_loss = loss(moved)
                better = moved_loss < losses
                if better.any():
                    sums[:, better], losses[better] = moved[:, better], moved_loss[better]
                    weights[better, column] = trial[better]
                    now = rows_of_table[:, weights[:, column] + peak]
        for step in (-4, -2, -1, 1, 2, 4):
            moved_loss = loss(sums + np.float32(step))
            better = moved_loss < losses
            sums[:, better] += step
            bias[better] += step
            losses = np.where(better, moved_loss, losses)
        if float(losses.sum()) > 0.99 * before:
            break
    return replace(lowered, weights=replaced(lowered.weights, weights, weight, layer.resolution_bits), bias=bias)


def _reach(neuron: Relu | Clamp) -> float:
    """The count from which on the layer's outputs are the largest."""
    return (2**neuron.output_bits - 1) * 2.0**neuron.shift / neuron.multiplier


def _ends(neuron: Neuron) -> tuple[float, float]:
    """Between which counts, biases included, the layer's outputs tell one from another."""
    match neuron:
        case Relu():
            return 0.0, _reach(neuron)
        case Clamp():
            return -_reach(neuron), _reach(neuron)
        case Linear():
            return -np.inf, np.inf
        case Lif():
            raise AssertionError("cells over time are not lowered here")
        case other:
            unknown_kind(other, "export")


def _products(layer: DenseLayer, counts: Counts) -> tuple[np.ndarray, int]:
    """Counts of all products, float32 `(input codes, weight codes)`, and the row of the input code 0."""
    low, top = code_range(layer.input_encoding, layer.resolution_bits)
    zero = zero_code(layer.input_encoding, layer.resolution_bits) - low
    single = DenseLayer(**(dict(layer) | {"inputs": 1, "neurons": 2 * top + 1, "neuron": Linear()}))
    weights = np.arange(-top, top + 1)[:, None]
    return counts(single, weights, np.arange(low, top + 1)[:, None]).astype(np.float32), zero
