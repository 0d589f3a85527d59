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
import time
from collections.abc import Sequence
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
_FIRST_SECONDS, _LEAST_SECONDS, _AS_LONG = 600.0, 60.0, 20
"""What the first of many mutants may take; every other one so many times as long as that, at least `_LEAST_SECONDS`."""
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
    if job["mutants"]:
        run_mutants(folder, harness, stimulus, job["mutants"])
        return 0
    log = os.open(folder / "simulation.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.execv(harness, [harness, stimulus, *(str(folder / name) for name in _FILES)])
    return BUILD_FAILED  # never reached: execv does not return


def run_mutants(
    folder: Path, harness: str, stimulus: str, numbers: Sequence[int], *, least_seconds: float = _LEAST_SECONDS
) -> None:
    """Run each mutant in a folder of its own; one that hangs is ended, and those behind it run all the same.

    Args:
        folder: the place of theirs.
        harness: the program.
        stimulus: its file.
        numbers: of the mutants; how long the first one takes says which of the others hang.
        least_seconds: what every other one is given at least.
    """
    limit = _FIRST_SECONDS
    for count, number in enumerate(numbers):
        write_life(folder, count)
        place = mutant_folder(folder, number)
        place.mkdir()
        command = [harness, stimulus, *(str(place / name) for name in _FILES), str(number)]
        began = time.monotonic()
        with (place / "simulation.log").open("wb") as log:
            try:
                subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False, timeout=limit)
            except subprocess.TimeoutExpired:
                log.write(f"\nit was ended after {limit:.0f} s\n".encode())
                (place / _FILES[0]).unlink(missing_ok=True)
        if count == 0:
            limit = max(least_seconds, _AS_LONG * (time.monotonic() - began))


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
