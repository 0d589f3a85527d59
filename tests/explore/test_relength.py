"""Exported networks at other stream lengths: as they are at their own, and the same real network at every other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sc_neurocore import classify, cli, infer, save_network
from sc_neurocore.explore import PAIRS, sweep
from sc_neurocore.explore.candidates import float_outputs
from sc_neurocore.explore.relength import own_label, relength
from sc_neurocore.export import export_graph, export_model
from sc_neurocore.importing.graph import Clip, Conv, Dense, FloatGraph, Pool
from sc_neurocore.importing.maps import Window
from sc_neurocore.spec import NetworkSpec, OptionError, quantize_features
from sc_neurocore.training.config import TrainConfig
from sc_neurocore.training.folder import TrainedModel

RNG = np.random.default_rng(5)
SHAPES = [(6, 8), (5, 6), (3, 5)]
FEATURES = RNG.uniform(0, 17, (60, 8))
LABELS = RNG.integers(0, 3, 60)
SOBOL = dict(zip(("input_generator", "weight_generator"), PAIRS["sobol"]))


def network(length: int = 64, **config):
    """An exported network of random weights."""
    rng = np.random.default_rng(4)
    recipe = TrainConfig(name="tiny", hidden=(6, 5), stream_length=length, **config)
    model = TrainedModel(
        config=recipe,
        features=8,
        classes=3,
        input_encoding="bipolar" if recipe.encoding == "bipolar" else "unipolar",
        input_scale=16.0,
        weights=tuple(rng.uniform(-1, 1, shape).astype(np.float32) for shape in SHAPES),
        biases=tuple(rng.uniform(-1, 1, shape[0]).astype(np.float32) for shape in SHAPES),
        data={},
        accuracy={"float": None, "integer": None, "train": None},
        history={"loss": [], "accuracy": []},
        scales=(1.3, 0.7) if recipe.learn_scale != "none" else (),
    )
    return model, export_model(model).network


KINDS = {
    "default": {},
    "multiplier": {"learn_scale": "multiplier"},
    "sobol": SOBOL,
    "bipolar": {"encoding": "bipolar", **SOBOL},
    "spiking": {"neuron": "lif", "time_steps": 4},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_real_network_is_the_same_at_every_length(kind):
    model, exported = network(**KINDS[kind])
    assert relength(exported, 64) == (exported, 0)
    wanted = float_outputs(exported, FEATURES)
    spread = wanted.std()
    if kind != "spiking":  # whose thresholds make jumps of small errors
        assert np.abs(wanted - float_outputs(model, FEATURES)).max() < 0.2 * spread
    for length, bits in ((256, None), (256, 6), (200, None), (16, None)):
        other, saturated = relength(exported, length, bits)
        layers = other.dense_layers("the test")
        n = bits or {256: 8, 200: 8, 16: 4}[length]
        assert {(each.stream_length, each.resolution_bits) for each in layers} == {(length, n)}
        assert saturated == 0 or kind == "bipolar"  # whose largest code is less than 1
        error = np.abs(float_outputs(other, FEATURES) - wanted)
        assert np.median(error) < (0.02 if n >= 6 else 0.3) * spread
    finer, coarser = (relength(exported, length)[0] for length in (256, 8))
    off = [infer(net, quantize_features(net, FEATURES)[0]) * net.layers[-1].output_scale for net in (finer, coarser)]
    assert np.abs(off[0] - wanted).mean() < 0.5 * np.abs(off[1] - wanted).mean()


def test_at_lengths_of_whole_powers_the_integers_of_the_trained_model_come_back():
    """Weights of 8 bits are multiples of 1 / 255 and those of 4 bits of 1 / 15 = 17 / 255: nothing is rounded twice."""
    _, short = network(16)
    long, _ = relength(short, 256)
    assert all((weights % 17 == 0).all() for weights in long.weights)
    back, _ = relength(long, 16)
    assert back == short


def test_generators_are_the_networks_own_unless_others_are_asked_for(tmp_path):
    _, exported = network(**SOBOL)
    assert own_label(exported) == "sobol"
    mixed = exported.layers[0].model_copy(update={"weight_generator": PAIRS["lfsr"][1]})
    assert own_label(exported.replace(layers=(mixed, *exported.layers[1:]))) == "own"
    data = {"features": FEATURES, "labels": LABELS, "stream_lengths": (64, 16)}
    document = sweep(exported, tmp_path / "a", **data)
    assert [point["generators"] for point in document["points"]] == ["sobol", "sobol"]
    outputs = infer(exported, quantize_features(exported, FEATURES)[0])
    at_home = document["points"][0]
    assert at_home["network_sha256"] == exported.sha256
    assert at_home["correct"] == (classify(outputs, exported) == LABELS).sum()
    document = sweep(exported, tmp_path / "b", **data, generators="default")
    assert {point["generators"] for point in document["points"]} == {"default"}
    assert document["points"][0]["network_sha256"] != exported.sha256
    with pytest.raises(OptionError, match="border: an exported network knows its own ranges"):
        sweep(exported, tmp_path / "c", **data, border="shift")


def test_a_threshold_keeps_its_worth_and_the_state_its_room():
    _, exported = network(**KINDS["spiking"])
    longer, _ = relength(exported, 1024)
    for old, new in zip(exported.layers[:2], longer.layers[:2], strict=True):
        assert new.neuron.v_threshold == pytest.approx(16 * old.neuron.v_threshold, rel=0.02)
        assert new.neuron.state_bits >= old.neuron.state_bits + 4


def test_one_call_for_a_network_folder_and_its_curve_in_the_report(tmp_path, capsys):
    _, exported = network()
    save_network(exported, tmp_path / "run" / "network")
    np.savez(tmp_path / "own.npz", x=FEATURES, y=LABELS)
    command = ["sweep", str(tmp_path / "run" / "network"), "--out", str(tmp_path / "run" / "sweep")]
    assert cli.main([*command, "--data", str(tmp_path / "own.npz"), "--stream-lengths", "64,8"]) == 0
    assert "default, L = 64, n = 6" in capsys.readouterr().out
    document = json.loads((tmp_path / "run" / "sweep" / "sweep.json").read_text())
    assert document["float_network"] == "the exported integers, read as real numbers"
    assert "<svg" in (tmp_path / "run" / "sweep" / "sweep.svg").read_text()
    assert cli.main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text()
    assert "the exported integers, read as real numbers" in page
    for point in document["points"]:
        assert f"{100 * point['accuracy']:.1f} %" in page


def map_network(length: int = 64) -> NetworkSpec:
    """A calibrated network on maps, with a mean whose codes have a factor of their own."""
    rng = np.random.default_rng(5)
    window = Window((6, 6, 1), (3, 3), (1, 1), (1, 1, 1, 1))
    nodes = (
        Conv("conv", rng.normal(size=(4, 3, 3, 1)) / 3, rng.normal(size=4) * 0.1, window, 1),
        Clip("relu", 0.0, None),
        Pool("largest", "max", Window((6, 6, 4), (2, 2), (2, 2))),
        Pool("mean", "avg", Window((3, 3, 4), (3, 3), (3, 3))),
        Dense("dense", rng.normal(size=(3, 4)), None),
    )
    graph = FloatGraph("arrays", 36, nodes, None)
    return export_graph(graph, stream_length=length, calibration=rng.uniform(size=(60, 36))).network


def test_networks_on_maps_are_read_in_real_numbers_at_every_length(tmp_path: Path):
    network, x = map_network(), np.random.default_rng(6).uniform(size=(40, 36))
    real = float_outputs(network, x)
    size = float(np.sqrt(np.mean(real**2)))
    errors = {}
    for length in (16, 64, 1024):
        other, _ = relength(network, length)
        codes = quantize_features(other, x)[0]
        outputs = infer(other, codes) * other.layers[-1].output_scale
        errors[length] = float(np.sqrt(np.mean((outputs - real) ** 2))) / size
        assert [layer.resolution_bits for layer in other.layers] == [{16: 4, 64: 6, 1024: 10}[length]] * 4
    assert relength(network, 64)[0] == network
    assert errors[1024] < errors[64] < errors[16]
    assert errors[1024] < 0.02
    document = sweep(network, tmp_path, features=x, labels=real.argmax(axis=1), stream_lengths=(1024, 64))
    assert document["float_accuracy"] == 1.0
    assert document["points"][0]["accuracy"] >= document["points"][1]["accuracy"] - 0.1
    assert document["points"][0]["mse"] < document["points"][1]["mse"]
