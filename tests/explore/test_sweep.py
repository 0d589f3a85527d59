"""Sweeps on a small random network: every figure against an oracle of its own, resumption, interruption, processes."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support.oracle import evaluate

from sc_neurocore import save_network
from sc_neurocore.explore import PAIRS, sweep, sweeping
from sc_neurocore.explore.candidates import FloatNetwork, export_point, float_outputs, read_source
from sc_neurocore.explore.pairs import check_pairs
from sc_neurocore.spec import Comparator, Counter, OptionError, SCError, Sobol, quantize
from sc_neurocore.training.config import TrainConfig
from sc_neurocore.training.folder import TrainedModel, save_model

LENGTHS = (16, 5, 4)


def make_model(seed: int = 3, **config) -> TrainedModel:
    """A model that was never trained: random weights serve as well."""
    rng = np.random.default_rng(seed)
    shapes = [(5, 8), (3, 5)]
    return TrainedModel(
        config=TrainConfig(name="tiny", hidden=(5,), stream_length=16, seed=seed, **config),
        features=8,
        classes=3,
        input_encoding="unipolar",
        input_scale=16.0,
        weights=tuple(rng.uniform(-1, 1, shape).astype(np.float32) for shape in shapes),
        biases=tuple(rng.uniform(-1, 1, shape[0]).astype(np.float32) for shape in shapes),
        data={},
        accuracy={"float": None, "integer": None, "train": None},
        history={"loss": [], "accuracy": []},
    )


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(11)
    return {"features": rng.integers(0, 18, (40, 8)).astype(float), "labels": rng.integers(0, 3, 40)}


@pytest.fixture
def counted(monkeypatch):
    """How many points were computed rather than kept."""
    calls = []
    real = sweeping.evaluate

    def evaluate(task):
        calls.append((task.label, task.stream_length, task.seed))
        return real(task)

    monkeypatch.setattr(sweeping, "evaluate", evaluate)
    return calls


def test_every_point_equals_the_outside_oracle(tmp_path, data):
    model = make_model()
    document = sweep(model, tmp_path / "s", **data, stream_lengths=LENGTHS, generators=("default", "sobol"))
    assert [(p["generators"], p["stream_length"]) for p in document["points"]] == [
        (label, length) for label in ("default", "sobol") for length in LENGTHS
    ]
    for i, point in enumerate(document["points"]):
        network, _ = export_point(model, point["stream_length"], None, PAIRS[point["generators"]], {})
        save_network(network, tmp_path / f"n{i}")
        n = point["resolution_bits"]
        assert n == {16: 4, 5: 3, 4: 2}[point["stream_length"]]
        # Codes, classes, error and saturation by their definitions, outputs by the oracle.
        scaled = data["features"] / 16.0
        codes = np.clip(np.floor(scaled * (2**n - 1) + 0.5), 0, 2**n - 1).astype(np.int64)
        outputs = evaluate(tmp_path / f"n{i}", codes)
        assert point["correct"] == sum(
            row.tolist().index(max(row)) == y for row, y in zip(outputs, data["labels"], strict=True)
        )
        assert point["accuracy"] == point["correct"] / 40
        assert point["inputs_saturated"] == int((np.floor(scaled * (2**n - 1) + 0.5) > 2**n - 1).sum())
        error = outputs * network.layers[-1].output_scale - float_outputs(model, data["features"])
        assert point["mse"] == pytest.approx(float((error**2).mean()))
        assert point["network_sha256"] == network.sha256
        assert point["seed"] == 3
    assert len({p["network_sha256"] for p in document["points"]}) == 6
    assert json.loads((tmp_path / "s" / "sweep.json").read_text()) == document


def test_finer_streams_come_nearer_to_the_float_network(tmp_path, data):
    document = sweep(make_model(), tmp_path / "s", **data, stream_lengths=(64, 16, 4))
    errors = [point["mse"] for point in document["points"]]
    assert errors[0] < errors[1] / 4 < errors[2] / 16


@pytest.mark.parametrize(
    ("changes", "scales"),
    [
        ({}, ()),
        ({"learn_scale": "multiplier"}, (1.4,)),
        ({"neuron": "lif", "time_steps": 5}, ()),
        ({"neuron": "lif", "time_steps": 5, "leak_shift": None, "reset": "zero", "comparator": "gt"}, ()),
    ],
    ids=["dense", "learned factor", "spiking", "spiking without leak"],
)
def test_float_outputs_equal_the_trainers(data, changes, scales):
    jax = pytest.importorskip("jax")
    from sc_neurocore.training.forward import float_logits

    model = dataclasses.replace(make_model(**changes), scales=scales)
    params = [{"weight": w, "bias": b} for w, b in zip(model.weights, model.biases, strict=True)]
    for p, scale in zip(params, scales, strict=False):
        p["scale"] = np.float32(scale)
    x = jax.numpy.asarray(data["features"] / 16.0, jax.numpy.float32)
    wanted = float_logits(model.layers(), params, x, model.config.border_shift, model.config)
    np.testing.assert_allclose(float_outputs(model, data["features"]), wanted, rtol=1e-5, atol=1e-5)
    assert len(np.unique(np.round(wanted, 4))) > 10


@pytest.mark.parametrize("changes", [{"neuron": "lif", "time_steps": 3}, {"learn_scale": "power_of_two"}], ids=str)
def test_spiking_networks_and_learned_factors_are_swept(tmp_path, data, changes):
    model = dataclasses.replace(make_model(**changes), scales=(0.6,) if "learn_scale" in changes else ())
    document = sweep(model, tmp_path / "s", **data, stream_lengths=(256, 8), generators=("default", "lfsr"))
    for i, point in enumerate(document["points"]):
        network, _ = export_point(model, point["stream_length"], None, PAIRS[point["generators"]], {})
        save_network(network, tmp_path / f"n{i}")
        codes, _ = quantize(data["features"] / 16.0, "unipolar", point["resolution_bits"])
        outputs = evaluate(tmp_path / f"n{i}", codes)
        assert point["accuracy"] == (outputs.argmax(axis=1) == data["labels"]).mean()
        assert network.input.time_steps == model.config.time_steps
    errors = [point["mse"] for point in document["points"]]
    assert errors[0] < errors[1]


def test_float_weights(tmp_path, data):
    rng = np.random.default_rng(5)
    weights, biases = [rng.normal(size=(4, 8)), rng.normal(size=(3, 4))], [rng.normal(size=4), rng.normal(size=3)]
    options = {"calibration": data["features"], "input_scale": 16.0}
    document = sweep((weights, biases), tmp_path / "s", **data, stream_lengths=(256, 8), **options)
    hidden = np.maximum(data["features"] @ weights[0].T + biases[0], 0)
    wanted = hidden @ weights[1].T + biases[1]
    assert document["float_accuracy"] == float((wanted.argmax(axis=1) == data["labels"]).mean())
    assert document["points"][0]["mse"] < document["points"][1]["mse"]
    np.testing.assert_allclose(float_outputs(read_source((weights, biases)), data["features"]), wanted)


def test_finished_points_are_kept(tmp_path, data, counted):
    said = []
    first = sweep(make_model(), tmp_path / "s", **data, stream_lengths=(16, 4))
    assert len(counted) == 2
    (tmp_path / "s" / "sweep.svg").write_text("")  # a picture drawn beside the results is no stranger
    again = sweep(make_model(), tmp_path / "s", **data, stream_lengths=(16, 8, 4), progress=said.append)
    assert counted[2:] == [("default", 8, 3)]
    assert said[0] == "2 of 3 points are there already"
    assert [again["points"][0], again["points"][2]] == first["points"]


@pytest.mark.parametrize("change", ["features", "labels", "weights", "resolution", "damage"])
def test_a_point_is_computed_again_when_what_it_depends_on_changed(tmp_path, data, counted, change):
    sweep(make_model(), tmp_path / "s", **data, stream_lengths=(4,))
    now, model, options = dict(data), make_model(), {}
    if change == "features":
        now["features"] = data["features"] + 1
    elif change == "labels":
        now["labels"] = (data["labels"] + 1) % 3
    elif change == "weights":
        model = make_model(seed=4)
    elif change == "resolution":
        options["resolution_bits"] = 3
    else:
        (file,) = (tmp_path / "s" / "points").iterdir()
        file.write_text(file.read_text()[:-20])
    sweep(model, tmp_path / "s", **now, stream_lengths=(4,), **options)
    assert len(counted) == 2


def _as(kind, array):
    """The array as another library's."""
    if kind == "numpy":
        return array
    library = pytest.importorskip("jax.numpy" if kind == "jax" else kind, reason=f"the {kind} extra is not installed")
    return library.asarray(array)


