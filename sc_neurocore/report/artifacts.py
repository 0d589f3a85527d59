"""Reading a run folder: every file may be missing, none may lie about its types."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sc_neurocore.spec.coerce import short
from sc_neurocore.spec.errors import SpecError
from sc_neurocore.spec.files.json_object import read_object

_WORD = 200


@dataclass(frozen=True)
class Node:
    """One JSON object of a result file, whose values are asked for by name and type.

    A missing key and null are both None: "nobody measured it". A value of another type raises SpecError.
    """

    where: str
    """File and path inside it, for messages."""
    tree: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self.tree.get(key) is not None

    def text(self, key: str) -> str | None:
        """A string."""
        return self._value(key, "a string", lambda value: type(value) is str)

    def word(self, key: str) -> str | None:
        """A string short enough for a heading."""
        what = f"a string of at most {_WORD} characters"
        return self._value(key, what, lambda value: type(value) is str and len(value) <= _WORD)

    def integer(self, key: str) -> int | None:
        """An integer of 64 bits, not a bool."""
        return self._value(key, "an integer", lambda value: type(value) is int and -(2**63) <= value < 2**63)

    def count(self, key: str) -> int | None:
        """How many: an integer that is not negative."""
        what = "an integer from 0 to 2^63 - 1"
        return self._value(key, what, lambda value: type(value) is int and 0 <= value < 2**63)

    def amount(self, key: str) -> float | None:
        """How much of something that is not negative, in units that keep it below 10^15."""
        what = "a number from 0 to 1e15"
        value = self._value(key, what, lambda value: type(value) in (int, float) and 0 <= value <= 1e15)
        return None if value is None else float(value)

    def number(self, key: str) -> float | None:
        """A finite number."""
        value = self._value(key, "a number", _is_number)
        return None if value is None else float(value)

    def fraction(self, key: str) -> float | None:
        """A number from 0 to 1."""
        return self._value(key, "a number from 0 to 1", lambda value: type(value) in (int, float) and 0 <= value <= 1)

    def flag(self, key: str) -> bool | None:
        """True or false."""
        return self._value(key, "true or false", lambda value: type(value) is bool)

    def node(self, key: str) -> Node | None:
        """An object."""
        value = self._value(key, "an object", lambda value: isinstance(value, dict))
        return None if value is None else Node(f"{self.where}: {key}", value)

    def nodes(self, key: str) -> list[Node]:
        """A list of objects; empty where missing."""
        value = self._value(key, "a list of objects", lambda value: isinstance(value, list))
        for i, item in enumerate(value or ()):
            if not isinstance(item, dict):
                raise SpecError(f"{self.where}: {key}[{i}] must be an object, got {short(item)}")
        return [Node(f"{self.where}: {key}[{i}]", item) for i, item in enumerate(value or ())]

    def numbers(self, key: str) -> list[float | None]:
        """A list of numbers, null where one was not measured; empty where missing."""
        value = self._value(
            key,
            "a list of numbers",
            lambda value: isinstance(value, list) and all(v is None or _is_number(v) for v in value),
        )
        return [] if value is None else [None if v is None else float(v) for v in value]

    def texts(self, key: str) -> list[str]:
        """A list of strings; empty where missing."""
        what = "a list of strings"
        value = self._value(key, what, lambda value: isinstance(value, list) and all(type(v) is str for v in value))
        return [] if value is None else value

    def scalars(self) -> dict[str, str]:
        """Every plain value as text, in key order; for tables that list whatever is there."""
        keys = sorted(key for key, value in self.tree.items() if isinstance(value, str | int | float | bool))
        return {key: _plain(self.tree[key]) for key in keys}

    def _value(self, key: str, what: str, check: Callable[[Any], bool]) -> Any:
        value = self.tree.get(key)
        if value is not None and not check(value):
            raise SpecError(f"{self.where}: {key} must be {what} or null, got {short(value)}")
        return value


def read_json(path: Path, folder: Path) -> Node | None:
    """The object in a JSON file; None where there is no such file.

    Raises:
        SpecError: it is not JSON, not an object, or far too large.
    """
    where = path.relative_to(folder).as_posix()
    return Node(where, read_object(path, where)) if path.exists() else None


def first_json(folder: Path, *names: str) -> Node | None:
    """The first of several possible files that exists."""
    return next((node for name in names if (node := read_json(folder / name, folder)) is not None), None)


def _is_number(value: Any) -> bool:
    """Whether it is a finite float, or an integer that a float can stand for."""
    return type(value) in (int, float) and -sys.float_info.max <= value <= sys.float_info.max


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
