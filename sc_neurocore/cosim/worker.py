"""Runs in a process of its own: cocotb's runner builds the Verilog and starts the bench in the simulator.

A separate process, because the runner looks for its programs in its own process's PATH, behaves differently under
pytest, and ends the process where a simulator fails.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import cocotb_tools.config
from cocotb_tools.runner import Runner, Verilator, get_runner

from sc_neurocore.cosim.runtime_cache import cache_folder, fetch, keep

BUILD_FAILED = 3
"""Exit status: the simulator does not accept the Verilog."""

_BUILD_ARGS = {
    # A damaged core must come to its trial: warnings are no errors here. Delays (`#1`) mean nothing to a clocked core.
    "verilator": ["-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-UNOPTFLAT", "--no-timing"],
    "icarus": [],
}


class _PortsOnly(Verilator):
    """Shows the bench the top module's signals alone: half the compile time, and the optimizer may touch the rest."""

    def _build_command(self) -> list[list[str]]:
        verilate, *others = super()._build_command()
        if "--public-flat-rw" in verilate:
            place = verilate.index("--public-flat-rw")
            verilate[place : place + 1] = ["--public-depth", "1"]
        return [verilate, *others]


def _link_around_spaces(folder: Path) -> None:
    """Let make reach Verilator and cocotb by paths without spaces: a checkout may lie below `My Projects`."""
    libraries, root = cocotb_tools.config.libs_dir, Path(os.environ["VERILATOR_ROOT"])
    if " " in str(libraries):
        cocotb_tools.config.libs_dir = _link(folder / "cocotb_libs", libraries)
        cocotb_tools.config.share_dir = _link(folder / "cocotb_share", cocotb_tools.config.share_dir)
    if " " in str(root):
        link = _link(folder / "verilator", root)
        os.environ["VERILATOR_ROOT"] = str(link)
        os.environ["PATH"] = os.pathsep.join([str(link / "bin"), os.environ["PATH"]])


def _link(place: Path, target: Path) -> Path:
    place.symlink_to(target, target_is_directory=True)
    return place


def main(folder: Path) -> int:
    """Build and run what `job.json` in `folder` says; the bench leaves `record.json` there."""
    job = json.loads((folder / "job.json").read_text())
    logging.disable(logging.CRITICAL)  # the runner's own log repeats the commands; their output goes to the log files
    if job["simulator"] == "verilator":
        _link_around_spaces(folder)
    runner: Runner = _PortsOnly() if job["simulator"] == "verilator" else get_runner(job["simulator"])
    build_args = _BUILD_ARGS[job["simulator"]]
    cache = cache_folder(build_args) if job["simulator"] == "verilator" else None
    fetch(cache, folder / "build")
    try:
        runner.build(
            sources=job["sources"],
            includes=job["includes"],
            hdl_toplevel=job["top"],
            build_dir=folder / "build",
            build_args=build_args,
            log_file=folder / "build.log",
            always=True,
        )
    except (RuntimeError, SystemExit):
        return BUILD_FAILED
    keep(cache, folder / "build")
    (folder / "built").touch()
    runner.test(
        test_module="sc_neurocore.cosim.bench",
        hdl_toplevel=job["top"],
        hdl_toplevel_lang="verilog",
        build_dir=folder / "build",
        test_dir=folder / "run",
        results_xml=str(folder / "results.xml"),
        log_file=folder / "simulation.log",
        extra_env={"SC_COSIM_FOLDER": str(folder), "COCOTB_LOG_LEVEL": "WARNING"},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
