"""The legal values of a surrogate's and a cell's parameters."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

import numpy as np

from ...spec.coerce import integer as coerce_integer
from ...spec.coerce import number as coerce_number

Comparator = Literal["ge", "gt"]
"""Whether a membrane exactly at its threshold fires: `ge` does (JAX libraries and our gates), `gt` does not."""

RULES: dict[str, dict[str, Any]] = {
    "finite": {},
    "positive": {"above": 0},
    "not_negative": {"low": 0},
    "above_one": {"above": 1},
    "decay": {"low": 0, "high": 1},
    "count": {"low": 1},
}
"""Bounds by rule, as `coerce` takes them; "count" is of integers, the others of real numbers."""


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
    (coerce_integer if rule == "count" else coerce_number)(name, value, **RULES[rule])
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
