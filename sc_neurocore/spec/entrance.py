"""What every public function asks of its arguments before it looks into them: that they are of the kind they say.

Numbers, arrays and names are checked where their bounds and values are known (`coerce`); here are the kinds that every
function takes alike: networks, paths, switches, callbacks, mappings, and keywords that there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache, wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .coerce import short
from .errors import OptionError

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[Any], bool]
LONGEST_PATH, LONGEST_NAME = 4096, 255
"""Bytes, PATH_MAX and NAME_MAX of Linux."""


def entrance(function: Callable[P, R]) -> Callable[P, R]:
    """The function, behind checks of those of its arguments whose annotations are known here.

    Args:
        function: its annotations are texts (`from __future__ import annotations`).

    Returns:
        The same, raising `OptionError` for an argument of another kind and for a keyword that it does not have.
    """
    parameters = signature(function).parameters
    order = [name for name, each in parameters.items() if each.kind is not Parameter.KEYWORD_ONLY]
    checks = {name: rule for name, each in parameters.items() if (rule := _rule(str(each.annotation)))}
    takes_any = any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values())

    @wraps(function)
    def checked(*args: P.args, **options: P.kwargs) -> R:
        for name, value in (*zip(order, args), *options.items()):
            if name in checks and not checks[name][1](value):
                raise OptionError(f"{name} must be {checks[name][0]}, got {short(value)}")
            if not takes_any and name not in parameters:
                legal = ", ".join(each for each in parameters if each != "self")
                raise OptionError(f"{name} is no argument of {function.__qualname__}, which takes {legal}")
        return function(*args, **options)

    return checked


def is_path(value: Any) -> bool:
    """Whether it may name a file or folder: a text or path without a zero byte, as long as Linux allows."""
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(text, str) or "\0" in text:
        return False
    try:
        encoded = os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return len(encoded) < LONGEST_PATH and all(len(each) <= LONGEST_NAME for each in encoded.split(b"/"))


def _is_network(value: Any) -> bool:
    return isinstance(value, _network_type())


@cache
def _network_type() -> type:
    from .network import NetworkSpec

    return NetworkSpec


KINDS: dict[str, tuple[str, Check]] = {
    "NetworkSpec": ("a NetworkSpec", _is_network),
    "str | os.PathLike[str]": ("a path", is_path),
    "str | Path": ("a path", is_path),
    "Path": ("a path", is_path),
    "bool": ("True or False", lambda value: isinstance(value, bool | np.bool_)),
    "Progress": ("a function", callable),
    "Mapping": ("a mapping", lambda value: isinstance(value, Mapping)),
    "Callable": ("a function", callable),
}
"""Rule and check of each annotation, its arguments left out."""


@cache
def _rule(annotation: str) -> tuple[str, Check] | None:
    """Rule and check of an annotation; None where the function checks it itself."""
    optional = annotation.endswith(" | None")
    bare = annotation.removesuffix(" | None")
    rule = KINDS.get(bare)
    if rule is None and " | " not in bare.rpartition("]")[2]:
        rule = KINDS.get(bare.partition("[")[0])
    if rule is None or not optional:
        return rule
    text, check = rule
    return f"{text} or None", lambda value: value is None or check(value)
