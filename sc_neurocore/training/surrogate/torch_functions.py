"""The six Torch surrogates by name, each in three call forms; made from the catalogue.

`f(x, constant)` takes the default path, `f_custom_op` and `f_legacy` one each. x = membrane − threshold, a tensor.
Importing this needs no Torch; calling does.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, get_args

from ...spec.errors import OptionError, require_extra
from .base import Comparator, Formula
from .gradient_only import InvSquareGrad
from .other_forms import StraightThrough
from .parameters import check
from .piecewise import PiecewiseQuadratic
from .smooth import Arctan, Sigmoid

if TYPE_CHECKING:
    from torch import Tensor

SurrogatePath = Literal["custom_op", "legacy_autograd"]
"""How a surrogate reaches Torch's autograd: as an operator of `torch.library`, or as a `torch.autograd.Function`."""

SURROGATE_PATHS: tuple[SurrogatePath, ...] = ("custom_op", "legacy_autograd")


def _call(form: Formula, x: Any, path: str) -> Tensor:
    """The spikes of x with the form's slope.

    Raises:
        MissingExtraError: Torch is not installed.
        OptionError: there is no such path, or x is no tensor.
    """
    if path not in SURROGATE_PATHS:
        raise OptionError(f"path must be one of {', '.join(get_args(SurrogatePath))}; got {path!r}")
    if sys.modules.get("torch") is None:
        require_extra("torch", "torch")
    from . import _torch

    return _torch.step(x, form.surrogate_grad, form.comparator, path)


def _fast_sigmoid(slope: float, comparator: Comparator) -> Formula:
    slope = check("fast_sigmoid: slope", slope, "positive")
    return InvSquareGrad(alpha=slope, gain=slope, comparator=comparator)


def fast_sigmoid(
    x: Tensor, slope: float = 25.0, *, path: SurrogatePath = "custom_op", comparator: Comparator = "ge"
) -> Tensor:
    """Spikes of x with the derivative slope / (1 + slope·|x|)²: `InvSquareGrad(alpha=slope, gain=slope)`.

    Args:
        x: membrane − threshold; the result has its shape and dtype.
        slope: a finite number above 0.
        path: "custom_op" or "legacy_autograd"; the numbers are the same.
        comparator: "ge" fires at x = 0, "gt" does not.

    Raises:
        OptionError: an argument breaks its rule.
        MissingExtraError: Torch is not installed.
    """
    return _call(_fast_sigmoid(slope, comparator), x, path)


def fast_sigmoid_custom_op(x: Tensor, slope: float = 25.0, *, comparator: Comparator = "ge") -> Tensor:
    """`fast_sigmoid` by the path "custom_op"."""
    return _call(_fast_sigmoid(slope, comparator), x, "custom_op")


def fast_sigmoid_legacy(x: Tensor, slope: float = 25.0, *, comparator: Comparator = "ge") -> Tensor:
    """`fast_sigmoid` by the path "legacy_autograd"."""
    return _call(_fast_sigmoid(slope, comparator), x, "legacy_autograd")


def _superspike(beta: float, comparator: Comparator) -> Formula:
    return InvSquareGrad(alpha=check("superspike: beta", beta, "positive"), comparator=comparator)


def superspike(
    x: Tensor, beta: float = 10.0, *, path: SurrogatePath = "custom_op", comparator: Comparator = "ge"
) -> Tensor:
    """Spikes of x with the derivative 1 / (1 + beta·|x|)²: `InvSquareGrad(alpha=beta)`; arguments as `fast_sigmoid`."""
    return _call(_superspike(beta, comparator), x, path)


def superspike_custom_op(x: Tensor, beta: float = 10.0, *, comparator: Comparator = "ge") -> Tensor:
    """`superspike` by the path "custom_op"."""
    return _call(_superspike(beta, comparator), x, "custom_op")


def superspike_legacy(x: Tensor, beta: float = 10.0, *, comparator: Comparator = "ge") -> Tensor:
    """`superspike` by the path "legacy_autograd"."""
    return _call(_superspike(beta, comparator), x, "legacy_autograd")


