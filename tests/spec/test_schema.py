"""The JSON Schema says of a file what `load_network` says, as far as a schema can: held by a validator of its own."""

from __future__ import annotations

import json

import pytest
from jschon import JSON, JSONSchema, create_catalog
from support.networks.descriptions import REMOVE, dense, edited, network
from support.networks.random_maps import random_map_network
from support.networks.random_networks import random_network

from sc_neurocore.spec import load_network, save_network
from sc_neurocore.spec.schema import network_schema

TENSORS = {"file": "weights.safetensors", "sha256": "0" * 64}


@pytest.fixture(scope="module")
def schema() -> JSONSchema:
    create_catalog("2020-12")
    return JSONSchema(network_schema())


def accepts(schema: JSONSchema, description: dict) -> bool:
    return schema.evaluate(JSON(description)).valid


def whole(description: dict) -> dict:
    return {**json.loads(json.dumps(description)), "tensors": TENSORS}


@pytest.mark.one_in(2)
@pytest.mark.contract("folder.keys", "folder.values", "version.read")
@pytest.mark.parametrize("made", [random_network, random_map_network])
def test_legal_files_are_accepted_as_strangers_and_as_we_write_them(schema, made, tmp_path):
    for seed in range(25):
        net = made(seed)
        assert accepts(schema, whole(net.description)), net.description
        folder = net.write(tmp_path / str(seed))
        save_network(load_network(folder), tmp_path / "again")
        assert accepts(schema, json.loads((tmp_path / "again" / "network.json").read_text()))


OLD = network(dense(4, 2, n=4, neuron={"kind": "relu", "output_bits": 4}))
POOL = {"kind": "max_pool2d", "in_shape": [1, 1, 2], "kernel": [1, 1], "stride": [1, 1], "encoding": "unipolar"}
POOL |= {"resolution_bits": 4, "output_scale": 1.0}
NEW = {**OLD, "format_version": 2, "layers": [*OLD["layers"], POOL]}
NEW["input"] = {**OLD["input"], "shape": [2, 2, 1], "per_feature": False}

REFUSED = [
    (OLD, "format_version", 3),
    (OLD, "format", "other"),
    (OLD, "name", "Digits"),
    (OLD, "nonsense", 1),
    (OLD, "input.scale", REMOVE),
    (OLD, "input.scale", None),
    (OLD, "input.shape", [2, 2, 1]),  # version 1 knows none
    (OLD, "input.per_feature", False),
    (OLD, "layers.0.kind", "conv2d"),
    (OLD, "layers.0.inputs", 0),
    (OLD, "layers.0.inputs", 4.5),
    (OLD, "layers.0.input_generator", None),
    (OLD, "layers.0.neuron.kind", "softmax"),
    (OLD, "layers.0.neuron.shift", 47),
    (NEW, "format_version", 1),
    (NEW, "input.per_feature", True),  # beside a scale
    (NEW, "input.shape", [2, 2]),
    (NEW, "input.shape", None),
    (NEW, "input.shape", [4097, 1, 1]),
    (NEW, "layers.1.kernel", [0, 1]),
    (NEW, "layers.1.kernel", [1, 65]),
    (NEW, "layers.1.stride", [1]),
    (NEW, "layers.1.multiplier", 1),
    (NEW, "layers.1.encoding", "ternary"),
    (NEW, "layers.1.in_shape", REMOVE),
]


@pytest.mark.parametrize(
    ("description", "key", "value"), REFUSED, ids=[f"{i}-{key}" for i, (_, key, _) in enumerate(REFUSED)]
)
def test_a_fault_in_one_place_is_refused(schema, description, key, value):
    assert accepts(schema, whole(description))
    assert not accepts(schema, whole(edited(description, key, value)))
