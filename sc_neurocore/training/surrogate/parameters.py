"""The legal values of a surrogate's and a cell's parameters."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import field
from typing import Any, Literal

import numpy as np

from ...spec.errors import OptionError

Comparator = Literal["ge", "gt"]
"""Whether a membrane exactly at its threshold fires: `ge` does (JAX libraries and our gates), `gt` does not."""

RULES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "finite": ("a finite number", lambda value: True),
    "positive": ("a finite number above 0", lambda value: value > 0),
    "not_negative": ("a finite number, 0 or more", lambda value: value >= 0),
    "above_one": ("a finite number above 1", lambda value: value > 1),
    "decay": ("a number from 0 to 1", lambda value: 0 <= value <= 1),
    "count": ("an integer, 1 or more", lambda value: value >= 1),
}
"""Rules by name: the text of the message, and what holds of a legal finite number."""


def parameter(default: float, rule: str) -> Any:
    """A dataclass field with a default and the name of its rule."""
    return field(default=default, metadata={"rule": rule})


def number(name: str, value: Any, rule: str) -> Any:
    """A Python or NumPy number as it is.

    Args:
        name: the parameter, for the message.
        value: what was given.
        rule: a name of `RULES`.

    Raises:
        OptionError: the value breaks the rule; the message names both.
    """
    text, holds = RULES[rule]
    kind = numbers.Integral if rule == "count" else numbers.Real
    if isinstance(value, bool) or not isinstance(value, kind) or not math.isfinite(value) or not holds(value):
        raise OptionError(f"{name} must be {text}, got {value!r}")
    return value


def number_or_array(name: str, value: Any, rule: str) -> Any:
    """A number that keeps the rule, as a Python number; an array as it is, because a tracer does not know its values.

    Args:
        name: the parameter, for the message.
        value: what was given.
        rule: a name of `RULES`.

    Raises:
        OptionError: a number breaks the rule; the message names both.
    """
    if hasattr(value, "dtype"):
        if not isinstance(value, (np.generic, np.ndarray)) or value.ndim > 0:
            return value
        value = value.item()
    return number(name, value, rule)
