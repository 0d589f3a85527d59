"""A network of the package from a description and tensors, without a folder between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc_neurocore.spec import DenseLayer, NetworkSpec


def spec_of(description: dict[str, Any], tensors: dict[str, np.ndarray]) -> NetworkSpec:
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    count = len(description["layers"])
    none = np.zeros(0, dtype=np.int32)  # of a pool
    arrays = {
        "weights": [tensors.get(f"layer{i}.weight", none) for i in range(count)],
        "biases": [tensors.get(f"layer{i}.bias", none) for i in range(count)],
        "input_scale": tensors.get("input.scale"),
        "input_offset": tensors.get("input.offset"),
    }
    return NetworkSpec.model_validate(tree | arrays, strict=False)


def dense_layer(network: NetworkSpec, i: int = 0) -> DenseLayer:
    """A layer of which the test knows that it is dense."""
    layer = network.layers[i]
    assert isinstance(layer, DenseLayer)
    return layer
