"""A network of one layer and codes for it, for tests of engines."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc_neurocore.spec import InputSpec, NetworkSpec, OutputSpec, code_range

from .default_dense import default_dense


def one_layer(
    inputs=5, neurons=4, n=5, length=77, bias=0, weights=None, seed=0, head=None, reduce: Any = "none", **changes
):
    """One dense layer with random weights; further arguments are fields of the layer."""
    layer = default_dense(inputs, neurons, n, stream_length=length, **changes)
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
