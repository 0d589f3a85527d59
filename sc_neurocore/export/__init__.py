"""Float weights in, a network description out: normalized, quantized, lowered, with a report of what that cost."""

from __future__ import annotations

from .lower import Exported, export_dense, lower_dense
from .report import ExportReport, LayerReport
from .sc_weights import export_sc_weights
from .sources import export, export_model, read_safetensors
from .spiking import LifReport, SpikingReport, export_spiking

__all__ = [
    "ExportReport",
    "Exported",
    "LayerReport",
    "LifReport",
    "SpikingReport",
    "export",
    "export_dense",
    "export_model",
    "export_sc_weights",
    "export_spiking",
    "lower_dense",
    "read_safetensors",
]
