"""The binary reference computes exact sums, rounded once, as a binary designer would; else its area would be idle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.networks.descriptions import dense, network
from support.programs import program
from support.simulation.axis import beats, run_core

from sc_neurocore import load_network
from sc_neurocore.spec import NetworkSpec

FOLDER = Path(__file__).parents[2] / "hdl" / "baselines"


def script(name: str):
    return program(FOLDER / f"{name}.py")


@pytest.fixture(scope="module", autouse=True)
def beside():
    """As Python does for a script: what lies beside it can be imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield


def core_of(kind: str, network_spec: NetworkSpec):
    binary = script("binary")
    architecture, products = kind.split()
    if architecture == "serial":
        return binary.BinarySerialCore(network_spec, chain=products == "chain")
    return binary.BinaryColumnCore(network_spec, operators={"operator": None, "chain": 0, "mixed": 5}[products])


KINDS = ("column operator", "column chain", "column mixed", "serial operator", "serial chain")


@pytest.mark.parametrize("n", [2, 3, 8])
@pytest.mark.parametrize("kind", KINDS)
def test_the_binary_core_sums_exact_products(kind, n):
    rng = np.random.default_rng(n)
    full = 2**n - 1
    description = network(
        dense(5, 4, n, 2**n, neuron={"kind": "relu", "shift": 1, "output_bits": n}),
        dense(4, 3, n, 2**n, neuron={"kind": "relu", "shift": 2, "output_bits": n}),
    )
    weights = [rng.integers(-full, full + 1, shape) for shape in ((4, 5), (3, 4))]
    biases = [rng.integers(-full, full + 1, count) for count in (4, 3)]
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    net = NetworkSpec.model_validate(tree | {"weights": weights, "biases": biases}, strict=False)
    core = core_of(kind, net)
    codes = rng.integers(0, full + 1, (4, 5))
    seen = run_core(core, [b for row in codes for b in beats(row, len(core.s_axis_tdata))], frames=4, signed=False)
    values = codes
    for weight, bias, shift in zip(weights, biases, (1, 2), strict=True):
        exact = values @ weight.T + bias * 2**n
        values = np.clip((exact + 2 ** (n + shift - 1)) // 2 ** (n + shift), 0, full)
    assert seen.frames == values.tolist()


@pytest.mark.parametrize(("kind", "n"), [("column mixed", 8), ("serial chain", 3)])
def test_a_trained_network_gives_the_integers_that_it_was_trained_with(kind, n):
    """Those of `binary_model`, which the accuracy benchmark compared with the training forward; all bits are shown."""
    net = load_network(FOLDER / "networks" / f"binary{n}")
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2**n, (2, 64))
    wanted = script("binary_model").outputs(net, codes)
    core = core_of(kind, net)
    if n == 8:
        assert np.abs(wanted).max() >= 2**15
        assert len(core.m_axis_tdata) == 24
    seen = run_core(core, [b for row in codes for b in beats(row, 8)], frames=2, signed=True)
    assert seen.frames == wanted.tolist()


def test_the_committed_comparison_is_the_one_that_is_printed():
    measure = script("measure")
    rows = json.loads(measure.FILE.read_text())
    groups = measure.grouped(rows)
    assert list(groups) == list(measure.ROWS)
    assert measure.table(rows) in (FOLDER / "README.md").read_text()
    for (architecture, n, target), group in groups.items():
        assert list(group) == measure.kinds(n, target)
        for kind, row in group.items():
            assert (row["dsps"] > 0) == (kind == "dsp")
            placed = (architecture, n, target) in measure.PLACED
            assert ("fmax_mhz" in row) == placed
            assert not placed or row["seeds"] == [1, 2, 3]
    ratios = {key: g["collapsed"]["luts"] / g["operator"]["luts"] for key, g in groups.items()}
    assert 0 < ratios["serial", 8, "up5k"] <= 0.70
    assert 0 < ratios["column", 4, "up5k"] <= 0.67
    assert 0 < ratios["column", 8, "hx8k"] <= 0.56
    assert all(g["collapsed"]["luts"] < min(g["operator"]["luts"], g["chain"]["luts"]) for g in groups.values())


def test_equal_accuracy_is_the_one_that_is_printed():
    equal = script("equal_accuracy")
    rows = json.loads(equal.FILE.read_text())
    wanted = equal.candidates(place=True)
    assert [equal_key(row) for row in rows] == [tuple(each.key().values()) for each in wanted]
    for row, each in zip(rows, wanted, strict=True):
        assert row.get("seeds", []) == list(each.seeds)
    assert equal.table() in (FOLDER / "README.md").read_text()
    accuracy = equal.accuracies()
    for pair in accuracy["stream_minus_binary"]:
        chosen = equal.same(accuracy, pair["stream"])
        assert chosen is not None
        if pair["binary"] == chosen:
            assert pair["difference_95"][0] <= 0 <= pair["difference_95"][1]
            assert abs(pair["difference_mean"]) <= equal.NEAR


def equal_key(row):
    return tuple(row[name] for name in ("network", "architecture", "target", "kind"))


@pytest.mark.slow  # a synthesis; tests/synth holds the drift of our own rows in every run
def test_the_smallest_row_has_not_drifted():
    candidates, measure = script("candidates"), script("measure")
    each = candidates.Candidate("synth/networks/digits4", "serial", "up5k", "chain")
    now = candidates.figures(each)
    (committed,) = [row for row in candidates.rows_of(measure.FILE) if equal_key(row) == tuple(each.key().values())]
    counts = ("luts", "ffs", "carries", "brams", "dsps", "cycles_per_inference", "latency_cycles", "tools")
    assert {key: now[key] for key in counts} == {key: committed[key] for key in counts}


def test_rows_are_kept_until_their_gates_change(tmp_path, monkeypatch):
    candidates = script("candidates")
    one, other = (candidates.Candidate("n", "serial", target, "chain", (1,)) for target in ("up5k", "hx8k"))
    file, measured, hashes = tmp_path / "rows.json", [], {"up5k": "a", "hx8k": "b"}

    def figures(each):
        measured.append(each.target)
        return {"luts": 1, "dsps": 0, "rtl_sha256": hashes[each.target], "seeds": list(each.seeds)}

    monkeypatch.setattr(candidates, "figures", figures)
    monkeypatch.setattr(candidates, "gates", lambda each: (None, "", hashes[each.target]))
    monkeypatch.setattr(candidates.Candidate, "n", 4)
    candidates.fill(file, [other])
    candidates.fill(file, [one, other])
    assert measured == ["hx8k", "up5k"]
    assert [row["target"] for row in candidates.rows_of(file)] == ["up5k", "hx8k"]
    assert candidates.stale(file, [one, other]) == []
    hashes["hx8k"] = "c"
    assert [line.split(", ")[2] for line in candidates.stale(file, [one, other])] == ["hx8k"]
    candidates.fill(file, [one, other])
    more = candidates.Candidate("n", "serial", "up5k", "chain", (1, 2))
    candidates.fill(file, [more, other])
    assert measured == ["hx8k", "up5k", "hx8k", "up5k"]
