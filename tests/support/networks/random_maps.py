"""Random legal networks of contract version 2: maps, ``conv2d``, pools, inputs scaled by feature.

As :mod:`support.networks.random_networks`: plain JSON and arrays, nothing of ``sc_neurocore``, one seed one network.
The sizes are small, so that the oracle walks a network in some 10 ms.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from support.networks.random_networks import (
    GENERATORS,
    PAIRS,
    SOURCES,
    RandomNetwork,
    _chance,
    _integer,
    _pick,
    _random_neuron,
    _stream_length,
    code_range,
    random_source,
)

Json = dict[str, Any]

MAP_KINDS = ["conv2d", "max_pool2d", "avg_pool2d"]
POOLS = ["max_pool2d", "avg_pool2d"]
SCALES = [0.37, 1e-3, 12.5, 1.0, 255.0]


def needs_version_2(description: Json) -> bool:
    """The writing rule, on plain JSON."""
    head = description["input"]
    return "shape" in head or head.get("per_feature", False) or any(x["kind"] != "dense" for x in description["layers"])


def as_version_2(net: RandomNetwork, *, spelled: bool = False) -> RandomNetwork:
    """The same network in a version 2 file that it does not need; ``spelled`` states per_feature's default, too."""
    assert not needs_version_2(net.description)
    head = net.description["input"] | ({"per_feature": False} if spelled else {})
    return RandomNetwork({**net.description, "format_version": 2, "input": head}, net.tensors, net.rng)


def random_features(net: RandomNetwork, batch: int) -> np.ndarray:
    """Real features of the shape the network's codes have: most in range, some beyond it, some on a half."""
    head, rng = net.description["input"], net.rng
    several = head["time_steps"] > 1 and not head["repeat"]
    shape = (batch, head["time_steps"], head["features"]) if several else (batch, head["features"])
    values = rng.uniform(-1.3, 1.3, size=shape)
    steps = 2 * (2 ** head["resolution_bits"] - 1)
    halves = np.round(values * steps) / steps
    values = np.where(rng.random(shape) < 0.3, halves, values)
    if head.get("per_feature", False):
        return values * net.tensors["input.scale"] + net.tensors["input.offset"]
    return values * float(head["scale"])


# ---------------------------------------------------------------- layers


