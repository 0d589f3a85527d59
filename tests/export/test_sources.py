"""Exports from files: trained model folders, and safetensors of other programs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

import sc_neurocore
from sc_neurocore.cli import main
from sc_neurocore.export import export, export_dense, export_model, read_safetensors
from sc_neurocore.spec import OptionError, SpecError
from sc_neurocore.training import TrainConfig
from sc_neurocore.training.folder import TrainedModel, save_model

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.normal(size=(9, 12)).astype(np.float32), RNG.normal(size=(5, 9)).astype(np.float32)
BIAS_1, BIAS_2 = RNG.normal(size=9).astype(np.float32), RNG.normal(size=5).astype(np.float32)


def written(tmp_path, **tensors):
    save_file(
        {key.replace("__", "."): np.ascontiguousarray(value) for key, value in tensors.items()},
        tmp_path / "w.safetensors",
    )
    return tmp_path / "w.safetensors"


@pytest.mark.parametrize(
    "tensors",
    [
        {"layer0__weight": FIRST, "layer0__bias": BIAS_1, "layer1__weight": SECOND, "layer1__bias": BIAS_2},
        {"0__weight": FIRST, "0__bias": BIAS_1, "10__weight": SECOND, "10__bias": BIAS_2},
        {"fc2__weight": FIRST, "fc2__bias": BIAS_1, "fc10__weight": SECOND, "fc10__bias": BIAS_2},
        {"p__0__kernel": FIRST.T, "p__0__bias": BIAS_1, "p__1__kernel": SECOND.T, "p__1__bias": BIAS_2},
    ],
    ids=["ours", "sequential", "natural order", "kernels"],
)  # fmt: skip
def test_names_of_other_programs(tensors, tmp_path):
    expected = export_dense([FIRST, SECOND], [BIAS_1, BIAS_2], stream_length=64)
    assert export(written(tmp_path, **tensors), stream_length=64).network == expected


def test_order_and_selection_by_name(tmp_path):
    path = written(tmp_path, body__weight=FIRST, after__weight=SECOND, step=np.zeros(1, np.float32))
    with pytest.raises(OptionError, match=r"tensor 'step' belongs to no layer; .* layers=\[…\]"):
        read_safetensors(path)
    weights, biases = read_safetensors(path, ["body", "after"])
    assert np.array_equal(weights[1], SECOND)
    assert not any(bias.any() for bias in biases)
    with pytest.raises(
        OptionError, match=r"must hold one of neck.weight and neck.kernel; it holds: after.weight \(5, 9\), body"
    ):
        read_safetensors(path, ["neck"])
    path = written(tmp_path, body__weight=FIRST, after__weight=SECOND)
    weights, _ = read_safetensors(path)  # the shapes fit in one order alone
    assert np.array_equal(weights[0], FIRST)
    path = written(tmp_path, first__weight=np.eye(4), last__weight=np.eye(4))
    with pytest.raises(OptionError, match=r"names do not say in which order .* 2 orders fit the shapes"):
        read_safetensors(path)


def test_files_that_are_none(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(OptionError, match=r"x.safetensors is of no known kind"):
        export(tmp_path / "x.safetensors")
    with pytest.raises(OptionError, match=r"is missing; supported are ONNX"):
        export(tmp_path / "none")
    with pytest.raises(OptionError, match=r"holds no tensor named NAME.weight"):
        export(written(tmp_path, mean=np.zeros(3)))
    with pytest.raises(SpecError, match=r"model.json is missing"):
        export(tmp_path)


def model(**changes):
    config = TrainConfig(name="tiny", hidden=(9,), stream_length=16, **changes)
    return TrainedModel(
        config=config,
        features=12,
        classes=5,
        input_encoding="unipolar",
        input_scale=16.0,
        weights=tuple(np.clip(w / 2, -1, 1) for w in (FIRST, SECOND)),
        biases=(BIAS_1, BIAS_2),
        data={"name": "d", "sha256": "0", "train_samples": 1, "test_samples": 1},
        accuracy={"float": 0.5, "integer": 0.25 if config.forward == "exact" else None, "train": 1.0},
        history={"loss": [1.0], "accuracy": [0.5]},
    )


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_trained_network_of_several_steps_repeats_and_sums(steps):
    spiking = {"neuron": "lif", "time_steps": steps} if steps > 1 else {}
    network = export(model(**spiking)).network
    assert (network.input.time_steps, network.input.repeat) == (steps, steps > 1)
    assert network.output.reduce == ("sum" if steps > 1 else "none")


def test_written_folder_holds_network_and_report(tmp_path):
    save_model(model(), tmp_path / "model")
    exported = export(tmp_path / "model", tmp_path / "network")
    assert sorted(f.name for f in (tmp_path / "network").iterdir()) == [
        "export.json",
        "network.json",
        "weights.safetensors",
    ]
    assert sc_neurocore.load_network(tmp_path / "network") == exported.network
    report = json.loads((tmp_path / "network" / "export.json").read_text())
    assert (report["method"], report["float_accuracy"], report["integer_accuracy"]) == ("trained", 0.5, 0.25)
    export(tmp_path / "model", tmp_path / "network")  # an older export is replaced
    (tmp_path / "network" / "mine.txt").write_text("keep")
    with pytest.raises(OptionError, match=r"it holds 'mine.txt', which is no file of ours"):
        export(tmp_path / "model", tmp_path / "network")
    assert (tmp_path / "network" / "mine.txt").read_text() == "keep"


def test_model_codes_are_the_rounded_weights():
    network = export_model(model()).network
    weight = np.clip(FIRST.astype(np.float64) / 2, -1, 1)
    assert np.array_equal(network.weights[0], np.sign(weight) * np.floor(np.abs(weight) * 15 + 0.5))
    assert np.array_equal(network.biases[1], np.rint(BIAS_2.astype(np.float64) * 16))
    relu = network.layers[0].neuron
    assert (relu.kind, relu.multiplier, relu.shift, relu.output_bits) == ("relu", 1, 1, 4)
    assert network.layers[1].output_scale == pytest.approx(1 / 15)
    assert (network.name, network.input.scale) == ("tiny", 16.0)


def test_another_length_says_that_it_was_not_trained():
    assert not export_model(model()).report.notes
    assert not export_model(model(), stream_length=16).report.notes
    other = export_model(model(), stream_length=64)
    assert other.network.layers[0].resolution_bits == 6
    assert other.report.integer_accuracy is None
    assert "not the one the network was trained through" in other.report.notes[0]
    floating = export_model(model(forward="float"), stream_length=16)
    assert floating.report.notes


def test_layers_are_for_files_only(tmp_path):
    save_model(model(), tmp_path / "model")
    with pytest.raises(OptionError, match="layers is for named arrays"):
        export(tmp_path / "model", layers=["a"])


def test_the_command_line_takes_bounds(tmp_path, capsys):
    path = written(tmp_path, a__weight=FIRST, b__weight=SECOND)
    command = ["export", str(path), "--out", str(tmp_path / "network"), "--stream-length", "32"]
    assert main([*command, "--activations=-0.5:0.5"]) == 0
    expected = export_dense([FIRST, SECOND], activations=[(-0.5, 0.5)], stream_length=32)
    assert sc_neurocore.load_network(tmp_path / "network") == expected
    assert main([*command, "--activations", "0:1,relu"]) == 2
    assert "activations must hold one entry a layer but the last, 1; got 2" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*command, "--activations", "1.5"])
