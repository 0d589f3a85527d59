"""`sc-neurocore circuit run`: what it writes is what the package computes, and its refusals are those of all verbs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.circuits.random_circuits import random_circuit
from support.refusals import refuse

from sc_neurocore import cli
from sc_neurocore.circuits import load_circuit, run
from sc_neurocore.spec import sha256_file


@pytest.fixture
def folder(tmp_path):
    circuit, codes = random_circuit(3)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "circuit.json").write_text(json.dumps(circuit))
    np.save(tmp_path / "x.npy", codes)
    return tmp_path


def command(folder, **changes):
    options = {"circuit": folder / "c", "--codes": folder / "x.npy", "--out": folder / "out"} | changes
    return ["circuit", "run", options.pop("circuit"), *(each for pair in options.items() for each in pair)]


def test_the_outputs_are_written(folder, capsys):
    for _ in range(2):  # the second run replaces the first
        assert cli.main([str(each) for each in command(folder)]) == 0
    spec, codes = load_circuit(folder / "c"), np.load(folder / "x.npy")
    right = run(spec, codes)
    assert {path.stem for path in (folder / "out").glob("*.npy")} == set(right)
    for name, array in right.items():
        given = np.load(folder / "out" / f"{name}.npy")
        assert given.dtype == array.dtype
        assert np.array_equal(given, array)
    record = json.loads((folder / "out" / "circuit_run.json").read_text())
    assert record["circuit_sha256"] == spec.sha256
    assert record["codes_sha256"] == sha256_file(folder / "x.npy")
    assert record["samples"] == 4
    assert "4 samples" in capsys.readouterr().out


def test_refusals(folder, capsys):
    np.save(folder / "wrong.npy", np.zeros((2, 9), int))
    refuse(folder, capsys, *command(folder, **{"--codes": folder / "wrong.npy"}), words=("codes must have shape",))
    refuse(folder, capsys, *command(folder, **{"--codes": folder / "none.npy"}), words=("missing",))
    refuse(folder, capsys, *command(folder, circuit=folder / "none"), words=("is not a folder",))
    (folder / "out").mkdir()
    (folder / "out" / "mine.txt").write_text("")
    refuse(folder, capsys, *command(folder), words=("mine.txt",))
