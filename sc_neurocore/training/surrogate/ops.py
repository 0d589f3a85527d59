"""The array functions that formulas are written in: names that JAX and Torch share, most of them the array API's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Ops(Protocol):
    """Elementwise functions of one framework; arguments and results are its arrays, scalars are Python numbers."""

    abs: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    expm1: Callable[[Any], Any]
    log: Callable[[Any], Any]
    log1p: Callable[[Any], Any]
    sin: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    atan: Callable[[Any], Any]
    erf: Callable[[Any], Any]
    sigmoid: Callable[[Any], Any]
    floor: Callable[[Any], Any]
    zeros_like: Callable[[Any], Any]
    where: Callable[[Any, Any, Any], Any]
    """`where(condition, a, b)`; at least one of a and b is an array."""
    clip: Callable[[Any, Any, Any], Any]
    """`clip(x, low, high)`; None leaves a side open."""


def constant(ops: Ops, x: Any, value: Any) -> Any:
    """A value in the shape and dtype of x.

    Args:
        ops: functions of the framework of x.
        x: an array, of which only shape and dtype count.
        value: a number, or an array that is traced or differentiated.
    """
    return ops.zeros_like(x) + value
