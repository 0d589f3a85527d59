"""Every kind of the contract in every room: the integers of the outside oracle, or a refusal that names the kind.

The lists of kinds are the description's own. A kind that somebody adds there without an example, a case in a room, or a
line in `REFUSED`, fails here by name.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support import oracle
from support.networks.examples_of_kinds import (
    ACCUMULATORS,
    ENCODINGS,
    GENERATORS,
    LAYERS,
    NEURONS,
    SOURCES,
    WEIGHT_ENCODINGS,
    example,
)
from support.networks.random_networks import code_range, random_codes
from support.networks.specs import spec_of
from support.simulation.axis import beats, run_core

from sc_neurocore import infer
from sc_neurocore.inference.engines import Engine
from sc_neurocore.spec import NetworkSpec, SCError

Json = dict[str, Any]
Case = tuple[Json, dict[str, np.ndarray]]
N, LENGTH, BATCH = 3, 11, 6


def one_layer(rng: np.random.Generator, encoding: str = "unipolar", **changes: Any) -> Case:
    """A layer of 3 inputs and 4 neurons at random weights; L is neither a period nor a multiple of one."""
    weight_encoding = WEIGHT_ENCODINGS[encoding]
    layer: Json = {
        "kind": "dense",
        "inputs": 3,
        "neurons": 4,
        "resolution_bits": N,
        "stream_length": LENGTH,
        "input_encoding": encoding,
        "weight_encoding": weight_encoding,
        "input_generator": {"kind": "comparator", "source": {"kind": "van_der_corput"}},
        "weight_generator": {"kind": "comparator", "source": {"kind": "counter"}},
        "accumulator": {"kind": "parallel_counter"},
        "neuron": {"kind": "linear"},
        "output_scale": 1.0,
        **changes,
    }
    if encoding == "spike":
        del layer["input_generator"]
    low, high = code_range(weight_encoding, N)
    tensors = {
        "layer0.weight": rng.integers(low, high + 1, (4, 3)).astype(np.int32),
        "layer0.bias": rng.integers(-4, 5, 4).astype(np.int32),
    }
    steps = 3 if layer["neuron"]["kind"] == "lif" else 1
    head = {"features": 3, "encoding": encoding, "resolution_bits": N, "scale": 1.0}
    head |= {"time_steps": steps, "repeat": False}
    description = {"name": "net", "input": head, "output": {"reduce": "none"}, "layers": [layer]}
    return description, tensors


def on_map(rng: np.random.Generator, kind: str) -> Case:
    """A convolution; before it a pool, where a pool is asked for."""
    shape = [4, 4, 2]
    pool = {"kind": kind, "in_shape": shape, "kernel": [2, 2], "stride": [1, 1], "encoding": "unipolar"}
    pool |= {"resolution_bits": N, "output_scale": 1.0}
    average = {"multiplier": 1, "shift": 2}
    window = {"out_channels": 4, "kernel": [2, 2], "stride": [1, 2], "padding": [1, 0, 0, 1], "groups": 2}
    description, tensors = one_layer(rng)
    conv = {key: value for key, value in description["layers"][0].items() if key not in ("inputs", "neurons")}
    conv |= {"kind": "conv2d", "in_shape": shape, **window}
    layers = {
        "conv2d": [conv],
        "max_pool2d": [pool, conv | {"in_shape": [3, 3, 2]}],
        "avg_pool2d": [pool | average, conv | {"in_shape": [3, 3, 2]}],
    }
    assert kind in layers, f"layer kind {kind!r} has no example"
    description["layers"] = layers[kind]
    description["input"] |= {"features": 32, "shape": shape}
    last = len(description["layers"]) - 1
    weights = rng.integers(-7, 8, (4, 2, 2, 1)).astype(np.int32)
    return description, {f"layer{last}.weight": weights, f"layer{last}.bias": tensors["layer0.bias"]}


def generator(kind: str, source: Json) -> Json:
    return example(kind) | {"source": source}


def cases() -> dict[str, Callable[[np.random.Generator], Case]]:
    """Each kind once in each place where it may stand, by a name that says so."""
    made: dict[str, Callable[[np.random.Generator], Case]] = {}
    for source in SOURCES:
        for kind in GENERATORS:
            made[f"{source} in {kind} of inputs"] = lambda rng, s=source, k=kind: one_layer(
                rng, input_generator=generator(k, example(s))
            )
            made[f"{source} in {kind} of weights"] = lambda rng, s=source, k=kind: one_layer(
                rng, "sign_magnitude", weight_generator=generator(k, example(s) | {"skip": 3, "reverse": True})
            )
        made[f"{source} by lane"] = lambda rng, s=source: one_layer(
            rng, accumulator={"kind": "or"}, weight_generator=generator("comparator", example(s) | {"lane_skip": 2})
        )
        if source != "lfsr":  # never emits 0, hence no select source
            made[f"{source} as select"] = lambda rng, s=source: one_layer(
                rng, accumulator={"kind": "mux", "select": example(s)}
            )
    for accumulator in ACCUMULATORS:
        for encoding in ENCODINGS:
            if (accumulator, encoding) != ("or", "bipolar"):  # not defined by the contract
                made[f"{accumulator} of {encoding}"] = lambda rng, a=accumulator, e=encoding: one_layer(
                    rng, e, accumulator=example(a)
                )
    for neuron in NEURONS:
        made[f"neuron {neuron}"] = lambda rng, n=neuron: one_layer(rng, neuron=example(n))
    for layer in LAYERS:
        if layer != "dense":  # all of the others are
            made[f"layer {layer}"] = lambda rng, k=layer: on_map(rng, k)
    return made


CASES = cases()


def test_every_kind_has_a_case():
    places = " ".join(CASES) + " dense"
    for kind in (*SOURCES, *GENERATORS, *ACCUMULATORS, *NEURONS, *LAYERS, *ENCODINGS):
        assert kind in places.split(), kind


# ---------------------------------------------------------------- the rooms


def engine(name: Engine) -> Callable[[NetworkSpec, Case, np.ndarray], np.ndarray]:
    return lambda network, case, codes: infer(network, codes, engine=name)


def torch_module(network: NetworkSpec, case: Case, codes: np.ndarray) -> np.ndarray:
    from sc_neurocore.training import SCNetworkModule

    return np.asarray(SCNetworkModule.from_network(network).integers(codes))


def gates(architecture: str) -> Callable[[NetworkSpec, Case, np.ndarray], np.ndarray]:
    """The core in Amaranth's simulator, through its ports."""

    def run(network: NetworkSpec, case: Case, codes: np.ndarray) -> np.ndarray:
        from sc_neurocore.rtl import build_core

        core, _ = build_core(network, architecture=architecture)
        rows = codes.reshape(-1, network.input.features).tolist()
        sent = [beat for row in rows for beat in beats(row, len(core.s_axis_tdata))]
        rng = random.Random(1)
        frames = len(rows)
        seen = run_core(
            core, sent, frames=frames, signed=network.output_signed, limit=40_000, ready=lambda: rng.random() < 0.8
        )
        return np.array(seen.frames).reshape(network.output_shape(len(codes)))

    return run


