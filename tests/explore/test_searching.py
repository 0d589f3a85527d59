"""The search for pairs: figures against streams counted one by one, published ones, the default pair found again."""

from __future__ import annotations

import json
from itertools import pairwise, product

import numpy as np
import pytest
from support.oracle.network import word

from sc_neurocore import cli
from sc_neurocore.accel.pair_counts import pair_counts
from sc_neurocore.explore import PAIRS, search_pairs, searching
from sc_neurocore.explore.searching import base_generators, pair_error
from sc_neurocore.export import export_graph
from sc_neurocore.importing.graph import Clip, Conv, Dense, FloatGraph, Pool
from sc_neurocore.importing.maps import Window
from sc_neurocore.spec import Comparator, Counter, OptionError, Sobol


def bits(generator: dict, code: int, n: int, length: int) -> list[int]:
    """The stream of a code, from the contract's text."""
    source = generator["source"]
    words = [word(source, n, t) for t in range(length)]
    if generator["kind"] == "comparator":
        return [int(u <= code if source["kind"] == "lfsr" else u < code) for u in words]
    return [code >> (u.bit_length() - 1) & 1 if u else 0 for u in words]


def table(inputs, weights, n: int, length: int) -> np.ndarray:
    x, w = (
        np.array([bits(each.model_dump(mode="json"), code, n, length) for code in range(2**n)])
        for each in (inputs, weights)
    )
    return x @ w.T


@pytest.mark.parametrize("n", [2, 3, 5])
def test_counts_of_all_kinds_are_those_of_their_streams(n):
    bases = base_generators(n, (1, 3))
    rng = np.random.default_rng(n)
    for _ in range(40):
        pair = [bases[int(rng.integers(len(bases)))] for _ in "xw"]
        skips = [int(rng.integers(2**n)) for _ in "xw"]
        x, w = (
            each.model_copy(update={"source": each.source.model_copy(update={"skip": skip})})
            for each, skip in zip(pair, skips, strict=True)
        )
        length = int(rng.integers(1, 2 ** (n + 1)))
        assert np.array_equal(pair_counts(x, w, n, length), table(x, w, n, length))


@pytest.mark.parametrize(("n", "error"), [(2, 0.167), (3, 0.232), (4, 0.279), (8, 0.407)])
def test_the_default_pair_has_the_error_that_the_contract_gives(n, error):
    bias, found = pair_error(PAIRS["default"], n, 2**n)
    assert abs(bias) < 1e-9
    assert found == pytest.approx(error, abs=6e-4)


def test_sobol_has_the_error_that_the_contract_gives():
    bias, error = pair_error(PAIRS["sobol"], 8, 256)
    assert bias == pytest.approx(-0.248, abs=5e-4)
    assert error == pytest.approx(0.690, abs=5e-4)


def test_the_search_is_exhaustive_and_ranked(tmp_path):
    document = search_pairs(2, tmp_path / "s", sobol_dimensions=(1, 2), best=10_000)
    bases = base_generators(2, (1, 2))
    assert document["searched"] == len(document["best"]) == sum(b.source.period(2) for b in bases) * len(bases)
    wanted = []
    for inputs, weights in product(bases, repeat=2):
        for skip in range(inputs.source.period(2)):
            x = inputs.model_copy(update={"source": inputs.source.model_copy(update={"skip": skip})})
            codes = np.arange(4)
            error = table(x, weights, 2, 4) - np.outer(codes, codes) / 3
            wanted.append((abs(error.mean()), np.sqrt((error**2).mean())))
    found = [(abs(row["bias"]), row["error"]) for row in document["best"]]
    assert found == sorted(found)
    np.testing.assert_allclose(sorted(found), sorted((round(b, 9), round(e, 9)) for b, e in wanted), atol=2e-9)
    least = min(error for bias, error in wanted if bias < 1e-9)
    assert document["best"][0]["error"] == pytest.approx(least)
    assert document["best_by_error"][0]["error"] == pytest.approx(min(error for _, error in wanted))
    front = [(abs(row["bias"]), row["error"]) for row in document["front"]]
    assert front == sorted(front)
    assert all(a[1] > b[1] for a, b in pairwise(front))


def test_the_default_pair_is_among_the_best(tmp_path):
    document = search_pairs(3, tmp_path / "s", best=200)
    rows = [row for row in document["best"] if abs(row["bias"]) < 1e-9 and row["error"] < 0.2315]
    default = [each.model_dump(mode="json") for each in PAIRS["default"]]
    assert default in [[row["input_generator"], row["weight_generator"]] for row in rows]


