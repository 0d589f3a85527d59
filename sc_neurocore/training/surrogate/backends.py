"""The seam between formulas and frameworks.

A framework joins by a module with what `Backend` says. `backend_of` picks it by the type of the array: Torch for its
tensors, JAX for the rest, which NumPy arrays and Python numbers are part of.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

from ...spec.errors import OptionError
from .ops import Ops
from .parameters import Comparator


class Backend(Protocol):
    """What a framework's module offers."""

    def constant_of(self, x: Any) -> Any:
        """x as a constant of differentiation."""

    def as_float(self, x: Any) -> Any:
        """x as a floating array; floats keep their dtype."""

    def evaluate(self, formula: Callable[[Ops, Any], Any], x: Any, gain: Any = 1.0) -> Any:
        """gain·formula(x) in the dtype of x, computed in at least float32.

        Args:
            formula: a function of `Ops` and an array.
            x: the argument.
            gain: a factor.
        """

    def spike(self, x: Any, slope: Callable[[Any], Any], comparator: Comparator) -> Any:
        """The hard step of x with the derivative slope(x).

        Args:
            x: membrane − threshold.
            slope: the surrogate gradient.
            comparator: whether 0 fires.
        """

    def with_slope(self, value: Any, x: Any, slope: Any) -> Any:
        """A value with the derivative `slope` with respect to x, both of them constants.

        Args:
            value: in the shape and dtype of x.
            x: the array that the value is made from.
            slope: in the shape of x.
        """

    def sampled_density(self, p: Any, length: int, key: Any) -> Any:
        """The density of ones in Bernoulli bits.

        Args:
            p: probabilities.
            length: bits of each stream.
            key: the framework's key or generator.
        """


def backend_of(x: Any) -> Backend:
    """The framework whose arrays `x` belongs to.

    Raises:
        MissingExtraError: the framework is not installed.
        OptionError: the array is of a framework that has no backend.
    """
    if sys.modules.get("torch") is not None:  # else x cannot be a tensor
        from torch import Tensor

        if isinstance(x, Tensor):
            from . import torch_backend

            return torch_backend
    family = type(x).__module__.partition(".")[0]
    if family in ("torch", "tensorflow"):
        raise OptionError(f"x must be a JAX, NumPy or Torch array or a number, got {family}'s {type(x).__name__}")
    from . import jax_backend

    return jax_backend
