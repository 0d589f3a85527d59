"""The legal values of a surrogate's parameters."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from ...spec.coerce import integer, number

_RULES: dict[str, dict[str, Any]] = {
    "finite": {},
    "positive": {"above": 0},
    "not_negative": {"low": 0},
    "above_one": {"above": 1},
    "count": {"low": 1},
}


def parameter(default: float, rule: str) -> Any:
    """A dataclass field with a default and the name of its rule."""
    return field(default=default, metadata={"rule": rule})


def check(name: str, value: Any, rule: str) -> Any:
    """The value as a Python number, or as it is where it is an array (whose values a tracer does not know).

    Args:
        name: the argument's name, for the message.
        value: a number or an array.
        rule: a name of `_RULES`.

    Raises:
        OptionError: the value breaks the rule; the message names both.
    """
    scalar = (
        getattr(value, "item", None)
        if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ()
        else None
    )
    if scalar is not None:
        value = scalar()
    elif hasattr(value, "dtype"):
        return value
    coerce = integer if rule == "count" else number
    coerce(name, value, **_RULES[rule])
    return value
