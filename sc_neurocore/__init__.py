"""Stochastic-computing neural networks: one description, executed as bits, as exact counts and as gates.

The names below are loaded when first used, so that importing the package loads none of its heavy libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inference.engines import classify as classify
    from .inference.engines import explain as explain
    from .inference.engines import infer as infer
    from .spec.errors import SCError as SCError
    from .spec.folder import load_network as load_network
    from .spec.folder import save_network as save_network
    from .spec.network import NetworkSpec as NetworkSpec

__version__ = "0.1.0"

_HOMES = {
    "NetworkSpec": "spec.network",
    "SCError": "spec.errors",
    "classify": "inference.engines",
    "explain": "inference.engines",
    "infer": "inference.engines",
    "load_network": "spec.folder",
    "save_network": "spec.folder",
}
_ROOMS = (
    "accel",
    "adapters",
    "bitstream",
    "circuits",
    "cosim",
    "explore",
    "export",
    "inference",
    "layers",
    "report",
    "rtl",
    "spec",
    "synth",
    "training",
)

__all__ = ["__version__", *_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if name in _ROOMS:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, *_ROOMS])
