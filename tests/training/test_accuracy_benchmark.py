"""The accuracy benchmark: its interval against a closed form, a small run, and the committed figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.programs import program

pytest.importorskip("jax", reason="the jax extra is not installed")

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "accuracy.py"
RESULTS = SCRIPT.parent / "results" / "accuracy"


@pytest.fixture(scope="module")
def benchmark():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))  # as Python does for a script: the recipes lie beside it
        return program(SCRIPT)


def test_interval_of_independent_differences_is_the_normal_one(benchmark):
    """Both axes resampled: the variance of the mean of independent entries is counted about three times."""
    rng = np.random.default_rng(0)
    difference = rng.normal(0.01, 0.2, (10, 400))
    low, high = benchmark.interval(difference, rng)
    by_seed = difference.mean(axis=1).var() / 10
    by_sample = difference.mean(axis=0).var() / 400
    both = difference.var() / 4000
    half = 100 * 1.96 * np.sqrt(by_seed + by_sample + both)
    assert (high - low) / 2 == pytest.approx(half, rel=0.15)
    assert (high + low) / 2 == pytest.approx(100 * difference.mean(), abs=0.1 * half)


@pytest.mark.slow  # a benchmark, run by its make target
@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("network", "pairs"),
    [
        ("64-6-10", []),
        pytest.param("64-6-10 spiking", ["bipolar"], marks=pytest.mark.slow),  # compiles five training loops
    ],
)
def test_a_small_run_is_kept_and_compares_integers(network, pairs, benchmark, tmp_path, capsys):
    networks = ["--networks", "64-6-10", *([network] if pairs else []), "--lengths", "4", "--pairs", *pairs]
    arguments = [*networks, "--seeds", "2", "--epochs", "1", "--out", str(tmp_path)]
    assert benchmark.main(arguments) == 0
    result = json.loads((tmp_path / "accuracy.json").read_text())
    images = 2 * 450 * 10 * 4  # two seeds, ten outputs, four engines
    rows = [result["networks"][network]["4"], result["rounded"]["64-6-10"]["4"]]
    rows += [row for pair in pairs for row in result["pairs"][pair].values()]
    for row in rows:
        assert (row["seeds"], row["integers_compared"], row["integers_different"]) == (2, images, 0)
    assert (tmp_path / "accuracy.svg").stat().st_size > 1000
    trained = capsys.readouterr().out.count(": training")
    assert trained == (2 if not pairs else 6)
    benchmark.main(arguments)
    printed = capsys.readouterr().out
    assert printed.count(": kept\n") == trained + len(pairs)  # a pair asks for the float network again
    assert ": training" not in printed


def test_an_integer_that_differs_is_counted(benchmark, monkeypatch):
    """The comparison itself: one output of one engine changed is one difference."""
    from sc_neurocore.training import TrainedModel, load_data

    rng = np.random.default_rng(0)
    weights = tuple(rng.uniform(-1, 1, shape).astype(np.float32) for shape in ((6, 64), (10, 6)))
    model = TrainedModel(
        benchmark.recipe("64-6-10", 4, 1), 64, 10, "unipolar", 16.0, weights,
        (np.zeros(6, np.float32), np.zeros(10, np.float32)), {}, {"float": None, "integer": None}, {},
    )  # fmt: skip
    real = benchmark.infer

    def wrong(network, codes, engine):
        outputs = real(network, codes, engine=engine).copy()
        outputs[7, 3] += engine == "packed"
        return outputs

    monkeypatch.setattr(benchmark, "infer", wrong)
    assert benchmark.exported_outputs(model, load_data())[1:] == (4 * 4500, 1)


@pytest.mark.slow  # computes all of them anew
def test_committed_figures_follow_from_the_committed_runs(benchmark):
    result = json.loads((RESULTS / "accuracy.json").read_text())
    checked = 0
    for part in ("networks", "pairs", "rounded"):
        for name, rows in result[part].items():
            network = "64-32-10" if part == "pairs" else name
            stem = network.replace(" ", "-")
            reference = json.loads((RESULTS / f"{stem}_float.json").read_text())
            for length, row in rows.items():
                if part == "rounded":
                    run = reference["rounded"][length] | {"test_samples": 450}
                else:
                    middle = f"_{name}" if part == "pairs" else ""
                    run = json.loads((RESULTS / f"{stem}{middle}_L{length}.json").read_text())
                    assert run["config"]["epochs"] == row["epochs"]
                    assert run["config"]["stream_length"] == int(length)
                    assert run["seeds"] == reference["seeds"][: row["seeds"]]
                assert row["epochs"] == reference["config"]["epochs"] == (100 if "spiking" in name else 250)
                right = [450 - len(wrong) for wrong in run["wrong"]]
                theirs = [450 - len(wrong) for wrong in reference["wrong"][: len(right)]]
                assert len(right) == row["seeds"] == 10
                assert row["accuracy_mean"] == pytest.approx(100 * np.mean(right) / 450, abs=0.006)
                assert row["difference_mean"] == pytest.approx(
                    100 * (np.mean(right) - np.mean(theirs)) / 450, abs=0.006
                )
                assert row == benchmark.statement(run, reference)
                assert row["integers_different"] == 0
                checked += row["integers_compared"]
    assert checked >= 30 * 45_000


def test_committed_figures_meet_their_targets():
    """Not significantly below −1.0 (L = 4) or −0.4, lower end above −2.2 or −1.0; rounding alone loses at most 0.5."""
    result = json.loads((RESULTS / "accuracy.json").read_text())
    for network in ("64-32-10", "64-128-10", "64-32-10 spiking"):
        for length, mean, low in (("4", -1.0, -2.2), ("8", -0.4, -1.0), ("16", -0.4, -1.0)):
            if (network, length) == ("64-32-10 spiking", "16"):
                continue  # measured and reported
            row = result["networks"][network][length]
            assert row["difference_95"][1] >= mean, (network, length)
            assert row["difference_95"][0] > low, (network, length)
    assert result["rounded"]["64-32-10"]["16"]["difference_mean"] >= -0.5
    assert {"sobol", "lfsr", "bipolar", "or"} <= set(result["pairs"])
    assert {"16", "64"} <= set(result["pairs"]["bipolar"])


def test_the_training_page_shows_the_committed_figures():
    page = program("docs/measured_training.py")
    assert page.page() == page.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_training.py"


def test_committed_epoch_costs_are_below_three():
    rows = json.loads((RESULTS / "epoch_cost.json").read_text())["networks"]
    assert rows["64-32-10"]["16"]["repeats"] >= 100
    assert 1 < rows["64-32-10"]["16"]["ratio"] <= 3
    assert all(row["exact_ms"] > row["float_ms"] for row in rows["64-32-10"].values())


@pytest.mark.slow
def test_an_exact_epoch_costs_at_most_three_float_ones():
    cost = program(SCRIPT.with_name("epoch_cost.py")).epoch_cost({"hidden": (32,)}, 16, repeats=100)
    assert cost["exact_ms"] > 0
    assert cost["ratio"] <= 3
