"""The outside oracle: the contract once more, from its text alone, on raw JSON and arrays.

It shares no line with ``sc_neurocore``: it reads ``network.json`` with :mod:`json`, the tensors with a
parser of its own, walks every stream position by position, and takes the Sobol direction words from
SciPy. Agreement with it is therefore evidence. It does not validate: give it legal networks only.
Windows and pools are in :mod:`support.oracle.maps`, features and classes in :mod:`support.oracle.values`.

Every integer fits 64 bits: |a'| < 2^31 and ``multiplier`` < 2^15, so |a' * multiplier| < 2^46.
"""

from __future__ import annotations

import json
import struct
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from . import maps

TAPS = {
    2: (2, 1),
    3: (3, 2),
    4: (4, 3),
    5: (5, 3),
    6: (6, 5),
    7: (7, 6),
    8: (8, 6, 5, 4),
    9: (9, 5),
    10: (10, 7),
    11: (11, 9),
    12: (12, 6, 4, 1),
    13: (13, 4, 3, 1),
    14: (14, 5, 3, 1),
    15: (15, 14),
    16: (16, 15, 13, 4),
}

Json = dict[str, Any]
Tensors = dict[str, np.ndarray]


# ---------------------------------------------------------------- reading a folder


def read_safetensors(path: Path) -> Tensors:
    """The tensors of a safetensors file: 8 bytes of header length, a JSON header, the data."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    data = raw[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        stored, kept = {"I32": ("<i4", np.int64), "F64": ("<f8", np.float64)}[entry["dtype"]]
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], dtype=stored).reshape(entry["shape"]).astype(kept)
    return tensors


def read_folder(folder: Path) -> tuple[Json, Tensors]:
    return json.loads((folder / "network.json").read_text("utf-8")), read_safetensors(folder / "weights.safetensors")


# ---------------------------------------------------------------- sources: u(t)


def reverse_bits(word: int, n: int) -> int:
    return int(format(word, f"0{n}b")[::-1], 2)


@cache
def sobol_words(dimension: int, n: int) -> tuple[int, ...]:
    """V_d[0..n-1] from SciPy's points: in Gray-code order V[k] = u(2^k) XOR u(2^k - 1).

    SciPy is asked for 30-bit points (with few bits it cannot hold the first words of a high-degree
    polynomial); the first n words then end in 30 - n zeros.
    """
    words = []
    for k in range(n):
        engine = qmc.Sobol(d=dimension, scramble=False, bits=30)
        if k:
            engine.fast_forward(2**k - 1)
        before, after = (round(engine.random(1)[0, dimension - 1] * 2**30) for _ in range(2))
        assert (before ^ after) % 2 ** (30 - n) == 0
        words.append((before ^ after) >> (30 - n))
    return tuple(words)


@cache
def _period(kind: str, parameter: int, n: int) -> tuple[int, ...]:
    """One whole period of a source: ``parameter`` is the seed of an LFSR, the dimension of Sobol."""
    size = 2**n
    if kind == "counter":
        return tuple(range(size))
    if kind == "van_der_corput":
        return tuple(reverse_bits(t, n) for t in range(size))
    if kind == "sobol":
        v = sobol_words(parameter, n)
        words = [0]
        for t in range(1, size):
            trailing_zeros = next(k for k in range(n) if (t >> k) & 1)
            words.append(words[-1] ^ v[trailing_zeros])
        return tuple(words)
    assert kind in ("lfsr", "lfsr_full"), kind
    states = []
    state = parameter
    for _ in range(size if kind == "lfsr_full" else size - 1):
        states.append(state)
        feedback = 0
        for tap in TAPS[n]:
            feedback ^= (state >> (tap - 1)) & 1
        if kind == "lfsr_full" and state % 2 ** (n - 1) == 0:
            feedback ^= 1
        state = (2 * state + feedback) % size
    assert state == parameter, "the cycle must close after one period"
    return tuple(states)


def word(source: Json, n: int, t: int, lane: int = 0) -> int:
    """u(t) of a source as lane ``lane`` reads it."""
    period = _period(source["kind"], source.get("seed", source.get("dimension", 0)), n)
    position = t + source.get("skip", 0) + lane * source.get("lane_skip", 0)
    u = period[position % len(period)]
    return reverse_bits(u, n) if source.get("reverse", False) else u


# ---------------------------------------------------------------- generators: bit(t) of a code


def stream_bits(generator: Json, codes: np.ndarray, n: int, t: int) -> np.ndarray:
    """bit(t) of the streams of unsigned ``codes`` (..., N); input j is lane j."""
    source = generator["source"]
    lanes = codes.shape[-1] if source.get("lane_skip", 0) else 1  # without a skip all lanes read one word
    u = np.array([word(source, n, t, lane) for lane in range(lanes)], dtype=np.int64)
    if generator["kind"] == "comparator":
        return (u <= codes) if source["kind"] == "lfsr" else (u < codes)
    assert generator["kind"] == "weighted_binary", generator
    leading = np.array([int(x).bit_length() - 1 for x in u], dtype=np.int64)
    return ((codes >> np.maximum(leading, 0)) & 1 == 1) & (leading >= 0)


# ---------------------------------------------------------------- one layer: from codes to a'


def signs_and_magnitudes(codes: np.ndarray, encoding: str) -> tuple[np.ndarray, np.ndarray]:
    if encoding == "sign_magnitude":
        return np.where(codes < 0, -1, 1), np.abs(codes)
    return np.ones_like(codes), codes


def accumulate(layer: Json, weight: np.ndarray, bias: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """a' (batch, neurons) of input codes (batch, N) and weights (neurons, N): of dense neurons, or of one window."""
    n, length, count = layer["resolution_bits"], layer["stream_length"], codes.shape[1]
    bipolar = layer["input_encoding"] == "bipolar"
    x_sign, x_code = signs_and_magnitudes(codes, layer["input_encoding"])
    w_sign, w_code = signs_and_magnitudes(weight, layer["weight_encoding"])
    sign = x_sign[:, None, :] * w_sign[None, :, :]  # (batch, neurons, N)
    accumulator = layer["accumulator"]
    total = np.zeros(sign.shape[:2], dtype=np.int64)
    for t in range(length):
        if layer["input_encoding"] == "spike":
            x_bit = x_code == 1
        else:
            x_bit = stream_bits(layer["input_generator"], x_code, n, t)
        w_bit = stream_bits(layer["weight_generator"], w_code, n, t)
        x3, w3 = x_bit[:, None, :], w_bit[None, :, :]
        p = (x3 == w3) if bipolar else (x3 & w3)
        if accumulator["kind"] == "parallel_counter":
            total += (2 * p - 1).sum(axis=-1) if bipolar else (sign * p).sum(axis=-1)
        elif accumulator["kind"] == "mux":
            select_bits = max(2, (count - 1).bit_length())
            j = word(accumulator["select"], select_bits, t)
            if j < count:
                total += 2 * p[:, :, j] - 1 if bipolar else sign[:, :, j] * p[:, :, j]
        else:
            assert accumulator["kind"] == "or", accumulator
            total += (p & (sign > 0)).any(axis=-1).astype(np.int64) - (p & (sign < 0)).any(axis=-1)
    return total + bias


