"""Convolutions and pools trained through their integers: the trained forward pass is what is exported, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle

pytest.importorskip("jax", reason="the jax extra is not installed")

from sc_neurocore import classify, infer, save_network
from sc_neurocore.export import export_model
from sc_neurocore.spec import OptionError
from sc_neurocore.training import TrainConfig, load_model, train, train_seeds, trainer
from sc_neurocore.training.data import make_dataset
from sc_neurocore.training.pruning import zero_share
from sc_neurocore.training.trainer import model_outputs


@pytest.fixture(scope="module")
def corners():
    """Images of 6 × 7 pixels and two channels with a bright square at one of three places, in noise."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = np.zeros((300, 6, 7, 2))
    for i, (row, column) in enumerate(np.array([(0, 0), (3, 4), (1, 3)])[y]):
        x[i, row : row + 2, column : column + 3, i % 2] = 1
    return make_dataset("corners", np.clip(x + rng.normal(0, 0.2, x.shape), 0, None), y)


QUICK = TrainConfig(
    layers=("conv4k3p1", "pool2", "conv5k2", "3"),
    stream_length=8,
    epochs=6,
    batch_size=32,
    learning_rate=0.02,
    border_shift=0,
)
RECIPES = {
    "relu": {},
    "groups, strides, averages": {"layers": ("conv4k3s2x1g2", "avgpool2x3s1", "conv6k1x2g2", "4", "3")},
    "bipolar": {"encoding": "bipolar", "stream_length": 16},
    "spiking": {"neuron": "lif", "time_steps": 3},
    "learned scales": {"learn_scale": "multiplier"},
    "sparse": {"sparsity": 0.6},
    "selected inputs": {"accumulator": {"kind": "mux", "select": {"kind": "counter"}}, "stream_length": 64},
    "united products": {
        "accumulator": {"kind": "or"},
        "input_generator": {"kind": "comparator", "source": {"kind": "sobol", "dimension": 1, "lane_skip": 3}},
        "weight_generator": {"kind": "comparator", "source": {"kind": "sobol", "dimension": 2}},
    },
}


def recipe(name: str) -> TrainConfig:
    return TrainConfig.model_validate(QUICK.model_dump() | RECIPES[name], strict=False)


@pytest.mark.one_in(2)
@pytest.mark.contract("conv.window", "pool.max", "pool.avg")
@pytest.mark.parametrize("name", RECIPES)
def test_the_trained_integers_are_those_of_the_exported_network(name, corners, tmp_path):
    model = train(recipe(name), tmp_path / "model", data=corners)
    again = load_model(tmp_path / "model")
    assert again.to_json() == model.to_json()
    exported = export_model(again)
    assert [row.neurons for row in exported.report.layers] == [
        layer.neurons for layer in exported.network.layers if hasattr(layer, "neurons")
    ]
    codes = trainer.test_codes(model.layers(), corners)[:20]
    trained = model_outputs(model, corners)[:20]
    save_network(exported.network, tmp_path / "network")
    assert np.array_equal(oracle.evaluate(tmp_path / "network", codes), trained)
    if name in ("relu", "sparse", "learned scales"):  # the others learn little in a few epochs
        assert model.accuracy["integer"] > 0.8
    if name == "sparse":
        weights = model.codes(model.layers())[0]
        assert zero_share([w for w in weights if w.size]) >= 0.59  # whole weights


def test_the_float_network_has_the_same_ranges_and_starts_the_exact_one(corners, tmp_path):
    reference = train(QUICK.replace(forward="float"), tmp_path / "float", data=corners)
    assert reference.accuracy["float"] > 0.8
    tuned = train(QUICK.replace(epochs=2), data=corners, init_from=tmp_path / "float")
    assert tuned.accuracy["integer"] > 0.8
    with pytest.raises(OptionError, match="init_from must have the sizes of the recipe"):
        train(QUICK.replace(layers=("conv4k3p1", "pool2", "conv5k1", "3")), data=corners, init_from=reference)


def test_an_interrupted_run_continues_bit_for_bit(corners, tmp_path, monkeypatch):
    monkeypatch.setattr("sc_neurocore.training.history.REPORT_SECONDS", -1.0)  # a line every epoch

    def interrupt(line):
        if line.startswith("epoch 3/"):
            raise KeyboardInterrupt

    whole = train(QUICK, data=corners)
    with pytest.raises(KeyboardInterrupt):
        train(QUICK, tmp_path / "m", data=corners, progress=interrupt)
    assert train(QUICK, tmp_path / "m", data=corners).to_json() == whole.to_json()


def test_seeds_side_by_side_train_maps_too(corners):
    models = train_seeds(QUICK.replace(epochs=2), [0, 1], corners)
    for model in models:
        network = export_model(model).network
        outputs = infer(network, trainer.test_codes(model.layers(), corners))
        assert np.mean(classify(outputs, network) == corners.y_test) == model.accuracy["integer"]


def test_the_command_takes_a_list_of_layers(corners, tmp_path, capsys):
    from sc_neurocore.cli import main

    x = np.concatenate([corners.x_train, corners.x_test]).reshape(-1, 6, 7, 2)
    np.savez(tmp_path / "corners.npz", x=x, y=np.concatenate([corners.y_train, corners.y_test]))
    command = ["train", "--data", str(tmp_path / "corners.npz"), "--out", str(tmp_path / "m"), "--epochs", "1"]
    assert main([*command, "--layers", "conv4k3,pool2,3", "--stream-length", "8"]) == 0
    assert load_model(tmp_path / "m").config.layers == ("conv4k3", "pool2", "3")
    assert main([*command, "--layers", "conv4j3,3"]) == 2
    assert "conv4j3" in capsys.readouterr().err
    flat = x.reshape(len(x), -1)
    np.savez(tmp_path / "flat.npz", x=flat, y=np.zeros(len(x), int))
    command[2] = str(tmp_path / "flat.npz")
    assert main([*command, "--layers", "conv4k3,1", "--out", str(tmp_path / "n")]) == 2
    assert "layers on maps need an image_shape" in capsys.readouterr().err
