"""Networks with faults, bit by bit in plain Python: docs/decisions/0012 and the contract, read once more.

Every bit of every line is visited in a loop, its random word is made by itself, and it is flipped or stuck or not.
Nothing of ``sc_neurocore`` is used; sources, neurons and files are those of :mod:`support.oracle.network`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from support.oracle import network as plain

Json = dict[str, Any]
SITES = ["input", "weight", "product", "accumulator", "stored_weight"]
KINDS = ["flip", "stuck_at_0", "stuck_at_1"]


class Place(NamedTuple):
    """Where a word is drawn: everything but its position."""

    seed: int
    layer: int
    sample: int
    step: int


@cache
def philox(seed: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int, int, int]:
    """Philox4x32-10 as its authors write it."""
    k0, k1 = seed % 2**32, seed // 2**32
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def random_word(place: Place, site: str, kind: str, line: int, position: int) -> int:
    permanent = kind != "flip" or site == "stored_weight"
    step, sample = (0, 0) if permanent else (place.step, place.sample)
    last = step + place.layer * 2**16 + SITES.index(site) * 2**22 + KINDS.index(kind) * 2**25
    return philox(place.seed, position // 4, line, sample, last)[position % 4]


def faulty_bit(
    bit: int, faults: list[tuple[str, str, float]], place: Place, site: str, line: int, position: int
) -> int:
    """One bit after its faults: first a flip, then stuck at 0, then stuck at 1."""
    for kind in KINDS:
        for at, which, probability in faults:
            if at == site and which == kind:
                wrong = random_word(place, site, kind, line, position) < round(probability * 2**32)
                if wrong:
                    bit = {"flip": 1 - bit, "stuck_at_0": 0, "stuck_at_1": 1}[kind]
    return bit


def faulty_word(word: int, bits: int, faults: Any, place: Place, site: str, line: int) -> int:
    out = 0
    for b in range(bits):
        out += faulty_bit(word // 2**b % 2, faults, place, site, line, b) * 2**b
    return out


def stored(layer: Json, weight: np.ndarray, faults: Any, place: Place) -> np.ndarray:
    n, out = layer["resolution_bits"], weight.copy()
    signed = layer["weight_encoding"] == "sign_magnitude"
    for k, j in np.ndindex(weight.shape):
        code = int(weight[k, j])
        word = abs(code) + (2**n if code < 0 else 0)
        word = faulty_word(word, n + 1 if signed else n, faults, place, "stored_weight", k * weight.shape[1] + j)
        out[k, j] = -(word % 2**n) if word >= 2**n else word
    return out


def bits_of(generator: Json | None, code: int, n: int, length: int, lane: int) -> list[int]:
    if generator is None:
        return [code] * length
    out = []
    for t in range(length):
        u = plain.word(generator["source"], n, t, lane)
        if generator["kind"] == "comparator":
            out.append(int(u <= code if generator["source"]["kind"] == "lfsr" else u < code))
        else:
            out.append(code >> (u.bit_length() - 1) & 1 if u else 0)
    return out


def count(layer: Json, weight: np.ndarray, codes: list[int], faults: Any, place: Place) -> list[int]:
    """The sums of one sample, before the accumulator's own faults."""
    n, length, inputs = layer["resolution_bits"], layer["stream_length"], len(codes)
    bipolar, accumulator = layer["input_encoding"] == "bipolar", layer["accumulator"]
    x = [bits_of(layer.get("input_generator"), abs(c), n, length, j) for j, c in enumerate(codes)]
    for j in range(inputs):
        x[j] = [faulty_bit(bit, faults, place, "input", j, t) for t, bit in enumerate(x[j])]
    sums = []
    for k, row in enumerate(weight.tolist()):
        total = 0
        ones = {(t, sign): 0 for t in range(length) for sign in (-1, 1)}
        for j, code in enumerate(row):
            line, sign = k * inputs + j, (-1 if code < 0 else 1) * (-1 if codes[j] < 0 else 1)
            for t, bit in enumerate(bits_of(layer["weight_generator"], abs(code), n, length, j)):
                if accumulator["kind"] == "mux":
                    select = plain.word(accumulator["select"], max(2, (inputs - 1).bit_length()), t)
                    if select != j:
                        continue
                w = faulty_bit(bit, faults, place, "weight", line, t)
                p = int(x[j][t] == w) if bipolar else x[j][t] * w
                p = faulty_bit(p, faults, place, "product", line, t)
                ones[t, sign] += p
                if accumulator["kind"] != "or":
                    total += 2 * p - 1 if bipolar else sign * p
        if accumulator["kind"] == "or":
            total = sum((ones[t, 1] > 0) - (ones[t, -1] > 0) for t in range(length))
        sums.append(total)
    return sums