# ---------------------------------------------------------------- one neuron: from a' to the output


def clip(value: np.ndarray, low: int, high: int) -> np.ndarray:
    return np.minimum(np.maximum(value, low), high)


def requantize(neuron: Json, a: np.ndarray) -> np.ndarray:
    shift = neuron.get("shift", 0)
    half = 0 if shift == 0 else 2 ** (shift - 1)
    return (a * neuron.get("multiplier", 1) + half) >> shift


def lif_step(neuron: Json, v: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The next state and the spikes."""
    top = 2 ** (neuron["state_bits"] - 1)
    leak = np.zeros_like(v) if neuron["leak_shift"] is None else v >> neuron["leak_shift"]
    v = clip(v - leak + a, -top, top - 1)
    level = neuron["v_threshold"]
    spike = v > level if neuron.get("comparator", "ge") == "gt" else v >= level
    if neuron.get("reset", "subtract") == "zero":
        after = np.zeros_like(v)
    else:
        after = clip(v - level, -top, top - 1)
    return np.where(spike, after, v), spike.astype(np.int64)


def activate(neuron: Json, a: np.ndarray) -> np.ndarray:
    """The output of the stateless neurons."""
    if neuron["kind"] == "linear":
        return a
    y, m = requantize(neuron, a), neuron["output_bits"]
    if neuron["kind"] == "relu":
        return clip(y, 0, 2**m - 1)
    assert neuron["kind"] == "clamp", neuron
    if neuron["output_encoding"] == "bipolar":
        return clip(y + 2 ** (m - 1), 0, 2**m - 1)
    return clip(y, -(2**m - 1), 2**m - 1)


# ---------------------------------------------------------------- the network


def weighted_sums(layer: Json, weight: np.ndarray, bias: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """a' of every output element (batch, elements): of all neurons, or of all channels at all positions.

    A sample's windows are stacked along the batch: every row of a batch restarts all sources, and so does a position.
    """
    if layer["kind"] == "dense":
        return accumulate(layer, weight, bias, codes)
    assert layer["kind"] == "conv2d", layer
    channels, groups = layer["out_channels"], layer["groups"]
    rows, columns, _ = maps.output_map(layer)
    a = np.zeros((len(codes), rows * columns, channels), dtype=np.int64)
    for group in range(groups):
        windows = maps.windows(layer, codes, group)  # (batch, positions, N)
        stacked = windows.reshape(-1, windows.shape[-1])
        for m in range(channels):
            if m * groups // channels == group:
                one = accumulate(layer, weight[m].reshape(1, -1), bias[m : m + 1], stacked)
                a[:, :, m] = one.reshape(len(codes), -1)
    return a.reshape(len(codes), -1)


def evaluate(network: Path | str | Json, codes: Any, tensors: Tensors | None = None) -> np.ndarray:
    """Integer outputs of a network (a folder, or its JSON object with ``tensors``) for integer ``codes``.

    Shapes as the contract's paragraph on time: codes (batch, features) or (batch, T, features), outputs
    (batch, elements) or (batch, T, elements); maps are flat, row by row, column by column, channel by channel.
    """
    if not isinstance(network, dict):
        network, tensors = read_folder(Path(network))
    assert tensors is not None
    codes = np.asarray(codes).astype(np.int64)
    steps, layers = network["input"]["time_steps"], network["layers"]
    states: dict[int, np.ndarray] = {}
    outputs = []
    for step in range(steps):
        y = codes if steps == 1 or network["input"]["repeat"] else codes[:, step]
        for i, layer in enumerate(layers):
            if layer["kind"] in ("max_pool2d", "avg_pool2d"):
                y = maps.pool(layer, y)
                continue
            weight = np.asarray(tensors[f"layer{i}.weight"]).astype(np.int64)
            bias = np.asarray(tensors[f"layer{i}.bias"]).astype(np.int64)
            a = weighted_sums(layer, weight, bias, y)
            if layer["neuron"]["kind"] == "lif":
                states[i], y = lif_step(layer["neuron"], states.get(i, np.zeros_like(a)), a)
            else:
                y = activate(layer["neuron"], a)
        outputs.append(y)
    if steps == 1:
        return outputs[0]
    stacked = np.stack(outputs, axis=1)
    return stacked.sum(axis=1) if network["output"]["reduce"] == "sum" else stacked
