"""The eighteen main forms as functions: `sigmoid(x, alpha=4.0)` is `Sigmoid(alpha=4.0)(x)`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .base import Formula
from .catalogue import CATALOGUE


def _as_function(entry: type[Formula], name: str) -> Callable[..., Any]:
    def function(x: Any, *args: Any, **kwargs: Any) -> Any:
        return entry(*args, **kwargs)(x)

    head = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    own = inspect.signature(entry).parameters.values()
    function.__signature__ = inspect.Signature([head, *own])  # type: ignore[attr-defined]
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Spikes of x with the slope {entry.equation}; see `{entry.__name__}`."
    return function


sigmoid = _as_function(CATALOGUE["Sigmoid"], "sigmoid")
piecewise_quadratic = _as_function(CATALOGUE["PiecewiseQuadratic"], "piecewise_quadratic")
piecewise_exp = _as_function(CATALOGUE["PiecewiseExp"], "piecewise_exp")
soft_sign = _as_function(CATALOGUE["SoftSign"], "soft_sign")
arctan = _as_function(CATALOGUE["Arctan"], "arctan")
nonzero_sign_log = _as_function(CATALOGUE["NonzeroSignLog"], "nonzero_sign_log")
erf = _as_function(CATALOGUE["ERF"], "erf")
piecewise_leaky_relu = _as_function(CATALOGUE["PiecewiseLeakyRelu"], "piecewise_leaky_relu")
squarewave_fourier_series = _as_function(CATALOGUE["SquarewaveFourierSeries"], "squarewave_fourier_series")
s2nn = _as_function(CATALOGUE["S2NN"], "s2nn")
q_pseudo_spike = _as_function(CATALOGUE["QPseudoSpike"], "q_pseudo_spike")
leaky_relu = _as_function(CATALOGUE["LeakyRelu"], "leaky_relu")
log_tailed_relu = _as_function(CATALOGUE["LogTailedRelu"], "log_tailed_relu")
relu_grad = _as_function(CATALOGUE["ReluGrad"], "relu_grad")
gaussian_grad = _as_function(CATALOGUE["GaussianGrad"], "gaussian_grad")
inv_square_grad = _as_function(CATALOGUE["InvSquareGrad"], "inv_square_grad")
multi_gaussian_grad = _as_function(CATALOGUE["MultiGaussianGrad"], "multi_gaussian_grad")
slayer_grad = _as_function(CATALOGUE["SlayerGrad"], "slayer_grad")
