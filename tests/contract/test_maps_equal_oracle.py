"""The reference equals the outside oracle on random version 2 folders, and so does each engine that takes them."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from support import oracle
from support.engines.comparison import describe, engines_for
from support.networks.random_maps import random_features, random_map_network

import sc_neurocore
from sc_neurocore.spec import quantize_features

BATCH = 6


def compare(seed: int, folder, *, dense_only: bool = False, engines=("reference",)) -> int:
    """Number of values compared: outputs of every engine, classes, and codes of features."""
    net = random_map_network(seed, dense_only=dense_only)
    network = sc_neurocore.load_network(net.write(folder))
    codes = net.codes(BATCH)
    expected = oracle.evaluate(folder, codes)
    compared = 0
    for engine in engines:
        got = sc_neurocore.infer(network, codes, engine=engine)
        assert got.dtype == np.int64, (seed, engine)
        assert got.shape == expected.shape, (seed, engine, got.shape, expected.shape)
        assert np.array_equal(got, expected), f"seed {seed}, engine {engine}: {describe(net, got, expected)}"
        compared += got.size
    classes = sc_neurocore.classify(expected, network)
    assert np.array_equal(classes, oracle.classes(net.description, expected)), seed
    features = random_features(net, 3)
    got_codes, saturated = quantize_features(network, features)
    wanted, beyond = oracle.quantize_features(net.description, net.tensors, features)
    assert np.array_equal(got_codes, wanted), seed
    assert saturated == beyond, seed
    return compared + len(classes) + got_codes.size


WHOLE_OF_VERSION_2 = pytest.mark.contract(
    *("maps.order", "maps.shape", "maps.dense"),
    *("conv.fields", "conv.in_shape", "conv.output_map", "conv.window", "conv.groups", "conv.padding"),
    *("conv.restart", "conv.lanes", "conv.lif"),
    *("pool.map", "pool.encoding", "pool.max", "pool.avg", "pool.avg_bipolar", "layers.one_weighted"),
    *("input.per_feature", "class.tie", "class.single", "time.shapes", "folder.tensors", "version.read"),
)


def engines_of(seed: int, folder) -> list[str]:
    """The engines that run a network, JAX's among them for one in ten, whose compilation takes seconds."""
    engines = engines_for(sc_neurocore.load_network(random_map_network(seed).write(folder)))
    return [*engines, "jax"] if seed % 10 == 0 and find_spec("jax") else engines


@WHOLE_OF_VERSION_2
@pytest.mark.parametrize("first", range(0, 60, 20))
def test_every_engine_equals_the_oracle_on_maps(first, tmp_path):
    compared = 0
    for seed in range(first, first + 20):
        engines = engines_of(seed, tmp_path / f"asked{seed}")
        assert {"reference", "packed", "auto"} <= set(engines)
        compared += compare(seed, tmp_path / str(seed), engines=engines)
    assert compared > 2000


@WHOLE_OF_VERSION_2
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(100_000, 101_200, 200))
def test_more_than_a_thousand_map_networks_equal_the_oracle(first, tmp_path, record_property):
    sizes = []
    for seed in range(first, first + 200):
        sizes.append(compare(seed, tmp_path / str(seed), engines=engines_of(seed, tmp_path / f"asked{seed}")))
    record_property("networks", len(sizes))
    record_property("values", sum(sizes))
    print(f"{len(sizes)} networks, {sum(sizes)} values")
    assert min(sizes) > 0
    assert sum(sizes) > 10_000


@pytest.mark.contract("maps.dense", "maps.shape", "input.per_feature")
@pytest.mark.parametrize("first", range(0, 40, 20))
def test_dense_networks_of_version_2_run_on_every_engine(first, tmp_path):
    for seed in range(first, first + 20):
        net = random_map_network(seed, dense_only=True)
        engines = engines_for(sc_neurocore.load_network(net.write(tmp_path / "asked")))
        assert {"reference", "packed", "auto"} <= set(engines)
        assert compare(seed, tmp_path / str(seed), dense_only=True, engines=engines) > 0


@pytest.mark.contract("maps.dense", "maps.shape", "input.per_feature")
def test_dense_networks_of_version_2_run_in_jax(tmp_path):
    pytest.importorskip("jax", reason="the jax extra is not installed")
    for seed in range(4):
        assert compare(seed, tmp_path / str(seed), dense_only=True, engines=["jax"]) > 0


@pytest.mark.contract("source.restart", "conv.restart")
def test_a_map_depends_on_its_sample_alone(tmp_path):
    for seed in range(3000, 3010):
        net = random_map_network(seed)
        network = sc_neurocore.load_network(net.write(tmp_path / str(seed)))
        codes = net.codes(5)
        for engine in engines_for(network):
            together = sc_neurocore.infer(network, codes, engine=engine)
            assert np.array_equal(sc_neurocore.infer(network, codes[::-1], engine=engine), together[::-1])
            for i in range(5):
                alone = sc_neurocore.infer(network, codes[i : i + 1], engine=engine)
                assert np.array_equal(alone, together[i : i + 1])
