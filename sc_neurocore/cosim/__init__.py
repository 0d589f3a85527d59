"""Where model and gates meet: Verilog, generated or anybody's, is driven through its ports and every output compared.

Names are loaded when first used: the bench runs inside a simulator, where it must not pull in the model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cocotb_files import write_cocotb as write_cocotb
    from .simulators.tools import SIMULATORS as SIMULATORS
    from .simulators.tools import doctor_rows as doctor_rows
    from .simulators.tools import find_simulator as find_simulator
    from .testbench import write_testbench as write_testbench
    from .verdict.recheck import verify_certificate as verify_certificate
    from .verdict.verify import CosimResult as CosimResult
    from .verdict.verify import run as run

_HOMES = {
    "SIMULATORS": "simulators.tools",
    "CosimResult": "verdict.verify",
    "doctor_rows": "simulators.tools",
    "find_simulator": "simulators.tools",
    "run": "verdict.verify",
    "verify_certificate": "verdict.recheck",
    "write_cocotb": "cocotb_files",
    "write_testbench": "testbench",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
