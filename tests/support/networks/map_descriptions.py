"""Small legal version 2 networks as plain JSON, to be varied one rule at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from support.networks.descriptions import Json, comparator, dense

RELU = {"kind": "relu", "multiplier": 1, "shift": 0, "output_bits": 3}
LIF = {"kind": "lif", "leak_shift": None, "v_threshold": 3, "comparator": "ge", "reset": "subtract", "state_bits": 8}


def conv2d(in_shape: list[int], out_channels: int = 1, kernel: Any = (1, 1), n: int = 3, **changes: Any) -> Json:
    """A ``conv2d`` layer's JSON: whole groups, stride 1, no padding, linear; ``changes`` replace keys."""
    layer = dense(n=n, **changes)
    del layer["inputs"], layer["neurons"]
    window = {
        "kind": "conv2d",
        "in_shape": list(in_shape),
        "out_channels": out_channels,
        "kernel": list(kernel),
        "stride": [1, 1],
        "padding": [0, 0, 0, 0],
        "groups": 1,
    }
    return {**layer, **window, **{key: changes[key] for key in window if key in changes}}


def max_pool2d(in_shape: list[int], kernel: Any = (2, 2), n: int = 3, **changes: Any) -> Json:
    """A ``max_pool2d`` layer's JSON: unipolar, stride as the kernel."""
    return {
        "kind": "max_pool2d",
        "in_shape": list(in_shape),
        "kernel": list(kernel),
        "stride": list(kernel),
        "encoding": "unipolar",
        "resolution_bits": n,
        "output_scale": 1.0,
        **changes,
    }


def avg_pool2d(in_shape: list[int], kernel: Any = (2, 2), n: int = 3, **changes: Any) -> Json:
    """An ``avg_pool2d`` layer's JSON: the same, and the mean of four rounded."""
    return {**max_pool2d(in_shape, kernel, n), "kind": "avg_pool2d", "multiplier": 1, "shift": 2, **changes}


def exact_conv2d(in_shape: list[int], out_channels: int, kernel: Any, n: int = 4, **changes: Any) -> Json:
    """Spikes times weights over whole periods: every product counts exactly s·w, whatever the rest."""
    return conv2d(
        in_shape,
        out_channels,
        kernel,
        n,
        length=2**n,
        input_encoding="spike",
        weight_generator=comparator({"kind": "counter"}),
        **changes,
    )


def map_network(*layers: Json, shape: Any = None, features: int | None = None, **head: Any) -> Json:
    """The network.json of these layers (without ``tensors``); the input is read off the first layer.

    ``shape`` is the input's (None: the first layer's in_shape where it has one; False: none), ``reduce`` the output's.
    """
    first = layers[0]
    if shape is None:
        shape = first.get("in_shape", False)
    reduce = head.pop("reduce", "none")
    spec: Json = {
        "features": features or (math.prod(shape) if shape else first["inputs"]),
        "encoding": first.get("input_encoding", first.get("encoding")),
        "resolution_bits": first["resolution_bits"],
        "scale": 1.0,
        "time_steps": 1,
        "repeat": False,
        **head,
    }
    if shape:
        spec["shape"] = list(shape)
    if spec.get("per_feature"):
        del spec["scale"]
    return {
        "format": "sc-neurocore/network",
        "format_version": 2,
        "name": "net",
        "input": spec,
        "output": {"reduce": reduce},
        "layers": list(layers),
    }


def map_tensors(description: Json, weights: Any = None, biases: Any = None) -> dict[str, np.ndarray]:
    """int32 tensors of the layers that have some: given by layer number, else all ones and zero biases."""
    result = {}
    for i, layer in enumerate(description["layers"]):
        if layer["kind"] == "dense":
            shape: tuple[int, ...] = (layer["neurons"], layer["inputs"])
        elif layer["kind"] == "conv2d":
            shape = (layer["out_channels"], *layer["kernel"], layer["in_shape"][2] // max(1, layer["groups"]))
        else:
            continue
        weight = np.ones(shape) if weights is None or i not in weights else np.asarray(weights[i]).reshape(shape)
        bias = np.zeros(shape[0]) if biases is None or i not in biases else np.asarray(biases[i]).reshape(shape[:1])
        result[f"layer{i}.weight"] = weight.astype(np.int32)
        result[f"layer{i}.bias"] = bias.astype(np.int32)
    if description["input"].get("per_feature"):
        features = description["input"]["features"]
        result["input.scale"], result["input.offset"] = np.ones(features), np.zeros(features)
    return result
