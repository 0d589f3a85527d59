"""Every path against the normative model on random layers: codes at both ends and zero, sums at the edges of types.

`slow` is the whole search: 2,000 layers and a million products on each path, and 2,000 networks against both the model
and the outside oracle. The rest is a part of it that every run affords.
"""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.engines.paths import PATHS, force, parameter, possible, takes
from support.networks.examples_of_kinds import example
from support.networks.one_layer import one_layer, random_codes
from support.networks.random_networks import random_network

from sc_neurocore import bitstream, infer
from sc_neurocore.accel import jax_backend
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.packed import engine as packed
from sc_neurocore.bitstream.network import counts as reference_counts
from sc_neurocore.spec import (
    Accumulator,
    Clamp,
    Comparator,
    Counter,
    Generator,
    Lfsr,
    Or,
    ParallelCounter,
    Relu,
    Source,
    code_range,
    kinds,
    load_network,
)
from sc_neurocore.spec.layer import PRODUCTS

ENCODINGS = list(PRODUCTS)
COMPILED = ((6, 8, 5), (3, 17, 16))  # few shapes, because each is compiled
SHAPES = {"engine jax": COMPILED}
OTHERS = {"packed": packed, "engine jax": jax_backend}
EVERY = [parameter(path) for path in (*PATHS, *OTHERS)]


def pick(rng, choices):
    return choices[int(rng.integers(len(choices)))]


def random_source(rng, n):
    skip, reverse = int(rng.integers(0, 2**n)), bool(rng.integers(2))
    name, source = pick(rng, list(kinds(Source).items()))
    drawn = {"seed": int(rng.integers(1, 2**n)), "dimension": int(rng.integers(1, 30))}
    fields = example(name) | {key: value for key, value in drawn.items() if key in source.model_fields}
    return source(**fields | {"skip": skip, "reverse": reverse})


def random_accumulator(rng, bipolar):
    """Any accumulator that the encodings allow."""
    name, accumulator = pick(rng, list(kinds(Accumulator).items()))
    if "select" not in accumulator.model_fields:
        return ParallelCounter() if bipolar and accumulator is Or else accumulator(**example(name))
    selects = [random_source(rng, 2) for _ in range(8)]
    return accumulator(select=next(each for each in [*selects, Counter()] if each.emits_zero))


def random_layer(rng, path):
    """A network of one random layer that takes `path`, and codes for it."""
    while True:
        x, w = pick(rng, ENCODINGS)
        n = pick(rng, [2, 3, 4, 5, 6, 7, 8, 8, 8, 9, 12, 16])
        length = pick(rng, [1, 2**n, 2**n - 1, 2 ** (n + 1), int(rng.integers(1, 2**n + 2))])
        batch, inputs, neurons = pick(rng, SHAPES.get(path, [tuple(rng.integers(1, 24, 3).tolist())]))
        accumulator = random_accumulator(rng, bipolar=x == "bipolar")
        generators = [pick(rng, list(kinds(Generator).values()))(source=random_source(rng, n)) for _ in range(2)]
        network = one_layer(
            inputs=inputs,
            neurons=neurons,
            n=n,
            length=min(length, 600),
            seed=int(rng.integers(2**31)),
            input_encoding=x,
            weight_encoding=w,
            input_generator=None if x == "spike" else generators[0],
            weight_generator=generators[1],
            accumulator=accumulator,
        )
        if path not in OTHERS and not takes(path, network.layers[0]):
            continue
        low, high = code_range(w, n)
        weights = network.weights[0].copy()
        weights[rng.random(weights.shape) < 0.1] = high
        weights[rng.random(weights.shape) < 0.1] = low
        return network.replace(weights=(weights,)), random_codes(network, batch, int(rng.integers(2**31)))


def search(path, monkeypatch, layers, seed):
    """Compare so many random layers; returns the number of products compared."""
    if path not in OTHERS:
        force(monkeypatch, path)
    engine = OTHERS.get(path, counts)
    rng, products = np.random.default_rng([seed, len(path)]), 0
    for i in range(layers):
        network, codes = random_layer(rng, path)
        layer, weights = network.layers[0], network.weights[0].astype(np.int64)
        expected = reference_counts(layer, codes, weights)
        got = engine.run(network, codes)
        assert np.array_equal(got, expected), (i, layer)
        products += codes.size * layer.neurons
    return products


