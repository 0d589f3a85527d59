"""snnTorch's surrogates, as its code computes them; a membrane at its threshold does not fire.

Not offered: `SSO`, whose slope is random.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..catalogue import (
    Arctan,
    Custom,
    InvSquareGrad,
    LeakyRelu,
    PositiveGate,
    Sigmoid,
    SparseFastSigmoid,
    SpikeRateEscape,
    StraightThrough,
)

__all__ = [
    "LSO",
    "SFS",
    "atan",
    "custom_surrogate",
    "fast_sigmoid",
    "heaviside",
    "sigmoid",
    "spike_rate_escape",
    "straight_through_estimator",
    "triangular",
]


def straight_through_estimator() -> StraightThrough:
    """Slope 1."""
    return StraightThrough(comparator="gt")


def triangular(threshold: float = 1.0) -> LeakyRelu:
    """+threshold left of 0, −threshold from 0 on: what the code computes, although no triangle."""
    return LeakyRelu(alpha=threshold, beta=-threshold, comparator="gt")


def fast_sigmoid(slope: float = 25.0) -> InvSquareGrad:
    """1 / (1 + slope·|x|)²."""
    return InvSquareGrad(alpha=slope, comparator="gt")


def atan(alpha: float = 2.0) -> Arctan:
    """(α/2) / (1 + (παx/2)²): the code's number; the docstring there has 1/π instead of α/2."""
    return Arctan(alpha=alpha, comparator="gt")


def heaviside() -> PositiveGate:
    """[x > 0]."""
    return PositiveGate(comparator="gt")


def sigmoid(slope: float = 25.0) -> Sigmoid:
    """k e^(−kx) / (e^(−kx) + 1)², without the overflow that makes it NaN there for x <= −4."""
    return Sigmoid(alpha=slope, comparator="gt")


def spike_rate_escape(beta: float = 1.0, slope: float = 25.0) -> SpikeRateEscape:
    """slope·e^(−β|x − 1|)."""
    return SpikeRateEscape(beta=beta, slope=slope, comparator="gt")


def LSO(slope: float = 0.1) -> LeakyRelu:
    """Slope left of 0, 1 from 0 on."""
    return LeakyRelu(alpha=slope, beta=1.0, comparator="gt")


def SFS(slope: float = 25.0, B: float = 1.0) -> SparseFastSigmoid:
    """1 / (1 + slope·|x|)² for x > B, else 0."""
    return SparseFastSigmoid(slope=slope, border=B, comparator="gt")


def custom_surrogate(function: Callable[[Any], Any]) -> Custom:
    """A slope of one's own, as a function of x alone (the library also hands over gradient and spikes)."""
    return Custom(function=function, comparator="gt")
