"""Fault curves on a small network: every point against the oracle, resumption, executors, refusals."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.faults import oracle
from support.networks.random_networks import random_network

from sc_neurocore import cli, load_network
from sc_neurocore.explore import fault_curves, faulting, plot_faults
from sc_neurocore.explore.intervals import bootstrap_interval
from sc_neurocore.spec import CodesError, OptionError


@pytest.fixture
def made():
    """A network of one step, whose codes are its features, and samples."""
    one = next(
        each
        for each in map(random_network, range(100))
        if each.description["input"]["time_steps"] == 1
        and each.description["input"]["encoding"] == "unipolar"
        and all(layer["accumulator"]["kind"] == "parallel_counter" for layer in each.description["layers"])
        and sum(layer["stream_length"] for layer in each.description["layers"]) < 80
    )
    head = one.description["input"]
    head["scale"] = float(2 ** head["resolution_bits"] - 1)
    return one


@pytest.fixture
def run(made, tmp_path):
    folder = made.write(tmp_path / "network")
    codes = made.codes(12)
    labels = np.arange(12) % load_network(folder).output_neurons
    options = {"features": codes.astype(float), "labels": labels, "probabilities": (0.0, 0.05), "trials": 2}
    return folder, codes, options


def test_every_point_equals_the_oracle(made, run, tmp_path):
    folder, codes, options = run
    sites = ("product", "stored_weight")
    document = fault_curves([folder, folder], tmp_path / "f", sites=sites, seed=3, **options)
    assert len(document["points"]) == 2 * 2 * 2 * 2
    for point in document["points"]:
        key = 3 + point["trial"] + 2**32 * point["network"]
        assert point["fault_seed"] == key
        faults = [(point["site"], "flip", point["probability"])]
        outputs = oracle.evaluate(made.description, made.tensors, codes, faults, key)
        classes = [row.index(max(row)) for row in outputs.tolist()] if outputs.shape[1] > 1 else None
        if classes is not None:
            wrong = [i for i, (c, y) in enumerate(zip(classes, options["labels"], strict=True)) if c != y]
            assert point["wrong"] == wrong
            assert point["accuracy"] == pytest.approx(1 - len(wrong) / 12)
    for row in document["curves"]:
        group = [p for p in document["points"] if (p["site"], p["probability"]) == (row["site"], row["probability"])]
        assert row["points"] == len(group) == 4
        assert row["accuracy"] == pytest.approx(np.mean([p["accuracy"] for p in group]), abs=1e-6)
        low, high = row["interval_95"]
        assert low <= row["accuracy"] <= high
    assert json.loads((tmp_path / "f" / "faults.json").read_text()) == document


def test_finished_points_are_kept_and_executors_give_the_same_bytes(run, tmp_path, monkeypatch):
    folder, _, options = run
    whole = fault_curves(folder, tmp_path / "a", **options)
    fault_curves(folder, tmp_path / "b", workers=2, **options)
    assert (tmp_path / "b" / "faults.json").read_bytes() == (tmp_path / "a" / "faults.json").read_bytes()
    monkeypatch.setattr(faulting, "run", lambda *_, **__: pytest.fail("computed again"))
    assert fault_curves(folder, tmp_path / "a", **options) == whole
    with pytest.raises(pytest.fail.Exception):
        fault_curves(folder, tmp_path / "a", **{**options, "seed": 1})


@pytest.mark.slow
def test_two_dask_workers_give_the_same_bytes(run, tmp_path):
    distributed = pytest.importorskip("distributed", reason="the cluster extra is not installed")
    folder, _, options = run
    fault_curves(folder, tmp_path / "a", workers=2, **options)
    where = {"host": "127.0.0.1", "n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(silence_logs=50, **where) as cluster:
        fault_curves(folder, tmp_path / "b", executor=f"dask:{cluster.scheduler_address}", **options)
    assert (tmp_path / "b" / "faults.json").read_bytes() == (tmp_path / "a" / "faults.json").read_bytes()


def test_the_picture_and_the_command(run, tmp_path, capsys):
    folder, codes, options = run
    document = fault_curves(folder, tmp_path / "a", **options)
    for ending in ("svg", "png"):
        assert plot_faults(document, tmp_path / f"p.{ending}").stat().st_size > 1000
    with pytest.raises(OptionError, match="must end in"):
        plot_faults(document, tmp_path / "p.gif")
    with pytest.raises(OptionError, match="with its curves"):
        plot_faults({}, tmp_path / "p.svg")
    data = {"x": codes.astype(float), "y": options["labels"]}
    np.savez(tmp_path / "data.npz", **data, x_test=data["x"], y_test=data["y"])
    arguments = ["faults", str(folder), "--out", str(tmp_path / "c"), "--data", str(tmp_path / "data.npz")]
    assert cli.main([*arguments, "--probabilities", "0,0.1", "--sites", "input,product"]) == 0
    assert capsys.readouterr().out.count("accuracy") == 4
    assert {"faults.json", "faults.svg"} <= {path.name for path in (tmp_path / "c").iterdir()}
    assert cli.main([*arguments, "--probabilities", "2"]) == 2


def test_the_interval_holds_the_mean_and_shrinks():
    rng = np.random.default_rng(1)
    few, many = rng.random((3, 40)) < 0.8, rng.random((30, 4000)) < 0.8
    (a, b), (c, d) = bootstrap_interval(few.astype(float)), bootstrap_interval(many.astype(float))
    assert a <= few.mean() <= b
    assert c <= many.mean() <= d
    assert d - c < b - a
    assert bootstrap_interval(np.ones((2, 5))) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"sites": ()}, "sites must be distinct"),
        ({"sites": "product"}, "sites must be distinct"),
        ({"sites": ("bias",)}, "sites must be one of input, weight, product"),
        ({"kind": "glitch"}, "kind must be one of"),
        ({"probabilities": (0.1, 0.1)}, "probabilities must be distinct"),
        ({"probabilities": (1.1,)}, "probabilities must be a number from 0 to 1"),
        ({"hardware": "analog"}, "hardware must be one of"),
        ({"trials": 0}, "trials must be an integer"),
        ({"seed": 2**32}, "seed must be an integer"),
        ({"networks": []}, "networks must hold at least one"),
        ({"networks": 3}, "networks must be networks or their folders"),
        ({"labels": np.zeros(3, int)}, "labels must be 12 integers"),
    ],
)
def test_what_is_no_argument_is_refused(run, tmp_path, changes, text):
    folder, _, options = run
    arguments = {"networks": folder, **options, **changes}
    with pytest.raises((OptionError, CodesError), match=text):
        fault_curves(arguments.pop("networks"), tmp_path / "f", **arguments)
    assert not (tmp_path / "f").exists()
