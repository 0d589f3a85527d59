"""Kinds that the contract does not have, and networks with one of them each: every room must refuse them by name.

No description can be made with one. Here they are put in behind its back, with all the facts that a kind states of
itself, so that nothing but its name gives it away.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np

from sc_neurocore.spec import (
    Comparator,
    Counter,
    DenseLayer,
    InputSpec,
    Lif,
    Mux,
    NetworkSpec,
    OutputSpec,
    ParallelCounter,
    Relu,
    VanDerCorput,
    WeightedBinary,
)
from sc_neurocore.spec.base import Description


class Repeating(Description):
    """What a source says of words that repeat within its period; no kind yet."""

    skip: int = 0
    reverse: bool = False
    lane_skip: int = 0
    emits_zero: ClassVar[bool] = True
    each_word_once: ClassVar[bool] = False

    def period(self, n: int) -> int:
        return 2**n + 1


class Golden(Repeating):
    """A source with words that repeat within its period."""

    kind: Literal["golden"] = "golden"


class Threshold(Description):
    """A generator."""

    kind: Literal["threshold"] = "threshold"
    source: Counter = Counter()


class Majority(Description):
    """An accumulator."""

    kind: Literal["majority"] = "majority"


class Sigmoid(Description):
    """A neuron that keeps no state."""

    kind: Literal["sigmoid"] = "sigmoid"
    encoding: ClassVar[str] = "unipolar"
    code_bits: ClassVar[int] = 4
    keeps_state: ClassVar[bool] = False
    multiplier: int = 1
    shift: int = 0
    output_bits: int = 4


class Attention(Description):
    """A layer."""

    kind: Literal["attention"] = "attention"


def put(description: Any, key: str, value: Any) -> Any:
    """The description with a field that it would not take; it is changed itself."""
    object.__setattr__(description, key, value)
    return description


def plain(*, encoding: Any = "unipolar", steps: int = 1, length: int = 16, **changes: Any) -> NetworkSpec:
    """A network of one known layer, whose products have a closed form if nothing is changed."""
    layer: dict[str, Any] = {
        "inputs": 3,
        "neurons": 2,
        "resolution_bits": 4,
        "stream_length": length,
        "input_encoding": encoding,
        "weight_encoding": "sign_magnitude",
        "weight_generator": Comparator(source=Counter()),
        "accumulator": ParallelCounter(),
        "neuron": Relu(output_bits=4, shift=2),
        "output_scale": 1.0,
    }
    if encoding != "spike":
        layer["input_generator"] = WeightedBinary(source=VanDerCorput(skip=1))
    return NetworkSpec(
        name="net",
        input=InputSpec(features=3, encoding=encoding, resolution_bits=4, scale=1.0, time_steps=steps),
        layers=(DenseLayer(**layer | changes),),
        weights=(np.array([[3, -15, 0], [7, 1, 9]]),),
        biases=(np.array([1, -2]),),
    )


def _with(key: str, value: Any, **changes: Any) -> NetworkSpec:
    network = plain(**changes)
    put(network.layers[0], key, value)
    return network


def _source(key: str, **changes: Any) -> NetworkSpec:
    network = plain(**changes)
    put(getattr(network.layers[0], key), "source", Golden())
    return network


def _lif(key: str, value: str) -> NetworkSpec:
    neuron = Lif(leak_shift=None, v_threshold=5, state_bits=8)
    return plain(neuron=put(neuron, key, value), steps=3)


def _select() -> NetworkSpec:
    network = plain(accumulator=Mux(select=Counter()))
    put(network.layers[0].accumulator, "select", Golden())
    return network


UNKNOWN: dict[str, tuple[Any, str]] = {
    "source of inputs": (lambda: _source("input_generator"), "golden"),
    "source of weights": (lambda: _source("weight_generator"), "golden"),
    "source of weights of spikes": (lambda: _source("weight_generator", encoding="spike", length=17), "golden"),
    "source of a mux": (_select, "golden"),
    "generator of inputs": (lambda: _with("input_generator", Threshold()), "threshold"),
    "generator of weights": (lambda: _with("weight_generator", Threshold()), "threshold"),
    "accumulator": (lambda: _with("accumulator", Majority()), "majority"),
    "accumulator of spikes": (lambda: _with("accumulator", Majority(), encoding="spike"), "majority"),
    "neuron": (lambda: _with("neuron", Sigmoid()), "sigmoid"),
    "neuron after streams": (lambda: _with("neuron", Sigmoid(), length=11), "sigmoid"),
    "input encoding": (lambda: _with("input_encoding", "ternary"), "ternary"),
    "weight encoding": (lambda: _with("weight_encoding", "ternary"), "ternary"),
    "comparator of a lif": (lambda: _lif("comparator", "ne"), "ne"),
    "reset of a lif": (lambda: _lif("reset", "half"), "half"),
    "output.reduce": (lambda: put(plain(steps=3), "output", put(OutputSpec(), "reduce", "mean")), "mean"),
    "layer": (lambda: put(plain(), "layers", (Attention(),)), "attention"),
}
"""What is unknown -> how to make a network with it, and the name that a refusal must say."""
