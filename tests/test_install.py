"""The page on installation: its table names every extra, and the wheel that it builds works where nothing else is."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from support.programs import program

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "how-to" / "install.md"


def test_every_extra_is_in_the_table():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(extras)


def test_sizes_are_of_every_extra_and_no_less_than_their_largest_parts():
    """Those that the page names, against files of this environment counted by another walk."""
    measured = json.loads((ROOT / "benchmarks" / "results" / "install_sizes.json").read_text("utf-8"))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert sorted(measured["megabytes"]) == sorted(["", *extras])
    for extra, part in {"": "numpy", "onnx": "onnx", "docs": "sphinx"}.items():
        files = Path(importlib.import_module(part).__file__ or "").parent.rglob("*")
        bytes_ = sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc")
        assert bytes_ / 1e6 < measured["megabytes"][extra] < 40 * bytes_ / 1e6


def test_the_page_takes_its_sizes_from_the_result():
    page = program("docs/measured_install.py")
    rows = "| extra | MB |\n| – | all | 1 |\n| `jax` | some | 2,000 |\n| `onnx` | x | 5 |"
    sized = page.table(rows, {"": 1234.5, "jax": 99.6, "onnx": 26.4})
    assert sized == "| extra | MB |\n| – | all | 1,230 |\n| `jax` | some | 100 |\n| `onnx` | x | 26 |"


@pytest.mark.one_in(1)
def test_the_wheel_holds_what_the_package_needs(tmp_path):
    """Built without an index, and used from its file alone."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("sc_neurocore_cosim-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    kept = {".py", ".jinja", ".css", ".json", ".toml", ".txt", ".typed"}
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sc_neurocore").rglob("*")
        if path.suffix in kept and "__pycache__" not in path.parts
    }
    assert there - names == set()
    program = "import sc_neurocore as sc; print(sc.__file__); print(sc.load_network('tests/golden/digits').sha256)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    where, sha = done.stdout.split()
    assert where.startswith(str(tmp_path))
    assert re.fullmatch("[0-9a-f]{64}", sha)
