"""What people hold in their hands: dense layers on streams, with real numbers in and out.

The names below are loaded when first used; only `JaxSCDenseLayer` needs JAX.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .jax_dense_layer import JaxSCDenseLayer as JaxSCDenseLayer
    from .neuron_parameters import NeuronParameters as NeuronParameters
    from .sc_dense_layer import SCDenseLayer as SCDenseLayer
    from .vectorized_layer import VectorizedSCLayer as VectorizedSCLayer

_HOMES = {
    "JaxSCDenseLayer": "jax_dense_layer",
    "NeuronParameters": "neuron_parameters",
    "SCDenseLayer": "sc_dense_layer",
    "VectorizedSCLayer": "vectorized_layer",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
