"""Adapters of the holonomic layer models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .l1_quantum import L1_QuantumAdapter as L1_QuantumAdapter
    from .l1_quantum import L1QuantumParameters as L1QuantumParameters

__all__ = ["L1QuantumParameters", "L1_QuantumAdapter"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from . import l1_quantum  # here: it needs JAX

        return getattr(l1_quantum, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
