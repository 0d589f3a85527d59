"""Cross-layer equalization: neurons of one layer brought to one size, which changes nothing that the network computes.

A ReLU lets a positive factor through: s·max(0, z) = max(0, s·z). So each hidden neuron's weights and bias may be
multiplied by s if the next layer's weights of it are divided by s. With s = √(c / a), a the neuron's largest weight and
c the largest that reads it, both come to √(a·c): no neuron has so much larger ones than the others that these are left
with few codes.

Source: M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019.
"""

from __future__ import annotations

import numpy as np

from .normalize import RELU, FloatDense

PASSES = 4
"""Of the layers: a factor changes what the next layer's neurons are measured by."""
LARGEST_FACTOR = 16.0
"""Of a neuron against the layer's typical one: neurons that hardly matter are left with few codes."""


def equalized(dense: FloatDense) -> FloatDense | None:
    """The same network with its ReLU neurons equalized; None: it has none."""
    if RELU not in dense.activations:
        return None
    weights, biases = list(dense.weights), list(dense.biases)
    for _ in range(PASSES):
        for index, activation in enumerate(dense.activations):
            if activation != RELU:  # a bound of its own would need one for each neuron
                continue
            incoming, outgoing = np.abs(weights[index]).max(axis=1), np.abs(weights[index + 1]).max(axis=0)
            factor, alive = np.ones(len(incoming)), (incoming > 0) & (outgoing > 0)
            if alive.any():
                logs = 0.5 * (np.log(outgoing[alive]) - np.log(incoming[alive]))
                factor[alive] = np.clip(np.exp(logs - logs.mean()), 1 / LARGEST_FACTOR, LARGEST_FACTOR)
            weights[index], biases[index] = weights[index] * factor[:, None], biases[index] * factor
            weights[index + 1] = weights[index + 1] / factor
    return FloatDense(tuple(weights), tuple(biases), dense.activations)
