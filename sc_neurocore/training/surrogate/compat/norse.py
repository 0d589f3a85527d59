"""Norse's surrogates; a membrane at its threshold does not fire.

Not offered: `logistic` (its slope is not defined; see `BernoulliForward` with `Sigmoid`) and `circ_dist` (a random
spike whose slope belongs to no probability).
"""

from __future__ import annotations

from ..catalogue import ERF, Circ, InvSquareGrad, ReluGrad, Sigmoid, StraightThrough
from ..parameters import number_or_array

__all__ = ["circ", "heavi_erfc", "heaviside", "super", "tanh", "triangle"]


def heaviside() -> StraightThrough:
    """Slope 0: the bare step."""
    return StraightThrough(gain=0.0, comparator="gt")


def super(alpha: float = 100.0) -> InvSquareGrad:
    """1 / (α|x| + 1)²."""
    return InvSquareGrad(alpha=alpha, comparator="gt")


def triangle(alpha: float = 0.3) -> ReluGrad:
    """α·max(0, 1 − |x|); called tent in older versions."""
    return ReluGrad(alpha=alpha, width=1.0, comparator="gt")


def tanh(k: float) -> Sigmoid:
    """1 − tanh²(kx), without a factor k."""
    k = number_or_array("tanh: k", k, "positive")
    return Sigmoid(alpha=2 * k, gain=2 / k, comparator="gt")


def circ(alpha: float) -> Circ:
    """α³ / (α² + x²)^(3/2)."""
    return Circ(alpha=alpha, comparator="gt")


def heavi_erfc(k: float) -> ERF:
    """(2/√π) e^(−(kx)²)."""
    k = number_or_array("heavi_erfc: k", k, "positive")
    return ERF(alpha=k, gain=2 / k, comparator="gt")
