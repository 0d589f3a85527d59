"""Keras models in all four containers, written here as Keras 2 and 3 lay them out; nothing of Keras is installed."""

from __future__ import annotations

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

from sc_neurocore.importing.graph import Clip, Dense, Scale, Tail
from sc_neurocore.importing.keras_model import read_keras
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(5)
X = RNG.normal(size=(20, 5))
WEIGHTS = {
    "first": {"kernel": RNG.normal(size=(5, 6)), "bias": RNG.normal(size=6)},
    "norm": {
        "gamma": RNG.normal(size=6), "beta": RNG.normal(size=6),
        "moving_mean": RNG.normal(size=6), "moving_variance": RNG.random(6) + 0.1,
    },
    "last": {"kernel": RNG.normal(size=(6, 3)), "bias": RNG.normal(size=3)},
}  # fmt: skip
WEIGHTS = {layer: {k: v.astype(np.float32) for k, v in each.items()} for layer, each in WEIGHTS.items()}
LAYERS = [
    ("InputLayer", "in", {"batch_shape": [None, 5], "sparse": False}),
    ("Dense", "first", {"units": 6, "activation": "linear", "use_bias": True, "kernel_initializer": {"a": 1}}),
    ("BatchNormalization", "norm", {"axis": -1, "epsilon": 1e-3, "momentum": 0.9, "renorm": False}),
    ("Activation", "relu", {"activation": "relu"}),
    ("Dropout", "drop", {"rate": 0.5}),
    ("Dense", "last", {"units": 3, "activation": "softmax", "dtype": {"config": {"name": "float32"}}}),
]


def sequential(layers=LAYERS):
    described = [{"class_name": kind, "config": {"name": name, **config}} for kind, name, config in layers]
    return {"class_name": "Sequential", "config": {"name": "model", "layers": described}}


def functional(layers=LAYERS, keras=3):
    described, before = [], None
    for kind, name, config in layers:
        if before is None:
            inbound = []
        elif keras == 3:
            inbound = [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [before, 0, 0]}}]}]
        else:
            inbound = [[[before, 0, 0, {}]]]
        described.append(
            {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": inbound}
        )
        before = name
    ends = ([layers[0][1], 0, 0], [before, 0, 0])
    ends = ends if keras == 3 else ([ends[0]], [ends[1]])
    config = {"layers": described, "input_layers": ends[0], "output_layers": ends[1]}
    return {"class_name": "Functional" if keras == 3 else "Model", "config": config}


def named(file, weights=WEIGHTS, ending=":0"):
    file.attrs["layer_names"] = [name.encode() for _, name, _ in LAYERS]
    for layer in [name for _, name, _ in LAYERS]:
        group = file.create_group(layer)
        for key, value in weights.get(layer, {}).items():
            group[f"model/{layer}/{key}{ending}"] = value


def numbered(file, layers=LAYERS, weights=WEIGHTS, root="layers", names=True):
    counts = {}
    snake = {"InputLayer": "input_layer", "Dense": "dense", "BatchNormalization": "batch_normalization"}
    for kind, name, _ in layers:
        stem = snake.get(kind, kind.lower())
        place = f"{root}/{stem}_{counts[stem]}" if counts.get(stem) else f"{root}/{stem}"
        counts[stem] = counts.get(stem, 0) + 1
        group = file.create_group(f"{place}/vars")
        if names:
            group.attrs["name"] = name
        for index, value in enumerate(weights.get(name, {}).values()):
            group[str(index)] = value


def zipped(tmp_path, config, write=numbered, **options):
    inner = io.BytesIO()
    with h5py.File(inner, "w") as file:
        write(file, **options)
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", inner.getvalue())
    return tmp_path / "m.keras"


def whole(tmp_path, config, write=named):
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        write(file.create_group("model_weights"))
    return tmp_path / "m.h5"


def beside(tmp_path, config, ending="_weights.h5", write=named):
    (tmp_path / "m.json").write_text(json.dumps(config))
    with h5py.File(tmp_path / f"m{ending}", "w") as file:
        write(file)
    return tmp_path / "m.json"


def by_hand(x=X, epsilon=1e-3):
    f = {layer: {k: v.astype(float) for k, v in each.items()} for layer, each in WEIGHTS.items()}
    h = x @ f["first"]["kernel"] + f["first"]["bias"]
    n = f["norm"]
    h = (h - n["moving_mean"]) / np.sqrt(n["moving_variance"] + epsilon) * n["gamma"] + n["beta"]
    z = np.maximum(h, 0) @ f["last"]["kernel"] + f["last"]["bias"]
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: zipped(path, sequential()),
        lambda path: zipped(path, functional()),
        lambda path: zipped(path, sequential(), root="_layer_checkpoint_dependencies", names=False),
        lambda path: whole(path, sequential()),
        lambda path: whole(path, functional(keras=2)),
        lambda path: whole(path, functional(), lambda file: named(file, ending="")),
        lambda path: beside(path, functional(keras=2)),
        lambda path: beside(path, sequential(), ".weights.h5", numbered),
        lambda path: beside(path, {"class_name": "Sequential", "config": sequential()["config"]["layers"]}, ".h5"),
    ],
    ids=["zip", "zip graph", "zip of 2.12", "h5", "h5 graph of 2", "h5 of 3", "json", "json and numbers", "json list"],
)
def test_all_containers_hold_the_same_network(tmp_path, make):
    graph = read_keras(make(tmp_path))
    assert np.allclose(graph.run(X, tail=True), by_hand(), rtol=1e-12, atol=1e-14)
    assert [type(each) for each in graph.nodes] == [Dense, Scale, Clip, Dense, Tail]
    assert (graph.framework, graph.features, graph.evaluate) == ("keras", 5, None)
    assert any("not checked against" in note for note in graph.notes)
    assert len(graph.sha256) == 64


