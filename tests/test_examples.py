"""Each example runs as a newcomer runs it, is short, and is in the order that examples/README.md gives."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))


def test_there_are_examples():
    assert PROGRAMS


@pytest.mark.one_in(5)
@pytest.mark.timeout(900)  # one builds simulators, on a machine that may be busy
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_example_runs(program: Path, tmp_path: Path, monkeypatch, capsys):
    """In this process, which has the libraries loaded already: loading them is half of what an example costs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program)])
    runpy.run_path(str(program), run_name="__main__")
    assert capsys.readouterr().out.strip(), "an example shows something"


QUICK = "one_product.py"


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "program",
    [p if p.name == QUICK else pytest.param(p, marks=pytest.mark.slow) for p in PROGRAMS],
    ids=[p.name for p in PROGRAMS],
)
def test_example_runs_as_a_program(program: Path, tmp_path: Path):
    environment = dict(os.environ, MPLBACKEND="Agg", JAX_PLATFORMS="cpu")
    done = subprocess.run(
        [sys.executable, program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=840,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip(), "an example shows something"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_example_is_short_and_listed(program: Path):
    assert len(program.read_text(encoding="utf-8").splitlines()) <= 80
    assert f"`{program.name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
