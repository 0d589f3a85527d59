"""The legal values of a surrogate's parameters."""

from __future__ import annotations

import math
import numbers
from dataclasses import field
from typing import Any

from ...spec.errors import OptionError

_RULES = {
    "finite": ("a finite number", lambda value: True),
    "positive": ("a finite number above 0", lambda value: value > 0),
    "not_negative": ("a finite number, 0 or more", lambda value: value >= 0),
    "above_one": ("a finite number above 1", lambda value: value > 1),
    "count": ("an integer, 1 or more", lambda value: value >= 1),
}


def parameter(default: float, rule: str) -> Any:
    """A dataclass field with a default and the name of its rule."""
    return field(default=default, metadata={"rule": rule})


def check(name: str, value: Any, rule: str) -> Any:
    """The value as a Python number, or as it is where it is an array (whose values a tracer does not know).

    Raises:
        OptionError: the value breaks the rule; the message names both.
    """
    text, holds = _RULES[rule]
    scalar = (
        getattr(value, "item", None)
        if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
        else None
    )
    if scalar is not None:
        value = scalar()
    elif hasattr(value, "dtype"):
        return value
    kind = numbers.Integral if rule == "count" else numbers.Real
    if isinstance(value, bool) or not isinstance(value, kind) or not math.isfinite(value) or not holds(value):
        raise OptionError(f"{name} must be {text}, got {value!r}")
    return value
