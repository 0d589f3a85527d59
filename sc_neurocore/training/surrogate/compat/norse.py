"""Norse's surrogates; a membrane at its threshold does not fire.

Not offered: `logistic` (its slope is not defined; see `BernoulliForward` with `Sigmoid`) and `circ_dist` (a random
spike whose slope belongs to no probability).
"""

from __future__ import annotations

from ..catalogue import ERF, Circ, InvSquareGrad, ReluGrad, Sigmoid, StraightThrough
from ..parameters import number_or_array
from .convention import convention

__all__ = ["circ", "heavi_erfc", "heaviside", "super", "tanh", "triangle"]

heaviside = convention("0: the bare step", lambda: StraightThrough(gain=0.0, comparator="gt"))
super = convention("1 / (α|x| + 1)²", lambda alpha=100.0: InvSquareGrad(alpha=alpha, comparator="gt"))
triangle = convention(
    "α·max(0, 1 − |x|); called tent in older versions",
    lambda alpha=0.3: ReluGrad(alpha=alpha, width=1.0, comparator="gt"),
)
circ = convention("α³ / (α² + x²)^(3/2)", lambda alpha: Circ(alpha=alpha, comparator="gt"))


def tanh(k: float) -> Sigmoid:
    """1 − tanh²(kx), without a factor k."""
    k = number_or_array("tanh: k", k, "positive")
    return Sigmoid(alpha=2 * k, gain=2 / k, comparator="gt")


def heavi_erfc(k: float) -> ERF:
    """(2/√π) e^(−(kx)²)."""
    k = number_or_array("heavi_erfc: k", k, "positive")
    return ERF(alpha=k, gain=2 / k, comparator="gt")
