"""SpikingJelly's surrogates; a membrane at its threshold fires.

Not offered: `PoissonPass` (see `BernoulliForward`) and `MultiLevelSpikeCount`, whose forward value is no spike.
"""

from __future__ import annotations

from ....spec.errors import OptionError
from .. import catalogue
from ..catalogue import FakeNumericalGradient, PiecewiseExp, PiecewiseQuadratic, Sigmoid
from ..catalogue import LogTailedRelu as LogTailedReLU
from ..catalogue import NonzeroSignLog as NonzeroSignLogAbs
from ..catalogue import QPseudoSpikeMinus as QPseudoSpike
from ..catalogue import StraightThrough as DeterministicPass
from ..parameters import number_or_array
from .convention import convention

__all__ = [
    "S2NN",
    "ATan",
    "DeterministicPass",
    "Erf",
    "FakeNumericalGradient",
    "LeakyKReLU",
    "LogTailedReLU",
    "NonzeroSignLogAbs",
    "PiecewiseExp",
    "PiecewiseLeakyReLU",
    "PiecewiseQuadratic",
    "QPseudoSpike",
    "Rect",
    "Sigmoid",
    "SoftSign",
    "SquarewaveFourierSeries",
    "SuperSpike",
]

# The library's class names are kept. Where its form has the catalogue's parameters, order and defaults, it is the
# catalogue's class, imported under the library's name.

SoftSign = convention("(α/2) / (1 + α|x|)²", lambda alpha=2.0: catalogue.SoftSign(alpha))
ATan = convention("(α/2) / (1 + (παx/2)²)", lambda alpha=2.0: catalogue.Arctan(alpha))
Erf = convention("(α/√π) e^(−α²x²)", lambda alpha=2.0: catalogue.ERF(alpha))
PiecewiseLeakyReLU = convention(
    "1/(2w) for |x| <= w, else c; the parameters stand in the library's order",
    lambda w=1.0, c=0.01: catalogue.PiecewiseLeakyRelu(c=c, w=w),
)
SuperSpike = convention(
    "α / (1 + |x|)²: α is an amplitude here, no slope",
    lambda alpha=1.0: catalogue.InvSquareGrad(alpha=1.0, gain=alpha),
)
S2NN = convention(
    "the catalogue's, with ε = 1e-5", lambda alpha=4.0, beta=1.0: catalogue.S2NN(alpha, beta, epsilon=1e-5)
)
LeakyKReLU = convention("`leak` for x < 0, k from 0 on", lambda leak=0.0, k=1.0: catalogue.LeakyRelu(leak, k))


def SquarewaveFourierSeries(n: int = 2, T_period: float = 8.0) -> catalogue.SquarewaveFourierSeries:
    """The series up to term n − 1.

    Raises:
        OptionError: n is below 2, which would leave no term.
    """
    if number_or_array("SquarewaveFourierSeries: n", n, "count") < 2:
        raise OptionError(f"SquarewaveFourierSeries: n must be 2 or more, as n - 1 terms are summed; got {n!r}")
    return catalogue.SquarewaveFourierSeries(n=n - 1, t_period=T_period)


def Rect(alpha: float = 1.0) -> catalogue.Boxcar:
    """α for |x| < 1/(2α), else 0."""
    alpha = number_or_array("Rect: alpha", alpha, "positive")
    return catalogue.Boxcar(width=1 / alpha, height=alpha)