class _Builder:
    """The layers so far, the map that the next one takes, and its encoding and bits."""

    def __init__(self, rng: np.random.Generator, shape: list[int], encoding: str, n: int, budget: int) -> None:
        self.rng, self.shape, self.encoding, self.n, self.budget = rng, shape, encoding, n, budget
        self.layers: list[Json] = []
        self.tensors: dict[str, np.ndarray] = {}

    def weighted(self, kind: str, last: bool) -> None:
        """Add a ``dense`` or ``conv2d`` layer."""
        rng = self.rng
        bits = int(rng.integers(2, 9)) if self.encoding == "spike" else self.n
        window: Json
        if kind == "dense":
            inputs, outputs, groups = math.prod(self.shape), _integer(rng, 1, 6), 1
            window = {"kind": "dense", "inputs": inputs, "neurons": outputs}
            weight_shape, positions, after = (outputs, inputs), 1, [1, 1, outputs]
        else:
            window = self._window()
            outputs, groups = window["out_channels"], window["groups"]
            weight_shape = (outputs, *window["kernel"], self.shape[2] // groups)
            inputs = math.prod(weight_shape[1:])
            after = _after(window)
            positions = after[0] * after[1]
        calls = 1 if kind == "dense" else outputs
        most = max(16, min(200, self.budget // (calls * max(1, positions * inputs // 60))))
        lively = _chance(rng, 0.8)  # what a layer says depends on what it hears: else deep networks say nothing at all
        length = max(_stream_length(rng, bits, most), 8 if lively else 1)
        layer = {
            **window,
            **self._body(bits, inputs, length),
            "output_scale": _pick(rng, [1, 0.5, 0.0009765625, 3.25]),
        }
        summed = layer["accumulator"]["kind"] == "parallel_counter"
        spread = max(1.0, length * math.sqrt(inputs) / 3 if summed else length / 3)
        layer["neuron"] = _random_neuron(rng, spread, last, False, "spike" if not last and _chance(rng, 0.2) else None)
        if lively and layer["neuron"]["kind"] in ("relu", "clamp"):
            neuron = layer["neuron"]
            gain = math.log2(spread * neuron.get("multiplier", 1)) - neuron["output_bits"]
            neuron["shift"] = min(46, max(0, round(gain) + int(rng.integers(-1, 1))))
        if lively and layer["neuron"]["kind"] == "lif":
            layer["neuron"]["v_threshold"] = min(layer["neuron"]["v_threshold"], max(1, int(spread / 2)))
        number = len(self.layers)
        low, high = code_range(layer["weight_encoding"], bits)
        style = _pick(rng, ["uniform"] * 6 + ["ends", "ends", "low", "high"])
        weight = rng.integers(low, high + 1, size=weight_shape)
        if style == "ends":
            weight = rng.choice([low, 0, high, high - 1, low + 1], size=weight_shape)
        elif style in ("low", "high"):
            weight[0] = low if style == "low" else high  # one output at full scale: the widest sum
        most = int(spread * _pick(rng, [0, 0.3, 0.3, 1]))
        bias = rng.integers(-most, most + 1, size=outputs)
        if _chance(rng, 0.05):
            bias[int(rng.integers(outputs))] = _pick(rng, [2**30 - 1, -(2**30) + 1])
        self.tensors[f"layer{number}.weight"] = weight.astype(np.int32)
        self.tensors[f"layer{number}.bias"] = bias.astype(np.int32)
        self.layers.append(layer)
        self.shape = after
        neuron = layer["neuron"]
        if neuron["kind"] == "lif":
            self.encoding, self.n = "spike", 1
        elif neuron["kind"] != "linear":
            self.encoding, self.n = neuron.get("output_encoding", "unipolar"), neuron["output_bits"]

    def pool(self, kind: str) -> None:
        """Add a pool; of spikes only ``max_pool2d``."""
        rng = self.rng
        kernel = [_integer(rng, 1, min(3, side)) for side in self.shape[:2]]
        layer: Json = {
            "kind": "max_pool2d" if self.encoding == "spike" else kind,
            "in_shape": self.shape,
            "kernel": kernel,
            "stride": self._stride(kernel),
            "encoding": self.encoding,
            "resolution_bits": int(rng.integers(2, 17)) if self.encoding == "spike" else self.n,
            "output_scale": _pick(rng, [1, 0.25, 0.125]),
        }
        if layer["kind"] == "avg_pool2d":
            layer["multiplier"] = _pick(rng, [1, 1, int(rng.integers(1, 9)), int(rng.integers(1, 2**15)), 2**15 - 1])
            near = round(math.log2(kernel[0] * kernel[1] * layer["multiplier"])) + int(rng.integers(-1, 2))
            layer["shift"] = _pick(rng, [max(0, near)] * 6 + [0, 1, 46])
        self.layers.append(layer)
        self.shape = _after(layer)

    def _window(self) -> Json:
        rng, (_, _, channels) = self.rng, self.shape
        groups = _pick(rng, [g for g in range(1, channels + 1) if channels % g == 0] + [1, channels])
        kernel, padding = [], []
        for side in self.shape[:2]:
            size = _pick(rng, [1, 2, 3, 3, int(rng.integers(1, 6))])
            while True:  # ends: with the widest padding every kernel fits
                before, after = (int(rng.integers(0, size)) if _chance(rng, 0.6) else 0 for _ in range(2))
                if size <= side + before + after:
                    break
            kernel.append(size)
            padding += [before, after]
        return {
            "kind": "conv2d",
            "in_shape": self.shape,
            "out_channels": groups * int(rng.integers(1, 4 if groups == 1 else 3)),
            "kernel": kernel,
            "stride": self._stride(kernel),
            "padding": padding,
            "groups": groups,
        }

    def _stride(self, kernel: list[int]) -> list[int]:
        """Often 1, often the kernel, sometimes more than it, sometimes the most there may be."""
        return [_pick(self.rng, [1] * 6 + [size] * 6 + [2, 2, size + 1, size + 1, 64]) for size in kernel]

    def _body(self, bits: int, inputs: int, length: int) -> Json:
        """What ``dense`` and ``conv2d`` share, but for neuron and scale."""
        rng = self.rng
        kinds = ["parallel_counter", "parallel_counter", "mux", "or"]
        if self.encoding == "bipolar":
            kinds.remove("or")
        accumulator: Json = {"kind": _pick(rng, kinds)}
        if accumulator["kind"] == "mux":
            m = max(2, math.ceil(math.log2(inputs)))
            accumulator["select"] = random_source(rng, m, kinds=[s for s in SOURCES if s != "lfsr"])
        lanes = accumulator["kind"] == "or"
        body: Json = {
            "resolution_bits": bits,
            "stream_length": length,
            "input_encoding": self.encoding,
            "weight_encoding": _pick(rng, [w for x, w in PAIRS if x == self.encoding]),
            "weight_generator": {"kind": _pick(rng, GENERATORS), "source": random_source(rng, bits, lanes=lanes)},
            "accumulator": accumulator,
        }
        if self.encoding != "spike":
            source = random_source(rng, bits, lanes=lanes)
            body["input_generator"] = {"kind": _pick(rng, GENERATORS), "source": source}
        return body


def _after(layer: Json) -> list[int]:
    """The map that a window layer puts out."""
    top, bottom, left, right = layer.get("padding", [0, 0, 0, 0])
    rows = (layer["in_shape"][0] + top + bottom - layer["kernel"][0]) // layer["stride"][0] + 1
    columns = (layer["in_shape"][1] + left + right - layer["kernel"][1]) // layer["stride"][1] + 1
    return [rows, columns, layer.get("out_channels", layer["in_shape"][2])]


# ---------------------------------------------------------------- networks


def _kinds(rng: np.random.Generator, dense_only: bool) -> list[str]:
    """One to five layers, at least one of them with weights."""
    count = int(_pick(rng, [1, 2, 2, 3, 3, 4, 5]))
    kinds = [_pick(rng, ["dense"] if dense_only else ["dense", *MAP_KINDS, "conv2d"]) for _ in range(count)]
    if all(kind in POOLS for kind in kinds):
        kinds[int(rng.integers(count))] = _pick(rng, ["dense", "conv2d"])
    return kinds


def random_map_network(seed: int, *, dense_only: bool = False) -> RandomNetwork:
    """A random legal network that needs version 2; ``dense_only``: its layers do not, its input does."""
    rng = np.random.default_rng([seed, 2 + int(dense_only)])
    steps = 1 if _chance(rng, 0.6) else int(rng.integers(2, 5))
    encoding = _pick(rng, ["unipolar", "unipolar", "sign_magnitude", "bipolar", "spike"])
    n = _pick(rng, [2, 3, 4, 5, 6, 7, 8, 16 if _chance(rng, 0.3) else 3])
    kinds = _kinds(rng, dense_only)
    flat = _chance(rng, 0.15)  # no shape: a map of 1 x 1 x features
    shape = [1, 1, _integer(rng, 1, 8)] if flat else [_integer(rng, 1, 6), _integer(rng, 1, 6), _integer(rng, 1, 4)]
    head: Json = {
        "features": math.prod(shape),
        "encoding": encoding,
        "resolution_bits": int(rng.integers(2, 17)) if encoding == "spike" else n,
        "time_steps": steps,
        "repeat": steps > 1 and _chance(rng, 0.5),
    }
    if not flat:
        head["shape"] = shape
    per_feature = _chance(rng, 0.3) or (flat and all(kind == "dense" for kind in kinds))
    builder = _Builder(rng, shape, encoding, n, 2000 // (steps * len(kinds)))
    for i, kind in enumerate(kinds):
        if kind in POOLS:
            builder.pool(kind)
        else:  # a pool cannot take what `linear` puts out
            builder.weighted(kind, last=i == len(kinds) - 1)
    tensors = builder.tensors
    if per_feature:
        head["per_feature"] = True
        tensors["input.scale"] = rng.choice(SCALES, size=head["features"]) * rng.uniform(0.5, 2, head["features"])
        tensors["input.offset"] = rng.normal(size=head["features"]) * _pick(rng, [0.0, 1.0, 1e3])
    else:
        head["scale"] = _pick(rng, [1, 1.0, 16.0, 0.37])
    description = {
        "format": "sc-neurocore/network",
        "format_version": 2,
        "name": _pick(rng, ["digits", "a", "net_9", "z" + "_y0" * 20]),
        "input": head,
        "output": {"reduce": _pick(rng, ["none", "sum"])},
        "layers": builder.layers,
    }
    assert needs_version_2(description)
    return RandomNetwork(description, tensors, rng)
