"""What a network does when it is asked: each method finds its function by name, and the answers are right."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

import sc_neurocore as sc
from sc_neurocore.export import export_dense
from sc_neurocore.spec import CodesError, NetworkSpec, SaturationWarning, quantize_features
from sc_neurocore.spec.methods import FUNCTIONS, HOMES, NetworkMethods

RNG = np.random.default_rng(0)
X = RNG.uniform(0, 1, (40, 6))
WEIGHTS = [RNG.normal(size=(8, 6)), RNG.normal(size=(3, 8))]


@pytest.fixture(scope="module")
def network():
    return export_dense(WEIGHTS, None, stream_length=1024, calibration=X, name="mine")


def test_the_table_names_every_method_and_a_function_for_it():
    own = {
        name
        for name, value in vars(NetworkMethods).items()
        if inspect.isfunction(value) and value.__module__ == NetworkMethods.__module__
    }
    assert own - {"__str__"} == set(HOMES)
    assert set(FUNCTIONS) <= set(HOMES)
    for method, home in HOMES.items():
        assert callable(getattr(import_module(f"sc_neurocore.{home}"), FUNCTIONS.get(method, method)))


def test_predictions_are_the_float_networks(network):
    wanted = np.maximum(X @ WEIGHTS[0].T, 0) @ WEIGHTS[1].T
    outputs = network.predict(X)
    assert outputs.dtype == np.float64
    assert np.sqrt(np.mean((outputs - wanted) ** 2)) < 0.02 * np.sqrt(np.mean(wanted**2))
    classes = network.predict(X, classes=True)
    np.testing.assert_array_equal(classes, sc.classify(sc.infer(network, network.quantize(X)), network))
    np.testing.assert_array_equal(network.predict(X, engine="reference"), outputs)
    with pytest.raises(CodesError, match=r"features must have shape \(batch, 6\)"):
        network.predict(X[:, :5])


def test_saturation_is_warned_of(network, recwarn):
    np.testing.assert_array_equal(network.quantize(X), quantize_features(network, X)[0])
    assert not recwarn.list
    with pytest.warns(SaturationWarning, match=r"6 of 6 features \(1e\+02 %\) lie beyond") as caught:
        network.predict(np.full((1, 6), 9.0))
    assert caught[0].filename == __file__


def test_bipolar_outputs_are_about_their_middle():
    from sc_neurocore.spec import Clamp

    base = export_dense([np.eye(2)], None, stream_length=256)
    clamp = Clamp(output_bits=8, output_encoding="bipolar")
    layer = base.layers[0].model_copy(update={"neuron": clamp, "output_scale": 0.5})
    network = base.model_copy(update={"layers": (layer,)})
    outputs = sc.infer(network, network.quantize([[0.0, 0.3]]))
    np.testing.assert_array_equal(network.predict([[0.0, 0.3]]), (outputs - 128) * 0.5)
    assert network.predict([[0.0, 0.3]])[0, 0] == 0


def test_words_about_a_network(network):
    assert repr(network) == str(network) == "<NetworkSpec 'mine' 6-8-3, L = 1024, unipolar inputs>"
    lines = network.summary().splitlines()
    assert lines[1].split() == ["layer", "kind", "size", "L", "n", "weights", "zeros", "neuron"]
    assert lines[2].split()[:8] == ["0", "dense", "6", "to", "8", "1024", "10", "48"]
    assert "weights: 72" in lines[-1]
    html = network._repr_html_()
    assert html.count("<tr>") == 3
    assert "&#x27;mine&#x27;" in html


def test_a_network_saves_itself(network, tmp_path):
    network.save(tmp_path / "n")
    assert sc.load_network(tmp_path / "n") == network


def test_a_description_alone_loads_no_other_room():
    code = "import sys, sc_neurocore.spec.network; print([m for m in sys.modules if m.startswith('sc_neurocore.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "sc_neurocore.spec.methods" in loaded
    assert "sc_neurocore.layers" not in loaded
    assert "sc_neurocore.inference" not in loaded
    assert issubclass(NetworkSpec, NetworkMethods)
