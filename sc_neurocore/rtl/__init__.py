"""The contract in gates: Amaranth components, one a file, and the verb that turns a network into Verilog."""

from __future__ import annotations

from .architectures import build_core
from .column_core import ColumnCore
from .controlled_core import ControlledCore
from .core import NetworkCore
from .emit import generate, owned_files
from .integration import write_integration
from .load_image import load_image, write_load_image
from .serial_core import SerialCore
from .supported import check_supported
from .timing import CoreTiming, core_timing

__all__ = [
    "ColumnCore",
    "ControlledCore",
    "CoreTiming",
    "NetworkCore",
    "SerialCore",
    "build_core",
    "check_supported",
    "core_timing",
    "generate",
    "load_image",
    "owned_files",
    "write_integration",
    "write_load_image",
]