ROOMS = {
    **{f"engine {name}": engine(name) for name in ("reference", "packed", "counts", "jax", "auto")},
    "torch": torch_module,
    **{f"gates {name}": gates(name) for name in ("row", "column", "serial", "auto")},
}

REFUSED: dict[str, tuple[str, ...]] = {
    "engine counts": ("or", "by lane"),
    "gates column": ("or", "by lane"),
    "gates serial": ("or", "by lane"),
}
"""Ends and beginnings of the cases that a room does not run; it must say so, and name the kind."""


def refused(room: str, name: str) -> bool:
    words = name.split()
    return any(name.endswith(each) or words[0] == each or words[-1] == each for each in REFUSED.get(room, ()))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("name", CASES)
def test_every_kind_in_every_room(name, room):
    if room == "engine jax":
        pytest.importorskip("jax", reason="the jax extra is not installed")
    if room == "torch":
        pytest.importorskip("torch", reason="the torch extra is not installed")
    case = CASES[name](np.random.default_rng(len(name)))
    codes = random_codes(case[0], np.random.default_rng(1), BATCH)
    network = spec_of(*case)
    if refused(room, name):
        kind = {"lane": "or"}.get(name.split()[-1], name.split()[0 if name.split()[0] == "or" else -1])
        with pytest.raises(SCError, match=kind):
            ROOMS[room](network, case, codes)
        return
    expected = oracle.evaluate(case[0], codes, case[1])
    assert expected.size
    got = np.asarray(ROOMS[room](network, case, codes))
    assert got.shape == expected.shape
    assert np.array_equal(got, expected)