def test_a_networks_own_weights(tmp_path):
    """Bias and error of its neurons' sums, by going through all inputs of two-input neurons."""
    rng = np.random.default_rng(0)
    weights = rng.integers(-7, 8, (3, 2))
    codes, generators = np.arange(8), (Comparator(source=Sobol(dimension=2, skip=3)), Comparator(source=Counter()))
    error = table(*generators, 3, 8) - np.outer(codes, codes) / 7
    bias, whole = [], []
    for row in weights:
        sums = [sum(np.sign(w) * error[x, abs(w)] for x, w in zip(xs, row)) for xs in product(codes, repeat=2)]
        bias.append(np.mean(sums) ** 2)
        whole.append(np.mean(np.square(sums)))
    network = small_network(tmp_path, weights)
    found = pair_error(generators, 3, 8, searching._use_of(network, 3))
    np.testing.assert_allclose(found, (np.sqrt(np.mean(bias)), np.sqrt(np.mean(whole))), atol=1e-8)
    document = search_pairs(3, tmp_path / "s", network=network, sobol_dimensions=(2,), best=5)
    assert document["network_sha256"] == network.sha256
    with pytest.raises(OptionError, match="network must have layers of 4 bits"):
        search_pairs(4, tmp_path / "t", network=network)


def small_network(folder, weights):
    from sc_neurocore.export import export_dense

    network = export_dense([np.asarray(weights) / 7], [np.zeros(len(weights))], stream_length=8, resolution_bits=3)
    return network.replace(weights=(np.asarray(weights, dtype=np.int32),))


def test_any_number_of_workers_gives_the_same_bytes_and_parts_are_kept(tmp_path, monkeypatch, capsys):
    search_pairs(2, tmp_path / "a", sobol_dimensions=(1,))
    search_pairs(2, tmp_path / "b", sobol_dimensions=(1,), workers=1)
    assert (tmp_path / "a" / "pairs.json").read_bytes() == (tmp_path / "b" / "pairs.json").read_bytes()
    monkeypatch.setattr(searching, "pair_error", lambda *_: pytest.fail("computed again"))
    arguments = ["search", "--resolution-bits", "2", "--out", str(tmp_path / "a"), "--sobol-dimensions", "1"]
    assert cli.main(arguments) == 0
    assert "pairs; by |bias|" in capsys.readouterr().out
    assert json.loads((tmp_path / "a" / "pairs.json").read_text())["searched"] > 100


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"resolution_bits": 9}, "resolution_bits must be an integer from 2 to 8"),
        ({"stream_length": 5}, "stream_length must be 2\\^n or"),
        ({"best": 0}, "best must be an integer"),
        ({"sobol_dimensions": (0,)}, "sobol_dimensions must be an integer"),
        ({"network": 4}, "network must be a network"),
    ],
)
def test_what_is_no_argument_is_refused(arguments, text, tmp_path):
    with pytest.raises(OptionError, match=text):
        search_pairs(arguments.pop("resolution_bits", 2), tmp_path / "s", **arguments)


def test_lanes_are_refused():
    with pytest.raises(OptionError, match="no lane_skip"):
        pair_counts(Comparator(source=Sobol(dimension=1, lane_skip=1)), Comparator(source=Counter()), 3, 8)


def test_the_weights_of_a_convolution_are_those_of_its_channels():
    """A convolution's channel counts as a neuron, and a pool, which has no weights, as nothing."""
    window = Window((6, 6, 1), (3, 3), (1, 1))
    nodes = (
        Conv("conv", np.random.default_rng(0).normal(size=(2, 3, 3, 1)), None, window, 1),
        Clip("relu", 0.0, None),
        Pool("pool", "max", Window((4, 4, 2), (4, 4), (4, 4))),
        Dense("dense", np.random.default_rng(1).normal(size=(3, 2)), None),
    )
    network = export_graph(FloatGraph("arrays", 36, nodes, None), stream_length=8).network
    use = searching._use_of(network, 3)
    assert use.total.shape == (5, 8)
    assert use.total.sum(axis=1).tolist() == [9, 9, 2, 2, 2]
    codes = network.weights[0][1].reshape(-1)
    assert use.signed[1].tolist() == [int((codes == c).sum() - (c > 0) * (codes == -c).sum()) for c in range(8)]
