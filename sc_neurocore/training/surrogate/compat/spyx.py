"""Spyx's surrogates; a membrane at its threshold does not fire."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..catalogue import Arctan, Boxcar, Custom, InvSquareGrad, ReluGrad, Sigmoid
from ..parameters import number_or_array

__all__ = ["arctan", "boxcar", "custom", "superspike", "tanh", "triangular"]


def _itself(x: Any) -> Any:
    return x


def custom(bwd: Callable[[Any], Any] = _itself) -> Custom:
    """A slope of one's own; the default is x itself, as coded there (its docstring promises a straight-through 1)."""
    return Custom(function=bwd, comparator="gt")


def tanh(k: float = 1.0) -> Sigmoid:
    """4 / (e^(−kx) + e^(kx))², without a factor k."""
    k = number_or_array("tanh: k", k, "positive")
    return Sigmoid(alpha=2 * k, gain=2 / k, comparator="gt")


def boxcar(width: float = 2.0, height: float = 0.5) -> Boxcar:
    """Height for |x| < width/2, as coded (the docstring there includes the ends)."""
    return Boxcar(width=width, height=height, comparator="gt")


def triangular(k: float = 2.0) -> ReluGrad:
    """max(0, 1 − |kx|)."""
    k = number_or_array("triangular: k", k, "positive")
    return ReluGrad(alpha=k, width=1 / k, comparator="gt")


def arctan(k: float = 2.0) -> Arctan:
    """1 / (π(1 + (kπx)²)): amplitude 1/π at any k."""
    k = number_or_array("arctan: k", k, "positive")
    return Arctan(alpha=2 * k, gain=1 / (k * math.pi), comparator="gt")


def superspike(k: float = 25.0) -> InvSquareGrad:
    """1 / (1 + k|x|)²."""
    return InvSquareGrad(alpha=k, comparator="gt")
