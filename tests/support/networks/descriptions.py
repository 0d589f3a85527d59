"""Small legal networks as plain JSON, to be varied one rule at a time."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

Json = dict[str, Any]

COUNTER = {"kind": "counter"}
VDC = {"kind": "van_der_corput"}


def comparator(source: Json = COUNTER) -> Json:
    return {"kind": "comparator", "source": source}


def weighted_binary(source: Json = VDC) -> Json:
    return {"kind": "weighted_binary", "source": source}


def dense(inputs: int = 2, neurons: int = 1, n: int = 3, length: int = 8, **changes: Any) -> Json:
    """A dense layer's JSON: unipolar x sign-magnitude, the default pair, linear; ``changes`` replace keys."""
    layer: Json = {
        "kind": "dense",
        "inputs": inputs,
        "neurons": neurons,
        "resolution_bits": n,
        "stream_length": length,
        "input_encoding": "unipolar",
        "weight_encoding": "sign_magnitude",
        "input_generator": weighted_binary({"kind": "van_der_corput", "skip": 1}),
        "weight_generator": comparator(COUNTER),
        "accumulator": {"kind": "parallel_counter"},
        "neuron": {"kind": "linear"},
        "output_scale": 1.0,
        **changes,
    }
    if layer["input_encoding"] == "spike":
        del layer["input_generator"]
    return layer


def network(*layers: Json, steps: int = 1, repeat: bool = False, reduce: str = "none", name: str = "net") -> Json:
    """The network.json of these layers (without ``tensors``), its input read off the first."""
    first = layers[0]
    return {
        "format": "sc-neurocore/network",
        "format_version": 1,
        "name": name,
        "input": {
            "features": first["inputs"],
            "encoding": first["input_encoding"],
            "resolution_bits": first["resolution_bits"],
            "scale": 1.0,
            "time_steps": steps,
            "repeat": repeat,
        },
        "output": {"reduce": reduce},
        "layers": list(layers),
    }


def tensors(description: Json, weights: Any = None, biases: Any = None) -> dict[str, np.ndarray]:
    """int32 tensors: given lists per layer, else all ones (or spikes' 1) and zero biases."""
    result = {}
    for i, layer in enumerate(description["layers"]):
        shape = (layer["neurons"], layer["inputs"])
        weight = np.ones(shape) if weights is None else np.asarray(weights[i]).reshape(shape)
        bias = np.zeros(shape[0]) if biases is None else np.asarray(biases[i]).reshape(shape[:1])
        result[f"layer{i}.weight"] = weight.astype(np.int32)
        result[f"layer{i}.bias"] = bias.astype(np.int32)
    return result


def edited(description: Json, path: str, value: Any) -> Json:
    """A deep copy with one value set (or, for ``REMOVE``, taken out); ``path`` like ``layers.0.neuron.shift``."""
    copy = json.loads(json.dumps(description))
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    at: Any = copy
    for part in parents:
        at = at[part]
    if value is REMOVE:
        del at[last]
    else:
        at[last] = value
    return copy


REMOVE = object()
