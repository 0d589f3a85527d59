"""Runs in a process of its own: cocotb's runner builds the Verilog and starts the bench in the simulator.

A separate process, because the runner looks for its programs in its own process's PATH, behaves differently under
pytest, and ends the process where a simulator fails.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import cocotb_tools.config
from cocotb_tools.runner import Runner, Verilator, get_runner

from sc_neurocore.cosim.simulators.confine import confine
from sc_neurocore.cosim.simulators.verilator import (
    BUILD_FAILED,
    WARNINGS_ARE_NO_ERRORS,
    cache_folder,
    fetch,
    keep,
    link,
    link_around_spaces,
)

_BUILD_ARGS = {"verilator": list(WARNINGS_ARE_NO_ERRORS), "icarus": []}
_RUNTIME = ("verilated.o", "verilated_dpi.o", "verilated_threads.o", "verilated_vpi.o")


class _PortsOnly(Verilator):
    """Shows the bench the top module's signals alone: half the compile time, and the optimizer may touch the rest."""

    def _build_command(self) -> list[list[str]]:
        verilate, *commands = super()._build_command()
        if "--public-flat-rw" in verilate:
            place = verilate.index("--public-flat-rw")
            verilate[place : place + 1] = ["--public-depth", "1"]
        return [verilate, *commands]


def _link_cocotb(folder: Path) -> None:
    """The same for cocotb's libraries."""
    libraries = cocotb_tools.config.libs_dir
    if " " in str(libraries):
        cocotb_tools.config.libs_dir = link(folder / "cocotb_libs", libraries)
        cocotb_tools.config.share_dir = link(folder / "cocotb_share", cocotb_tools.config.share_dir)


def main(folder: Path) -> int:
    """Build and run what `job.json` in `folder` says; the bench leaves `record.json` there."""
    confine()
    job = json.loads((folder / "job.json").read_text())
    logging.disable(logging.CRITICAL)  # the runner's own log repeats the commands; their output goes to the log files
    if job["simulator"] == "verilator":
        link_around_spaces(folder)
        _link_cocotb(folder)
    runner: Runner = _PortsOnly() if job["simulator"] == "verilator" else get_runner(job["simulator"])
    build_args = [*_BUILD_ARGS[job["simulator"]], *job["options"]]
    cache = cache_folder(build_args) if job["simulator"] == "verilator" else None
    fetch(cache, folder / "build", _RUNTIME)
    try:
        runner.build(
            sources=job["sources"],
            includes=job["includes"],
            hdl_toplevel=job["top"],
            build_dir=folder / "build",
            build_args=build_args,
            log_file=folder / "build.log",
            always=True,
            waves=job["waves"],
        )
    except (RuntimeError, SystemExit):
        return BUILD_FAILED
    keep(cache, folder / "build", _RUNTIME)
    (folder / "built").touch()
    runner.test(
        test_module="sc_neurocore.cosim.drivers.bench",
        hdl_toplevel=job["top"],
        hdl_toplevel_lang="verilog",
        build_dir=folder / "build",
        test_dir=folder / "run",
        results_xml=str(folder / "results.xml"),
        log_file=folder / "simulation.log",
        waves=job["waves"],
        extra_env={"SC_COSIM_FOLDER": str(folder), "COCOTB_LOG_LEVEL": "WARNING"},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
