"""Random networks of the default pair at L = 2^n, as plain JSON: what the collapsed architectures compute."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from .descriptions import dense, network


def random_default_pair(seed: int, *, n: int | None = None) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Description and tensors of one to three layers, of n bits each or of mixed ones; small, with ends and zeros.

    Every third seed has signed inputs; every second one may have signed hidden codes.
    """
    rng = np.random.default_rng([seed, 5])
    count = int(rng.integers(1, 4))
    inputs = int(rng.integers(1, 7))
    bits = n or int(rng.integers(2, 6))
    encoding = "sign_magnitude" if seed % 3 == 2 else "unipolar"
    layers, tensors = [], {}
    for i in range(count):
        last = i == count - 1
        neurons = int(rng.integers(1, 6))
        full = 2**bits - 1
        pairs = {"unipolar": ("unipolar", "sign_magnitude", "sign_magnitude"), "sign_magnitude": ("sign_magnitude",)}
        weight_encoding = pairs[encoding][int(rng.integers(len(pairs[encoding])))]
        low = -full if weight_encoding == "sign_magnitude" else 0
        weight = rng.integers(low, full + 1, (neurons, inputs))
        style = int(rng.integers(4))
        if style == 0:
            weight = rng.choice([low, 0, full, 1], (neurons, inputs))
        if style == 1:
            weight[0] = 0
        bias = rng.integers(-2 * full, 2 * full + 1, neurons)
        if rng.random() < 0.1:
            bias[-1] = int(rng.choice([2**30 - 1, 1 - 2**30]))
        next_bits = n or int(rng.integers(2, 6))
        kinds = ["linear", "relu", "clamp", "bipolar"] if last else ["relu", "clamp"][: 1 + seed % 2]
        kind = kinds[int(rng.integers(len(kinds)))]
        neuron: dict[str, Any] = {"kind": "linear"}
        if kind != "linear":
            neuron = {"kind": "relu" if kind == "relu" else "clamp", "output_bits": next_bits}
            neuron["shift"] = int(rng.integers(0, 4))
            if rng.random() < 0.4:
                neuron["multiplier"] = int(rng.integers(1, 12))
            if kind in ("clamp", "bipolar"):
                neuron["output_encoding"] = "sign_magnitude" if kind == "clamp" else "bipolar"
        layers.append(
            dense(
                inputs,
                neurons,
                bits,
                2**bits,
                input_encoding=encoding,
                weight_encoding=weight_encoding,
                neuron=neuron,
            )
        )
        tensors[f"layer{i}.weight"], tensors[f"layer{i}.bias"] = weight.astype(np.int32), bias.astype(np.int32)
        encoding = "sign_magnitude" if kind == "clamp" else "unipolar"
        inputs, bits = neurons, next_bits
    return network(*layers), tensors


def reloadable(
    case: tuple[dict[str, Any], dict[str, np.ndarray]], seed: int, limits: Sequence[int]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The same description with other weights (zeros among them), biases as large as the limits, and shifts."""
    rng = np.random.default_rng([seed, 8])
    description, tensors = copy.deepcopy(case[0]), {}
    for i, layer in enumerate(description["layers"]):
        neuron = layer["neuron"]
        if neuron["kind"] != "linear":
            neuron["shift"] = int(rng.integers(0, 6)) if "multiplier" in neuron else int(rng.integers(0, 3))
        rounding = 0 if "multiplier" in neuron or not neuron.get("shift") else 2 ** (neuron["shift"] - 1)
        most = min(limits[i] - rounding, 2**30 - 1)
        full = 2 ** layer["resolution_bits"] - 1
        low = -full if layer["weight_encoding"] == "sign_magnitude" else 0
        weight = rng.integers(low, full + 1, (layer["neurons"], layer["inputs"]))
        weight[rng.random(weight.shape) < (0.0, 0.4, 1.0)[seed % 3 if i == 0 else 1]] = 0
        spread = min(most, 3 * full)
        bias = rng.integers(-spread, spread + 1, layer["neurons"])
        bias[0] = (most, -most)[seed % 2]
        tensors |= {f"layer{i}.weight": weight.astype(np.int32), f"layer{i}.bias": bias.astype(np.int32)}
    return description, tensors
