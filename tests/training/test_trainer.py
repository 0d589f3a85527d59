from __future__ import annotations

import json

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="the jax extra is not installed")

from safetensors.numpy import load_file, save_file  # noqa: E402
from support.networks.pairs import SOBOL  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore.export import export_model  # noqa: E402
from sc_neurocore.spec import MissingExtraError, OptionError, SpecError  # noqa: E402
from sc_neurocore.training import TrainConfig, load_data, load_model, train, train_seeds, train_series  # noqa: E402
from sc_neurocore.training.data import make_dataset  # noqa: E402
from sc_neurocore.training.trainer import test_codes as codes_of_test_samples  # noqa: E402
from sc_neurocore.training.trainer import test_outputs as outputs_of_test_samples  # noqa: E402


@pytest.fixture(scope="module")
def blobs():
    """Three classes around corners of a cube, some features negative."""
    rng = np.random.default_rng(0)
    y = np.arange(240) % 3
    x = np.eye(3)[y] @ np.array([[1, -1, 0, 1], [-1, 1, 1, 0], [0, 1, -1, -1.0]]) + rng.normal(0, 0.25, (240, 4))
    return make_dataset("blobs", x, y)


@pytest.fixture(scope="module")
def squares():
    """The same, shifted to positive features."""
    rng = np.random.default_rng(1)
    y = np.arange(240) % 3
    x = np.clip(
        np.eye(3)[y] @ np.array([[1, 0, 0.5, 1], [0, 1, 1, 0], [0.5, 1, 0, 0]]) + rng.normal(0, 0.1, (240, 4)), 0, 1
    )
    return make_dataset("squares", x, y)


QUICK = TrainConfig(hidden=(6,), stream_length=8, epochs=25, batch_size=30, learning_rate=0.03)


def as_params(model):
    return [{"weight": w, "bias": b} for w, b in zip(model.weights, model.biases, strict=True)]


@pytest.mark.one_in(7)
@pytest.mark.parametrize(
    ("data", "changes"),
    [
        ("squares", {}),
        ("blobs", {}),
        ("blobs", {"forward": "float"}),
        ("blobs", {"encoding": "bipolar", "stream_length": 32}),
        ("squares", SOBOL),
        ("blobs", {"hidden": (6, 5), "label_smoothing": 0.1}),
        ("squares", {"hidden": ()}),
    ],
    ids=["default", "signed inputs", "float", "bipolar", "sobol", "two hidden", "none hidden"],
)
def test_learns_and_exports_its_own_integers(data, changes, request):
    dataset = request.getfixturevalue(data)
    config = QUICK.replace(**changes)
    model = train(config, data=dataset)
    reached = model.accuracy["float" if config.forward == "float" else "integer"]
    assert reached > 0.85, model.history  # chance is 1/3
    assert model.history["loss"][-1] < model.history["loss"][0] / 2
    assert max(np.abs(w).max() for w in model.weights) <= 1
    if config.forward == "exact":
        network = export_model(model).network
        codes = codes_of_test_samples(network.layers, dataset)
        trained = outputs_of_test_samples(config, network.layers, as_params(model), dataset)
        for engine in ("reference", "packed", "auto"):
            assert np.array_equal(sc_neurocore.infer(network, codes, engine=engine), trained)
        assert (sc_neurocore.classify(trained) == dataset.y_test).mean() == reached


def test_digits_are_learned_in_a_few_epochs(tmp_path):
    model = train(TrainConfig(stream_length=8, epochs=15), tmp_path / "model")
    assert model.accuracy["integer"] is not None
    assert model.accuracy["integer"] > 0.9
    data, read = load_data(), load_model(tmp_path / "model")
    network = export_model(tmp_path / "model").network
    codes = codes_of_test_samples(network.layers, data)
    trained = outputs_of_test_samples(read.config, network.layers, as_params(read), data)
    outputs = sc_neurocore.infer(network, codes)
    assert outputs.shape == (450, 10)
    assert np.array_equal(outputs, trained)


class Stop(Exception):
    pass


def interrupted_after(epoch):
    def progress(line):
        if line.startswith(f"epoch {epoch}/"):
            raise KeyboardInterrupt

    return progress


