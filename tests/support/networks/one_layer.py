"""A network of one layer and codes for it, for tests of engines."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    DenseLayer,
    InputSpec,
    Linear,
    NetworkSpec,
    OutputSpec,
    ParallelCounter,
    code_range,
)


def one_layer(
    inputs=5, neurons=4, n=5, length=77, bias=0, weights=None, seed=0, head=None, reduce: Any = "none", **changes
):
    """One dense layer with random weights; further arguments are fields of the layer."""
    fields: dict[str, Any] = {
        "inputs": inputs,
        "neurons": neurons,
        "resolution_bits": n,
        "stream_length": length,
        "input_encoding": "unipolar",
        "weight_encoding": "sign_magnitude",
        "input_generator": DEFAULT_INPUT_GENERATOR,
        "weight_generator": DEFAULT_WEIGHT_GENERATOR,
        "accumulator": ParallelCounter(),
        "neuron": Linear(),
        "output_scale": 1.0,
    } | changes
    layer = DenseLayer(**fields)
    low, high = code_range(layer.weight_encoding, n)
    if weights is None:
        weights = np.random.default_rng(seed).integers(low, high + 1, (neurons, inputs))
    first = InputSpec(features=inputs, encoding=layer.input_encoding, resolution_bits=n, scale=1.0, **(head or {}))
    return NetworkSpec(
        name="net",
        input=first,
        output=OutputSpec(reduce=reduce),
        layers=(layer,),
        weights=(np.asarray(weights),),
        biases=(np.full(neurons, bias),),
    )


def random_codes(network, batch, seed=1):
    """Random codes; the first samples all low, all high, all zero, as far as the batch goes."""
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    codes = np.random.default_rng(seed).integers(low, high + 1, network.codes_shape(batch))
    codes[:1], codes[1:2], codes[2:3] = low, high, 0
    return codes
