"""The verb export on files of other frameworks: what a file leaves open is an option, which is refused elsewhere."""

from __future__ import annotations

import json
from itertools import pairwise

import nir
import numpy as np
import pytest
from support import foreign_models

from sc_neurocore import load_network
from sc_neurocore.cli import main
from sc_neurocore.spec import Lif


def run(*words):
    return main([str(word) for word in words])


@pytest.fixture
def samples(tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(60, 3)))
    return tmp_path / "x.npy"


def test_each_file_comes_in_by_one_command(tmp_path, samples, capsys):
    for write in (foreign_models.onnx_file, foreign_models.h5_file, foreign_models.npz_file, foreign_models.torch_file):
        write(tmp_path / "model")
        assert run("export", tmp_path / "model", "--out", tmp_path / "n", "--calibration", samples) == 0
        network = load_network(tmp_path / "n")
        assert network.input.encoding == "sign_magnitude"
        report = json.loads((tmp_path / "n" / "export.json").read_text())
        assert report["integers"]["relative_error"] < 0.03
        assert report["source"]["checked"] == (write is foreign_models.onnx_file)
    assert "calibrated" in capsys.readouterr().out


def test_the_encoding_and_each_layers_length(tmp_path):
    np.savez(tmp_path / "w.npz", **{"0.weight": np.ones((4, 3)), "2.weight": np.ones((2, 4))})
    words = ["export", tmp_path / "w.npz", "--out", tmp_path / "n", "--stream-length", "16,8"]
    assert run(*words, "--input-encoding", "sign_magnitude", "--input-scale", "3") == 0
    network = load_network(tmp_path / "n")
    assert [layer.stream_length for layer in network.layers] == [16, 8]
    assert (network.input.encoding, network.input.scale) == ("sign_magnitude", 3.0)


def test_layers_keep_their_neurons_where_that_is_said(tmp_path):
    rng, sizes = np.random.default_rng(0), (10, 40, 24, 3)
    weights = [rng.normal(size=(n, i)) / np.sqrt(i) for i, n in pairwise(sizes)]
    weights[1][:, 7] *= 5
    weights[2][:, 3] *= 5
    np.savez(tmp_path / "w.npz", **{f"{index}.weight": weight for index, weight in enumerate(weights)})
    np.save(tmp_path / "x.npy", rng.normal(size=(600, 10)))
    words = ["export", tmp_path / "w.npz", "--stream-length", "64", "--calibration", tmp_path / "x.npy"]
    assert run(*words, "--out", tmp_path / "split") == 0
    assert run(*words, "--out", tmp_path / "whole", "--keep-neurons") == 0
    hidden = {
        name: [layer.neurons for layer in load_network(tmp_path / name).layers[:2]] for name in ("split", "whole")
    }
    assert hidden == {"split": [43, 29], "whole": [40, 24]}


def test_a_keras_configuration_is_told_its_weights(tmp_path):
    foreign_models.json_file(tmp_path / "m.json")
    (tmp_path / "m_weights.h5").rename(tmp_path / "elsewhere.h5")
    words = ["export", tmp_path / "m.json", "--out", tmp_path / "n"]
    assert run(*words) == 2
    assert run(*words, "--weights", tmp_path / "elsewhere.h5") == 0


def test_a_nir_graph_is_told_its_step(tmp_path, samples):
    cells = nir.LIF(**{k: np.full(2, v) for k, v in {"tau": 2e-3, "r": 2.0, "v_leak": 0.0, "v_threshold": 0.5}.items()})
    nir.write(tmp_path / "m.nir", nir.NIRGraph.from_list(nir.Linear(foreign_models.W + 1), cells))
    words = ["export", tmp_path / "m.nir", "--out", tmp_path / "n", "--dt", "1e-3", "--time-steps", "4"]
    options = ["--reset", "subtract", "--comparator", "ge", "--calibration", samples]
    assert run(*words, *options, "--input-encoding", "sign_magnitude", "--input-scale", "4") == 0
    network = load_network(tmp_path / "n")
    assert isinstance(network.layers[0].neuron, Lif)
    assert (network.layers[0].neuron.comparator, network.time_steps) == ("ge", 4)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--dt", "1e-3"], "is of the kind onnx, which takes output; got dt=…"),
        (["--layers", "a"], "is of the kind onnx, which takes output; got layers=…"),
        (["--output", "z"], "output must be one of y; got 'z'"),
        (["--time-steps", "4"], "time_steps does not go with a network without cells over time"),
        (["--activations", "relu"], "activations are for bare arrays; onnx says what stands between its layers"),
        (["--stream-length", "16,8"], r"take one value, or one a layer, 1; got (16, 8)"),
        (["--input-encoding", "spike"], "input_encoding must be unipolar or sign_magnitude, got 'spike'"),
    ],
)
def test_an_option_that_does_not_go_with_the_file_is_named(tmp_path, capsys, options, says):
    foreign_models.onnx_file(tmp_path / "model")
    assert run("export", tmp_path / "model", "--out", tmp_path / "n", *options) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said
