"""A legal call, and what its arguments are exchanged for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .wrong_values import Draw


class Call(NamedTuple):
    """A public function, a legal call of it, and what each argument must be."""

    function: Callable[..., Any]
    legal: dict[str, Any]
    wrong: dict[str, Draw]
    share: int = 10
