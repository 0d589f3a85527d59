"""What the binary reference core computes, in plain NumPy: exact products, one rounding a border."""

from __future__ import annotations

import numpy as np

from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.layer import Relu


def outputs(network: NetworkSpec, codes: np.ndarray) -> np.ndarray:
    """Outputs of a dense network of unsigned inputs and `relu` borders, last layer linear.

    a = sum of x·k + bias·2^n; h = clip((a·multiplier + 2^(s+n-1)) >> (s + n), 0, 2^m - 1).

    Args:
        network: its codes and borders; read as binary numbers, not as streams.
        codes: `(samples, features)`.

    Returns:
        int64 `(samples, classes)`, 2^n times finer than the counts of a stream.
    """
    x = np.asarray(codes, dtype=np.int64)
    for layer, weights, biases in zip(network.layers, network.weights, network.biases, strict=True):
        n = layer.resolution_bits
        a = x @ weights.astype(np.int64).T + (biases.astype(np.int64) << n)
        if not isinstance(layer.neuron, Relu):
            return a
        shift = layer.neuron.shift + n
        x = np.clip((a * layer.neuron.multiplier + (1 << (shift - 1))) >> shift, 0, 2**layer.neuron.output_bits - 1)
    return x
