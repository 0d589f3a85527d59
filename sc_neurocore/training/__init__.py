"""Networks trained through their own integers: an exact forward pass, a straight-through backward pass.

The names below are loaded when first used: reading a model folder needs no JAX.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .config import TrainConfig as TrainConfig
    from .data import Dataset as Dataset
    from .data import load_data as load_data
    from .folder import TrainedModel as TrainedModel
    from .folder import load_model as load_model
    from .seeds import train_seeds as train_seeds
    from .surrogate import Surrogate as Surrogate
    from .trainer import Series as Series
    from .trainer import train as train
    from .trainer import train_series as train_series

_HOMES = {
    "Dataset": "data",
    "Series": "trainer",
    "Surrogate": "surrogate",
    "TrainConfig": "config",
    "TrainedModel": "folder",
    "load_data": "data",
    "load_model": "folder",
    "train": "trainer",
    "train_seeds": "seeds",
    "train_series": "trainer",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
