"""snnTorch's surrogates, as its code computes them; a membrane at its threshold does not fire.

Not offered: `SSO`, whose slope is random.
"""

from __future__ import annotations

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
from .convention import convention

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

straight_through_estimator = convention("1", lambda: StraightThrough(comparator="gt"))
triangular = convention(
    "+threshold left of 0, −threshold from 0 on: what the code computes, although no triangle",
    lambda threshold=1.0: LeakyRelu(alpha=threshold, beta=-threshold, comparator="gt"),
)
fast_sigmoid = convention("1 / (1 + slope·|x|)²", lambda slope=25.0: InvSquareGrad(alpha=slope, comparator="gt"))
atan = convention(
    "(α/2) / (1 + (παx/2)²): the code's number; the docstring there has 1/π instead of α/2",
    lambda alpha=2.0: Arctan(alpha=alpha, comparator="gt"),
)
heaviside = convention("[x > 0]", lambda: PositiveGate(comparator="gt"))
sigmoid = convention(
    "k e^(−kx) / (e^(−kx) + 1)², without the overflow that makes it NaN there for x <= −4",
    lambda slope=25.0: Sigmoid(alpha=slope, comparator="gt"),
)
spike_rate_escape = convention(
    "slope·e^(−β|x − 1|)", lambda beta=1.0, slope=25.0: SpikeRateEscape(beta=beta, slope=slope, comparator="gt")
)
LSO = convention("slope left of 0, 1 from 0 on", lambda slope=0.1: LeakyRelu(alpha=slope, beta=1.0, comparator="gt"))
SFS = convention(
    "1 / (1 + slope·|x|)² for x > B, else 0",
    lambda slope=25.0, B=1.0: SparseFastSigmoid(slope=slope, border=B, comparator="gt"),
)
custom_surrogate = convention(
    "function(x): a slope of one's own, of x alone (the library also hands over gradient and spikes)",
    lambda function: Custom(function=function, comparator="gt"),
)
