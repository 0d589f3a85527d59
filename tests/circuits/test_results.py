"""The committed results of circuits, and a small run of the programs that made them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from circuits import fuzz
from support.circuits import oracle
from support.programs import program

from sc_neurocore.spec import kinds
from sc_neurocore.spec.circuit import Node

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


def test_thousands_of_random_circuits_agreed():
    result = json.loads((RESULTS / "circuits.json").read_text())
    assert result["circuits"] >= 3000
    assert result["values_different"] == 0
    assert result["values_compared"] > 10_000_000
    assert set(result["nodes_by_kind"]) == set(kinds(Node)) == set(oracle.OPERATORS)
    assert min(result["nodes_by_kind"].values()) > 500
    assert result["command"] in (ROOT / "Makefile").read_text().replace("$(BIN)/", "")


def test_hundreds_of_random_circuits_agreed_in_gates():
    result = json.loads((RESULTS / "circuits_gates.json").read_text())
    assert result["circuits"] >= 300
    assert result["clocks"] >= 10_000_000
    assert result["failed"] == []
    assert result["values_compared"] > result["clocks"]
    assert min(result["resets"], result["stalled_throughout"]) > 200
    assert set(result["circuits_with_each_kind"]) == set(kinds(Node))
    assert min(result["circuits_with_each_kind"].values()) > 50
    readme = (ROOT / "README.md").read_text()
    assert f"{result['circuits']} in gates against the model over {result['clocks'] / 1e6:.1f} million clocks" in readme


def test_the_program_of_random_circuits(tmp_path, monkeypatch, capsys):
    """It takes up what was kept, fails where a kind was never drawn, and counts what differs."""
    out = tmp_path / "out.json"
    monkeypatch.setattr(sys, "argv", ["fuzz.py", "--count", "3", "--out", str(out)])
    assert fuzz.main() == 1  # three circuits hold no node of some kinds
    first = json.loads(out.read_text())
    assert (first["circuits"], first["values_different"]) == (3, 0)
    out.with_suffix(".partial.json").write_text(json.dumps({"next": 3, "counts": {"circuits": 7}}))
    assert fuzz.main() == 1
    assert json.loads(out.read_text())["circuits"] == 7
    monkeypatch.setitem(oracle.OPERATORS, "not", oracle.gate(lambda bits: bits[0]))
    wrong = [fuzz.judge(seed, tmp_path) for seed in range(12)]
    assert sum(counts["different in fast"] for counts in wrong) > 0
    assert "values_compared" in capsys.readouterr().out


@pytest.fixture
def bench():
    pytest.importorskip("torch", reason="the torch extra is not installed")

    return program(ROOT / "benchmarks" / "circuits.py")


def test_a_small_benchmark_compares_all_three(bench, tmp_path, capsys):
    out = tmp_path / "speed.json"
    assert bench.main(["--rounds", "1", "--batch", "9", "--out", str(out)]) in (0, 1)
    assert set(json.loads(out.read_text())["operators"]) == {"umul", "stanh", "scaled_add"}
    assert "torch_over_fast" in capsys.readouterr().out


def test_the_committed_benchmark_meets_its_targets(bench):
    result = json.loads((RESULTS / "circuits_speed.json").read_text())
    assert result["met"]
    assert result["targets"] == bench.TARGETS
    assert "L = 256, batch 4096" in result["statement"]
    for row in result["operators"].values():
        assert row["torch_over_fast"] >= 5
        assert row["reference_over_fast"] >= 50
