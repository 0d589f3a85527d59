"""Checks that the layers share; each message names the argument, the rule, the value and where it stands."""

from __future__ import annotations

import math
import numbers
from typing import Any, Literal

import numpy as np

from ..accel.kinds import lowest_value
from ..spec.encoding import Encoding
from ..spec.errors import CodesError, OptionError

Layout = Literal["out_in", "in_out"]


def value_range(encoding: Encoding) -> tuple[float, float]:
    """Real values that an encoding can carry. (Bipolar 1 is carried by the largest code, one step below it.)"""
    return lowest_value(encoding), 1.0


def whole(name: str, value: Any, low: int, high: int) -> int:
    """An integer within bounds.

    Args:
        name: of the argument.
        value: what was given.
        low: the least that is legal.
        high: the largest.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not low <= int(value) <= high:
        raise OptionError(f"{name} must be an integer, {low} to {high}, got {value!r}")
    return int(value)


def real(name: str, value: Any, *, above: float | None = None) -> float:
    """A finite number, above a bound if one is given.

    Args:
        name: of the argument.
        value: what was given.
        above: the bound, itself not legal.
    """
    bad = isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value)
    if bad or (above is not None and value <= above):
        rule = "a finite number" if above is None else f"a finite number above {above:g}"
        raise OptionError(f"{name} must be {rule}, got {value!r}")
    return float(value)


def resolution_of(length: int) -> int:
    """Bits of a code that L positions can tell apart: ceil(log2 L), held in 2 ... 16."""
    return min(max((length - 1).bit_length(), 2), 16)


def real_array(name: str, value: Any) -> np.ndarray:
    """Finite real numbers as float64.

    Raises:
        CodesError: no numbers, or NaN or infinities; the message names the first.
    """
    try:
        array = np.asarray(value)
        array = array.astype(np.float64) if array.dtype.kind in "biufV" and array.dtype.names is None else None
    except (ValueError, TypeError, RuntimeError):  # RuntimeError: a Torch parameter that is not detached
        array = None
    if array is None:
        raise CodesError(f"{name} must be an array of real numbers, got {str(value)[:60]!r}")
    finite = np.isfinite(array)
    if not finite.all():
        index = first_index(~finite)
        raise CodesError(f"{name} must be finite, got {array[index]} at index {index}")
    return array


def check_range(name: str, array: np.ndarray, encoding: Encoding, advice: str) -> None:
    """Values that the encoding can carry, or an error with the first index of one that it cannot.

    Args:
        name: of the argument.
        array: finite numbers.
        encoding: what is to carry them.
        advice: what to do where one is outside.
    """
    low, high = value_range(encoding)
    outside = (array < low) | (array > high)
    if outside.any():
        index = first_index(outside)
        raise CodesError(
            f"{name} must lie in [{low:g}, {high:g}] ({encoding}), got {array[index]} at index {index}; {advice}"
        )


def oriented(weights: np.ndarray, n_neurons: int, n_inputs: int, layout: Layout | None) -> np.ndarray:
    """Weights as `(n_neurons, n_inputs)`, given in either order; a square matrix needs its layout said.

    Args:
        weights: a matrix.
        n_neurons: rows of the result.
        n_inputs: columns of the result.
        layout: of `weights`; None where the shape says it.

    Raises:
        OptionError: no such layout, or none for a square matrix.
        CodesError: the shape fits neither order, or not the layout.
    """
    if layout not in (None, "out_in", "in_out"):
        raise OptionError(
            f"layout must be 'out_in' (n_neurons, n_inputs) or 'in_out' (n_inputs, n_neurons), got {layout!r}"
        )
    shapes: dict[Layout, tuple[int, int]] = {"out_in": (n_neurons, n_inputs), "in_out": (n_inputs, n_neurons)}
    if layout is None:
        if weights.shape not in shapes.values():
            raise CodesError(f"weights must have shape {shapes['out_in']} or {shapes['in_out']}, got {weights.shape}")
        if n_neurons == n_inputs:
            raise OptionError(
                f"layout must be given for a square matrix {weights.shape}: 'out_in' where rows are neurons, "
                "'in_out' where rows are inputs"
            )
        layout = "out_in" if weights.shape == shapes["out_in"] else "in_out"
    if weights.shape != shapes[layout]:
        raise CodesError(f"weights must have shape {shapes[layout]} in layout {layout!r}, got {weights.shape}")
    return weights if layout == "out_in" else weights.T


def first_index(mask: np.ndarray) -> tuple[int, ...]:
    """Index of the first True."""
    return tuple(int(i) for i in np.argwhere(mask)[0])
