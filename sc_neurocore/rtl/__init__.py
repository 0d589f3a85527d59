"""The contract in gates: Amaranth components, one per file, and the verb that turns a network into Verilog."""

from __future__ import annotations

from .control.controlled_core import ControlledCore
from .cores.architectures import build_core, plan_core
from .cores.column_core import ColumnCore
from .cores.network_core import NetworkCore
from .cores.serial.core import SerialCore
from .emit.folder import owned_files
from .emit.generate import generate
from .emit.integration import write_integration
from .loading.load_image import load_image, write_load_image
from .options import CoreOptions, options_for
from .plan.core_plan import CorePlan, LayerPlan
from .plan.selection import check_room
from .plan.supported import check_supported
from .plan.timing import CoreTiming, core_timing

__all__ = [
    "ColumnCore",
    "ControlledCore",
    "CoreOptions",
    "CorePlan",
    "CoreTiming",
    "LayerPlan",
    "NetworkCore",
    "SerialCore",
    "build_core",
    "check_room",
    "check_supported",
    "core_timing",
    "generate",
    "load_image",
    "options_for",
    "owned_files",
    "plan_core",
    "write_integration",
    "write_load_image",
]
