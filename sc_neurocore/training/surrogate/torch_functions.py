"""The six Torch surrogates by name, each in three call forms; made from the catalogue.

`f(x, constant)` takes the default path, `f_custom_op` and `f_legacy` one each. x = membrane − threshold, a tensor.
Importing this needs no Torch; calling does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

from ...spec.errors import OptionError
from .base import Formula
from .gradient_only import InvSquareGrad
from .other_forms import StraightThrough
from .parameters import Comparator, number_or_array
from .piecewise import PiecewiseQuadratic
from .smooth import Arctan, Sigmoid

if TYPE_CHECKING:
    from torch import Tensor

SurrogatePath = Literal["custom_op", "legacy_autograd"]
"""How a surrogate reaches Torch's autograd: as an operator of `torch.library`, or as a `torch.autograd.Function`."""

SURROGATE_PATHS: tuple[SurrogatePath, ...] = ("custom_op", "legacy_autograd")

_ARGUMENTS = """

Args:
    x: membrane − threshold, a real tensor; the result has its shape and dtype.{constant}
    path: "custom_op" or "legacy_autograd"; the numbers are the same.
    comparator: "ge" fires at x = 0, "gt" does not.

Raises:
    MissingExtraError: Torch is not installed.
    OptionError: an argument breaks its rule; the message names it.
"""


def _spike(form: Formula, x: Any, path: str) -> Tensor:
    """The spikes of x with the form's slope, by a path."""
    if path not in SURROGATE_PATHS:
        raise OptionError(f"path must be one of {', '.join(get_args(SurrogatePath))}; got {path!r}")
    from . import torch_backend

    return torch_backend.spike(x, form.surrogate_grad, form.comparator, path)


def _call_forms(form_of: Callable[..., Formula]) -> list[Callable[..., Tensor]]:
    """`f`, `f_custom_op` and `f_legacy` of a function `_f` from constants to an entry of the catalogue."""

    def f(x: Tensor, *constants: Any, path: str = "custom_op", **options: Any) -> Tensor:
        return _spike(form_of(*constants, **options), x, path)

    def f_custom_op(x: Tensor, *constants: Any, **options: Any) -> Tensor:
        return _spike(form_of(*constants, **options), x, "custom_op")

    def f_legacy(x: Tensor, *constants: Any, **options: Any) -> Tensor:
        return _spike(form_of(*constants, **options), x, "legacy_autograd")

    name = form_of.__name__.removeprefix("_")
    *constants, comparator = inspect.signature(form_of).parameters.values()
    x = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation="Tensor")
    path = comparator.replace(name="path", default="custom_op", annotation="SurrogatePath")
    for form, paths in ((f, [path]), (f_custom_op, []), (f_legacy, [])):
        form.__signature__ = inspect.Signature([x, *constants, *paths, comparator], return_annotation="Tensor")
        form.__doc__ = f"`{name}` by one path: {', '.join(SURROGATE_PATHS)}."
        form.__name__ = form.__qualname__ = name + form.__name__[1:]
    f.__doc__ = f"Spikes of x with the derivative {form_of.__doc__}" + _ARGUMENTS.format(
        constant="".join(f"\n    {constant.name}: a finite number above 0." for constant in constants)
    )
    return [f, f_custom_op, f_legacy]


def _fast_sigmoid(slope: float = 25.0, *, comparator: Comparator = "ge") -> Formula:
    """slope / (1 + slope·|x|)²: `InvSquareGrad(alpha=slope, gain=slope)`."""
    slope = number_or_array("fast_sigmoid: slope", slope, "positive")
    return InvSquareGrad(alpha=slope, gain=slope, comparator=comparator)


def _superspike(beta: float = 10.0, *, comparator: Comparator = "ge") -> Formula:
    """1 / (1 + beta·|x|)²: `InvSquareGrad(alpha=beta)`."""
    return InvSquareGrad(alpha=number_or_array("superspike: beta", beta, "positive"), comparator=comparator)


def _atan_surrogate(alpha: float = 2.0, *, comparator: Comparator = "ge") -> Formula:
    """alpha / (2 (1 + (π·alpha·x/2)²)): `Arctan(alpha)`."""
    return Arctan(alpha=number_or_array("atan_surrogate: alpha", alpha, "positive"), comparator=comparator)


def _sigmoid_surrogate(slope: float = 5.0, *, comparator: Comparator = "ge") -> Formula:
    """slope·s·(1 − s), s = S(slope·x): `Sigmoid(slope)`."""
    return Sigmoid(alpha=number_or_array("sigmoid_surrogate: slope", slope, "positive"), comparator=comparator)


def _straight_through(*, comparator: Comparator = "ge") -> Formula:
    """1: `StraightThrough()`."""
    return StraightThrough(comparator=comparator)


def _triangular(width: float = 1.0, *, comparator: Comparator = "ge") -> Formula:
    """max(0, 1 − |x|/width) / width: `PiecewiseQuadratic(1/width)`."""
    return PiecewiseQuadratic(alpha=1 / number_or_array("triangular: width", width, "positive"), comparator=comparator)


fast_sigmoid, fast_sigmoid_custom_op, fast_sigmoid_legacy = _call_forms(_fast_sigmoid)
superspike, superspike_custom_op, superspike_legacy = _call_forms(_superspike)
atan_surrogate, atan_surrogate_custom_op, atan_surrogate_legacy = _call_forms(_atan_surrogate)
sigmoid_surrogate, sigmoid_surrogate_custom_op, sigmoid_surrogate_legacy = _call_forms(_sigmoid_surrogate)
straight_through, straight_through_custom_op, straight_through_legacy = _call_forms(_straight_through)
triangular, triangular_custom_op, triangular_legacy = _call_forms(_triangular)
