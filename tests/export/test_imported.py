"""The committed figures on imported networks follow from their splits, and the pipelines meet their targets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
RESULT = json.loads((RESULTS / "imported.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["wine", "breast_cancer"])
def test_pipelines_on_raw_features_stay_near_their_floats(name):
    row = RESULT["pipelines"][name]
    assert len(row["per_split"]) == RESULT["splits"] == 10
    for length, most in (("16", 1.0), ("64", 0.5)):
        lost = np.mean([split["float"] - split[length] for split in row["per_split"]])
        assert row["points_lost"][length] == pytest.approx(lost, abs=1e-9)
        assert lost <= most


def test_taggers_came_in_whole():
    assert len(RESULT["taggers"]) == 5
    for row in RESULT["taggers"].values():
        assert row["source_relative_error"] <= 1e-5
        assert row["agreement"]["256"] >= 0.96
        assert row["agreement"]["1024"] >= 0.985


def test_three_taggers_were_co_simulated():
    runs = [row["cosim"] for row in RESULT["taggers"].values() if "cosim" in row]
    assert len(runs) == 3
    for run in runs:
        assert (run["verdict"], run["mismatches"]) == ("PASS", 0)
        assert run["cycles"] > 10_000
        assert run["values_compared"] > 150


def test_mnist_meets_its_goals_in_the_mean_of_three_seeds():
    rows = json.loads((RESULTS / "mnist.json").read_text("utf-8"))["rows"]
    assert set(rows) == {"imported", "L4", "L8", "L16", "L16, 80 % sparse"}
    for name, row in rows.items():
        key = "L16" if name == "imported" else "accuracy"
        assert len(row["per_seed"]) == 3
        mean = np.mean([seed[key] for seed in row["per_seed"]])
        assert row["means"][key] == pytest.approx(mean, abs=0.005)
        assert mean >= row["goal"]
