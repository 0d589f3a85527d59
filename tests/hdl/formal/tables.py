"""What a core must put out, as a table in Verilog: the contract's own words, asked of the outside oracle."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
from support.oracle.network import evaluate

Json = dict[str, Any]
Tensors = dict[str, np.ndarray]


def code_bits(description: Json) -> int:
    """Bits of an input element on the port (contract §9)."""
    encoding, n = description["input"]["encoding"], description["input"]["resolution_bits"]
    return {"unipolar": n, "bipolar": n, "sign_magnitude": n + 1, "spike": 1}[encoding]


def _codes(description: Json) -> list[int]:
    """The code that each pattern of bits stands for; a signed code -2^n is read as -(2^n - 1)."""
    bits = code_bits(description)
    if description["input"]["encoding"] != "sign_magnitude":
        return list(range(2**bits))
    half = 2 ** (bits - 1)
    return [max(each - 2**bits, 1 - half) if each >= half else each for each in range(2**bits)]


def all_samples(description: Json) -> np.ndarray:
    """Every sample of a tiny network, in the order of the words in which its codes lie, the first one lowest."""
    head = description["input"]
    steps = 1 if head["repeat"] else head["time_steps"]
    places = head["features"] * steps
    rows = [word[::-1] for word in itertools.product(_codes(description), repeat=places)]
    shape = (-1, steps, head["features"]) if steps > 1 else (-1, head["features"])
    return np.array(rows).reshape(shape)


def halved(description: Json, tensors: Tensors, k: int) -> tuple[Json, Tensors, list[int]]:
    """The network that streams of L / 2^k stand for, and what its last layer's counts get added after ·2^k.

    Of a hidden layer the shift is less by k and the bias divided by 2^k, which it must be a multiple of.
    """
    tree, arrays = copy.deepcopy(description), dict(tensors)
    added: list[int] = []
    for i, layer in enumerate(tree["layers"]):
        layer["stream_length"] >>= k
        bias = arrays[f"layer{i}.bias"]
        if layer["neuron"]["kind"] == "linear":
            added, arrays[f"layer{i}.bias"] = bias.tolist(), np.zeros_like(bias)
        else:
            assert layer["neuron"]["kind"] == "relu"
            assert layer["neuron"]["shift"] > k
            assert not (bias % 2**k).any()
            layer["neuron"]["shift"] -= k
            arrays[f"layer{i}.bias"] = bias >> k
    return tree, arrays, added


def results(description: Json, tensors: Tensors, k: int = 0) -> np.ndarray:
    """What comes out of every sample, (samples, results over all steps)."""
    samples = all_samples(description)
    if k == 0:
        values = evaluate(description, samples, tensors)
    else:
        tree, arrays, added = halved(description, tensors, k)
        values = (evaluate(tree, samples, arrays) << k) + np.array(added)
    return values.reshape(len(samples), -1)


def table_module(name: str, values: np.ndarray, bits: int) -> str:
    """A module that knows the result at every place of every sample.

    Args:
        name: of the module.
        values: integers, (samples, places).
        bits: of the port that they come on, sign-extended.
    """
    samples, places = values.shape
    word = max(1, (samples - 1).bit_length())
    lines = [f"module {name} (input [{word - 1}:0] word, input [15:0] place, output reg [{bits - 1}:0] value);"]
    lines += ["  always @*", "    case ({place[7:0], word})"]
    for place in range(places):
        for sample in range(samples):
            key = place << word | sample
            lines.append(f"      {8 + word}'d{key}: value = {bits}'d{int(values[sample, place]) % 2**bits};")
    lines += [f"      default: value = {bits}'d0;", "    endcase", "endmodule", ""]
    return "\n".join(lines)
