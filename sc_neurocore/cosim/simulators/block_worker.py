"""Runs in a process of its own: compiles the Verilog with the C++ harness, then becomes it.

No cocotb and no VPI: nothing is visible to Python but what the harness writes, so Verilator may optimize everything.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sc_neurocore.cosim.drivers.ports import HALVINGS
from sc_neurocore.cosim.simulators.confine import confine
from sc_neurocore.cosim.simulators.verilator import (
    BUILD_FAILED,
    WARNINGS_ARE_NO_ERRORS,
    cache_folder,
    fetch,
    keep,
    link_around_spaces,
)

_FILES = ("record.json", "beats.bin", "streams.bin", "life.json")
_RUNTIME = ("verilated.o", "verilated_threads.o")
_TWO_UNDERSCORES = "___05F"
"""How Verilator writes them in C++."""
_HARNESS = Path(__file__).resolve().parent / "harness"


def main(folder: Path) -> int:
    """Build what `job.json` in `folder` says; if that works, the harness takes this process over."""
    confine()
    job = json.loads((folder / "job.json").read_text())
    build = folder / "build"
    build.mkdir()
    link_around_spaces(folder)
    options = [*WARNINGS_ARE_NO_ERRORS, *job["options"]]
    cache = cache_folder(["harness", *job["make"]])
    fetch(cache, build, _RUNTIME)
    for name in ("load_flags.hpp", "driver.hpp", "stimulus.hpp", "main.cpp"):
        shutil.copyfile(_HARNESS / name, build / name)
    with (folder / "build.log").open("wb") as log:
        command = ["verilator", "--cc", "--exe", "main.cpp", "--prefix", "Vtop", "-o", "harness", "--Mdir", "."]
        command += ["--top-module", job["top"], *options, *(f"-I{path}" for path in job["includes"]), *job["sources"]]
        if subprocess.run(command, cwd=build, stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
            return BUILD_FAILED
        widths = port_widths((build / "Vtop.h").read_text())
        absent_ports = [port for port in job["ports"] if port not in widths]
        if absent_ports:
            (folder / "record.json").write_text(json.dumps({"lacks": absent_ports[0]}))
            return 0
        (build / "ports.hpp").write_text(_ports(widths, job["control"], job["streams"]))
        (folder / "widths.json").write_text(json.dumps(widths))
        command = ["make", f"-j{os.cpu_count() or 1}", "-f", "Vtop.mk", *job["make"]]
        if subprocess.run(command, cwd=build, stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
            return BUILD_FAILED
    keep(cache, build, _RUNTIME)
    (folder / "built").touch()
    harness, stimulus = str(build / "harness"), str(folder / "stimulus.bin")
    for count, number in enumerate(job["mutants"]):
        write_life(folder, count)
        place = mutant_folder(folder, number)
        place.mkdir()
        files = [str(place / name) for name in _FILES]
        with (place / "simulation.log").open("wb") as log:
            command = [harness, stimulus, *files, str(number)]
            subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
    if job["mutants"]:
        return 0
    log = os.open(folder / "simulation.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.execv(harness, [harness, stimulus, *(str(folder / name) for name in _FILES)])
    return BUILD_FAILED  # never reached: execv does not return


def mutant_folder(folder: Path, number: int) -> Path:
    """Where the run of one mutant leaves its files."""
    return folder / f"mutant{number}"


def write_life(folder: Path, mutants: int) -> None:
    """The sign of life of a run of many mutants: how many are behind it."""
    (folder / "life.json.new").write_text(json.dumps({"frames": mutants, "cycles": 0}))
    (folder / "life.json.new").replace(folder / "life.json")


def port_widths(header: str) -> dict[str, int]:
    """Names and widths of the top module's ports, from the class that Verilator wrote."""
    declared = re.findall(r"VL_(?:IN|OUT|INOUT)(?:8|16|64|W)?\(&(\w+),(\d+),(\d+)", header)
    return {name.replace(_TWO_UNDERSCORES, "__"): int(high) - int(low) + 1 for name, high, low in declared}


def _ports(widths: dict[str, int], control: str | None, streams: list[str] | None) -> str:
    lines = [f"constexpr int INPUT_BITS = {widths['s_axis_tdata']};"]
    lines.append(f"constexpr int OUTPUT_BITS = {widths.get('m_axis_tdata', 0)};")
    if "sc_nets" in widths:
        lines.append(f"#define NETS {widths['sc_nets']}")
    if HALVINGS in widths:
        lines.append("#define HALVINGS")
    if "sc_mutant" in widths:
        lines.append("#define MUTANTS")
    if streams is not None:
        bits = " ".join(f"BIT({i}, {name.replace('__', _TWO_UNDERSCORES)})" for i, name in enumerate(streams))
        lines += [f"#define STREAMS(BIT) {bits}", f"#define STREAM_WORDS {max(1, -(-len(streams) // 64))}"]
        lines += [] if "m_axis_tdata" in widths else ["#define NO_FRAMES"]
    if control is not None:
        lines.append(f"#define LOADS_OVER_{control.upper().replace('-', '_')}")
    return "#pragma once\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