@pytest.mark.one_in(2)
@pytest.mark.parametrize("forward", ["exact", "float"])
def test_resume_continues_bit_for_bit(forward, squares, tmp_path, monkeypatch):
    monkeypatch.setattr("sc_neurocore.training.history.REPORT_SECONDS", -1.0)  # a line every epoch
    config = QUICK.replace(forward=forward)
    whole = train(config, data=squares)
    lines = []
    for stop in (5, 9):
        with pytest.raises(KeyboardInterrupt):
            train(config, tmp_path / "m", data=squares, progress=interrupted_after(stop), checkpoint_every=4)
        assert not (tmp_path / "m").exists()
        assert (tmp_path / "m.checkpoint.safetensors").exists()
    resumed = train(config, tmp_path / "m", data=squares, progress=lines.append)
    assert lines[0] == "resumed after epoch 9"
    assert resumed.tensor_bytes == whole.tensor_bytes
    assert resumed.history == whole.history
    assert resumed.accuracy == whole.accuracy
    assert not (tmp_path / "m.checkpoint.safetensors").exists()


def test_a_crash_loses_at_most_the_epochs_since_the_last_checkpoint(squares, tmp_path, monkeypatch):
    monkeypatch.setattr("sc_neurocore.training.history.REPORT_SECONDS", -1.0)

    def progress(line):
        if line.startswith("epoch 7/"):
            raise Stop

    with pytest.raises(Stop):
        train(QUICK, tmp_path / "m", data=squares, progress=progress, checkpoint_every=3)
    lines = []
    resumed = train(QUICK, tmp_path / "m", data=squares, progress=lines.append)
    assert lines[0] == "resumed after epoch 6"
    assert resumed.tensor_bytes == train(QUICK, data=squares).tensor_bytes


@pytest.mark.slow  # a training; the journals of `infer` stay
def test_a_checkpoint_of_another_run_is_refused(squares, blobs, tmp_path, monkeypatch):
    monkeypatch.setattr("sc_neurocore.training.history.REPORT_SECONDS", -1.0)
    file = tmp_path / "m.checkpoint.safetensors"
    with pytest.raises(KeyboardInterrupt):
        train(QUICK, tmp_path / "m", data=squares, progress=interrupted_after(2))
    with pytest.raises(OptionError, match=r"of another run: learning_rate was 0\.03, now 0\.02"):
        train(QUICK.replace(learning_rate=0.02), tmp_path / "m", data=squares)
    with pytest.raises(OptionError, match="of other data"):
        train(QUICK.replace(hidden=(6,)), tmp_path / "m", data=make_dataset("o", blobs.x_train, blobs.y_train))
    with pytest.raises(OptionError, match="state of another network"):
        train(QUICK.replace(hidden=(7,)), tmp_path / "m", data=squares)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OptionError, match=r"is damaged: .* remove it to start anew"):
        train(QUICK, tmp_path / "m", data=squares)
    save_file({"a": np.zeros(2, np.float32)}, file)
    with pytest.raises(OptionError, match="no checkpoint of ours"):
        train(QUICK, tmp_path / "m", data=squares)
    train(QUICK.replace(epochs=1), tmp_path / "m", data=squares, resume=False)
    assert not file.exists()


@pytest.mark.slow  # trains several models
def test_series_keeps_finished_models(squares, tmp_path):
    lines = []
    config = QUICK.replace(epochs=4)
    series = train_series(config, tmp_path / "s", stream_lengths=(16, 8), data=squares, progress=lines.append)
    assert sorted(each.name for each in (tmp_path / "s").iterdir()) == ["L16", "L8", "float"]
    assert series.by_length[8].config.bits == 3
    assert series.by_length[8].accuracy["float"] == series.reference.accuracy["float"]
    again = []
    train_series(config, tmp_path / "s", stream_lengths=(16, 8), data=squares, progress=again.append)
    assert any("epoch 4/4" in line for line in lines)
    assert not any("epoch" in line for line in again)
    with pytest.raises(OptionError, match="stream_lengths must be different"):
        train_series(config, stream_lengths=(8, 8), data=squares)


