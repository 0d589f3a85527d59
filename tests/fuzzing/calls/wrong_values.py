"""What is drawn instead of a legal value: of numbers, names, paths, and our own kinds."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

Draw = Callable[[Random], Any]


class Thing:
    """An object of no kind that anything takes."""

    def __repr__(self) -> str:
        return "<a thing>"


def strange(rng: Random) -> Any:
    """What is no number, name, path, array or network."""
    return rng.choice((Thing(), object, {}, {"a": 1}, {1, 2}, lambda: 0, ..., NotImplemented, range, Exception("x")))


def random_text(rng: Random) -> str:
    return "".join(rng.choices("abcxyz019 _-./\\\n\t\x00\x1b'\"{}é\ud800", k=rng.choice((0, 1, 3, 8, 300))))


def integer(low: int, high: int, *, optional: bool = False, huge: bool = True, lists: bool = True) -> Draw:
    """What is no integer from `low` to `high`."""

    def draw(rng: Random) -> Any:
        match rng.randrange(7):
            case 0:
                return low - 1 - rng.choice((0, 1, rng.getrandbits(8), rng.getrandbits(64)))
            case 1 if huge:
                return high + 1 + rng.choice((0, 1, rng.getrandbits(8), rng.getrandbits(64), 10**400))
            case 2:
                return rng.choice((low + 0.5, float(low), math.nan, math.inf, -math.inf, np.float32(low), 1e300))
            case 3:
                return rng.choice((True, False, np.bool_(True), 1j, b"1", np.array([low]), np.array(1.5)))
            case 4:
                return str(rng.randint(low, low + 9)) if rng.random() < 0.5 else random_text(rng)
            case 5:
                return rng.choice(([], [low], (low, low), [[low]]) if lists else ([], [[low]], [None], ["1"]))
            case _:
                return strange(rng) if optional or rng.random() < 0.7 else None

    return draw


def number(low: float, high: float = math.inf, *, optional: bool = False, low_is_legal: bool = False) -> Draw:
    """What is no finite real number above `low` and below `high`."""

    def draw(rng: Random) -> Any:
        match rng.randrange(6):
            case 0:
                return low - (rng.random() * 10 ** rng.randint(-3, 30) + 1e-9 if low_is_legal else rng.random() * 9)
            case 1:
                return math.nan
            case 2:
                return rng.choice((math.inf, -math.inf, 10**400, -(10**400)))
            case 3:
                return rng.choice((True, "1.0", b"1", 1j, [1.0], (1.0,), np.array([1.0, 2.0]), random_text(rng)))
            case 4 if high < math.inf:
                return high + rng.random() + 1e-9
            case _:
                return strange(rng) if optional or rng.random() < 0.7 else None

    return draw


def name(*legal: str, optional: bool = False) -> Draw:
    """What is none of some names."""

    def draw(rng: Random) -> Any:
        match rng.randrange(5):
            case 0:
                text = random_text(rng)
                return text if text not in legal else "nope"
            case 1:
                return rng.choice((legal[0].upper(), legal[0] + " ", "", legal[0][:-1], legal[0].encode()))
            case 2:
                return rng.choice((0, 1, -1, 2.5, math.nan, True, 1j))
            case 3:
                return rng.choice(([], [Thing()], {}, {legal[0]: 1}, np.array([[legal[0]]])))
            case _:
                return strange(rng) if optional or rng.random() < 0.7 else None

    return draw


def title(rng: Random) -> Any:
    """What is no name of a network."""
    return rng.choice(
        (
            None,
            0,
            1.5,
            True,
            "",
            "A",
            "a b",
            "module",
            "a;",
            "_a",
            "a" * 64,
            "é",
            b"a",
            [],
            {},
            Thing(),
            "a\n",
            random_text(rng) + "!",
        )
    )


def no_identifier(rng: Random) -> Any:
    """What is no identifier of Verilog."""
    return rng.choice((None, 0, 1.5, "", "a b", "a;", "1a", "é", b"a", [], {}, Thing(), "a\n", "$x", "\\x"))


def flag(rng: Random) -> Any:
    """What is neither True nor False."""
    return rng.choice((None, 0, 1, 2, "True", "", [], math.nan, Thing(), np.array([True, False]), random_text(rng)))


def path(rng: Random) -> Any:
    """What names nothing that is there."""
    match rng.randrange(4):
        case 0:
            return rng.choice((None, 0, -1, 5, 1.5, True, b"x", [], ["x"], {}, np.array("x")))
        case 1:
            return strange(rng)
        case 2:
            return rng.choice(
                ("\x00", "a\x00b", "a" * 5000, "/dev/null/x", "\ud800", "/dev/null", "/dev/null/" + "b" * 300)
            )
        case _:
            return f"/dev/null/{random_text(rng)}"


def nowhere(rng: Random) -> Any:
    """What names nothing that is there, and is not None, which would stand for a default."""
    value = path(rng)
    return 5 if value is None else value


def net(rng: Random) -> Any:
    """What is no network."""
    return rng.choice((None, 0, "net", {}, [], b"", Thing(), object, np.zeros(3), random_text(rng), lambda: 0))


def no_mapping(rng: Random) -> Any:
    """What is neither a network nor None nor a mapping."""
    return rng.choice((0, "net", [], b"", Thing(), object, np.zeros(3), random_text(rng), 1.5))


def function(rng: Random) -> Any:
    """What cannot be called."""
    return rng.choice((0, "x", [], {}, 1.5, Path("x"), random_text(rng), np.zeros(2)))


def kind(*, optional: bool = False) -> Draw:
    """What is no description of one of our kinds."""

    def draw(rng: Random) -> Any:
        return rng.choice(
            (0, "counter", {}, {"kind": "counter"}, [], 1.5, Thing(), random_text(rng), *(() if optional else (None,)))
        )

    return draw