def _atan(alpha: float, comparator: Comparator) -> Formula:
    return Arctan(alpha=check("atan_surrogate: alpha", alpha, "positive"), comparator=comparator)


def atan_surrogate(
    x: Tensor, alpha: float = 2.0, *, path: SurrogatePath = "custom_op", comparator: Comparator = "ge"
) -> Tensor:
    """Spikes of x with the derivative alpha / (2 (1 + (π·alpha·x/2)²)): `Arctan(alpha)`.

    Arguments as `fast_sigmoid`.
    """
    return _call(_atan(alpha, comparator), x, path)


def atan_surrogate_custom_op(x: Tensor, alpha: float = 2.0, *, comparator: Comparator = "ge") -> Tensor:
    """`atan_surrogate` by the path "custom_op"."""
    return _call(_atan(alpha, comparator), x, "custom_op")


def atan_surrogate_legacy(x: Tensor, alpha: float = 2.0, *, comparator: Comparator = "ge") -> Tensor:
    """`atan_surrogate` by the path "legacy_autograd"."""
    return _call(_atan(alpha, comparator), x, "legacy_autograd")


def _sigmoid(slope: float, comparator: Comparator) -> Formula:
    return Sigmoid(alpha=check("sigmoid_surrogate: slope", slope, "positive"), comparator=comparator)


def sigmoid_surrogate(
    x: Tensor, slope: float = 5.0, *, path: SurrogatePath = "custom_op", comparator: Comparator = "ge"
) -> Tensor:
    """Spikes of x with the derivative slope·s·(1 − s), s = S(slope·x): `Sigmoid(slope)`.

    Arguments as `fast_sigmoid`.
    """
    return _call(_sigmoid(slope, comparator), x, path)


def sigmoid_surrogate_custom_op(x: Tensor, slope: float = 5.0, *, comparator: Comparator = "ge") -> Tensor:
    """`sigmoid_surrogate` by the path "custom_op"."""
    return _call(_sigmoid(slope, comparator), x, "custom_op")


def sigmoid_surrogate_legacy(x: Tensor, slope: float = 5.0, *, comparator: Comparator = "ge") -> Tensor:
    """`sigmoid_surrogate` by the path "legacy_autograd"."""
    return _call(_sigmoid(slope, comparator), x, "legacy_autograd")


def straight_through(x: Tensor, *, path: SurrogatePath = "custom_op", comparator: Comparator = "ge") -> Tensor:
    """Spikes of x with the derivative 1: `StraightThrough()`; arguments as `fast_sigmoid`, but no constant."""
    return _call(StraightThrough(comparator=comparator), x, path)


def straight_through_custom_op(x: Tensor, *, comparator: Comparator = "ge") -> Tensor:
    """`straight_through` by the path "custom_op"."""
    return _call(StraightThrough(comparator=comparator), x, "custom_op")


def straight_through_legacy(x: Tensor, *, comparator: Comparator = "ge") -> Tensor:
    """`straight_through` by the path "legacy_autograd"."""
    return _call(StraightThrough(comparator=comparator), x, "legacy_autograd")


def _triangular(width: float, comparator: Comparator) -> Formula:
    return PiecewiseQuadratic(alpha=1 / check("triangular: width", width, "positive"), comparator=comparator)


def triangular(
    x: Tensor, width: float = 1.0, *, path: SurrogatePath = "custom_op", comparator: Comparator = "ge"
) -> Tensor:
    """Spikes of x with the derivative max(0, 1 − |x|/width) / width: `PiecewiseQuadratic(1/width)`.

    Arguments as `fast_sigmoid`.
    """
    return _call(_triangular(width, comparator), x, path)


def triangular_custom_op(x: Tensor, width: float = 1.0, *, comparator: Comparator = "ge") -> Tensor:
    """`triangular` by the path "custom_op"."""
    return _call(_triangular(width, comparator), x, "custom_op")


def triangular_legacy(x: Tensor, width: float = 1.0, *, comparator: Comparator = "ge") -> Tensor:
    """`triangular` by the path "legacy_autograd"."""
    return _call(_triangular(width, comparator), x, "legacy_autograd")
