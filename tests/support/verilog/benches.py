"""Benches in plain Verilog for any simulator: Icarus, which builds in no time, where it is there, else Verilator.

Verilator knows no unknown values, so a bench that looks for them needs Icarus itself (`support.verilog.icarus`).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from sc_neurocore.cosim.simulators.tools import simulator_environment

from .icarus import run_icarus
from .simulators import QUICK


def run_bench(folder: Path, *files: str, top: str, defines: tuple[str, ...] = ()) -> tuple[int, str]:
    """Compile and run: exit status and what the bench printed."""
    run = {"icarus": run_icarus, "verilator": run_verilator}[QUICK]
    return run(folder, *files, top=top, defines=defines)


def run_verilator(folder: Path, *files: str, top: str, defines: tuple[str, ...] = ()) -> tuple[int, str]:
    """The same in Verilator, whose own lines are left out."""
    made = Path(tempfile.mkdtemp(dir=folder))
    command = ["verilator", "--cc", "--main", "--exe", "--timing", "-Wno-fatal", "--top-module", top]
    command += ["-Mdir", str(made), "-o", "tb", *(f"-D{name}" for name in defines), *files]
    env = simulator_environment("verilator")
    written = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert written.returncode == 0, written.stderr
    for part in _library().iterdir():
        shutil.copy(part, made)  # with today's time: newer than what it is made of
    make = ["make", "-C", str(made), "-f", f"V{top}.mk"]
    built = subprocess.run(make, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert built.returncode == 0, built.stderr
    for part in made.glob("verilated*.o"):
        shutil.copy(part, _library())
    done = subprocess.run([made / "tb"], cwd=folder, capture_output=True, text=True, check=False, timeout=240)
    assert not done.stderr
    lines = [line for line in done.stdout.splitlines(keepends=True) if not line.startswith("- ")]
    return done.returncode, "".join(lines)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _library() -> Path:
    """Verilator's own part of a simulation, compiled once a process: it is most of what a small bench compiles."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="verilated"))
    return Path(_KEPT[0].name)
