"""A network of whose core Yosys 0.70 connects a multiplier block wrongly (`synth.flow.CONFLICT`)."""

from __future__ import annotations

import numpy as np

from sc_neurocore.spec import NetworkSpec

from .descriptions import comparator, dense, network, weighted_binary
from .specs import spec_of

ROWS = {"architecture": "row", "neurons_in_parallel": 1}
"""How its core is computed."""


def refused_block() -> NetworkSpec:
    """Spikes, a ReLU and a clamp of the largest multipliers; found by random networks."""
    spikes = {"input_encoding": "spike", "weight_generator": weighted_binary({"kind": "van_der_corput", "skip": 5})}
    relu = {"kind": "relu", "output_bits": 3, "multiplier": 32767, "shift": 16}
    clamp = {"kind": "clamp", "output_bits": 8, "output_encoding": "bipolar", "multiplier": 32767, "shift": 10}
    counters = {"input_generator": comparator(), "weight_generator": comparator({"kind": "counter", "skip": 5664})}
    last = dense(1, 1, n=3, length=9, weight_encoding="unipolar", neuron=clamp, output_scale=2**-10, **counters)
    tree = network(dense(4, 1, n=3, length=16, neuron=relu, output_scale=0.5, **spikes), last)
    tree["input"]["resolution_bits"] = 7
    numbers = {"0.weight": [[6, 7, 0, 7]], "0.bias": [-1], "1.weight": [[0]], "1.bias": [3]}
    return spec_of(tree, {f"layer{name}": np.array(value, np.int32) for name, value in numbers.items()})
