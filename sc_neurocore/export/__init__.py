"""Float weights in, a network description out: normalized, quantized, lowered, with a report of what that cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .from_graph import export_graph, read_safetensors
from .lower import Exported, export_dense, lower_dense
from .proof import source_proof
from .pytrees import export_pytree
from .report import ExportReport, IntegerCheck, LayerReport
from .sc_weights import export_sc_weights
from .sources import export
from .spiking import LifReport, SpikingReport, export_spiking
from .trained import export_model

if TYPE_CHECKING:
    from .torch_modules import export_module as export_module

__all__ = [
    "ExportReport",
    "Exported",
    "IntegerCheck",
    "LayerReport",
    "LifReport",
    "SpikingReport",
    "export",
    "export_dense",
    "export_graph",
    "export_model",
    "export_module",
    "export_pytree",
    "export_sc_weights",
    "export_spiking",
    "lower_dense",
    "read_safetensors",
    "source_proof",
]


def __getattr__(name: str) -> Any:
    if name == "export_module":  # loaded when first used: it needs Torch
        from .torch_modules import export_module

        return export_module
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
