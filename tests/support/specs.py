"""A network of the package from a description and tensors, without a folder between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sc_neurocore.spec import NetworkSpec


def spec_of(description: dict[str, Any], tensors: dict[str, np.ndarray]) -> NetworkSpec:
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    count = len(description["layers"])
    arrays = {
        "weights": [tensors[f"layer{i}.weight"] for i in range(count)],
        "biases": [tensors[f"layer{i}.bias"] for i in range(count)],
    }
    return NetworkSpec.model_validate(tree | arrays, strict=False)
