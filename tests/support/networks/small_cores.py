"""Small networks of every kind that has gates, and the architectures they are built in: cores of some 100 cells."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from sc_neurocore.spec import (
    Accumulator,
    Comparator,
    Counter,
    DenseLayer,
    LfsrFull,
    Lif,
    Linear,
    Mux,
    NetworkSpec,
    Or,
    OutputSpec,
    ParallelCounter,
    Relu,
    Sobol,
    VanDerCorput,
    WeightedBinary,
)
from sc_neurocore.spec.network import InputSpec

PAIRS = {
    "counter": (WeightedBinary(source=VanDerCorput(skip=1)), Comparator(source=Counter())),
    "lfsr": (Comparator(source=LfsrFull(seed=5)), WeightedBinary(source=Sobol(dimension=2))),
}
"""Generators of inputs and weights: a pair with a closed form, and one without."""
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "row": {"architecture": "row"},
    "column": {"architecture": "column"},
    "serial": {"architecture": "serial"},
    "mixed": {"architecture": ["row", "column"]},
    "anytime": {"architecture": "row", "anytime": True},
    "loadable": {"architecture": "row", "weights": "loadable", "control": "stream"},
    "axi-lite": {"architecture": "column", "control": "axi-lite"},
}


def small(
    seed: int = 4,
    *,
    sizes: tuple[int, ...] = (4, 3, 2),
    pair: str = "counter",
    accumulator: Accumulator | None = None,
    name: str = "cheat",
) -> NetworkSpec:
    """Four inputs, three hidden neurons, two outputs, if not told otherwise: an inference is some tens of clocks."""
    rng = np.random.default_rng(seed)
    layers = [
        DenseLayer(
            inputs=inputs,
            neurons=neurons,
            resolution_bits=3,
            stream_length=8,
            input_encoding="unipolar",
            weight_encoding="sign_magnitude",
            input_generator=PAIRS[pair][0],
            weight_generator=PAIRS[pair][1],
            accumulator=accumulator or ParallelCounter(),
            neuron=Linear() if last else Relu(shift=4, output_bits=3),
            output_scale=1.0,
        )
        for inputs, neurons, last in zip(sizes[:-1], sizes[1:], [*([False] * (len(sizes) - 2)), True], strict=True)
    ]
    return NetworkSpec(
        name=name,
        input=InputSpec(features=sizes[0], encoding="unipolar", resolution_bits=3, scale=1.0),
        layers=tuple(layers),
        weights=tuple(rng.integers(-7, 8, (layer.neurons, layer.inputs)) for layer in layers),
        biases=(*(rng.integers(0, 21, layer.neurons) for layer in layers[:-1]), np.array([5, -3])),
    )


def spiking(seed: int = 4, *, reduce: Literal["none", "sum"] = "none", name: str = "cheat") -> NetworkSpec:
    """Three time steps: four inputs, three spiking neurons, two outputs."""
    base = small(seed, name=name)
    lif = Lif(leak_shift=2, v_threshold=12, state_bits=8)
    first = base.layers[0].model_copy(update={"neuron": lif})
    second = base.layers[1].model_copy(update={"input_encoding": "spike", "input_generator": None})
    return base.replace(
        layers=(first, second),
        input=base.input.model_copy(update={"time_steps": 3}),
        output=OutputSpec(reduce=reduce),
    )


def several() -> dict[str, tuple[NetworkSpec, dict[str, Any]]]:
    """More than twenty cores by name: the network and the options of its gates."""
    nets = {
        "small": small(),
        "other": small(11, sizes=(3, 4, 2)),
        "deep": small(7, sizes=(3, 2, 3, 2)),
        "lone": small(3, sizes=(5, 2)),
    }
    cores = {
        f"{word} {name}": (network, ARCHITECTURES[word])
        for name, network in nets.items()
        for word in ("row", "column", "serial")
    }
    cores |= {f"{word} small": (nets["small"], ARCHITECTURES[word]) for word in ("mixed", "anytime", "axi-lite")}
    cores |= {
        "mixed other": (nets["other"], {"architecture": ["column", "row"]}),
        "anytime other": (nets["other"], ARCHITECTURES["anytime"]),
        "row lfsr": (small(5, pair="lfsr"), ARCHITECTURES["row"]),
        "row lif": (spiking(), ARCHITECTURES["row"]),
        "row lif sum": (spiking(reduce="sum"), ARCHITECTURES["row"]),
        "serial lif": (spiking(9), ARCHITECTURES["serial"]),
        "row mux": (small(6, accumulator=Mux(select=VanDerCorput())), ARCHITECTURES["row"]),
        "row or": (small(8, accumulator=Or()), ARCHITECTURES["row"]),
        "row or lfsr": (small(9, pair="lfsr", accumulator=Or()), ARCHITECTURES["row"]),
        "loadable small": (nets["small"], ARCHITECTURES["loadable"]),
    }
    return cores
