"""Spiking networks as integers: weights to codes, thresholds to counts, decays to shifts."""

from .lower import LifReport, SpikingReport, export_spiking

__all__ = ["LifReport", "SpikingReport", "export_spiking"]