@pytest.mark.slow  # a training
def test_seeds_side_by_side_learn_and_export(squares):
    models = train_seeds(QUICK, [0, 3], squares)
    assert [m.config.seed for m in models] == [0, 3]
    assert all(m.accuracy["integer"] > 0.85 for m in models)
    assert not np.array_equal(models[0].weights[0], models[1].weights[0])
    network = export_model(models[1]).network
    outputs = sc_neurocore.infer(network, codes_of_test_samples(network.layers, squares), engine="packed")
    assert np.array_equal(outputs, outputs_of_test_samples(QUICK, network.layers, as_params(models[1]), squares))
    with pytest.raises(OptionError, match="seeds must be different"):
        train_seeds(QUICK, [1, 1], squares)


def test_divergence_is_an_error(squares):
    config = QUICK.replace(forward="float", learning_rate=1e38, epochs=2)
    with pytest.raises(OptionError, match="training diverged in epoch"):
        train(config, data=squares)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden": (0,)}, "hidden must hold at most 63 sizes of 1 to 65536 neurons, got"),
        ({"epochs": 0}, "epochs must be greater than or equal to 1, got 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a finite number, got nan"),
        ({"stream_length": 2**20 + 1}, "stream_length must be less than or equal to 1048576"),
        ({"name": "module"}, "name must be no keyword"),
        ({"momentum": 1}, "momentum is not a known key"),
        ({"forward": "fast"}, "forward must be 'exact' or 'float', got 'fast'"),
    ],
)
def test_wrong_recipes_are_named(changes, message):
    with pytest.raises(OptionError, match=message):
        TrainConfig(**changes)


@pytest.fixture(scope="module")
def folder(squares, tmp_path_factory):
    path = tmp_path_factory.mktemp("trained") / "m"
    train(QUICK.replace(epochs=2), path, data=squares)
    return path


def damaged(folder, tmp_path, *, edit=None, tensors=None):
    copy = tmp_path / "copy"
    copy.mkdir()
    tree = json.loads((folder / "model.json").read_text())
    content = load_file(folder / "model.safetensors")
    if tensors:
        tensors(content)
    save_file(content, copy / "model.safetensors")
    if tensors:
        import hashlib

        tree["tensors"]["sha256"] = hashlib.sha256((copy / "model.safetensors").read_bytes()).hexdigest()
    if edit:
        edit(tree)
    (copy / "model.json").write_text(json.dumps(tree))
    return copy


def test_model_folder_round_trip(folder):
    model = load_model(folder)
    assert model.config == QUICK.replace(epochs=2)
    assert len(model.history["loss"]) == 2
    assert json.loads((folder / "model.json").read_text()) == json.loads(json.dumps(model.to_json()))


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda t: t.pop("config"), "'config' is required"),
        (lambda t: t.update(extra=1), "'extra' is not a known key"),
        (lambda t: t.update(format="x"), "format must be 'sc-neurocore/model'"),
        (lambda t: t["config"].update(hidden=[5]), r"layer0.weight must be float32 \(5, 4\), got float32 \(6, 4\)"),
        (lambda t: t["config"].update(epochs="many"), "epochs must be a valid integer"),
        (lambda t: t["input"].update(scale=0), "input.scale must be a finite number above 0"),
        (lambda t: t["input"].update(encoding="spike"), "input.encoding must be one of"),
        (lambda t: t["tensors"].update(sha256="0" * 64), "not the hash of model.safetensors"),
    ],
)
def test_damaged_model_json_is_named(folder, tmp_path, edit, message):
    with pytest.raises(SpecError, match=message):
        load_model(damaged(folder, tmp_path, edit=edit))


def test_damaged_model_tensors_are_named(folder, tmp_path):
    def poison(content):
        content["layer1.bias"][0] = np.nan

    with pytest.raises(SpecError, match=r"layer1.bias must be finite"):
        load_model(damaged(folder, tmp_path, tensors=poison))
    with pytest.raises(SpecError, match=r"model.json is missing"):
        load_model(tmp_path / "nowhere")
    (tmp_path / "copy" / "model.json").write_text('{"a": ')
    with pytest.raises(SpecError, match=r"model.json is not JSON"):
        load_model(tmp_path / "copy")


def test_missing_jax_names_the_extra(monkeypatch):
    import importlib
    import sys

    monkeypatch.setitem(sys.modules, "optax", None)
    monkeypatch.delitem(sys.modules, "sc_neurocore.training.trainer")
    with pytest.raises((MissingExtraError, ImportError), match="optax"):
        importlib.import_module("sc_neurocore.training.trainer")
