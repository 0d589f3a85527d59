"""The accuracy benchmark: its interval against a closed form, a small run, and the committed figures."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jax", reason="the jax extra is not installed")

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "accuracy.py"
RESULTS = SCRIPT.parent / "results" / "accuracy"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("accuracy_benchmark", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def test_a_small_run_is_kept_and_compares_integers(benchmark, tmp_path, capsys):
    arguments = ["--networks", "64-6-10", "--lengths", "4", "--seeds", "2", "--epochs", "2", "--out", str(tmp_path)]
    assert benchmark.main(arguments) == 0
    row = json.loads((tmp_path / "accuracy.json").read_text())["networks"]["64-6-10"]["4"]
    assert (row["seeds"], row["integers_compared"], row["integers_different"]) == (2, 2 * 450 * 10, 0)
    assert (tmp_path / "accuracy.svg").stat().st_size > 1000
    capsys.readouterr()
    benchmark.main(arguments)
    printed = capsys.readouterr().out
    assert printed.count(": kept\n") == 2
    assert ": training" not in printed


def test_committed_figures_follow_from_the_committed_runs(benchmark):
    result = json.loads((RESULTS / "accuracy.json").read_text())
    checked = 0
    for network, rows in result["networks"].items():
        reference = json.loads((RESULTS / f"{network}_float.json").read_text())
        for length, row in rows.items():
            run = json.loads((RESULTS / f"{network}_L{length}.json").read_text())
            right = [450 - len(wrong) for wrong in run["wrong"]]
            theirs = [450 - len(wrong) for wrong in reference["wrong"]]
            assert row["accuracy_mean"] == pytest.approx(100 * np.mean(right) / 450, abs=0.006)
            assert row["difference_mean"] == pytest.approx(100 * (np.mean(right) - np.mean(theirs)) / 450, abs=0.006)
            assert row == benchmark.statement(run, reference)
            assert run["config"]["epochs"] == result["epochs"]
            checked += run["integers_compared"]
    assert checked == 6 * 45_000
