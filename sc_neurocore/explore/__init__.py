"""Sweeps over stream lengths, generators and seeds; the points worth having; a picture of them."""

from __future__ import annotations

from .candidates import PAIRS, FloatNetwork
from .pareto import pareto_front, plot_sweep
from .sweeping import sweep, sweep_data

__all__ = ["PAIRS", "FloatNetwork", "pareto_front", "plot_sweep", "sweep", "sweep_data"]
