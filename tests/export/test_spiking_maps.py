"""Spiking networks on maps from NIR: the same spikes as its equations give, sums of spikes folded into weights."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.oracle.network import evaluate

from sc_neurocore import infer, save_network
from sc_neurocore.export import export
from sc_neurocore.export.spiking.layers import float_layers, spike_counts
from sc_neurocore.export.spiking.rows import cells_of
from sc_neurocore.importing.graph import Dense, Lif, Pool, Reorder, Scale
from sc_neurocore.importing.maps import Window
from sc_neurocore.importing.nir_graph import read_nir
from sc_neurocore.spec import OptionError

nir = pytest.importorskip("nir")
torch = pytest.importorskip("torch")
F = torch.nn.functional
STEPS, BETA = 4, 0.75
RNG = np.random.default_rng(8)
KERNEL, BIAS = RNG.normal(size=(3, 2, 3, 3)) / 3, RNG.normal(size=3) * 0.1
SECOND = RNG.normal(size=(4, 3, 2, 2)) / 3
LAST = RNG.normal(size=(3, 16)) / 2


def cells(*shape: int) -> Any:
    """Cells whose decay is 0.75 at dt = 1, that take their input as it is."""
    full = {"tau": 4.0, "r": 4.0, "v_leak": 0.0, "v_threshold": 0.5}
    return nir.LIF(**{key: np.full(shape, value) for key, value in full.items()}, v_reset=np.zeros(shape))


def file(path: Path, pool: Any, padding: int = 0, kernel: np.ndarray = SECOND, sides: int = 2) -> Path:
    nodes = [
        nir.Input({"input": np.array([2, 6, 6])}),
        nir.Conv2d((6, 6), KERNEL, 1, 1, 1, 1, BIAS),
        cells(3, 6, 6),
        pool,
        nir.Conv2d((3, 3), kernel, 1, padding, 1, 1, np.zeros(len(kernel))),
        cells(len(kernel), sides, sides),
        nir.Flatten({"input": np.array([len(kernel), sides, sides])}, 0, -1),
        nir.Linear(LAST),
        cells(3),
        nir.Output({"output": np.array([3])}),
    ]
    names = [f"n{index}" for index in range(len(nodes))]
    graph = nir.NIRGraph(dict(zip(names, nodes)), [*pairwise(names)], type_check=False)
    nir.write(path, graph)
    return path


def by_equations(x: np.ndarray) -> np.ndarray:
    """Spike counts over the steps, sums of spikes as NIR has them: Torch's own convolutions on channels first."""
    states: list[Any] = [0.0, 0.0, 0.0]
    counts = torch.zeros(len(x), 3)

    def fired(index: int, current: Any) -> Any:
        v = BETA * states[index] + current
        spikes = (v > 0.5).double()
        states[index] = v - 0.5 * spikes
        return spikes

    images, kernel, bias, second, last = (torch.from_numpy(each) for each in (x, KERNEL, BIAS, SECOND, LAST))
    for _ in range(STEPS):
        s = fired(0, F.conv2d(images, kernel, bias, padding=1))
        s = fired(1, F.conv2d(4 * F.avg_pool2d(s, 2), second))
        counts += fired(2, s.flatten(1) @ last.T)
    return counts.numpy().astype(int)


def test_a_nir_network_on_maps_spikes_as_its_equations_say(tmp_path: Path):
    path = file(tmp_path / "m.nir", nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])))
    graph = read_nir(path, dt=1.0, reset="subtract")
    assert isinstance(graph.nodes[0], Reorder)
    x = RNG.uniform(size=(40, 2, 6, 6))
    layers = float_layers(cells_of(graph.nodes[1:]))
    ours = spike_counts(layers, x.transpose(0, 2, 3, 1).reshape(40, 1, -1), STEPS)
    assert np.array_equal(ours, by_equations(x))
    assert ours.sum() > 20
    assert [each.convolution.window.kernel for each in layers[:2] if each.convolution] == [(3, 3), (4, 4)]


def test_its_integers_spike_nearly_as_often_and_the_oracle_agrees(tmp_path: Path):
    path = file(tmp_path / "m.nir", nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])))
    x = RNG.uniform(size=(40, 2, 6, 6))
    options = {"dt": 1.0, "reset": "subtract", "time_steps": STEPS, "stream_length": 256}
    exported = export(path, calibration=x.reshape(40, -1), **options)
    assert exported.report.classes_equal > 0.8
    network = exported.network
    assert [layer.kind for layer in network.layers] == ["conv2d", "conv2d", "dense"]
    assert network.input.shape == (6, 6, 2)
    codes = network.quantize(x[:2].transpose(0, 2, 3, 1).reshape(2, -1))
    save_network(network, tmp_path / "network")
    wanted = evaluate(tmp_path / "network", codes)
    for engine in ("reference", "packed", "counts", "jax"):
        assert np.array_equal(infer(network, codes, engine=engine), wanted), engine  # type: ignore[arg-type]


