"""SpikingJelly's surrogates; a membrane at its threshold fires.

Not offered: `PoissonPass` (see `BernoulliForward`) and `MultiLevelSpikeCount`, whose forward value is no spike.
"""

from __future__ import annotations

from ....spec.errors import OptionError
from .. import catalogue
from ..catalogue import Arctan, Boxcar, InvSquareGrad, LeakyRelu, StraightThrough
from ..parameters import check

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

# The library's class names are kept, so the functions are written like classes.


def PiecewiseQuadratic(alpha: float = 1.0) -> catalogue.PiecewiseQuadratic:
    """max(0, α − α²|x|)."""
    return catalogue.PiecewiseQuadratic(alpha)


def PiecewiseExp(alpha: float = 1.0) -> catalogue.PiecewiseExp:
    """(α/2) e^(−α|x|)."""
    return catalogue.PiecewiseExp(alpha)


def Sigmoid(alpha: float = 4.0) -> catalogue.Sigmoid:
    """α S(αx) (1 − S(αx))."""
    return catalogue.Sigmoid(alpha)


def SoftSign(alpha: float = 2.0) -> catalogue.SoftSign:
    """(α/2) / (1 + α|x|)²."""
    return catalogue.SoftSign(alpha)


def ATan(alpha: float = 2.0) -> Arctan:
    """(α/2) / (1 + (παx/2)²)."""
    return Arctan(alpha)


def Erf(alpha: float = 2.0) -> catalogue.ERF:
    """(α/√π) e^(−α²x²)."""
    return catalogue.ERF(alpha)


def NonzeroSignLogAbs(alpha: float = 1.0) -> catalogue.NonzeroSignLog:
    """1 / (1/α + |x|)."""
    return catalogue.NonzeroSignLog(alpha)


def PiecewiseLeakyReLU(w: float = 1.0, c: float = 0.01) -> catalogue.PiecewiseLeakyRelu:
    """1/(2w) for |x| <= w, else c; the parameters stand in the library's order."""
    return catalogue.PiecewiseLeakyRelu(c=c, w=w)


def LogTailedReLU(alpha: float = 0.0) -> catalogue.LogTailedRelu:
    """α for x <= 0, 1 to 1, 1/x beyond."""
    return catalogue.LogTailedRelu(alpha)


def SuperSpike(alpha: float = 1.0) -> InvSquareGrad:
    """α / (1 + |x|)²: α is an amplitude here, no slope."""
    return InvSquareGrad(alpha=1.0, gain=alpha)


def SquarewaveFourierSeries(n: int = 2, T_period: float = 8.0) -> catalogue.SquarewaveFourierSeries:
    """The series up to term n − 1.

    Raises:
        OptionError: n is below 2, which would leave no term.
    """
    if check("SquarewaveFourierSeries: n", n, "count") < 2:
        raise OptionError(f"SquarewaveFourierSeries: n must be 2 or more, as n - 1 terms are summed; got {n!r}")
    return catalogue.SquarewaveFourierSeries(n=n - 1, t_period=T_period)


def S2NN(alpha: float = 4.0, beta: float = 1.0) -> catalogue.S2NN:
    """As the catalogue's, with ε = 1e-5."""
    return catalogue.S2NN(alpha, beta, epsilon=1e-5)


def QPseudoSpike(alpha: float = 2.0) -> catalogue.QPseudoSpikeMinus:
    """(1 + 2|x|/(α − 1))^(−α): α − 1, where others have α + 1."""
    return catalogue.QPseudoSpikeMinus(alpha)


def LeakyKReLU(leak: float = 0.0, k: float = 1.0) -> LeakyRelu:
    """`leak` for x < 0, k from 0 on."""
    return LeakyRelu(alpha=leak, beta=k)


def FakeNumericalGradient(alpha: float = 0.3) -> catalogue.FakeNumericalGradient:
    """min(1/|x|, α)."""
    return catalogue.FakeNumericalGradient(alpha)


def Rect(alpha: float = 1.0) -> Boxcar:
    """α for |x| < 1/(2α), else 0."""
    alpha = check("Rect: alpha", alpha, "positive")
    return Boxcar(width=1 / alpha, height=alpha)


def DeterministicPass() -> StraightThrough:
    """Slope 1."""
    return StraightThrough()