@pytest.mark.parametrize("kind", ["numpy", "jax", "torch"])
def test_other_calibration_is_another_point(tmp_path, data, counted, kind):
    """A large array that differs in the middle alone, which every library's repr leaves out."""
    rng = np.random.default_rng(5)
    source = ([rng.normal(size=(4, 8)), rng.normal(size=(3, 4))], [rng.normal(size=4), rng.normal(size=3)])
    calibration = rng.integers(0, 18, (400, 8)).astype(np.float32)
    other = calibration.copy()
    other[5:-5] *= 0.1
    assert repr(_as(kind, calibration)) == repr(_as(kind, other)), "else the test could not fail"

    def sha(folder, array):
        document = sweep(source, tmp_path / folder, **data, stream_lengths=(16,), calibration=_as(kind, array))
        return document["points"][0]["network_sha256"]

    first, second = sha("s", calibration), sha("s", other)
    assert len(counted) == 2
    assert first != second == sha("fresh", other)
    assert sha("s", other.copy()) == second, "the same content is the same point"
    assert len(counted) == 3


@pytest.mark.parametrize("kind", ["numpy", "jax", "torch"])
def test_other_weights_are_another_point(tmp_path, data, counted, kind):
    rng = np.random.default_rng(6)
    weights, biases = [rng.normal(size=(200, 8)), rng.normal(size=(3, 200))], [np.zeros(200), np.zeros(3)]
    other = [weights[0].copy(), weights[1]]
    other[0][100] += 1

    def count(matrices):
        source = ([_as(kind, w) for w in matrices], biases)
        sweep(source, tmp_path / "s", **data, stream_lengths=(4,))
        return len(counted)

    assert [count(weights), count(other), count([w.copy() for w in weights])] == [1, 2, 2]


