"""NIR files as the format's library writes them: cells step as forward Euler says, or nodes are refused by name."""

from __future__ import annotations

import h5py
import nir
import numpy as np
import pytest

from sc_neurocore.importing.graph import Dense, Integrator, Lif, Scale
from sc_neurocore.importing.nir_graph import read_nir
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(2)
DT = 1e-3
X = RNG.random((30, 8, 5)) * 2
"""30 steps of 8 samples."""
W1, B1, W2 = RNG.normal(size=(4, 5)), RNG.normal(size=4), RNG.normal(size=(3, 4))


def saved(tmp_path, *nodes):
    nir.write(tmp_path / "m.nir", nir.NIRGraph.from_list(*nodes))
    return tmp_path / "m.nir"


def lif(n=4, **changes):
    values = {"tau": 4e-3, "r": 1.5, "v_leak": 0.0, "v_threshold": 0.2} | changes
    return nir.LIF(**{key: np.broadcast_to(value, n).astype(float) for key, value in values.items()})


def stepped(graph, x=X):
    """The imported nodes over time."""
    states, outputs = {}, []
    for signal in x:
        for index, node in enumerate(graph.nodes):
            match node:
                case Dense():
                    signal = signal @ node.weight.T + (0 if node.bias is None else node.bias)
                case Scale():
                    signal = node.factor * signal + node.offset
                case Lif() | Integrator():
                    v = node.beta * states.get(index, 0.0) + signal
                    if isinstance(node, Lif):
                        signal = (v > node.threshold if node.comparator == "gt" else v >= node.threshold).astype(float)
                        v = v - signal * node.threshold if node.reset == "subtract" else v * (1 - signal)
                    else:
                        signal = v
                    states[index] = v
        outputs.append(signal)
    return np.array(outputs)


def euler(cells, current, reset="zero"):
    """NIR's own equation, dv = dt/tau·((v_leak − v) + R·I), spikes where v > v_threshold."""
    v, spikes = 0.0, []
    for each in current:
        v = v + DT / cells.tau * ((cells.v_leak - v) + cells.r * each)
        s = v
        if hasattr(cells, "v_threshold"):
            s = (v > cells.v_threshold).astype(float)
            v = v - s * cells.v_threshold if reset == "subtract" else v * (1 - s)
        spikes.append(s)
    return np.array(spikes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"v_leak": 0.2},
        {"r": [1, 2, 3, 4]},
        {"v_threshold": [0.2, 0.3, 0.5, 0.7]},
        {"v_threshold": [0.2, 0.3, 0.5, 0.7], "r": [1, 2, 3, 4], "v_leak": [0, 0.1, -0.1, 0.3]},
        {"tau": DT},
    ],
    ids=str,
)
@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_cells_step_as_the_equation_says(tmp_path, changes, reset):
    cells = lif(**changes)
    graph = read_nir(saved(tmp_path, nir.Affine(W1, B1), cells, nir.Linear(W2)), dt=DT, reset=reset)
    want = euler(cells, X @ W1.T + B1, reset)
    assert 0.02 < want.mean() < 0.98
    assert np.allclose(stepped(graph), want @ W2.T, rtol=1e-12, atol=1e-12)
    cell = next(node for node in graph.nodes if isinstance(node, Lif))
    assert len(set(cell.threshold)) == 1  # what differed is in the scale before it
    assert (graph.framework, graph.features, graph.evaluate, graph.spiking) == ("nir", 5, None, True)
    assert any("not checked against its source" in note for note in graph.notes)


def test_cells_without_a_leak_and_a_readout_that_never_fires(tmp_path):
    cells = nir.IF(r=np.full(4, 100.0), v_threshold=np.full(4, 0.3))
    readout = nir.LI(tau=np.full(3, 5e-3), r=np.full(3, 2.0), v_leak=np.zeros(3))
    graph = read_nir(saved(tmp_path, nir.Affine(W1, B1), cells, nir.Linear(W2), readout), dt=DT, comparator="ge")
    v, spikes = 0.0, []
    for each in X @ W1.T + B1:
        v = v + DT * 100 * each
        spikes.append((v >= 0.3).astype(float))
        v = v * (1 - spikes[-1])
    assert np.allclose(stepped(graph), euler(readout, np.array(spikes) @ W2.T), rtol=1e-12, atol=1e-12)


