"""Damaged files: whatever is cut off or turned over in them, the answer is a network or one line that refuses."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.foreign_models import (
    W,
    h5_file,
    json_file,
    keras_file,
    nir_file,
    npz_file,
    old_torch_file,
    onnx_file,
    safetensors_file,
    torch_file,
)  # fmt: skip

from sc_neurocore.importing.files.hdf5 import Hdf5
from sc_neurocore.importing.keras.file import KerasFile
from sc_neurocore.importing.keras_model import _nodes
from sc_neurocore.importing.recognise import read
from sc_neurocore.spec import SCError

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SLOW = settings(QUICK, max_examples=6)
"""For HDF5, of which each example starts a process."""


damage = st.one_of(
    st.tuples(st.just("cut"), st.floats(0, 1), st.just(0)),
    st.tuples(st.just("flip"), st.floats(0, 1, exclude_max=True), st.integers(1, 255)),
)


def damaged(data: bytes, hurts) -> bytes:
    hurt = bytearray(data)
    for kind, where, mask in hurts:
        if kind == "cut":
            del hurt[int(where * len(hurt)) :]
        elif hurt:
            hurt[int(where * len(hurt))] ^= mask
    return bytes(hurt)


def in_one_line(error):
    assert "\n" not in str(error)


def answers(path):
    """The network of a file, or None where one line refuses it; any other exception is the test's failure."""
    try:
        graph = read(path)
        graph.run(np.ones((2, graph.features)), tail=True)
        if graph.evaluate is not None:
            graph.evaluate(np.ones((2, graph.features)))
    except SCError as error:
        in_one_line(error)
        return None
    return graph


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "write", [onnx_file, npz_file, torch_file, old_torch_file, safetensors_file], ids=lambda write: write.__name__
)
def test_damaged_files_answer_in_one_line(tmp_path, write):
    path = tmp_path / "m"
    write(path)
    whole = path.read_bytes()
    assert answers(path) is not None
    refused = 0

    @QUICK
    @given(st.lists(damage, min_size=1, max_size=4))
    def hurt(hurts):
        nonlocal refused
        path.write_bytes(damaged(whole, hurts))
        refused += answers(path) is None

    hurt()
    assert refused > 10


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("write", [h5_file, nir_file, keras_file], ids=lambda write: write.__name__)
def test_damaged_hdf5_answers_in_one_line(tmp_path, write):
    path = tmp_path / "m"
    write(path)
    whole = path.read_bytes()

    @SLOW
    @given(st.lists(damage, min_size=1, max_size=4))
    def hurt(hurts):
        path.write_bytes(damaged(whole, hurts))
        answers(path)

    assert answers(path) is not None
    hurt()
    path.write_bytes(whole[: len(whole) // 2])
    assert answers(path) is None


LAYERS = [
    {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 3]}, "inbound_nodes": []},
    {
        "class_name": "Dense",
        "config": {"name": "d", "units": 2, "activation": "relu", "use_bias": False},
        "inbound_nodes": [{"args": [{"config": {"keras_history": ["i", 0, 0]}}], "kwargs": {}}],
    },
]
FUNCTIONAL = {
    "class_name": "Functional",
    "config": {"layers": LAYERS, "input_layers": ["i", 0, 0], "output_layers": ["d", 0, 0]},
}
leaves = st.one_of(st.none(), st.booleans(), st.integers(-9, 2**70), st.floats(), st.text(max_size=4))
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
)


@QUICK
@given(st.data(), values)
def test_any_value_anywhere_in_a_keras_configuration_answers_in_one_line(data, value):
    config = json.loads(json.dumps(FUNCTIONAL))
    place = config
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.integers(0, 3)):
            place = place[key]
        else:
            place[key] = value
            break
    weights = Hdf5({"layers/dense/vars/0": W.T}, {"": {}, "layers": {}, "layers/dense/vars": {}}, {})
    try:
        _nodes(KerasFile(config, weights, ""))
    except SCError as error:
        in_one_line(error)


@pytest.mark.parametrize("call", [{"args": 5}, {"kwargs": [5]}, {"args": [{"config": None}]}, {"args": [[None]]}])
def test_what_a_keras_layer_is_called_with_is_looked_at(call):
    config = json.loads(json.dumps(FUNCTIONAL))
    config["config"]["layers"][1]["inbound_nodes"][0] |= call
    with pytest.raises(SCError) as raised:
        _nodes(KerasFile(config, Hdf5({}, {}, {}), ""))
    in_one_line(raised.value)


def test_a_zip_bomb_costs_nothing(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "m", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("0.weight.npy", "w") as file,
    ):
        for _ in range(1100):
            file.write(bytes(2**20))
    assert (tmp_path / "m").stat().st_size < 2**21
    assert answers(tmp_path / "m") is None


def test_a_json_whose_weights_are_damaged_answers_in_one_line(tmp_path):
    json_file(tmp_path / "m.json")
    assert answers(tmp_path / "m.json") is not None
    (tmp_path / "m_weights.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))
    assert answers(tmp_path / "m.json") is None
