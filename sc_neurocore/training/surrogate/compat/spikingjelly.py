"""SpikingJelly's surrogates; a membrane at its threshold fires.

Not offered: `PoissonPass` (see `BernoulliForward`) and `MultiLevelSpikeCount`, whose forward value is no spike.
"""

from __future__ import annotations

from ....spec.errors import OptionError
from .. import catalogue
from ..catalogue import (
    Arctan,
    Boxcar,
    FakeNumericalGradient,
    InvSquareGrad,
    LeakyRelu,
    PiecewiseExp,
    PiecewiseQuadratic,
    Sigmoid,
)
from ..catalogue import LogTailedRelu as LogTailedReLU
from ..catalogue import NonzeroSignLog as NonzeroSignLogAbs
from ..catalogue import QPseudoSpikeMinus as QPseudoSpike
from ..catalogue import StraightThrough as DeterministicPass
from ..parameters import number_or_array

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

# The library's class names are kept, so the functions are written like classes. Where its form has the catalogue's
# parameters, order and defaults, it is the catalogue's class under the library's name.


def SoftSign(alpha: float = 2.0) -> catalogue.SoftSign:
    """(α/2) / (1 + α|x|)²."""
    return catalogue.SoftSign(alpha)


def ATan(alpha: float = 2.0) -> Arctan:
    """(α/2) / (1 + (παx/2)²)."""
    return Arctan(alpha)


def Erf(alpha: float = 2.0) -> catalogue.ERF:
    """(α/√π) e^(−α²x²)."""
    return catalogue.ERF(alpha)


def PiecewiseLeakyReLU(w: float = 1.0, c: float = 0.01) -> catalogue.PiecewiseLeakyRelu:
    """1/(2w) for |x| <= w, else c; the parameters stand in the library's order."""
    return catalogue.PiecewiseLeakyRelu(c=c, w=w)


def SuperSpike(alpha: float = 1.0) -> InvSquareGrad:
    """α / (1 + |x|)²: α is an amplitude here, no slope."""
    return InvSquareGrad(alpha=1.0, gain=alpha)


def SquarewaveFourierSeries(n: int = 2, T_period: float = 8.0) -> catalogue.SquarewaveFourierSeries:
    """The series up to term n − 1.

    Raises:
        OptionError: n is below 2, which would leave no term.
    """
    if number_or_array("SquarewaveFourierSeries: n", n, "count") < 2:
        raise OptionError(f"SquarewaveFourierSeries: n must be 2 or more, as n - 1 terms are summed; got {n!r}")
    return catalogue.SquarewaveFourierSeries(n=n - 1, t_period=T_period)


def S2NN(alpha: float = 4.0, beta: float = 1.0) -> catalogue.S2NN:
    """As the catalogue's, with ε = 1e-5."""
    return catalogue.S2NN(alpha, beta, epsilon=1e-5)


def LeakyKReLU(leak: float = 0.0, k: float = 1.0) -> LeakyRelu:
    """`leak` for x < 0, k from 0 on."""
    return LeakyRelu(alpha=leak, beta=k)


def Rect(alpha: float = 1.0) -> Boxcar:
    """α for |x| < 1/(2α), else 0."""
    alpha = number_or_array("Rect: alpha", alpha, "positive")
    return Boxcar(width=1 / alpha, height=alpha)