def replaced(name, kind=None, **config):
    return [(kind or k, n, c | config) if n == name else (k, n, c) for k, n, c in LAYERS]


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        (replaced("first", activation="gelu"), r"layer 'first' \(Dense\): activation 'gelu' is not supported; "),
        (replaced("first", kind="QDense"), r"layer 'first' \(QDense\): this class is not supported; .*Dense"),
        (replaced("first", kind="Conv1D"), r"layer 'first' \(Conv1D\): this class is not supported; .*Conv2D"),
        (replaced("relu", kind="ReLU", activation=None, negative_slope=0.1), r"'relu' .*: negative_slope must be 0"),
        (replaced("relu", kind="ReLU", activation=None, threshold=1.0), r"'relu' \(ReLU\): threshold must be 0"),
        (replaced("norm", renorm=True), r"layer 'norm' .*: field 'renorm' \(True\) is not supported"),
        (replaced("first", lora_rank=4), r"layer 'first' \(Dense\): field 'lora_rank' \(4\) is not supported"),
        (replaced("first", dtype="int8_from_float32"), r"layer 'first' \(Dense\): dtype must be one of float16"),
        (replaced("first", units=7), r"layer 'first' \(Dense\): kernel must be \(inputs, 7\), got \(5, 6\)"),
        (replaced("norm", center=False), r"layer 'norm' .*: its weights must be gamma, moving_mean"),
        (replaced("norm", axis=[1, 2]), r"layer 'norm' \(BatchNormalization\): axis must be one axis"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_named(tmp_path, layers, says):
    with pytest.raises(OptionError, match=says) as caught:
        read_keras(whole(tmp_path, sequential(layers)))
    assert "\n" not in str(caught.value)


def test_a_relu_with_a_largest_value_is_a_clip(tmp_path):
    graph = read_keras(whole(tmp_path, sequential(replaced("relu", kind="ReLU", activation=None, max_value=6.0))))
    assert [(each.low, each.high) for each in graph.nodes if isinstance(each, Clip)] == [(0.0, 6.0)]


def test_a_class_of_one_s_own_is_refused_by_its_name(tmp_path):
    config = sequential()
    config["config"]["layers"][1] |= {"module": None, "registered_name": "Mine>Dense"}
    with pytest.raises(OptionError, match=r"layer 'first' \(Dense\): 'Mine>Dense' is a class of one's own"):
        read_keras(whole(tmp_path, config))


def test_a_layer_called_twice_stands_in_the_chain_twice(tmp_path):
    square = RNG.normal(size=(5, 5)).astype(np.float32)
    layers = [LAYERS[0], ("Dense", "twice", {"units": 5, "activation": "relu", "use_bias": False})]
    config = functional(layers)
    shared = config["config"]["layers"][1]
    shared["inbound_nodes"].append({"args": [{"config": {"keras_history": ["twice", 0, 0]}}], "kwargs": {"mask": None}})
    config["config"]["output_layers"] = ["twice", 1, 0]
    write = {"layers": layers, "weights": {"twice": {"kernel": square}}}
    graph = read_keras(zipped(tmp_path, config, **write))
    once = np.maximum(X @ square.astype(float), 0)
    assert np.allclose(graph.run(X), np.maximum(once @ square.astype(float), 0))
    shared["inbound_nodes"][1]["kwargs"] = {"training": True}
    with pytest.raises(OptionError, match=r"layer 'twice' \(Dense\): it is called with training=True"):
        read_keras(zipped(tmp_path, config, **write))


def test_a_join_is_refused_by_its_layer(tmp_path):
    config = functional()
    history = config["config"]["layers"][3]["inbound_nodes"][0]["args"]
    config["config"]["layers"][3]["inbound_nodes"][0]["args"] = [[history[0], history[0]]]
    with pytest.raises(OptionError, match=r"layer 'relu' \(Activation\): 2 branches of the network join here"):
        read_keras(zipped(tmp_path, config))


def test_weights_of_another_layer_are_noticed(tmp_path):
    swapped = [LAYERS[0], LAYERS[5], *LAYERS[2:5], LAYERS[1]]
    with pytest.raises(
        OptionError, match="layer 'first' has the place 'layers/dense' in the weights, which is layer 'last'"
    ):
        read_keras(zipped(tmp_path, sequential(), layers=swapped))


def test_weights_without_a_configuration_say_what_is_missing(tmp_path):
    path = beside(tmp_path, sequential())
    with pytest.raises(OptionError, match="holds no attribute model_config: it is a file of weights"):
        read_keras(tmp_path / "m_weights.h5")
    (tmp_path / "m_weights.h5").unlink()
    with pytest.raises(OptionError, match=r"m_weights.h5 or m.weights.h5 or m.h5 is missing; name it with weights=…"):
        read_keras(path)


@pytest.mark.parametrize("kind", ["external", "soft", "virtual", "huge"])
def test_links_and_claims_are_refused(tmp_path, kind):
    def write(file):
        named(file)
        del file["first/model/first/kernel:0"]
        place = file["first/model/first"]
        if kind == "external":
            place["kernel:0"] = h5py.ExternalLink("/etc/passwd", "x")
        elif kind == "soft":
            place["kernel:0"] = h5py.SoftLink("/model_weights/last")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((5, 6), "f4")
            layout[:] = h5py.VirtualSource("/etc/passwd", "x", (5, 6))
            place.create_virtual_dataset("kernel:0", layout)
        else:
            place.create_dataset("kernel:0", (2**20, 2**20), "f4", chunks=(64, 64))

    says = {
        "external": "ExternalLink to '/etc/passwd'",
        "soft": "SoftLink",
        "virtual": "in another file",
        "huge": "claims",
    }
    with pytest.raises(OptionError, match=says[kind]):
        read_keras(whole(tmp_path, sequential(), write))


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    from sc_neurocore.importing.keras import file

    path = zipped(tmp_path, sequential())
    monkeypatch.setattr(file, "MOST_CONFIG", 100)
    with pytest.raises(OptionError, match=r"config.json unpacks to more than 100 bytes"):
        read_keras(path)


def test_a_reader_that_hangs_is_ended(tmp_path, monkeypatch):
    from sc_neurocore.importing.files import hdf5 as reader

    endless = tmp_path / "endless.py"
    endless.write_text("import time\nwhile True: time.sleep(1)\n")
    monkeypatch.setattr(reader, "CHILD", endless)
    monkeypatch.setattr(reader, "SECONDS", 0.3)
    with pytest.raises(OptionError, match="reading it took over"):
        read_keras(whole(tmp_path, sequential()))