def word_sum(layer: Json, weight: np.ndarray, codes: list[int], faults: Any, place: Place, exact: bool) -> list[int]:
    """The sums of one sample where products are words: counts of their streams, or exact products."""
    n, inputs = layer["resolution_bits"], len(codes)
    x_bits = 1 if layer["input_encoding"] == "spike" else n
    width = (
        max(1, product(layer, 2**x_bits - 1, 2**n - 1, exact).bit_length()) if exact else stream_width(layer, x_bits)
    )
    sums = []
    for k, row in enumerate(weight.tolist()):
        total = 0
        for j, code in enumerate(row):
            line, sign = k * inputs + j, (-1 if code < 0 else 1) * (-1 if codes[j] < 0 else 1)
            x = faulty_word(abs(codes[j]), x_bits, faults, place, "input", j)
            w = faulty_word(abs(code), n, faults, place, "weight", line)
            p = faulty_word(product(layer, x, w, exact), width, faults, place, "product", line)
            total += sign * p
        sums.append(total)
    return sums


def product(layer: Json, x: int, w: int, exact: bool) -> int:
    if exact:
        return x * w
    n, length = layer["resolution_bits"], layer["stream_length"]
    xs = bits_of(layer.get("input_generator"), x, n, length, 0)
    return sum(a * b for a, b in zip(xs, bits_of(layer["weight_generator"], w, n, length, 0), strict=True))


def stream_width(layer: Json, x_bits: int) -> int:
    """Bits of the largest count of a product."""
    n = layer["resolution_bits"]
    return max(1, max(product(layer, x, w, False) for x in range(2**x_bits) for w in range(2**n)).bit_length())


def full_scale(layer: Json, hardware: str) -> int:
    n, inputs = layer["resolution_bits"], layer["inputs"]
    x_bits = 1 if layer["input_encoding"] == "spike" else n
    if hardware == "binary":
        return inputs * (2**x_bits - 1) * (2**n - 1)
    if hardware == "closed_form":
        return inputs * max(product(layer, x, w, False) for x in range(2**x_bits) for w in range(2**n))
    return layer["stream_length"] * (inputs if layer["accumulator"]["kind"] == "parallel_counter" else 1)


def faulty_sum(total: int, bits: int, faults: Any, place: Place, line: int) -> int:
    """A sum as two's complement of so many bits, after the accumulator's faults."""
    word = faulty_word(total % 2**bits, bits, faults, place, "accumulator", line)
    return word - 2**bits if word >= 2 ** (bits - 1) else word


def evaluate(
    network: Json,
    tensors: dict[str, np.ndarray],
    codes: np.ndarray,
    faults: list[tuple[str, str, float]],
    seed: int,
    hardware: str = "streams",
    first_sample: int = 0,
) -> np.ndarray:
    """Outputs of a dense network with faults (site, kind, probability); codes and outputs as ``oracle.evaluate``."""
    steps, results = network["input"]["time_steps"], []
    for b, sample in enumerate(np.asarray(codes).astype(np.int64)):
        states: dict[int, np.ndarray] = {}
        outputs = []
        for step in range(steps):
            y = sample if steps == 1 or network["input"]["repeat"] else sample[step]
            for i, layer in enumerate(network["layers"]):
                place = Place(seed, i, first_sample + b, step)
                weight = stored(layer, np.asarray(tensors[f"layer{i}.weight"]).astype(np.int64), faults, place)
                bias = np.asarray(tensors[f"layer{i}.bias"]).astype(np.int64)
                neuron = dict(layer["neuron"])
                if hardware == "streams":
                    sums = count(layer, weight, y.tolist(), faults, place)
                else:
                    sums = word_sum(layer, weight, y.tolist(), faults, place, hardware == "binary")
                if hardware == "binary":
                    bias = bias * 2 ** layer["resolution_bits"]
                    if neuron["kind"] != "linear":
                        neuron["shift"] = neuron.get("shift", 0) + layer["resolution_bits"]
                bits = full_scale(layer, hardware).bit_length() + 1
                sums = [faulty_sum(total, bits, faults, place, k) for k, total in enumerate(sums)]
                a = np.array([sums], dtype=np.int64) + bias
                if neuron["kind"] == "lif":
                    states[i], out = plain.lif_step(neuron, states.get(i, np.zeros_like(a)), a)
                else:
                    out = plain.activate(neuron, a)
                y = out[0]
            outputs.append(y)
        if steps == 1:
            results.append(outputs[0])
        else:
            results.append(sum(outputs) if network["output"]["reduce"] == "sum" else np.stack(outputs))
    return np.array(results)
