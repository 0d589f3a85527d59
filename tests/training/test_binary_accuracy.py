"""Binary networks trained through the binary core's integers: the training forward, and the committed figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.programs import program

pytest.importorskip("jax", reason="the jax extra is not installed")

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks" / "binary_accuracy.py"


@pytest.fixture(scope="module")
def benchmark():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))  # as Python does for a script
        yield program(SCRIPT)


@pytest.fixture(scope="module")
def data():
    from sc_neurocore.training import load_data

    return load_data()


@pytest.mark.slow  # a training
def test_trained_integers_are_those_of_the_model_and_a_difference_is_counted(benchmark, data):
    config = benchmark.recipe("64-6-10", 2**4, 2)
    made = benchmark.train_binary(config, [0, 1], data)
    found = benchmark.binary_misses(made, data)
    assert (found["integers_compared"], found["integers_different"]) == (2 * 4500, 0)
    assert [len(wrong) < 300 for wrong in found["wrong"]] == [True, True]  # it learns
    assert not np.array_equal(made[0][1], made[1][1])
    made[1][1][7, 3] += 1
    assert benchmark.binary_misses(made, data)["integers_different"] == 1


def test_the_forward_rounds_once_and_passes_the_smooth_slope(benchmark):
    """Against a literal evaluation in Python integers, borders at a tie included; the slope is 0 where it clips."""
    import jax
    import jax.numpy as jnp

    from sc_neurocore.training.architecture import layers_of

    n = 3
    layers = layers_of(benchmark.recipe("64-2-10", 2**n, 1).replace(hidden=(2,)), 3, 2, "unipolar")
    top = 2**n - 1
    weight, bias = np.array([[7, -3, 2], [7, 7, 7]]), np.array([1, 5])
    params = [
        {"weight": jnp.asarray(weight / top, jnp.float32), "bias": jnp.asarray(bias / 8, jnp.float32)},
        {"weight": jnp.asarray(np.array([[7, 1], [-2, 4]]) / top, jnp.float32), "bias": jnp.zeros(2, jnp.float32)},
    ]
    codes = np.array([[4, 7, 0], [7, 0, 7], [4, 4, 0], [0, 0, 0]])
    exact = codes @ weight.T + bias * 8
    hidden = np.array([[min(max((int(a) + 8) // 16, 0), top) for a in row] for row in exact])
    assert (exact % 16 == 8).any(), "no tie"
    assert (hidden == top).any()
    outputs = benchmark.binary_forward(layers, params, jnp.asarray(codes, jnp.float32))
    assert np.array_equal(outputs, hidden @ np.array([[7, 1], [-2, 4]]).T)
    first = jax.jit(jax.grad(lambda x: benchmark.binary_forward(layers, params, x)[:, 0].sum()))
    slope = first(jnp.asarray(codes, jnp.float32))
    inside = (exact > 0) & (exact < 16 * top)
    assert np.allclose(slope, (inside * [7, 1]) @ weight / 16)


def test_committed_figures_follow_from_the_committed_runs(benchmark):
    result = json.loads((benchmark.RESULTS / "binary_accuracy.json").read_text())
    reference = json.loads((benchmark.accuracy.RESULTS / "64-32-10_float.json").read_text())
    runs = {}
    for kind, rows in result["rows"].items():
        assert list(rows) == [str(n) for n in benchmark.BITS]
        for n, row in rows.items():
            runs[kind, int(n)] = run = json.loads((benchmark.RESULTS / f"{kind}_n{n}.json").read_text())
            assert run["seeds"] == reference["seeds"] == list(range(10))
            assert run["config"]["stream_length"] == 2 ** int(n)
            right = [450 - len(wrong) for wrong in run["wrong"]]
            assert row["accuracy_mean"] == pytest.approx(100 * np.mean(right) / 450, abs=0.006)
            if n == "3":  # an interval takes a second
                assert row == benchmark.accuracy.statement(run, reference)
            assert row["integers_compared"] >= 45_000
            assert row["integers_different"] == 0
    assert len(runs) == 2 * len(benchmark.BITS)
    assert len(result["stream_minus_binary"]) == len(benchmark.BITS) ** 2
    for pair in result["stream_minus_binary"]:
        ours, theirs = (result["rows"][kind][str(pair[kind])]["accuracy_mean"] for kind in benchmark.KINDS)
        assert pair["difference_mean"] == pytest.approx(ours - theirs, abs=0.011)
        if pair["stream"] == pair["binary"] == 3:
            assert pair == pair | benchmark.difference(runs["stream", 3], runs["binary", 3])


def test_the_thirty_seeds_follow_from_their_runs(benchmark):
    folder = benchmark.RESULTS / "seeds30"
    result = json.loads((folder / "binary_accuracy.json").read_text())
    runs = {}
    for kind in benchmark.KINDS:
        for n in (3, 4):
            runs[kind, n] = run = json.loads((folder / f"{kind}_n{n}.json").read_text())
            assert run["seeds"] == list(range(30))
            assert result["rows"][kind][str(n)]["integers_different"] == run["integers_different"] == 0
            assert result["rows"][kind][str(n)]["integers_compared"] == run["integers_compared"] >= 30 * 4500
    (pair,) = [each for each in result["stream_minus_binary"] if each["stream"] == each["binary"] == 3]
    assert pair == pair | benchmark.difference(runs["stream", 3], runs["binary", 3])


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_committed_networks_are_those_of_the_first_seed(benchmark, data, n):
    from sc_neurocore import infer, load_network

    for kind in benchmark.KINDS:
        run = json.loads((benchmark.RESULTS / f"{kind}_n{n}.json").read_text())
        network = load_network(benchmark.NETWORKS / f"{kind}{n}")
        assert network.sha256 == run["network_sha256"]
        codes = benchmark.test_codes(network.layers, data)
        run_it = benchmark.binary_model.outputs if kind == "binary" else infer
        wrong = np.flatnonzero(run_it(network, codes).argmax(axis=1) != data.y_test)
        assert wrong.tolist() == run["wrong"][0]
