"""The catalogue: every formula by name. Forms in any framework, the gallery and the tests are made from it."""

from __future__ import annotations

from .base import Formula
from .gradient_only import GaussianGrad, InvSquareGrad, MultiGaussianGrad, ReluGrad, SlayerGrad
from .other_forms import (
    Boxcar,
    Circ,
    Custom,
    FakeNumericalGradient,
    PositiveGate,
    QPseudoSpikeMinus,
    SparseFastSigmoid,
    SpikeRateEscape,
    StraightThrough,
)
from .piecewise import LeakyRelu, LogTailedRelu, PiecewiseLeakyRelu, PiecewiseQuadratic
from .smooth import (
    ERF,
    S2NN,
    Arctan,
    NonzeroSignLog,
    PiecewiseExp,
    QPseudoSpike,
    Sigmoid,
    SoftSign,
    SquarewaveFourierSeries,
)

CATALOGUE: dict[str, type[Formula]] = {
    entry.__name__: entry
    for entry in (
        Sigmoid,
        PiecewiseQuadratic,
        PiecewiseExp,
        SoftSign,
        Arctan,
        NonzeroSignLog,
        ERF,
        PiecewiseLeakyRelu,
        SquarewaveFourierSeries,
        S2NN,
        QPseudoSpike,
        LeakyRelu,
        LogTailedRelu,
        ReluGrad,
        GaussianGrad,
        InvSquareGrad,
        MultiGaussianGrad,
        SlayerGrad,
    )
}
"""The eighteen main forms, by class name; their defaults are braintools'."""

OTHER_FORMS: dict[str, type[Formula]] = {
    entry.__name__: entry
    for entry in (
        StraightThrough,
        PositiveGate,
        Boxcar,
        Circ,
        SpikeRateEscape,
        SparseFastSigmoid,
        FakeNumericalGradient,
        QPseudoSpikeMinus,
        Custom,
    )
}
"""What the conventions in `compat` need beside them."""