def test_a_factor_of_each_channel_behind_a_mean_goes_into_the_columns_of_a_dense_layer():
    def lif(count: int) -> Lif:
        return Lif("cells", np.full(count, BETA), np.full(count, 0.5), "ge", "subtract")

    shape, factor = (4, 6, 2), np.array([2.0, 5.0])
    mean = Pool("mean", "avg", Window(shape, (2, 2), (2, 2)))  # to 2 · 3 places
    first, last = RNG.normal(size=(48, 5)), RNG.normal(size=(3, 12))
    nodes = [
        Dense("first", first, None), lif(48), mean, Scale("norm", np.tile(factor, 6), np.zeros(12)),
        Dense("last", last, None), lif(3),
    ]  # fmt: skip
    spikes = RNG.integers(0, 2, (4, 6, 2)).astype(float)
    means = spikes.reshape(2, 2, 3, 2, 2).mean((1, 3))
    wanted = last @ (means * factor).reshape(12)
    assert cells_of(nodes)[1]["weight"] @ spikes.reshape(48) == pytest.approx(wanted, rel=1e-12)


def test_cells_of_one_layer_get_the_threshold_of_the_first():
    thresholds = np.array([0.5, 2.0, 1.0])
    nodes = [
        Dense("first", np.ones((3, 2)), np.ones(3)),
        Lif("cells", np.full(3, BETA), thresholds, "ge", "subtract"),
    ]
    (layer,) = cells_of(nodes)
    assert layer["threshold"] == 0.5
    assert layer["weight"].tolist() == [[1.0, 1.0], [0.25, 0.25], [0.5, 0.5]]
    assert layer["bias"].tolist() == [1.0, 0.25, 0.5]


def test_samples_over_time_stay_as_they_are(tmp_path: Path):
    steps = 3
    nodes = [nir.Input({"input": np.array([5])}), nir.Linear(RNG.normal(size=(3, 5))), cells(3)]
    nodes += [nir.Output({"output": np.array([3])})]
    names = [f"n{index}" for index in range(len(nodes))]
    nir.write(tmp_path / "m.nir", nir.NIRGraph(dict(zip(names, nodes)), [*pairwise(names)], type_check=False))
    spikes = RNG.integers(0, 2, (12, steps, 5))
    options = {"dt": 1.0, "reset": "subtract", "time_steps": steps, "stream_length": 16, "input_encoding": "spike"}
    report = export(tmp_path / "m.nir", calibration=spikes, repeat=False, **options).report
    assert report.classes_equal is not None


def test_sums_of_spikes_that_no_window_expresses_are_refused(tmp_path: Path):
    sums = nir.SumPool2d(np.array([3, 3]), np.array([2, 2]), np.array([0, 0]))
    kernel = np.ones((4, 3, 3, 3))
    graph = read_nir(file(tmp_path / "m.nir", sums, 1, kernel), dt=1.0, reset="subtract")
    with pytest.raises(OptionError, match=r"its windows and the padding or kernel of .* are no one window"):
        cells_of(graph.nodes[1:])
    padded = nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([1, 1]))
    with pytest.raises(OptionError, match="windows that leave the map"):
        read_nir(file(tmp_path / "p.nir", padded), dt=1.0, reset="subtract")


def test_samples_of_several_axes_are_those_of_the_graph_and_labels_are_classes(tmp_path: Path):
    path = file(tmp_path / "m.nir", nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])))
    x = RNG.uniform(size=(12, 2, 6, 6))
    options = {"dt": 1.0, "reset": "subtract", "time_steps": STEPS, "stream_length": 64}
    flat = export(path, calibration=x.reshape(12, -1), **options).report
    assert export(path, calibration=x, **options).report == flat
    for width in (50, 100):
        with pytest.raises(OptionError, match=r"samples must have 72 features a sample, .*; got \(12, "):
            export(path, calibration=RNG.uniform(size=(12, width)), **options)
    for label in (-1, 3):
        with pytest.raises(OptionError, match="labels must be classes from 0 to 2"):
            export(path, calibration=x, labels=np.full(12, label), **options)


def test_groups_that_are_no_whole_number_are_refused(tmp_path: Path):
    nodes = [nir.Input({"input": np.array([2, 6, 6])}), nir.Conv2d((6, 6), KERNEL, 1, 1, 1, 1.5, BIAS), cells(3, 6, 6)]
    nodes.append(nir.Output({"output": np.array([3, 6, 6])}))
    names = [f"n{index}" for index in range(len(nodes))]
    nir.write(tmp_path / "m.nir", nir.NIRGraph(dict(zip(names, nodes)), [*pairwise(names)], type_check=False))
    with pytest.raises(OptionError, match=r"node 'n1' .*: groups must be a whole number, got 1\.5"):
        read_nir(tmp_path / "m.nir", dt=1.0, reset="subtract")
