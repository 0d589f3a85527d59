"""Small random networks of several time steps for the gates: `lif` layers and others, plain JSON and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from support.networks.descriptions import dense, network
from support.networks.random_networks import GENERATORS, SOURCES, random_source

Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def random_lif(rng: np.random.Generator, spread: float) -> dict[str, Any]:
    """A neuron that spikes now and then where a' is about ±`spread`; narrow states saturate."""
    bits = int(rng.choice([2, 4, 6, 12, 32]))
    top = 2 ** (bits - 1) - 1
    return {
        "kind": "lif",
        "state_bits": bits,
        "leak_shift": None if rng.random() < 0.3 else int(rng.integers(1, min(bits - 1, 4) + 1)),
        "v_threshold": int(np.clip(rng.choice([1, spread / 2, spread, top]), 1, top)),
        "comparator": str(rng.choice(["ge", "gt"])),
        "reset": str(rng.choice(["subtract", "zero"])),
    }


def random_accumulator(rng: np.random.Generator, kind: str, inputs: int) -> dict[str, Any]:
    """An accumulator of a kind, with its select source where it has one."""
    if kind != "mux":
        return {"kind": kind}
    bits = max(2, (inputs - 1).bit_length())
    return {"kind": kind, "select": random_source(rng, bits, kinds=[s for s in SOURCES if s != "lfsr"])}


def random_spiking(seed: int, accumulators: tuple[str, ...] = ("parallel_counter",)) -> Case:
    """One to three layers, one to four steps, every combination of `repeat` and `reduce`; one seed, one network."""
    rng = np.random.default_rng([seed, 77])
    steps = int(rng.choice([1, 2, 3, 4]))
    encoding = str(rng.choice(["unipolar", "sign_magnitude", "bipolar", "spike"]))
    n, inputs = int(rng.integers(2, 5)), int(rng.integers(1, 6))
    layers, tensors = [], {}
    count = int(rng.integers(1, 4))
    for i in range(count):
        neurons, length = int(rng.integers(1, 5)), int(rng.integers(1, 14))
        signed = encoding != "bipolar"
        kind = str(rng.choice([a for a in accumulators if signed or a != "or"] or ["parallel_counter"]))
        spread = max(1.0, length * (inputs**0.5 if kind == "parallel_counter" else 1) / 3)
        neuron: dict[str, Any] = random_lif(rng, spread)
        if rng.random() < 0.2:
            neuron = {"kind": "relu", "shift": int(rng.integers(0, 3)), "output_bits": 3}
        if i == count - 1 and rng.random() < 0.4:
            neuron = {"kind": "linear"}
        generators = [
            {"kind": str(rng.choice(GENERATORS)), "source": random_source(rng, n, lanes=kind == "or")} for _ in range(2)
        ]
        layer = dense(
            *(inputs, neurons, n, length),
            input_encoding=encoding,
            weight_encoding="sign_magnitude" if signed else "bipolar",
            input_generator=generators[0],
            weight_generator=generators[1],
            accumulator=random_accumulator(rng, kind, inputs),
            neuron=neuron,
        )
        layers.append(layer)
        low = 1 - 2**n if signed else 0
        tensors[f"layer{i}.weight"] = rng.integers(low, 2**n, (neurons, inputs))
        tensors[f"layer{i}.bias"] = rng.integers(-int(spread), int(spread) + 1, neurons)
        inputs = neurons
        encoding, n = ("spike", int(rng.integers(2, 5))) if neuron["kind"] == "lif" else ("unipolar", 3)
    repeat, reduce = bool(steps > 1 and rng.random() < 0.5), str(rng.choice(["none", "sum"]))
    return network(*layers, steps=steps, repeat=repeat, reduce=reduce), tensors