def test_a_flatten_and_a_scale_are_followed(tmp_path):
    nodes = [
        nir.Input({"input": np.array([2, 2])}),
        nir.Flatten({"input": np.array([2, 2])}, 0, -1),
        nir.Scale(np.arange(1.0, 5.0)),
        nir.Linear(W2),
    ]
    graph = read_nir(saved(tmp_path, *nodes))
    assert np.allclose(graph.run(X[0, :, :4]), (X[0, :, :4] * np.arange(1, 5)) @ W2.T)


def recurrent(tmp_path):
    nodes = {
        "input": nir.Input({"input": np.array([4])}),
        "again": nir.Linear(np.eye(4)),
        "cells": lif(),
        "output": nir.Output({"output": np.array([4])}),
    }
    edges = [("input", "cells"), ("cells", "again"), ("again", "cells"), ("cells", "output")]
    nir.write(tmp_path / "m.nir", nir.NIRGraph(nodes, edges))
    return tmp_path / "m.nir"


@pytest.mark.parametrize(
    ("make", "options", "says"),
    [
        (lambda path: saved(path, lif()), {"reset": "zero"}, r"node 'lif' \(LIF\): .* say how long a step is with dt="),
        (
            lambda path: saved(path, lif(tau=[1, 2, 3, 4])),
            {"dt": DT},
            r"node 'lif' \(LIF\): decay 1 − dt/tau must be equal",
        ),
        (
            lambda path: saved(path, lif(tau=1e-4)),
            {"dt": DT},
            r"node 'lif' \(LIF\): dt must be at most each time constant",
        ),
        (lambda path: saved(path, lif(v_reset=0.1)), {"dt": DT}, r"node 'lif' \(LIF\): v_reset must be 0"),
        (
            lambda path: saved(path, lif(v_threshold=-1)),
            {"dt": DT},
            r"node 'lif' \(LIF\): v_threshold must be positive",
        ),
        (
            lambda path: saved(path, nir.Threshold(np.ones(4))),
            {},
            r"node 'threshold' \(Threshold\): nodes of this type",
        ),
        (
            lambda path: saved(path, nir.CubaLIF(*[np.full(4, 2.0)] * 5)),
            {"dt": DT},
            r"node 'cubalif' \(CubaLIF\): nodes of this type are not supported; supported are .*LIF",
        ),
        (
            lambda path: saved(path, nir.Conv2d((4, 4), np.ones((1, 1, 3, 3)), 1, 0, 2, 1, np.ones(1))),
            {},
            r"node 'conv2d' \(Conv2d\): dilation must be 1, got \[2, 2\]",
        ),
        (recurrent, {"dt": DT}, r"node '\w+' \(\w+\): two branches of the network meet here"),
        (lambda path: saved(path, lif()), {"dt": 0}, "dt must be a positive number of seconds, got 0"),
        (lambda path: saved(path, lif()), {"dt": DT, "reset": "soft"}, "reset must be 'subtract' or 'zero' or None"),
        (lambda path: saved(path, lif()), {"dt": DT, "comparator": ">"}, "comparator must be 'ge' or 'gt', got '>'"),
    ],
)
def test_what_is_not_supported_is_named(tmp_path, make, options, says):
    with pytest.raises(OptionError, match=says) as caught:
        read_nir(make(tmp_path), **options)
    assert "\n" not in str(caught.value)


def test_a_file_without_v_reset_asks_for_the_reset(tmp_path):
    path = saved(tmp_path, lif())
    with h5py.File(path, "a") as file:
        del file["node/nodes/lif/v_reset"]
    with pytest.raises(OptionError, match="the file does not say what a spike resets; say reset='subtract' or 'zero'"):
        read_nir(path, dt=DT)
    assert read_nir(path, dt=DT, reset="subtract").nodes[-1].reset == "subtract"


def test_an_unknown_field_and_an_external_link_are_refused(tmp_path):
    path = saved(tmp_path, lif())
    with h5py.File(path, "a") as file:
        file["node/nodes/lif/refractory"] = 2.0
    with pytest.raises(OptionError, match=r"node 'lif' \(LIF\): field 'refractory' is not supported"):
        read_nir(path, dt=DT)
    with h5py.File(path, "a") as file:
        file["node/nodes/lif/more"] = h5py.ExternalLink("/dev/zero", "x")
    with pytest.raises(OptionError, match="'node/nodes/lif/more' is a ExternalLink to '/dev/zero'"):
        read_nir(path, dt=DT)
