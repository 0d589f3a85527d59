"""Spyx's surrogates; a membrane at its threshold does not fire."""

from __future__ import annotations

import math

from ..catalogue import Arctan, Boxcar, Custom, InvSquareGrad, ReluGrad, Sigmoid
from ..parameters import number_or_array
from . import norse
from .convention import convention

__all__ = ["arctan", "boxcar", "custom", "superspike", "tanh", "triangular"]

custom = convention(
    "a slope of one's own; the default is x itself, as coded there (its docstring promises a straight-through 1)",
    lambda bwd=lambda x: x: Custom(function=bwd, comparator="gt"),
)
boxcar = convention(
    "height for |x| < width/2, as coded (the docstring there includes the ends)",
    lambda width=2.0, height=0.5: Boxcar(width=width, height=height, comparator="gt"),
)
superspike = convention("1 / (1 + k|x|)²", lambda k=25.0: InvSquareGrad(alpha=k, comparator="gt"))


def tanh(k: float = 1.0) -> Sigmoid:
    """4 / (e^(−kx) + e^(kx))², without a factor k."""
    return norse.tanh(k)


def triangular(k: float = 2.0) -> ReluGrad:
    """max(0, 1 − |kx|)."""
    k = number_or_array("triangular: k", k, "positive")
    return ReluGrad(alpha=k, width=1 / k, comparator="gt")


def arctan(k: float = 2.0) -> Arctan:
    """1 / (π(1 + (kπx)²)): amplitude 1/π at any k."""
    k = number_or_array("arctan: k", k, "positive")
    return Arctan(alpha=2 * k, gain=1 / (k * math.pi), comparator="gt")
