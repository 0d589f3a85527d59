"""Float weights in, a network description out: normalized, quantized, lowered, with a report of what that cost."""

from __future__ import annotations

from .lower import Exported, export_dense, lower_dense
from .report import ExportReport, LayerReport
from .sources import export, export_model, read_safetensors

__all__ = [
    "ExportReport",
    "Exported",
    "LayerReport",
    "export",
    "export_dense",
    "export_model",
    "lower_dense",
    "read_safetensors",
]
