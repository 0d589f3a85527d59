"""Whole cores in Amaranth's simulator against the outside oracle, and the stated timing against the clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.networks.descriptions import dense, network
from support.networks.random_networks import random_codes, random_network
from support.oracle import evaluate
from support.simulation.axis import Observed, beats, run_core

from sc_neurocore.rtl import NetworkCore, core_timing
from sc_neurocore.rtl.options import resolve_neurons_in_parallel
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.spec import NetworkSpec

SOURCES = [
    {"kind": "counter", "skip": 3},
    {"kind": "van_der_corput", "reverse": True},
    {"kind": "lfsr", "seed": 5},
    {"kind": "lfsr_full", "seed": 0, "skip": 2},
    {"kind": "sobol", "dimension": 3},
]
GENERATORS = [{"kind": kind, "source": source} for kind in ("comparator", "weighted_binary") for source in SOURCES]
PAIRS = [
    ("unipolar", "unipolar"),
    ("unipolar", "sign_magnitude"),
    ("sign_magnitude", "sign_magnitude"),
    ("bipolar", "bipolar"),
    ("spike", "sign_magnitude"),
]


def spec(description: dict[str, Any], tensors: dict[str, np.ndarray]) -> NetworkSpec:
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    count = len(description["layers"])
    arrays = {
        "weights": [tensors[f"layer{i}.weight"] for i in range(count)],
        "biases": [tensors[f"layer{i}.bias"] for i in range(count)],
    }
    return NetworkSpec.model_validate(tree | arrays, strict=False)


def run(description, tensors, codes: np.ndarray, lanes=None) -> tuple[NetworkCore, Observed]:
    """All samples, one after the other, without stalls; the outputs must be the oracle's."""
    net = spec(description, tensors)
    core = NetworkCore(FoldedPlan.of(net, resolve_neurons_in_parallel(net, lanes)))
    width = len(core.s_axis_tdata)
    stimulus = [beat for row in codes for beat in beats(row, width)]
    seen = run_core(core, stimulus, frames=len(codes), signed=net.output_signed)
    assert seen.frames == evaluate(description, codes, tensors).tolist()
    return core, seen


def single(pair: tuple[str, str], n: int, length: int, weight: np.ndarray, bias: list[int], **changes: Any):
    """Description and tensors of one layer."""
    neurons, inputs = weight.shape
    layer = dense(inputs, neurons, n, length, input_encoding=pair[0], weight_encoding=pair[1], **changes)
    return network(layer), {"layer0.weight": weight, "layer0.bias": np.array(bias)}


@pytest.mark.one_in(3)
@pytest.mark.contract(
    *("product.and", "product.xnor", "product.signs", "generator.comparator", "generator.weighted_binary"),
    *("source.restart", "accumulator.parallel_counter", "accumulator.bias", "neuron.linear"),
)
@pytest.mark.parametrize("x", range(len(GENERATORS)))
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "x".join(pair))
def test_every_encoding_with_every_generator(pair, x):
    rng = np.random.default_rng(x)
    n, signed = 3, pair[1] == "sign_magnitude"
    weight = rng.integers(-7 if signed else 0, 8, (3, 2))
    generators = {"input_generator": GENERATORS[x], "weight_generator": GENERATORS[(7 * x + 3) % len(GENERATORS)]}
    description, tensors = single(pair, n, 11, weight, [3, -2, 0], **generators)
    run(description, tensors, random_codes(description, rng, 5), lanes=1 + x % 3)


@pytest.mark.one_in(3)
@pytest.mark.contract("core.frames", "neuron.border", "neuron.relu", "neuron.clamp", "core.widths")
@pytest.mark.parametrize("seed", range(12))
def test_random_networks_and_their_stated_timing(seed):
    net = random_network(seed, gates=True)
    codes = random_codes(net.description, net.rng, 5)
    lanes = [None, 1, 3][seed % 3]
    core, seen = run(net.description, net.tensors, codes, lanes)
    features, outputs = codes.shape[1], core.network.output_neurons
    timing = core_timing(core)
    assert seen.valid[0] - seen.accepted[features - 1] == timing.latency_cycles
    ends = [seen.sent[(i + 1) * outputs - 1] for i in range(len(codes))]
    assert ends[-1] - ends[-2] == timing.cycles_per_inference


