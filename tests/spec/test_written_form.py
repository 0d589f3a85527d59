"""What is written: the exact bytes of both versions, and which of the two a network is written as."""

from __future__ import annotations

import json

import pytest
from support.networks.descriptions import REMOVE, dense, edited, network, tensors
from support.networks.folders import refused
from support.networks.map_descriptions import LIF, RELU, avg_pool2d, conv2d, map_network, map_tensors, max_pool2d
from support.networks.random_maps import as_version_2, needs_version_2, random_map_network
from support.networks.random_networks import random_network, write_folder
from support.oracle.written_form import written_bytes

from sc_neurocore.spec import load_network, save_network


def saved(network, folder) -> tuple[bytes, bytes]:
    save_network(network, folder)
    return (folder / "network.json").read_bytes(), (folder / "weights.safetensors").read_bytes()


@pytest.mark.contract("version.written", "folder.written")
@pytest.mark.parametrize("first", range(0, 120, 40))
def test_version_1_networks_are_written_as_ever(tmp_path, first):
    for seed in range(first, first + 40):
        net = random_network(seed)
        loaded = load_network(net.write(tmp_path / f"{seed}"))
        assert saved(loaded, tmp_path / "ours") == written_bytes(net.description, net.tensors, 1), seed


@pytest.mark.contract("version.written", "folder.written", "input.per_feature", "pool.fields", "conv.fields")
@pytest.mark.parametrize("first", range(0, 120, 40))
def test_version_2_networks_are_written_with_every_default_but_three(tmp_path, first):
    for seed in range(first, first + 40):
        net = random_map_network(seed, dense_only=seed % 4 == 0)
        loaded = load_network(net.write(tmp_path / f"{seed}"))
        assert saved(loaded, tmp_path / "ours") == written_bytes(net.description, net.tensors, 2), seed
        again = load_network(tmp_path / "ours")
        assert again == loaded
        assert again.sha256 == loaded.sha256


@pytest.mark.contract("version.read", "version.written")
@pytest.mark.parametrize("spelled", [False, True])
def test_a_version_2_file_that_needs_nothing_is_written_as_version_1(tmp_path, spelled):
    for seed in range(30):
        net = random_network(seed)
        plain = load_network(net.write(tmp_path / f"one{seed}"))
        loaded = load_network(as_version_2(net, spelled=spelled).write(tmp_path / f"two{seed}"))
        assert loaded == plain
        assert loaded.sha256 == plain.sha256
        assert saved(loaded, tmp_path / "ours") == written_bytes(net.description, net.tensors, 1), seed


NEEDS = {
    "input.shape": map_network(dense(4, 1), shape=[2, 2, 1]),
    "input.shape of one place": map_network(dense(4, 1), shape=[1, 1, 4]),
    "input.per_feature": map_network(dense(4, 1), per_feature=True),
    "conv2d": map_network(conv2d([1, 1, 4]), shape=False, features=4),
    "max_pool2d": map_network(max_pool2d([1, 1, 4], [1, 1]), dense(4, 1), shape=False, features=4),
    "avg_pool2d": map_network(dense(4, 2, neuron=RELU), avg_pool2d([1, 1, 2], [1, 1])),
}


@pytest.mark.contract("version.written", "version.read", "maps.shape")
@pytest.mark.parametrize("name", NEEDS)
def test_each_of_the_needs_alone_makes_version_2(tmp_path, name):
    description = NEEDS[name]
    arrays = map_tensors(description)
    assert needs_version_2(description)
    loaded = load_network(write_folder(tmp_path / "two", description, arrays))
    assert saved(loaded, tmp_path / "ours") == written_bytes(description, arrays, 2)
    word = {"input.shape of one place": "shape"}.get(name, name.rpartition(".")[2])
    refused(write_folder(tmp_path / "one", edited(description, "format_version", 1), arrays), word)


@pytest.mark.contract("version.read")
@pytest.mark.parametrize(("key", "value"), [("shape", [1, 1, 2]), ("per_feature", False), ("per_feature", True)])
def test_the_new_keys_are_unknown_in_version_1(tmp_path, key, value):
    description = edited(network(dense()), f"input.{key}", value)
    refused(write_folder(tmp_path / "net", description, tensors(network(dense()))), key)
    legal = network(dense())
    load_network(write_folder(tmp_path / "legal", legal, tensors(legal)))


@pytest.mark.contract("version.read")
@pytest.mark.parametrize("version", [0, 3, -1, 2**40, True, 2.0, "2", None, [2]])
def test_other_versions_are_refused(tmp_path, version):
    description = {**map_network(conv2d([2, 2, 1])), "format_version": version}
    refused(write_folder(tmp_path / "net", description, map_tensors(description)), "format_version")


@pytest.mark.contract("folder.keys", "pool.fields", "version.written")
def test_optional_keys_of_version_2_have_their_defaults(tmp_path):
    spelled = map_network(
        conv2d([2, 2, 1], neuron={**RELU, "shift": 0}),
        avg_pool2d([2, 2, 1], shift=0, multiplier=1),
        conv2d([1, 1, 1], neuron=LIF),
        per_feature=False,
    )
    short = spelled
    for path in ("layers.1.shift", "layers.1.multiplier", "input.per_feature", "layers.0.neuron.shift"):
        short = edited(short, path, REMOVE)
    arrays = map_tensors(spelled)
    one = load_network(write_folder(tmp_path / "a", spelled, arrays))
    two = load_network(write_folder(tmp_path / "b", short, arrays))
    assert one == two
    tree = json.loads(saved(two, tmp_path / "ours")[0])
    assert tree["layers"][1]["shift"] == 0
    assert tree["layers"][1]["multiplier"] == 1
    assert "per_feature" not in tree["input"]
