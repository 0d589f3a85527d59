"""What every entrance asks of its arguments: Python numbers and NumPy arrays, or one line that says what is wrong.

A message names the argument, the rule and the value. A bool is no number, a float that happens to be whole is no
integer; NumPy's scalars are taken, and come back as Python's.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from .errors import CodesError, OptionError, SCError


def short(value: Any, limit: int = 80) -> str:
    """A value as it may stand in a message: one line, of at most so many characters."""
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits has no repr
        text = "an integer of very many digits"
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def nearest(value: Any, legal: Sequence[str]) -> str:
    """The legal word that a mistyped one is most like, as the end of a message; nothing where none is alike."""
    matches = difflib.get_close_matches(value, legal, 1) if isinstance(value, str) else []
    return f"; did you mean {matches[0]!r}?" if matches else ""


def choice(name: str, value: Any, legal: Sequence[str], *, error: type[SCError] = OptionError) -> str:
    """One of some names.

    Args:
        name: the argument's name, for the message.
        value: a string.
        legal: the names.
        error: what is raised.

    Raises:
        OptionError: (or `error`) it is none of them.
    """
    if not isinstance(value, str) or value not in legal:
        raise error(f"{name} must be one of {', '.join(legal)}; got {short(value)}{nearest(value, legal)}")
    return value


def integer(
    name: str,
    value: Any,
    low: int | None = None,
    high: int | None = None,
    *,
    rule: str | None = None,
    error: type[SCError] = OptionError,
) -> int:
    """An integer within inclusive bounds.

    Args:
        name: the argument's name, for the message.
        value: a Python integer or a NumPy one.
        low: the least legal value; None: any.
        high: the largest; None: any.
        rule: the rule in words, where the bounds alone do not say it.
        error: what is raised.

    Raises:
        OptionError: (or `error`) it is a bool, a float, anything else that is no integer, or out of bounds.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or not _within(int(value), low, high):
        bounds = "" if low is None else f", {low} or more" if high is None else f", {low} to {high}"
        raise error(f"{name} must be {rule or f'an integer{bounds}'}, got {short(value)}")
    return int(value)


def number(
    name: str,
    value: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
    rule: str | None = None,
    error: type[SCError] = OptionError,
) -> float:
    """A finite real number.

    Args:
        name: the argument's name, for the message.
        value: a Python integer or float, or a NumPy one.
        low: the least legal value; None: any.
        high: the largest; None: any.
        above: what it must exceed; None: nothing.
        below: what must exceed it; None: nothing.
        rule: the rule in words, where the bounds alone do not say it.
        error: what is raised.

    Raises:
        OptionError: (or `error`) it is a bool, no real number, NaN, infinite, beyond float64, or out of bounds.
    """
    try:
        result = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        result = math.inf
    outside = not _within(result, low, high) or (above is not None and result <= above)
    if not math.isfinite(result) or outside or (below is not None and result >= below):
        raise error(f"{name} must be {rule or _number_rule(low, high, above)}, got {short(value)}")
    return result


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _number_rule(low: float | None, high: float | None, above: float | None) -> str:
    if low is not None and high is not None:
        return f"a number from {low:g} to {high:g}"
    if low is not None:
        return f"a finite number, {low:g} or more"
    return "a finite number" if above is None else f"a finite number above {above:g}"


Shape = tuple[int | str, ...]
"""Lengths of axes; a name stands for any length but 0."""


def array(name: str, value: Any, *shapes: Shape, error: type[SCError] = CodesError) -> np.ndarray:
    """What `numpy.asarray` makes of a value: a list, or an array of NumPy, JAX or Torch.

    Args:
        name: the argument's name, for the message.
        value: the value.
        shapes: the legal shapes; none: any.
        error: what is raised.

    Raises:
        CodesError: (or `error`) rows of different lengths, a tensor that is not detached, another shape.
    """
    try:
        result = np.asarray(value)
    except (ValueError, TypeError, OverflowError, RuntimeError) as reason:
        text = " ".join(str(reason).split())[:160]
        raise error(f"{name} must be an array, got {short(value, 60)} ({text})") from None
    if shapes and not _fits(result.shape, shapes):
        raise error(f"{name} must have shape {_listed(shapes)}, got {result.shape}")
    return result


def real_array(name: str, value: Any, *shapes: Shape, error: type[SCError] = CodesError) -> np.ndarray:
    """Finite real numbers as float64; bools are 0 and 1, and another library's bfloat16 is a real number.

    Args:
        name: the argument's name, for the message.
        value: the numbers.
        shapes: the legal shapes; none: any.
        error: what is raised.

    Raises:
        CodesError: (or `error`) no array of real numbers, another shape, or NaN or infinities; the first is named.
    """
    values = array(name, value, error=error)
    foreign = values.dtype.kind == "V" and not values.dtype.name.startswith("void")  # bfloat16 is no number to NumPy
    if values.dtype.kind not in "biuf" and not foreign:
        raise error(f"{name} must hold real numbers, got dtype {values.dtype}")
    return finite(name, array(name, values.astype(np.float64), *shapes, error=error), error=error)


def integer_array(name: str, value: Any, *shapes: Shape, error: type[SCError] = CodesError) -> np.ndarray:
    """Integers as they are; bools are none.

    Args:
        name: the argument's name, for the message.
        value: the integers.
        shapes: the legal shapes; none: any.
        error: what is raised.

    Raises:
        CodesError: (or `error`) no array of integers, or another shape.
    """
    values = array(name, value, error=error)
    if values.dtype.kind not in "iu" or (shapes and not _fits(values.shape, shapes)):
        rule = f" of shape {_listed(shapes)}" if shapes else ""
        raise error(f"{name} must be integers{rule}, got {values.dtype} of shape {values.shape}")
    return values


def _fits(shape: tuple[int, ...], shapes: Sequence[Shape]) -> bool:
    return any(
        len(shape) == len(each) and all(n > 0 if isinstance(axis, str) else n == axis for n, axis in zip(shape, each))
        for each in shapes
    )


def _listed(shapes: Sequence[Shape]) -> str:
    return " or ".join(f"({', '.join(map(str, each))}{',' if len(each) == 1 else ''})" for each in shapes)


def finite(name: str, numbers: np.ndarray, *, first: int = 0, error: type[SCError] = CodesError) -> np.ndarray:
    """The array itself, if it holds no NaN and no infinity.

    Args:
        name: the argument's name, for the message.
        numbers: real numbers.
        first: number of the first row in messages, where the array is a part of a larger one.
        error: what is raised.

    Raises:
        CodesError: (or `error`) it does; the message names the first.
    """
    is_finite = np.isfinite(numbers)
    if not is_finite.all():
        index = first_index(~is_finite)
        place = (index[0] + first, *index[1:]) if index else index
        raise error(f"{name} must be finite, got {numbers[index]} at index {place}")
    return numbers


def first_index(mask: np.ndarray) -> tuple[int, ...]:
    """Index of the first True of a mask that has one."""
    return tuple(int(i) for i in np.argwhere(mask)[0])
