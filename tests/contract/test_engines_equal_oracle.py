"""Every engine of ``infer`` equals the outside oracle on random folders over the whole contract."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.engines.comparison import describe, engines_for
from support.networks.random_networks import random_network

import sc_neurocore

BATCH = 8


def compare(seed: int, folder, engines=None, batch: int = BATCH, **sizes: int) -> dict[str, int]:
    """Number of values compared by engine; fails at the first difference, naming the seed."""
    net = random_network(seed, **sizes)
    net.write(folder)
    codes = net.codes(batch)
    expected = oracle.evaluate(folder, codes)
    network = sc_neurocore.load_network(folder)
    compared = {}
    for engine in engines or engines_for(network):
        got = sc_neurocore.infer(network, codes, engine=engine)
        assert got.dtype == np.int64, (seed, engine)
        assert got.shape == expected.shape, (seed, engine)
        assert np.array_equal(got, expected), f"seed {seed}, engine {engine}: {describe(net, got, expected)}"
        compared[engine] = got.size
    return compared


def compare_many(seeds, folder, engines=None) -> dict[str, int]:
    totals: dict[str, int] = {}
    for seed in seeds:
        for engine, size in compare(seed, folder / str(seed), engines).items():
            totals[engine] = totals.get(engine, 0) + size
    return totals


WHOLE_CONTRACT = pytest.mark.contract(
    *("codes.unipolar", "codes.bipolar", "codes.sign_magnitude", "codes.spike"),
    *("source.counter", "source.van_der_corput", "source.lfsr", "source.lfsr_full", "source.sobol"),
    *("source.skip", "source.reverse", "source.lane_skip", "source.restart"),
    *("generator.comparator", "generator.weighted_binary", "generator.shared"),
    *("product.and", "product.xnor", "product.signs"),
    *("accumulator.parallel_counter", "accumulator.mux", "accumulator.or", "accumulator.bias"),
    *("neuron.requantize", "neuron.linear", "neuron.relu", "neuron.clamp", "neuron.lif", "neuron.border"),
    *("time.steps", "time.repeat", "time.reduce", "time.shapes", "folder.read"),
)


@pytest.mark.one_in(2)
@WHOLE_CONTRACT
@pytest.mark.parametrize("first", range(0, 300, 30))
def test_reference_packed_counts_and_auto_equal_the_oracle(first, tmp_path):
    totals = compare_many(range(first, first + 30), tmp_path)
    for engine in ("reference", "packed", "auto", "counts"):
        assert totals.get(engine, 0) > 100, f"{engine} compared only {totals.get(engine, 0)} values"


@pytest.mark.one_in(4)
@WHOLE_CONTRACT
@pytest.mark.parametrize("first", range(1000, 1032, 8))
def test_jax_equals_the_oracle(first, tmp_path):
    pytest.importorskip("jax", reason="the jax extra is not installed")
    assert compare_many(range(first, first + 8), tmp_path, ["jax"])["jax"] > 100


@WHOLE_CONTRACT
@pytest.mark.parametrize("seed", range(500, 512))
def test_larger_networks_and_batches_equal_the_oracle(seed, tmp_path):
    """Large enough for the fast engines to cut their work into pieces, in batch, neurons and time."""
    compared = compare(seed, tmp_path, batch=70, most_inputs=150, most_neurons=70)
    assert min(compared.values()) > 0


@WHOLE_CONTRACT
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(10_000, 14_000, 200))
def test_thousands_of_networks_equal_the_oracle(first, tmp_path):
    totals = compare_many(range(first, first + 200), tmp_path)
    assert min(totals[e] for e in ("reference", "packed", "auto", "counts")) > 1000
    assert compare_many(range(first, first + 10), tmp_path / "jax", ["jax"])["jax"] > 100


@pytest.mark.contract("source.restart")
@pytest.mark.parametrize("engine", ["reference", "packed", "auto", "jax"])
def test_a_result_depends_on_its_sample_alone(engine, tmp_path):
    for seed in range(2000, 2002 if engine == "jax" else 2008):
        net = random_network(seed)
        network = sc_neurocore.load_network(net.write(tmp_path / str(seed)))
        codes = net.codes(BATCH)
        together = sc_neurocore.infer(network, codes, engine=engine)
        order = np.arange(BATCH)[::-1]
        assert np.array_equal(sc_neurocore.infer(network, codes[order], engine=engine), together[order])
        for i in (0, BATCH - 1):
            assert np.array_equal(sc_neurocore.infer(network, codes[i : i + 1], engine=engine), together[i : i + 1])
