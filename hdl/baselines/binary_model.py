"""What the binary reference core computes, in plain NumPy: exact products, one rounding per output stage."""

from __future__ import annotations

import numpy as np

from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.errors import SpecError
from sc_neurocore.spec.kinds import unknown_kind
from sc_neurocore.spec.layer import Clamp, Lif, Linear, Relu


def outputs(network: NetworkSpec, codes: np.ndarray) -> np.ndarray:
    """Outputs of a dense network of unsigned inputs and `relu` output stages, last layer linear.

    a = sum of x·k + bias·2^n; h = clip((a·multiplier + 2^(s+n-1)) >> (s + n), 0, 2^m - 1).

    Args:
        network: its codes and output stages; read as binary numbers, not as streams.
        codes: `(samples, features)`.

    Returns:
        int64 `(samples, classes)`, 2^n times finer than the counts of a stream.

    Raises:
        SpecError: a neuron is neither `relu` nor `linear`.
    """
    x, layers = np.asarray(codes, dtype=np.int64), network.dense_layers("binary reference")
    for layer, weights, biases in zip(layers, network.weights, network.biases, strict=True):
        n = layer.resolution_bits
        a = x @ weights.astype(np.int64).T + (biases.astype(np.int64) << n)
        match layer.neuron:
            case Linear():
                x = a
            case Relu(multiplier=multiplier, shift=shift, output_bits=bits):
                finer = shift + n
                x = np.clip((a * multiplier + (1 << (finer - 1))) >> finer, 0, 2**bits - 1)
            case Clamp() | Lif():
                raise SpecError(f"neuron.kind must be relu or linear as a binary number, got {layer.neuron.kind!r}")
            case other:
                unknown_kind(other, "binary reference")
    return x
