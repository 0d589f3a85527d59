"""What Verilator's lint finds."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sc_neurocore.cosim.simulators.tools import simulator_environment

CLEAN = (0, "")


def linted(*arguments: str | Path, cwd: Path | None = None) -> tuple[int, str]:
    """Exit status and messages of `verilator --lint-only`; `CLEAN` where there is nothing to find.

    Args:
        arguments: options and files.
        cwd: working directory.
    """
    command = ["verilator", "--lint-only", *map(str, arguments)]
    env = simulator_environment("verilator")
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr
