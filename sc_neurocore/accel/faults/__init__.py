"""Networks whose bits flip or are stuck: the same integers for any batch, number of threads and order of the work.

Names are loaded when first used: who describes a fault needs no compiler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .description import HARDWARE as HARDWARE
    from .description import KINDS as KINDS
    from .description import SITES as SITES
    from .description import Fault as Fault
    from .network import run as run

_HOMES = {
    "HARDWARE": "description",
    "KINDS": "description",
    "SITES": "description",
    "Fault": "description",
    "run": "network",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
