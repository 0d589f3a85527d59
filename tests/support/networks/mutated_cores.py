"""Tiny cores of every architecture and kind: their whole input space is driven, and proofs about them come to an end.

The weights are chosen so that each of them, each bias and each bit of an input changes some result: what nothing
depends on has mutants by the dozen which no stimulus could see.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from support.networks.descriptions import VDC, Json, comparator, dense, network
from support.networks.map_descriptions import conv2d, map_network, max_pool2d
from support.networks.specs import spec_of

from sc_neurocore.spec import NetworkSpec

LIF: Json = {
    "kind": "lif",
    "leak_shift": 1,
    "v_threshold": 4,
    "comparator": "ge",
    "reset": "subtract",
    "state_bits": 4,
}
LFSR: Json = {
    "input_generator": comparator({"kind": "lfsr_full", "seed": 2}),
    "weight_generator": comparator({"kind": "sobol", "dimension": 2}),
}
SIGNED: Json = {"input_encoding": "sign_magnitude", "input_generator": comparator({"kind": "counter"})}
BIPOLAR: Json = {
    "input_encoding": "bipolar",
    "weight_encoding": "bipolar",
    "input_generator": comparator({"kind": "sobol", "dimension": 2}),
}
OR: Json = {"accumulator": {"kind": "or"}}
MUX: Json = {"accumulator": {"kind": "mux", "select": VDC}}


def _dense(inputs: int, neurons: int, **changes: Any) -> Json:
    """Codes of two bits, streams of four positions."""
    return dense(inputs, neurons, n=2, length=4, **changes)


def _relu(shift: int) -> Json:
    return {"kind": "relu", "multiplier": 1, "shift": shift, "output_bits": 2}


def _network(description: Json, *tensors: tuple[Any, Any]) -> NetworkSpec:
    """With the weights and biases of each layer; None of a pool."""
    arrays = {}
    for i, (weight, bias) in enumerate(tensors):
        if weight is not None:
            arrays |= {f"layer{i}.weight": np.array(weight, np.int32), f"layer{i}.bias": np.array(bias, np.int32)}
    return spec_of({**description, "name": "tiny"}, arrays)


def _networks() -> dict[str, NetworkSpec]:
    steps: Json = {"steps": 3}
    spiking = _dense(1, 1, input_encoding="spike")
    window = conv2d([1, 3, 1], 1, (1, 2), 2, length=4)
    padded = conv2d([1, 2, 1], 1, (1, 2), 2, length=4, padding=[0, 0, 1, 0])
    kernel = [[[[-2], [-3]]]]
    links = (([[3]], [0]), ([[-1], [-3]], [2, -2]))
    one = ([[3, 2], [2, -3]], [2, 3])
    return {
        "one": _network(network(_dense(2, 2)), one),
        "three": _network(network(_dense(3, 1)), ([[-3, -3, 3]], [-2])),
        "two": _network(network(_dense(2, 1, neuron=_relu(0)), _dense(1, 2)), ([[2, -2]], [2]), ([[-3], [1]], [-1, 1])),
        "wide": _network(
            network(_dense(2, 2, neuron=_relu(1)), _dense(2, 1)), ([[2, -1], [-3, 3]], [3, 1]), ([[2, -3]], [1])
        ),
        "chain": _network(network(_dense(1, 1, neuron=_relu(0)), _dense(1, 2)), *links),
        "lfsr": _network(network(_dense(1, 1, neuron=_relu(0), **LFSR), _dense(1, 2, **LFSR)), *links),
        "one lfsr": _network(network(_dense(2, 2, **LFSR)), one),
        "signed": _network(network(_dense(2, 2, **SIGNED)), one),
        "bipolar": _network(network(_dense(2, 1, **BIPOLAR)), ([[3, 3]], [1])),
        "or": _network(network(_dense(2, 2, **OR)), ([[-3, 3], [2, 3]], [3, 2])),
        "or lfsr": _network(network(_dense(2, 1, **OR, **LFSR)), ([[-3, 3]], [0])),
        "mux": _network(network(_dense(2, 2, **MUX)), ([[1, 3], [1, -3]], [-2, 0])),
        "lif": _network(network(_dense(2, 1, neuron=LIF), spiking, **steps), ([[2, -2]], [3]), ([[2]], [2])),
        "lif sum": _network(
            network(_dense(2, 1, input_encoding="spike", neuron=LIF), reduce="sum", **steps), ([[3, -3]], [3])
        ),
        "window": _network(map_network(window), ([[[[3], [3]]]], [1])),
        "padded": _network(map_network(padded), (kernel, [-1])),
        "pool": _network(map_network(max_pool2d([1, 4, 1], (1, 2), 2), _dense(2, 1)), (None, None), ([[3, 3]], [1])),
    }


def mutated_cores() -> dict[str, tuple[NetworkSpec, dict[str, Any]]]:
    """Thirty cores by name: the network and the options of its gates."""
    nets = _networks()
    row, column, serial = ({"architecture": word} for word in ("row", "column", "serial"))
    overlap = column | {"overlap": True}
    loadable = {"weights": "loadable"}
    cores: list[tuple[str, str, dict[str, Any]]] = [
        ("row", "two", row),
        ("row", "one lfsr", row),
        ("row", "lfsr", row),
        ("row", "bipolar", row),
        ("row", "or", row),
        ("row", "or lfsr", row),
        ("row", "mux", row),
        ("row", "lif", row),
        ("row", "lif sum", row),
        ("row, two bits a clock", "one", row | {"stream_bits_per_cycle": 2}),
        ("anytime", "chain", row | {"anytime": True}),
        ("column", "two", column),
        ("column", "wide", column),
        ("column", "signed", column),
        ("column, one bit a clock", "three", column | {"stream_bits_per_cycle": 1, "neurons_in_parallel": 1}),
        ("table", "one", column | {"product_table": True}),
        ("overlap", "one", overlap),
        ("overlap, logic weights", "three", overlap | {"logic_weights": True}),
        ("mixed", "two", {"architecture": ["row", "column"]}),
        ("mixed", "chain", {"architecture": ["column", "row"]}),
        ("serial", "two", serial),
        ("serial", "one", serial),
        ("serial", "lif", serial),
        ("unrolled", "wide", {"architecture": "unrolled"}),
        ("window column", "window", column),
        ("window row", "padded", row),
        ("window pool", "pool", column),
        ("loadable row", "one", row | loadable | {"control": "stream"}),
        ("loadable serial", "chain", serial | loadable | {"control": "stream"}),
        ("axi-lite", "three", column | {"control": "axi-lite"}),
    ]
    return {f"{how}: {name}": (nets[name], options) for how, name, options in cores}
