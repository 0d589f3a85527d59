"""The seam between formulas and frameworks.

A formula is written once, in the few array functions of `Ops`. A framework joins by a module with what `Backend` says;
`backend_of` picks it by the type of the array: Torch for its tensors, JAX for the rest, which NumPy arrays and Python
numbers are part of.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ...spec.errors import OptionError, require_extra

if TYPE_CHECKING:
    from .base import Surrogate


class Ops(Protocol):
    """Elementwise functions of one framework; arguments and results are its arrays, scalars are Python numbers."""

    abs: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    expm1: Callable[[Any], Any]
    log: Callable[[Any], Any]
    log1p: Callable[[Any], Any]
    sin: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    arctan: Callable[[Any], Any]
    erf: Callable[[Any], Any]
    sigmoid: Callable[[Any], Any]
    where: Callable[[Any, Any, Any], Any]
    """`where(condition, a, b)`; at least one of a and b is an array."""
    clip: Callable[[Any, Any, Any], Any]
    """`clip(x, low, high)`; None leaves a side open."""
    constant: Callable[[Any, Any], Any]
    """`constant(x, c)`: c in the shape and dtype of x."""


class Backend(Protocol):
    """What a framework's module offers."""

    OPS: Ops

    def evaluate(self, formula: Callable[[Ops, Any], Any], x: Any, gain: Any) -> Any:
        """gain·formula(x) in the dtype of x, computed in at least float32."""
        ...

    def spike(self, surrogate: Surrogate, x: Any) -> Any:
        """The hard step with the surrogate's slope."""
        ...

    def stochastic(self) -> Any:
        """The framework's module with the forms of `stochastic.py`."""
        ...


def backend_of(x: Any) -> Backend:
    """The framework whose arrays `x` belongs to.

    Raises:
        MissingExtraError: the framework is not installed.
        OptionError: the array is of a framework that has no backend.
    """
    if sys.modules.get("torch") is not None:  # else x cannot be a tensor
        from torch import Tensor

        if isinstance(x, Tensor):
            from . import _torch

            return _torch
    family = type(x).__module__.partition(".")[0]
    if family in ("torch", "tensorflow"):
        raise OptionError(f"x must be a JAX, NumPy or Torch array or a number, got {family}'s {type(x).__name__}")
    require_extra("jax", "jax")
    from . import _jax

    return _jax
