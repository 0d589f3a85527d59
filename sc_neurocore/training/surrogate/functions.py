"""The eighteen main forms as functions: `sigmoid(x, alpha=4.0)` is `Sigmoid(alpha=4.0)(x)`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

from .base import Formula
from .catalogue import CATALOGUE


def _function_of(entry: type[Formula]) -> Callable[..., Any]:
    def function(x: Any, *args: Any, **kwargs: Any) -> Any:
        return entry(*args, **kwargs)(x)

    x = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    function.__signature__ = inspect.Signature([x, *inspect.signature(entry).parameters.values()])  # type: ignore[attr-defined]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", entry.__name__)
    function.__name__ = function.__qualname__ = words.lower()
    function.__doc__ = f"Spikes of x with the slope {entry.equation}; see `{entry.__name__}`."
    return function


(
    sigmoid,
    piecewise_quadratic,
    piecewise_exp,
    soft_sign,
    arctan,
    nonzero_sign_log,
    erf,
    piecewise_leaky_relu,
    squarewave_fourier_series,
    s2nn,
    q_pseudo_spike,
    leaky_relu,
    log_tailed_relu,
    relu_grad,
    gaussian_grad,
    inv_square_grad,
    multi_gaussian_grad,
    slayer_grad,
) = map(_function_of, CATALOGUE.values())  # in the catalogue's order
