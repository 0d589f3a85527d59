"""Tiny networks whose cores are proved whole: a sample has few bits, so that a table holds all that it can be."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from support.networks.descriptions import Json, comparator, dense, network
from support.networks.map_descriptions import conv2d, map_network, max_pool2d

RELU: Json = {"kind": "relu", "multiplier": 1, "shift": 1, "output_bits": 2}
LIF: Json = {
    "kind": "lif",
    "leak_shift": 1,
    "v_threshold": 4,
    "comparator": "ge",
    "reset": "subtract",
    "state_bits": 4,
}
SOBOL: Json = {"kind": "sobol", "dimension": 2}
LFSR: Json = {"kind": "lfsr_full", "seed": 2}


class Tiny(NamedTuple):
    """A network and how its core is built."""

    description: Json
    tensors: dict[str, np.ndarray]
    options: dict[str, Any]
    wrong: tuple[str, tuple[int, ...], int]
    """Tensor, place and value of the wrong weight with which a proof of the values must fail."""
    patience: int = 60


def _tensors(*layers: tuple[list[list[int]], list[int]]) -> dict[str, np.ndarray]:
    arrays = {}
    for i, (weight, bias) in enumerate(layers):
        arrays[f"layer{i}.weight"] = np.array(weight, dtype=np.int32)
        arrays[f"layer{i}.bias"] = np.array(bias, dtype=np.int32)
    return arrays


def _two_layers(**changes: Any) -> Json:
    """Two inputs of two bits, a hidden neuron, two outputs."""
    first = dense(2, 1, n=2, length=4, neuron=RELU, **changes)
    return network(first, dense(1, 2, n=2, length=4, **changes), name="tiny")


TWO = _tensors(([[3, -2]], [1]), ([[2], [-3]], [1, -2]))
WRONG = ("layer0.weight", (0, 0), 2)
CHAIN = network(dense(1, 1, n=2, length=4, neuron=RELU), dense(1, 1, n=2, length=4), name="tiny")
"""One input of two bits, a hidden neuron, one output."""
LINKS = _tensors(([[3]], [0]), ([[-3]], [1]))
WRONG_LINK = ("layer1.weight", (0, 0), 2)


def _spiking(reduce: str) -> Json:
    """Two spikes over three steps, and a neuron with a state."""
    only = dense(2, 1, n=2, length=4, input_encoding="spike", neuron=LIF)
    return network(only, steps=3, reduce=reduce, name="tiny")


SPIKING = _tensors(([[3, -2]], [1]))
LFSR_PAIR = {"input_generator": comparator(LFSR), "weight_generator": comparator(SOBOL)}
OR: Json = {"accumulator": {"kind": "or"}}
MUX: Json = {"accumulator": {"kind": "mux", "select": {"kind": "van_der_corput"}}}


def _map(*layers: Json) -> Json:
    return {**map_network(*layers), "name": "tiny"}


def _one(**changes: Any) -> Json:
    return network(dense(1, 1, n=2, length=4, **changes), name="tiny")


def _of_one_input() -> dict[str, Tiny]:
    """What is not settled with two inputs is with one."""
    weight, wrong, row = _tensors(([[3]], [1])), ("layer0.weight", (0, 0), 2), {"architecture": "row"}
    spike = {"input_encoding": "spike", "neuron": {**LIF, "v_threshold": 2}}
    spiking = network(dense(1, 1, n=2, length=4, **spike), steps=3, name="tiny")
    signed = _one(input_encoding="sign_magnitude", input_generator=comparator({"kind": "counter"}))
    bipolar = _one(input_encoding="bipolar", weight_encoding="bipolar", input_generator=comparator(SOBOL))
    pool = _map(max_pool2d([1, 2, 1], (1, 2), 2), dense(1, 1, n=2, length=4))
    pooled = {"layer1.weight": np.array([[3]], np.int32), "layer1.bias": np.array([1], np.int32)}
    return {
        "unrolled": Tiny(CHAIN, LINKS, {"architecture": "unrolled"}, WRONG_LINK),
        "unrolled, one layer": Tiny(_one(), weight, {"architecture": "unrolled"}, wrong),
        "lif, one input": Tiny(spiking, _tensors(([[2]], [0])), row, ("layer0.weight", (0, 0), 1)),
        "or, one input": Tiny(_one(**OR), _tensors(([[3]], [0])), row, wrong),
        "signed, one input": Tiny(signed, weight, row, wrong),
        "bipolar, one input": Tiny(bipolar, weight, row, wrong),
        "anytime, one input": Tiny(_one(), weight, {**row, "anytime": True}, wrong),
        "pool of two": Tiny(pool, pooled, {"architecture": "column"}, ("layer1.weight", (0, 0), 1)),
    }


def tiny() -> dict[str, Tiny]:
    """The networks by name."""
    one = network(dense(2, 2, n=2, length=4), name="tiny")
    smaller = network(dense(2, 1, n=2, length=4), name="tiny")
    single = _tensors(([[3, -2]], [1]))
    lone = _tensors(([[3, -2], [-1, 2]], [1, -2]))
    anytime = network(dense(2, 1, n=2, length=4, neuron=RELU), dense(1, 2, n=2, length=4), name="tiny")
    early = _tensors(([[3, 2]], [0]), ([[2], [-3]], [1, -2]))
    signed = network(
        dense(2, 1, n=2, length=4, input_encoding="sign_magnitude", input_generator=comparator({"kind": "counter"})),
        name="tiny",
    )
    bipolar = network(
        dense(
            2, 1, n=2, length=4, input_encoding="bipolar", weight_encoding="bipolar", input_generator=comparator(SOBOL)
        ),
        name="tiny",
    )
    window = _map(conv2d([1, 3, 1], 1, (1, 2), 2, length=4))
    pool = _map(max_pool2d([1, 2, 2], (1, 2), 2), dense(2, 1, n=2, length=4))
    padded = _map(conv2d([1, 2, 1], 1, (1, 2), 2, length=4, padding=[0, 0, 1, 0]))
    kernel = {"layer0.weight": np.array([[[[3], [-2]]]], dtype=np.int32), "layer0.bias": np.array([1], np.int32)}
    lone_wrong = ("layer0.weight", (1, 0), 1)
    return _of_one_input() | {
        "row": Tiny(CHAIN, LINKS, {"architecture": "row"}, WRONG_LINK),
        "column": Tiny(_two_layers(), TWO, {"architecture": "column"}, WRONG),
        "serial": Tiny(CHAIN, LINKS, {"architecture": "serial"}, WRONG_LINK, 120),
        "mixed": Tiny(CHAIN, LINKS, {"architecture": ["row", "column"]}, WRONG_LINK),
        "column, one bit a clock": Tiny(
            smaller,
            single,
            {"architecture": "column", "stream_bits_per_cycle": 1, "neurons_in_parallel": 1},
            WRONG,
            120,
        ),
        "overlap": Tiny(one, lone, {"architecture": "column", "overlap": True}, lone_wrong),
        "lfsr": Tiny(
            network(dense(2, 1, n=2, length=4, **LFSR_PAIR), name="tiny"), single, {"architecture": "row"}, WRONG
        ),
        "signed": Tiny(signed, single, {"architecture": "column"}, WRONG),
        "bipolar": Tiny(bipolar, _tensors(([[3, 1]], [1])), {"architecture": "row"}, ("layer0.weight", (0, 1), 0)),
        "or": Tiny(network(dense(2, 1, n=2, length=4, **OR), name="tiny"), single, {"architecture": "row"}, WRONG),
        "mux": Tiny(
            network(dense(2, 1, n=2, length=4, **MUX), name="tiny"),
            single,
            {"architecture": "row"},
            ("layer0.weight", (0, 0), -3),
        ),
        "lif": Tiny(_spiking("none"), SPIKING, {"architecture": "row"}, ("layer0.weight", (0, 0), 2)),
        "lif sum": Tiny(_spiking("sum"), SPIKING, {"architecture": "row"}, ("layer0.weight", (0, 0), 2)),
        "lif serial": Tiny(_spiking("none"), SPIKING, {"architecture": "serial"}, ("layer0.weight", (0, 0), 2), 120),
        "anytime": Tiny(anytime, early, {"architecture": "row", "anytime": True}, ("layer1.weight", (0, 0), -2)),
        "window": Tiny(window, kernel, {"architecture": "column"}, ("layer0.weight", (0, 0, 0, 0), 1)),
        "padded window": Tiny(padded, kernel, {"architecture": "row"}, ("layer0.weight", (0, 0, 0, 0), 1)),
        "pool": Tiny(
            pool,
            {"layer1.weight": np.array([[3, -2]], np.int32), "layer1.bias": np.array([1], np.int32)},
            {"architecture": "column"},
            ("layer1.weight", (0, 0), 1),
        ),
    }
