from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.programs import program

pytest.importorskip("jax", reason="the jax extra is not installed")

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "mnist.py"


@pytest.fixture(scope="module")
def mnist():
    return program(FILE)


@pytest.mark.slow  # a benchmark, run by its make target
def test_a_small_run_is_measured_recorded_and_kept(mnist, tmp_path, capsys):
    rng = np.random.default_rng(0)
    y = np.arange(400) % 3
    x = rng.integers(0, 80, (400, 5, 5))
    x[np.arange(400), y + 1, 1:4] = 255
    np.savez(tmp_path / "bars.npz", x=x, y=y)
    row = "L16, 80 % sparse"
    command = [str(tmp_path / "bars.npz"), "--rows", row, "--seeds", "1", "--epochs", "4"]
    command += ["--build", str(tmp_path / "build"), "--out", str(tmp_path / "r.json")]
    assert mnist.main(command) == 0
    result = json.loads((tmp_path / "r.json").read_text())
    measured = result["rows"][row]
    assert measured["means"]["accuracy"] == pytest.approx(measured["per_seed"][0]["accuracy"], abs=0.005)
    assert measured["means"]["zero_weights"] >= 0.799  # whole weights, 2867 of 3584
    assert (measured["recipe"]["sparsity"], measured["goal"], result["network"]) == (0.8, 98.0, "784-128-10")
    assert "epoch 4/4" in capsys.readouterr().out
    assert mnist.main(command) == 0
    assert "epoch" not in capsys.readouterr().out
    assert json.loads((tmp_path / "r.json").read_text()) == result


def test_the_committed_result_says_what_made_it(mnist):
    result = json.loads(mnist.RESULT.read_text())
    assert (result["data"]["train_samples"], result["data"]["test_samples"]) == (60_000, 10_000)
    assert result["rows"]
    for name, row in result["rows"].items():
        assert row["means"].keys() == row["per_seed"][0].keys()
        for key, mean in row["means"].items():
            assert mean == pytest.approx(np.mean([seed[key] for seed in row["per_seed"]]), abs=0.006)
        if name in mnist.RECIPES:
            recipe = mnist.TrainConfig(**(mnist.BASE | mnist.RECIPES[name]))
            assert row["recipe"] == recipe.model_dump(mode="json", exclude_defaults=True)
