"""A small network of the default pair whose neurons are amid their ranges for many samples."""

from __future__ import annotations

import numpy as np

from sc_neurocore.spec import InputSpec, Linear, NetworkSpec, Relu

from .default_dense import default_dense


def two_layers() -> NetworkSpec:
    """6-3-2, n = 4, weights of both signs."""
    rng = np.random.default_rng(3)
    first = np.clip(np.round(rng.normal(0, 3, (3, 6))), -15, 15).astype(np.int32)
    weights = (first, rng.integers(-9, 10, (2, 3)).astype(np.int32))
    neurons = (Relu(multiplier=1, shift=1, output_bits=4), Linear())
    layers = tuple(
        default_dense(weight.shape[1], weight.shape[0], 4, neuron=neuron)
        for weight, neuron in zip(weights, neurons, strict=True)
    )
    return NetworkSpec(
        name="two_layers",
        input=InputSpec(features=6, encoding="unipolar", resolution_bits=4, scale=1.0),
        layers=layers,
        weights=weights,
        biases=(np.array([-1, 0, 2], np.int32), np.array([0, 1], np.int32)),
    )
