"""The JAX doors: whole networks as pure JAX functions, and the gradients of small spiking networks by two routes.

Importing this needs no JAX; `network_fn`, `run` and `NetworkFunction` load it when first used, the surrogate functions
when called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .jax.surrogates import JAX_SURROGATE_PATHS, jax_surrogate_gradient_step, jax_surrogate_loss

if TYPE_CHECKING:
    from .jax.network import NetworkFunction, network_fn, run

__all__ = [
    "JAX_SURROGATE_PATHS",
    "NetworkFunction",
    "jax_surrogate_gradient_step",
    "jax_surrogate_loss",
    "network_fn",
    "run",
]


def __getattr__(name: str) -> Any:
    if name in ("NetworkFunction", "network_fn", "run"):
        from .jax import network as jax_network

        return getattr(jax_network, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
