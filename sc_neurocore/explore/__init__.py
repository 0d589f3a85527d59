"""Sweeps over stream lengths, generators and seeds, faults, searches for generators; what is worth having; pictures.

Names are loaded when first used: who asks for the pairs of generators alone needs no exporter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .candidates import FloatNetwork as FloatNetwork
    from .fault_plot import plot_faults as plot_faults
    from .faulting import fault_curves as fault_curves
    from .faulting import fault_curves_data as fault_curves_data
    from .pairs import PAIRS as PAIRS
    from .pareto import pareto_front as pareto_front
    from .pareto import plot_sweep as plot_sweep
    from .searching import search_pairs as search_pairs
    from .sweeping import sweep as sweep
    from .sweeping import sweep_data as sweep_data

_HOMES = {
    "PAIRS": "pairs",
    "FloatNetwork": "candidates",
    "fault_curves": "faulting",
    "fault_curves_data": "faulting",
    "plot_faults": "fault_plot",
    "pareto_front": "pareto",
    "plot_sweep": "pareto",
    "search_pairs": "searching",
    "sweep": "sweeping",
    "sweep_data": "sweeping",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
