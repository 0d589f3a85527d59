"""One row of a library's table: its equation, and how its parameters become a form of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ..base import Formula

P = ParamSpec("P")
F = TypeVar("F", bound=Formula)


def convention(equation: str, form: Callable[P, F]) -> Callable[P, F]:
    """A library's constructor: `form`, with the library's names and defaults of parameters, described by its slope."""
    form.__doc__ = f"{equation}."
    return form