def test_what_does_not_change_a_result_keeps_the_point(tmp_path, data, counted):
    """Order of the options, and a copy of an array: the same; the same values in another type: computed again."""
    source = ([np.eye(3, 8)], [np.zeros(3)])
    calibration = np.linspace(0, 16, 40).reshape(5, 8)

    def count(**options):
        sweep(source, tmp_path / "s", **data, stream_lengths=(4,), **options)
        return len(counted)

    assert count(calibration=calibration, input_scale=16.0) == 1
    assert count(input_scale=16.0, calibration=calibration.copy()) == 1
    assert count(input_scale=16.0, calibration=calibration.astype(np.float32)) == 2
    assert count(input_scale=16, calibration=calibration.astype(np.float32)) == 3


def test_options_without_content_are_refused_by_name(tmp_path, data):
    source = ([np.eye(3, 8)], [np.zeros(3)])
    with pytest.raises(OptionError, match=r"export_options\['calibration'\] .* got (object|generator)"):
        sweep(source, tmp_path / "s", **data, stream_lengths=(4,), calibration=object())
    assert not (tmp_path / "s").exists()


def test_weights_that_were_changed_in_place_are_another_point(tmp_path, data, counted):
    """A model's arrays can be written to; nothing that was hashed of them before may be taken for them."""
    model = make_model()
    before = model.to_json()["tensors"]["sha256"]
    sweep(model, tmp_path / "s", **data, stream_lengths=(4,))
    model.weights[0][...] *= 0.5
    sweep(model, tmp_path / "s", **data, stream_lengths=(4,))
    assert len(counted) == 2
    assert model.to_json()["tensors"]["sha256"] != before


def test_a_single_output_tells_two_classes_apart(tmp_path, data):
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(1, 8))
    labels = (data["features"] @ weight[0] >= 0).astype(int)
    assert 0 < labels.mean() < 1
    document = sweep(
        ([weight], [np.zeros(1)]), tmp_path / "s", features=data["features"], labels=labels, stream_lengths=(256,),
        calibration=data["features"],
    )  # fmt: skip
    assert document["float_accuracy"] == 1
    assert document["points"][0]["accuracy"] > 0.9


