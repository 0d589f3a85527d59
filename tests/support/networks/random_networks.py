"""Random legal networks over the whole contract, written as plain JSON and safetensors.

Nothing of ``sc_neurocore`` is used: the folders are what a stranger's program could have written (any key
order, any spacing, optional keys left out or spelled out, integers where floats are meant). One seed, one
network. ``gates=True`` keeps to what the hardware can do: one time step, a parallel counter, no ``lif``.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save as safetensors_bytes

Json = dict[str, Any]

PAIRS = [
    ("unipolar", "unipolar"),
    ("unipolar", "sign_magnitude"),
    ("sign_magnitude", "sign_magnitude"),
    ("bipolar", "bipolar"),
    ("spike", "sign_magnitude"),
]
SOURCES = ["counter", "van_der_corput", "lfsr", "lfsr_full", "sobol"]
GENERATORS = ["comparator", "weighted_binary"]


class RandomNetwork(NamedTuple):
    """A network as its file says it, without ``tensors``, and its tensors."""

    description: Json
    tensors: dict[str, np.ndarray]
    rng: np.random.Generator

    def write(self, folder: Path) -> Path:
        return write_folder(folder, self.description, self.tensors, self.rng)

    def codes(self, batch: int) -> np.ndarray:
        return random_codes(self.description, self.rng, batch)


def code_range(encoding: str, n: int) -> tuple[int, int]:
    top = 2**n - 1
    return {"unipolar": (0, top), "bipolar": (0, top), "sign_magnitude": (-top, top), "spike": (0, 1)}[encoding]


def _pick(rng: np.random.Generator, choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def _chance(rng: np.random.Generator, p: float) -> bool:
    return bool(rng.random() < p)


def _integer(rng: np.random.Generator, low: int, high: int) -> int:
    """Uniform, but each end gets a tenth of the draws: the ends are where mistakes live."""
    draw = rng.random()
    return low if draw < 0.1 else high if draw < 0.2 else int(rng.integers(low, high + 1))


def random_source(rng: np.random.Generator, n: int, *, lanes: bool = False, kinds: list[str] = SOURCES) -> Json:
    source: Json = {"kind": _pick(rng, kinds)}
    if source["kind"] in ("lfsr", "lfsr_full"):
        source["seed"] = _integer(rng, 1 if source["kind"] == "lfsr" else 0, 2**n - 1)
    if source["kind"] == "sobol":
        source["dimension"] = _pick(rng, [1, 2, 3, int(rng.integers(1, 40)), 1111 if _chance(rng, 0.1) else 5])
    if _chance(rng, 0.5):
        source["skip"] = _pick(rng, [0, 1, int(rng.integers(0, 2**n)), int(rng.integers(0, 65536)), 65535])
    if _chance(rng, 0.5):
        source["reverse"] = _chance(rng, 0.6)
    if lanes and _chance(rng, 0.7):
        source["lane_skip"] = _pick(rng, [0, 1, int(rng.integers(0, 2**n)), 65535])
    elif _chance(rng, 0.2):
        source["lane_skip"] = 0
    return source


def _stream_length(rng: np.random.Generator, n: int, most: int) -> int:
    """Shorter than the period, equal, one off, longer; odd or even; sometimes 1."""
    length = _pick(
        rng, [1, 2**n, 2**n - 1, 2**n + 1, int(rng.integers(1, 2**n + 1)), int(rng.integers(1, most + 1)), 2 ** (n + 1)]
    )
    return max(1, min(length, most))


def _random_neuron(rng: np.random.Generator, spread: float, last: bool, gates: bool, after: str | None) -> Json:
    """A neuron whose interesting range is about ``spread`` counts; ``after`` forces the output encoding."""
    kinds = {"unipolar": ["relu"], "sign_magnitude": ["clamp"], "bipolar": ["clamp"], "spike": ["lif"]}
    free = ["relu", "clamp", "linear"] if gates else ["relu", "clamp", "linear", "lif"]
    kind = _pick(rng, kinds[after] if after else (free if last else [k for k in free if k != "linear"]))
    if kind == "linear":
        return {"kind": "linear"}
    if kind == "lif":
        bits = _pick(rng, [2, 8, 16, 32, int(rng.integers(2, 33))])
        top = 2 ** (bits - 1) - 1
        neuron: Json = {"kind": "lif", "state_bits": bits}
        neuron["leak_shift"] = None if _chance(rng, 0.4) else _integer(rng, 1, bits - 1)
        neuron["v_threshold"] = max(
            1, min(top, _pick(rng, [1, top, int(spread), int(spread / 2), int(spread / 2), int(spread) // 3]))
        )
        if _chance(rng, 0.6):
            neuron["comparator"] = _pick(rng, ["ge", "gt"])
        if _chance(rng, 0.6):
            neuron["reset"] = _pick(rng, ["subtract", "zero"])
        return neuron
    bits = _pick(rng, [2, 3, 4, 5, 6, 7, 8, 8, 16 if _chance(rng, 0.2) else 4])
    neuron = {"kind": kind, "output_bits": bits}
    if kind == "clamp":
        neuron["output_encoding"] = after or _pick(rng, ["sign_magnitude", "bipolar"])
    if _chance(rng, 0.6):
        neuron["multiplier"] = _pick(rng, [1, 2**15 - 1, int(rng.integers(1, 2**15)), int(rng.integers(1, 9))])
    scaled = spread * neuron.get("multiplier", 1)
    near = int(np.clip(round(math.log2(max(scaled, 1.0))) - bits + int(rng.integers(-1, 2)), 0, 46))
    if near or _chance(rng, 0.5):
        neuron["shift"] = _pick(rng, [near] * 9 + [0, 1, 46])
    return neuron


def random_network(seed: int, *, gates: bool = False, most_inputs: int = 12, most_neurons: int = 8) -> RandomNetwork:
    """A random legal network; ``gates`` restricts it to what the generated hardware supports."""
    rng = np.random.default_rng([seed, int(gates)])
    steps = 1 if gates or _chance(rng, 0.5) else int(rng.integers(2, 6))
    repeat = steps > 1 and _chance(rng, 0.5)
    count = int(rng.integers(1, 4))
    most = 80 if gates else int(_pick(rng, [60, 120, 300]))
    if steps > 1:
        most //= 2
    x_encoding = _pick(rng, ["unipolar", "unipolar", "sign_magnitude", "bipolar", "spike"])
    n = _pick(rng, [2, 3, 4, 5, 6, 7, 8, 16 if _chance(rng, 0.3) else 3])
    inputs = _integer(rng, 1, most_inputs)
    network_input: Json = {
        "features": inputs,
        "encoding": x_encoding,
        "resolution_bits": n if x_encoding != "spike" else int(rng.integers(2, 17)),
        "scale": _pick(rng, [1, 1.0, 16.0, 0.37]),
        "time_steps": steps,
        "repeat": repeat,
    }
    layers, tensors = [], {}
    for i in range(count):
        last = i == count - 1
        neurons = _integer(rng, 1, most_neurons)
        w_encoding = _pick(rng, [w for x, w in PAIRS if x == x_encoding])
        length = _stream_length(rng, n, most)
        accumulators = ["parallel_counter"] if gates else ["parallel_counter", "mux", "or"]
        if x_encoding == "bipolar" and not gates:
            accumulators.remove("or")
        kind = _pick(rng, accumulators)
        accumulator: Json = {"kind": kind}
        if kind == "mux":
            m = max(2, math.ceil(math.log2(inputs)))
            accumulator["select"] = random_source(rng, m, kinds=[s for s in SOURCES if s != "lfsr"])
        lanes = kind == "or"
        generators = [{"kind": _pick(rng, GENERATORS), "source": random_source(rng, n, lanes=lanes)} for _ in range(2)]
        low, high = code_range(w_encoding, n)
        style = _pick(rng, ["uniform", "ends", "low", "high"])
        weight = rng.integers(low, high + 1, size=(neurons, inputs))
        if style == "ends":
            weight = rng.choice([low, 0, high, high - 1, low + 1], size=(neurons, inputs))
        elif style in ("low", "high"):
            weight[0, :] = low if style == "low" else high  # a whole row at full scale: the widest sum
        spread = max(1.0, length * math.sqrt(inputs) / 3)
        bias = rng.integers(-int(spread), int(spread) + 1, size=neurons)
        if _chance(rng, 0.1):
            bias[int(rng.integers(neurons))] = _pick(rng, [2**30 - 1, -(2**30) + 1])
        after = "spike" if not gates and not last and _chance(rng, 0.3) else None
        neuron = _random_neuron(rng, spread, last, gates, after)
        layer = {
            "kind": "dense",
            "inputs": inputs,
            "neurons": neurons,
            "resolution_bits": n,
            "stream_length": length,
            "input_encoding": x_encoding,
            "weight_encoding": w_encoding,
            "weight_generator": generators[1],
            "accumulator": accumulator,
            "neuron": neuron,
            "output_scale": _pick(rng, [1, 0.5, 0.0009765625, 3.25]),
        }
        if x_encoding != "spike":
            layer["input_generator"] = generators[0]
        layers.append(layer)
        tensors[f"layer{i}.weight"] = weight.astype(np.int32)
        tensors[f"layer{i}.bias"] = bias.astype(np.int32)
        inputs = neurons
        if neuron["kind"] == "lif":
            x_encoding, n = "spike", int(rng.integers(2, 9))
        elif neuron["kind"] != "linear":
            x_encoding = neuron.get("output_encoding", "unipolar")
            n = neuron["output_bits"]
    description = {
        "format": "sc-neurocore/network",
        "format_version": 1,
        "name": _pick(rng, ["digits", "a", "net_9", "z" + "_y0" * 20]),
        "input": network_input,
        "output": {"reduce": _pick(rng, ["none", "sum"])},
        "layers": layers,
    }
    return RandomNetwork(description, tensors, rng)


def random_codes(description: Json, rng: np.random.Generator, batch: int) -> np.ndarray:
    """In-range codes: random, then (as far as the batch goes) all low, all high, all zero, ends mixed."""
    spec = description["input"]
    low, high = code_range(spec["encoding"], spec["resolution_bits"])
    per_step = spec["time_steps"] > 1 and not spec["repeat"]
    shape = (batch, spec["time_steps"], spec["features"]) if per_step else (batch, spec["features"])
    codes = rng.integers(low, high + 1, size=shape)
    extremes = [np.full(shape[1:], low), np.full(shape[1:], high), np.zeros(shape[1:], int)]
    extremes.append(rng.choice([low, high, 0, high // 2 + 1], size=shape[1:]))
    for row, values in zip(range(1, batch), extremes, strict=False):
        codes[row] = values
    return codes.astype(np.int64)


def shuffle_keys(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, dict):
        return {k: shuffle_keys(value[k], rng) for k in rng.permutation(list(value)).tolist()}
    if isinstance(value, list):
        return [shuffle_keys(v, rng) for v in value]
    return value


def write_folder(
    folder: Path, description: Json, tensors: dict[str, np.ndarray], rng: np.random.Generator | None = None
) -> Path:
    """Write both files; with ``rng`` in a random key order and spacing."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = safetensors_bytes({k: np.ascontiguousarray(v) for k, v in tensors.items()})
    (folder / "weights.safetensors").write_bytes(raw)
    whole = {
        **description,
        "tensors": {"file": "weights.safetensors", "sha256": hashlib.sha256(raw).hexdigest()},
    }
    if rng is None:
        text = json.dumps(whole, sort_keys=True, indent=2) + "\n"
    else:
        indent = _pick(rng, [None, 0, 1, 3, "\t"])
        separators = _pick(rng, [(",", ":"), (" , ", " : "), (", ", ": ")])
        text = json.dumps(shuffle_keys(whole, rng), indent=indent, separators=separators)
    (folder / "network.json").write_text(text, "utf-8")
    return folder
