"""The oracle's two ends: codes of real features, and the class that outputs name. From the contract's text alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Json = dict[str, Any]


# ---------------------------------------------------------------- real features


def quantize_features(description: Json, tensors: dict[str, np.ndarray], x: Any) -> tuple[np.ndarray, int]:
    """Codes (int64, of x's shape) of real features (..., features), and how many were saturated.

    Python's floats are float64, and its integers have no end: floor(...) is exact however large the value.
    """
    head = description["input"]
    x = np.asarray(x, dtype=np.float64)
    codes, saturated = np.zeros(x.shape, dtype=np.int64), 0
    for at in np.ndindex(x.shape):
        if head.get("per_feature", False):
            value = (float(x[at]) - float(tensors["input.offset"][at[-1]])) / float(tensors["input.scale"][at[-1]])
        else:
            value = float(x[at]) / float(head["scale"])
        codes[at], beyond = _code(value, head["encoding"], head["resolution_bits"])
        saturated += beyond
    return codes, saturated


def _floor(value: float) -> int:
    """floor(...), of a product beyond float64 too: only its being far out of range matters."""
    return math.floor(value) if math.isfinite(value) else int(math.copysign(2**1024, value))


def _code(v: float, encoding: str, n: int) -> tuple[int, bool]:
    """The code of one real value, and whether it was saturated."""
    assert math.isfinite(v), v
    top = 2**n - 1
    if encoding == "spike":
        return int(v >= 0.5), False
    if encoding == "unipolar":
        rounded = _floor(v * top + 0.5)
        code = min(max(rounded, 0), top)
    elif encoding == "bipolar":
        rounded = _floor((v + 1) / 2 * 2**n + 0.5)
        code = min(max(rounded, 0), top)
    else:
        assert encoding == "sign_magnitude", encoding
        sign = (v > 0) - (v < 0)
        magnitude = _floor(abs(v) * top + 0.5)
        rounded, code = sign * magnitude, sign * min(magnitude, top)
    return code, code != rounded


# ---------------------------------------------------------------- classes


def classes(description: Json, outputs: Any) -> np.ndarray:
    """The class of each sample from a network's outputs, (batch, elements) or (batch, T, elements)."""
    outputs = np.asarray(outputs)
    head, last = description["input"], description["layers"][-1]
    frames = 1
    if head["time_steps"] > 1:
        frames = head["time_steps"]  # summed by the network, or here
        if description["output"]["reduce"] == "none":
            outputs = outputs.sum(axis=1)
    result = []
    for sample in outputs.tolist():
        if len(sample) == 1:
            result.append(_second_of_two(last, sample[0], frames))
        else:
            result.append(sample.index(max(sample)))  # the first of equals
    return np.array(result, dtype=np.int64)


def _second_of_two(last: Json, a: int, frames: int) -> int:
    """1 where a single output is in the upper half of its range, else 0."""
    encoding, bits = _output_encoding(last)
    if encoding in ("linear", "sign_magnitude"):
        return int(a >= 0)
    if encoding == "spike":
        return int(2 * a >= frames)
    assert encoding in ("unipolar", "bipolar"), encoding
    return int(a >= frames * 2 ** (bits - 1))


def _output_encoding(last: Json) -> tuple[str, int]:
    if last["kind"] in ("max_pool2d", "avg_pool2d"):
        return last["encoding"], last["resolution_bits"]
    neuron = last["neuron"]
    if neuron["kind"] == "linear":
        return "linear", 0
    if neuron["kind"] == "lif":
        return "spike", 1
    if neuron["kind"] == "relu":
        return "unipolar", neuron["output_bits"]
    assert neuron["kind"] == "clamp", neuron
    return neuron["output_encoding"], neuron["output_bits"]
