"""Circuits beside binary on a photograph: binary cores do what they stand for, and the figures are of these gates."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from support import documents
from support.simulation.axis import beats, run_core

from sc_neurocore.circuits import Circuit

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "hdl" / "baselines"
NAMES = ("gamma", "roberts", "mean")


@pytest.fixture(scope="module")
def images():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        import images  # type: ignore[import-not-found]  # what lies beside the script, as Python does for one

        yield images


@pytest.fixture(scope="module")
def tasks(images):
    return images.tasks()


@pytest.fixture(scope="module")
def rows():
    return json.loads((FOLDER / "images.json").read_text())["rows"]


@pytest.mark.parametrize("name", NAMES)
def test_a_binary_core_does_ordinary_arithmetic_in_the_clocks_that_are_stated(name, images, tasks, rows):
    codes = tasks[name].codes[::997][:15, : tasks[name].binary_codes].tolist()
    if name == "gamma":
        right = [min(255, round(256 * (x / 256) ** 0.45)) for (x,) in codes]
    elif name == "roberts":
        right = [(abs(a - d) + abs(b - c)) // 2 for a, b, c, d in codes]
    else:
        codes.append([255] * 9)
        right = [sum(x) // 9 for x in codes]
    core = images.BinaryCore(tasks[name].binary_codes, tasks[name].function)
    stimulus = [beat for row in codes for beat in beats(row, 8)]
    seen = run_core(core, stimulus, frames=len(codes), signed=False)
    assert [frame for (frame,) in seen.frames] == right
    assert set(np.diff(seen.sent)) == {rows[name]["cycles"]["binary"]}


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_are_of_these_circuits_and_gates(name, tasks, rows):
    import measure_images  # type: ignore[import-not-found]

    row, task = rows[name], tasks[name]
    assert row["circuit_sha256"] == task.circuit.spec.sha256
    hashes = {
        kind: hashlib.sha256(text.encode()).hexdigest() for kind, text in measure_images.verilog(name, task).items()
    }
    assert row["rtl_sha256"] == hashes, "run: python hdl/baselines/measure_images.py"
    assert row["errors"] == task.errors()
    assert (row["gates"]["verdict"], row["gates"]["mismatches"]) == ("PASS", 0)
    assert row["gates"]["values_compared"] == row["gates"]["samples"] >= len(np.unique(task.codes, axis=0))


def test_the_circuits_are_those_of_the_tutorial(images, tasks, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    named: dict[str, object] = {}
    for block in documents.blocks(ROOT / "docs" / "tutorials" / "circuits.md"):
        if block.language == "python" and "save_circuit" not in block.text and "np.save" not in block.text:
            exec(block.text, named)
    circuits = {each.spec for each in named.values() if isinstance(each, Circuit)}
    assert {images.uncorrelated().spec, *(task.circuit.spec for task in tasks.values())} < circuits
