"""Benches in plain Verilog, run in Icarus as somebody without Python runs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_icarus = [
    pytest.mark.optional,
    pytest.mark.skipif(
        not (shutil.which("iverilog") and shutil.which("vvp")),
        reason="for want of Icarus (apt-get install iverilog)",
    ),
]
"""Marks of a test that runs `iverilog` and `vvp`."""


def run_icarus(folder: Path, *files: str, top: str | None = None, defines: tuple[str, ...] = ()) -> tuple[int, str]:
    """Compile without a warning and run: exit status and what was printed."""
    chosen = [] if top is None else ["-s", top]
    command = ["iverilog", "-Wall", *chosen, *(f"-D{name}" for name in defines), "-o", "tb", *files]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    done = subprocess.run(["vvp", "-n", "tb"], cwd=folder, capture_output=True, text=True, check=False, timeout=240)
    assert not done.stderr
    return done.returncode, done.stdout
