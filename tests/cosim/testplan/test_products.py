"""Samples that let every product count: held against sums of the contract's closed form, with one product wrong."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from support.networks.default_dense import default_dense
from support.networks.two_layers import two_layers

from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.cosim.testplan.products import product_vectors
from sc_neurocore.rtl import generate
from sc_neurocore.spec import InputSpec, NetworkSpec


def product(x, w, n):
    """Contract §3: T[x, w] of the default pair over a whole period."""
    total = sum(((x >> (n - i)) & 1) * ((abs(w) + 2 ** (i - 1)) >> i) for i in range(1, n + 1))
    return total if w >= 0 else -total


def hidden(network, codes, wrong=None):
    """Counts of the first layer through its ReLU; `wrong`: (neuron, magnitude, code) whose product is 8 too large."""
    layer, weights, bias = network.layers[0], network.weights[0], network.biases[0]
    n, shift = layer.resolution_bits, layer.neuron.shift
    out = np.zeros((len(codes), len(weights)), dtype=np.int64)
    for s, row in enumerate(codes.tolist()):
        for j, each in enumerate(weights.tolist()):
            total = int(bias[j])
            for x, w in zip(row, each, strict=True):
                total += product(x, w, n)
                if wrong == (j, abs(w), x):
                    total += 8 if w >= 0 else -8
            y = (total + (2**shift >> 1)) >> shift
            out[s, j] = min(max(y, 0), 2**layer.neuron.output_bits - 1)
    return out


def reachable(network, j, magnitude, code):
    """Whether the other inputs can bring a neuron's count amid its range beside such a product."""
    layer, row, bias = network.layers[0], network.weights[0][j].tolist(), int(network.biases[0][j])
    shift, top = layer.neuron.shift, 2**layer.neuron.output_bits - 1
    for place, weight in enumerate(row):
        if abs(weight) == magnitude:
            others = [product(15, w, 4) for i, w in enumerate(row) if i != place]
            least = bias + product(code, weight, 4) + sum(min(0, each) for each in others)
            most = bias + product(code, weight, 4) + sum(max(0, each) for each in others)
            if (most + (2**shift >> 1)) >> shift > 0 and (least + (2**shift >> 1)) >> shift < top:
                return True
    return False


@pytest.fixture(scope="module")
def network():
    return two_layers()


def reachable_pairs_unseen(network, samples):
    """Pairs whose wrong product shows under none of the samples, though it could; how many there are; all pairs."""
    right = hidden(network, samples)
    codes = 2 ** network.layers[0].resolution_bits
    magnitudes = [sorted(set(row.tolist()) - {0}) for row in np.abs(network.weights[0])]
    pairs = [(j, k, c) for j, row in enumerate(magnitudes) for k in row for c in range(codes)]
    unseen = [pair for pair in pairs if (hidden(network, samples, pair) == right).all()]
    return [pair for pair in unseen if reachable(network, *pair)], unseen, pairs


def test_every_pair_shows_in_an_output_of_its_neuron(network):
    base = np.zeros((1, network.input.features), dtype=np.int64)
    found = product_vectors(network, base, np.random.default_rng(1), limit=1_000, seconds=60)
    assert len(found)
    missed, unseen, pairs = reachable_pairs_unseen(network, found)
    assert missed == []
    assert len(unseen) < len(pairs) / 10
    assert len(found) < len(pairs), "a sample lets several pairs count"


def test_every_pair_shows_in_the_bench(network, tmp_path):
    """The samples beside the core, as a simulator reads them; without those of products some do not."""
    width = generate(network, tmp_path)["input"]["width"]
    write_testbench(network, tmp_path, samples=1)
    words = [
        int(word, 16) & ((1 << width) - 1) for word in (tmp_path / f"{network.name}_codes.hex").read_text().split()
    ]
    missed, _, _ = reachable_pairs_unseen(network, np.array(words).reshape(-1, network.input.features))
    assert missed == []


def test_bounds_are_kept(network):
    base = np.zeros((1, network.input.features), dtype=np.int64)
    assert len(product_vectors(network, base, np.random.default_rng(1), limit=2, seconds=60)) == 2
    assert len(product_vectors(network, base, np.random.default_rng(1), limit=0, seconds=60)) == 0
    assert len(product_vectors(network, base, np.random.default_rng(1), limit=9, seconds=0)) == 0
    same = [product_vectors(network, base, np.random.default_rng(1), limit=9, seconds=60) for _ in range(2)]
    assert np.array_equal(*same)


def test_what_is_covered_already_needs_nothing(network):
    base = np.zeros((1, network.input.features), dtype=np.int64)
    found = product_vectors(network, base, np.random.default_rng(1), limit=1_000, seconds=60)
    assert len(product_vectors(network, found, np.random.default_rng(2), limit=9, seconds=60)) == 0


@pytest.mark.parametrize("n", [10, 12, 16])
def test_pairs_that_are_too_many_are_counted_and_not_made(n):
    """A table of the pairs would have 2^25, 2^29 and 2^37 entries."""
    weights = np.random.default_rng(0).integers(1 - 2**n, 2**n, (32, 64)).astype(np.int32)
    layer = default_dense(64, 32, n)
    spec = InputSpec(features=64, encoding="unipolar", resolution_bits=n, scale=1.0)
    wide = NetworkSpec(name="wide", input=spec, layers=(layer,), weights=(weights,), biases=(np.zeros(32, np.int32),))
    base = np.zeros((1, 64), dtype=np.int64)
    tracemalloc.start()
    try:
        found = product_vectors(wide, base, np.random.default_rng(1), limit=9, seconds=60)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
    assert found.shape == (0, 64)