def test_an_interrupted_sweep_goes_on(tmp_path, data, monkeypatch):
    whole = sweep(make_model(), tmp_path / "whole", **data, stream_lengths=LENGTHS)
    real = sweeping.evaluate
    calls = []

    def interrupted(task):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(task)
        return real(task)

    monkeypatch.setattr(sweeping, "evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep(make_model(), tmp_path / "s", **data, stream_lengths=LENGTHS)
    assert len(list((tmp_path / "s" / "points").iterdir())) == 2
    assert not (tmp_path / "s" / "sweep.json").exists()
    calls.append(None)  # past the interruption: the third point alone is left
    assert sweep(make_model(), tmp_path / "s", **data, stream_lengths=LENGTHS) == whole
    assert len(calls) == 4


def test_processes_and_executors_give_the_same(tmp_path, data):
    alone = sweep(make_model(), tmp_path / "a", **data, stream_lengths=LENGTHS)
    assert sweep(make_model(), tmp_path / "b", **data, stream_lengths=LENGTHS, workers=1) == alone
    with ThreadPoolExecutor(2) as pool:
        assert sweep(make_model(), tmp_path / "c", **data, stream_lengths=LENGTHS, executor=pool) == alone


def test_an_error_in_a_point_is_the_sweeps(tmp_path, data):
    with pytest.raises(OptionError, match="engine must be one of"), ThreadPoolExecutor(1) as pool:
        sweep(make_model(), tmp_path / "s", **data, stream_lengths=(8, 4), engine="abacus", executor=pool)
    assert list((tmp_path / "s" / "points").iterdir()) == []


def test_seeds_are_the_models(tmp_path, data):
    folder = tmp_path / "model"
    save_model(make_model(seed=9), folder)
    document = sweep([make_model(seed=3), folder], tmp_path / "s", **data, stream_lengths=(8,))
    assert [point["seed"] for point in document["points"]] == [3, 9]
    accuracies = [
        float((float_outputs(make_model(s), data["features"]).argmax(1) == data["labels"]).mean()) for s in (3, 9)
    ]
    assert document["float_accuracy"] == pytest.approx(sum(accuracies) / 2)


def test_own_generators(tmp_path, data):
    pair = (Comparator(source=Sobol(dimension=3)), Comparator(source=Counter()))
    document = sweep(make_model(), tmp_path / "s", **data, stream_lengths=(8,), generators={"mine": pair})
    assert document["points"][0]["generators"] == "mine"
    assert document["points"][0]["input_generator"]["source"]["dimension"] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stream_lengths": ()}, "stream_lengths must be distinct integers"),
        ({"stream_lengths": (8, 8)}, "stream_lengths must be distinct integers"),
        ({"stream_lengths": (8.0,)}, "stream_lengths must be distinct integers"),
        ({"stream_lengths": 8}, "stream_lengths must be distinct integers"),
        ({"generators": "halton"}, "generators must be of default, sobol, van_der_corput, lfsr, .* got 'halton'"),
        ({"generators": ()}, "at least one pair"),
        ({"generators": {"a": "sobol"}}, r"generators\['a'\] must be a pair"),
        ({"workers": -1}, "workers must be an integer of at least 0, got -1"),
        ({"labels": np.zeros(3, int)}, "labels must be 40 integers"),
        ({"labels": np.zeros(40)}, "labels must be 40 integers"),
        ({"features": np.zeros((40, 8), complex)}, "features must be real numbers"),
        ({"features": np.full((40, 8), np.nan)}, "finite"),
        ({"calibration": np.zeros((2, 8))}, "calibration: a trained model knows its own ranges"),
    ],
)
def test_illegal_arguments(tmp_path, data, options, message):
    with pytest.raises(SCError, match=message):
        sweep(make_model(), tmp_path / "s", **(data | options))


def test_illegal_sources_and_folders(tmp_path, data):
    for source in (3, [], np.zeros((2, 2))):
        with pytest.raises(OptionError, match="source must"):
            sweep(source, tmp_path / "s", **data)
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "letter.txt").write_text("mine")
    with pytest.raises(OptionError, match=r"earlier sweep; .*holds 'letter.txt'"):
        sweep(make_model(), tmp_path / "s", **data)
    (tmp_path / "file").write_text("")
    with pytest.raises(OptionError, match="out must be a folder"):
        sweep(make_model(), tmp_path / "file", **data)
    assert isinstance(read_source(FloatNetwork((), ())), FloatNetwork)
    assert check_pairs("sobol") == {"sobol": PAIRS["sobol"]}
