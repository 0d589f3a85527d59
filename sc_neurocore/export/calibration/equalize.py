"""Equalization of hidden neurons: factors that change nothing the network computes, with the least noise of codes.

A ReLU lets a positive factor through: f·max(0, z) = max(0, f·z). So each hidden neuron's weights and bias may be
multiplied by f if the next layer's weights of it are divided by f. The counts of products err by about the same number
of counts everywhere, and one count of a layer is worth its largest input times its largest weight. The error that
layer i leaves in the outputs is therefore, S the mean squared slope of the outputs over a neuron's sum,

    E_i = N_i · (max_j f_j·R_j)² · (max_kj |w_kj|·f_k / f_j)² · Σ_k S_k / f_k²

with j over its inputs (of a convolution, the channels that its window reads), R their ranges, N_i how many of them are
not 0 on average, and k over its neurons. Σ_i E_i is convex in the logarithms of the factors, with one least value, to
which the gradient leads from anywhere.

Sources: M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, for the
factors; S. Boyd et al., "A tutorial on geometric programming", 2007, for the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..float_network import RELU, FloatNetwork
from .slopes import squared_slopes

STEPS, RATE = 400, 0.25
SHARPNESS = 60.0
"""Exponent p of the norm that stands for a maximum, so that it has slopes."""

WITHIN = 0.99
"""Share of the samples in which an activation is within its range R: rare larger ones may saturate."""

LEAST = 1e-3
"""Of the layer's largest range or weight: smaller ones count as this, or a dead neuron would have any factor."""


@dataclass(frozen=True)
class Noise:
    """What the counts of a network leave in its outputs, its ReLU neurons equalized."""

    logs: list[np.ndarray]
    """Logarithms of the factors of all layers' neurons, 0 for those that have none."""
    power: float
    """Σ_i E_i, to a factor that is the same for all forms of a network."""
    due: list[np.ndarray]
    """Of each layer before the last one: how much of it is due to a neuron's largest weight in the next layer."""


def equalized(floats: FloatNetwork, sums: Sequence[np.ndarray], input_range: float) -> FloatNetwork | None:
    """The same network with its ReLU neurons equalized; None: it has none.

    Args:
        floats: the network.
        sums: pre-activations of each layer `(samples · positions, neurons)`.
        input_range: real input of the largest code.
    """
    if RELU not in floats.activations:
        return None
    logs = least_noise(floats, sums, input_range).logs
    weights, biases = list(floats.weights), list(floats.biases)
    for index, factor in enumerate(map(np.exp, logs[:-1])):
        weights[index], biases[index] = weights[index] * factor[:, None], biases[index] * factor
        weights[index + 1] = weights[index + 1] / factor[floats.input_channels(index + 1)]
    return replace(floats, weights=tuple(weights), biases=tuple(biases))


def least_noise(floats: FloatNetwork, sums: Sequence[np.ndarray], input_range: float, *, steps: int = STEPS) -> Noise:
    """The factors with the least noise, and what is left then.

    Args:
        floats: the network.
        sums: pre-activations of each layer `(samples · positions, neurons)`.
        input_range: real input of the largest code.
        steps: of the descent.
    """
    slopes = squared_slopes(floats, sums)
    weights = [_floored_log(np.abs(weight)) for weight in floats.weights]
    ranges = [
        _floored_log(np.quantile(np.abs(np.clip(each, *ends)), WITHIN, axis=0))
        for each, ends in zip(sums[:-1], floats.activations, strict=True)
    ]
    active = [float(floats.weights[0].shape[1])]
    for weight, each in zip(floats.weights[1:], sums[:-1]):
        active.append(float((each > 0).mean()) * weight.shape[1])
    logs = [np.zeros(len(weight)) for weight in floats.weights]
    channels = [np.zeros((1, 1), int), *(floats.input_channels(index) for index in range(1, floats.depth))]

    def slopes_of_noise() -> tuple[list[np.ndarray], Noise]:
        gradients, due, total = [np.zeros_like(each) for each in logs], [], 0.0
        for index, weight in enumerate(weights):
            before = logs[index - 1] if index else np.zeros(1)
            reach, reaching = _soft_max(before + ranges[index - 1]) if index else (np.log(input_range), before)
            peak, share = _soft_max(weight + logs[index][:, None] - before[channels[index]])
            passed = slopes[index] * np.exp(-2 * logs[index])
            error = active[index] * np.exp(2 * (reach + peak)) * passed.sum()
            total += error
            gradients[index] += error * (share.sum(axis=1) - passed / max(passed.sum(), 1e-300))
            if index:
                due.append(error * _by_channel(share, channels[index], len(before)))
                gradients[index - 1] += error * reaching - due[-1]
        return gradients, Noise(logs, total, due)

    for step in range(steps):
        gradients, noise = slopes_of_noise()
        rate = RATE * (1 - step / steps)
        for index, activation in enumerate(floats.activations):
            if activation == RELU:  # a bound of its own would need one for each neuron
                has_reader = _by_channel(floats.weights[index + 1] != 0, channels[index + 1], len(logs[index])) > 0
                alive = floats.weights[index].any(axis=1) & has_reader
                logs[index] -= np.where(alive, rate * gradients[index] / (noise.power or 1.0), 0)
    return slopes_of_noise()[1]


def _by_channel(values: np.ndarray, channels: np.ndarray, count: int) -> np.ndarray:
    """Sums over the weights that read each channel."""
    return np.bincount(np.broadcast_to(channels, values.shape).reshape(-1), values.reshape(-1), count)


def _floored_log(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, LEAST * (float(values.max()) or 1.0)))


def _soft_max(logs: np.ndarray) -> tuple[float, np.ndarray]:
    """The p-norm as a logarithm, and its slopes."""
    top = float(logs.max())
    parts = np.exp(SHARPNESS * (logs - top))
    return top + float(np.log(parts.sum())) / SHARPNESS, parts / parts.sum()