@pytest.mark.contract("accumulator.width")
@pytest.mark.parametrize("bias", [0, 2**30 - 1])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "x".join(pair))
def test_full_scale_does_not_wrap(pair, bias):
    """All inputs and weights at the end of their range: all streams are full, each product counts everywhere."""
    n, length, inputs = 2, 7, 9
    full = 3
    rows = [np.full(inputs, full), np.full(inputs, -full if pair[1] == "sign_magnitude" else 0)]
    description, tensors = single(pair, n, length, np.array(rows), [bias, -bias], **_always_on(pair))
    high = 1 if pair[0] == "spike" else full
    codes = np.array([[high] * inputs, [-high if pair[0] == "sign_magnitude" else 0] * inputs])
    _, seen = run(description, tensors, codes)
    if pair != ("bipolar", "bipolar"):
        assert seen.frames[0][0] == inputs * length + bias


def _always_on(pair: tuple[str, str]) -> dict[str, Any]:
    """Generators under which the largest code's stream is 1 at all positions."""
    generator = {"kind": "comparator", "source": {"kind": "lfsr", "seed": 1}}
    return {"weight_generator": generator} | ({} if pair[0] == "spike" else {"input_generator": generator})


@pytest.mark.contract("core.widths", "codes.sign_magnitude")
@pytest.mark.parametrize("n", [2, 7, 8])
def test_the_lowest_signed_input_is_read_as_the_lowest_code(n):
    weight = np.array([[2**n - 1, 1 - 2**n]])
    description, tensors = single(("sign_magnitude", "sign_magnitude"), n, 2**n, weight, [0])
    net = spec(description, tensors)
    core = NetworkCore(FoldedPlan.of(net, (1,)))
    width = len(core.s_axis_tdata)
    stimulus = [beat for row in ([-(2**n), 5 % 2**n], [3, -(2**n)]) for beat in beats(row, width)]
    seen = run_core(core, stimulus, frames=2, signed=True)
    codes = np.array([[1 - 2**n, 5 % 2**n], [3, 1 - 2**n]])
    assert seen.frames == evaluate(description, codes, tensors).tolist()


@pytest.mark.one_in(2)
@pytest.mark.contract("core.frames", "limits")
@pytest.mark.parametrize("length", [1, 2, 5])
@pytest.mark.parametrize("lanes", [1, 2, 4, 9])
def test_streams_shorter_than_the_lanes_are_wide(length, lanes):
    """A group must not overwrite results that are still being handed on."""
    rng = np.random.default_rng(length)
    description, tensors = single(("unipolar", "sign_magnitude"), 4, length, rng.integers(-15, 16, (9, 2)), [0] * 9)
    core, seen = run(description, tensors, rng.integers(0, 16, (4, 2)), lanes)
    assert seen.valid[0] - seen.accepted[1] == core_timing(core).latency_cycles


@pytest.mark.contract("limits", "accumulator.parallel_counter")
def test_a_layer_without_any_weight_and_a_single_input():
    description, tensors = single(("unipolar", "sign_magnitude"), 3, 8, np.zeros((2, 1), dtype=int), [4, -4])
    run(description, tensors, np.array([[0], [7]]))


@pytest.mark.contract("generator.default_pair")
def test_the_default_pair_multiplies_by_shifts_and_adds():
    """T[x, w] = sum of x_{n-i} floor((w + 2^(i-1)) / 2^i): the closed form is an oracle that makes no streams."""
    n = 4
    weight = np.arange(1, 16)[:, None]
    description, tensors = single(("unipolar", "sign_magnitude"), n, 2**n, weight, [0] * 15)
    codes = np.arange(16)[:, None]
    _, seen = run(description, tensors, codes, lanes=8)
    table = [
        [sum((x >> (n - i) & 1) * ((w + 2 ** (i - 1)) // 2**i) for i in range(1, n + 1)) for w in range(1, 16)]
        for x in range(16)
    ]
    assert seen.frames == table
