"""The contract in gates: Amaranth components, one a file, and the verb that turns a network into Verilog."""

from __future__ import annotations

from .core import NetworkCore
from .emit import generate
from .supported import check_supported
from .timing import CoreTiming, core_timing

__all__ = ["CoreTiming", "NetworkCore", "check_supported", "core_timing", "generate"]