@pytest.mark.one_in(2)
@pytest.mark.contract("product.and", "product.xnor", "product.signs", "accumulator.parallel_counter", "accumulator.mux")
@pytest.mark.parametrize("path", EVERY)
def test_some_random_layers(path, monkeypatch):
    layers, products = (16, 3_000) if path == "engine jax" else (40, 10_000)  # each of its layers is compiled
    assert search(path, monkeypatch, layers, seed=1) > products


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.contract("product.and", "product.xnor", "product.signs", "accumulator.parallel_counter", "accumulator.mux")
@pytest.mark.parametrize("path", EVERY)
def test_two_thousand_random_layers_and_a_million_products(path, monkeypatch):
    products, layers = 0, 0
    while layers < 2000 or products < 10**6:
        products += search(path, monkeypatch, 500, seed=100 + layers)
        layers += 500
    print(f"{path}: {layers} layers, {products} products")


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_two_thousand_networks_against_the_model_and_the_oracle(tmp_path):
    values = 0
    for seed in range(20_000, 22_000):
        file = random_network(seed)
        folder, codes = file.write(tmp_path / str(seed)), file.codes(5)
        network = load_network(folder)
        expected = bitstream.run(network, codes)
        assert np.array_equal(packed.run(network, codes), expected), seed
        assert np.array_equal(infer(network, codes), expected), seed
        if seed % 20 == 0:
            assert np.array_equal(oracle.evaluate(folder, codes), expected), seed
        values += expected.size
    assert values > 50_000


# ---------------------------------------------------------------------- the edges of float32 and int32

ALWAYS = Comparator(source=Lfsr(seed=1))  # [u <= 3] of 2 bits is always one


def paths_of(layer, ways=(*PATHS, "packed")):
    return [path for path in ways if possible(path) and (path == "packed" or takes(path, layer))]


def each_path(network, codes):
    for path in paths_of(network.layers[0]):
        with pytest.MonkeyPatch.context() as patch:
            if path != "packed":
                force(patch, path)
            yield path, (packed if path == "packed" else counts).run(network, codes)


@pytest.mark.contract("limits", "accumulator.width")
@pytest.mark.parametrize("total", [2**24 - 1, 2**24, 2**24 + 1, 2**31 - 2**10 - 1])
@pytest.mark.parametrize("spike", [True, False])
def test_sums_at_the_edges_of_float32_and_int32(total, spike):
    """Many products of the whole length, and a bias for the rest, add up to any total, in either sign."""
    inputs = 2049 if total > 2**25 else 17
    length = total // inputs
    rest = total - inputs * length
    bias = rest if rest else 0
    kind = {"input_encoding": "spike", "input_generator": None} if spike else {"input_generator": ALWAYS}
    weights = np.full((2, inputs), 3)
    weights[1] = -3
    network = one_layer(inputs, 2, 2, length, 0, weights, weight_generator=ALWAYS, **kind)
    network = network.replace(biases=(np.array([bias, -bias]),))
    codes = np.full((1, inputs), 1 if spike else 3)
    seen = 0
    for path, result in each_path(network, codes):
        assert result.tolist() == [[total, -total]], path
        seen += 1
    assert seen >= 2 + possible("int8")
    assert infer(network, codes, "jax").tolist() == [[total, -total]]


@pytest.mark.contract("limits", "neuron.requantize", "accumulator.bias")
@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_multiplier_on_every_path(sign):
    inputs, length = 1000, 2**20 - 3
    weights = np.full((1, inputs), 3 * sign)
    a = sign * (inputs * length + 2**30 - 1)
    assert abs(a) * (2**15 - 1) > 2**45
    for neuron, expected in (
        (Clamp(multiplier=2**15 - 1, shift=40, output_bits=6, output_encoding="sign_magnitude"), None),
        (Relu(multiplier=2**15 - 1, shift=31, output_bits=16), None),
    ):
        y = (a * (2**15 - 1) + 2 ** (neuron.shift - 1)) >> neuron.shift
        low = -(2**6 - 1) if isinstance(neuron, Clamp) else 0
        expected = min(max(y, low), 2**neuron.output_bits - 1)
        network = one_layer(
            inputs, 1, 2, length, sign * (2**30 - 1), weights, neuron=neuron, input_encoding="spike",
            input_generator=None, weight_generator=ALWAYS,
        )  # fmt: skip
        codes = np.ones((1, inputs), dtype=np.int64)
        for path, result in each_path(network, codes):
            assert result.tolist() == [[expected]], path
        assert infer(network, codes, "jax").tolist() == [[expected]]


def test_every_path_is_compared():
    """No path without a layer that takes it."""
    rng = np.random.default_rng(0)
    for path in PATHS:
        network, codes = random_layer(rng, path)
        assert takes(path, network.layers[0])
        assert codes.size
