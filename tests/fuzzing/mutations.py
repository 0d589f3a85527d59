"""How a legal file or document is spoiled; each change is drawn from a generator, so that a case can be drawn again."""

from __future__ import annotations

import copy
import json
import math
from random import Random
from typing import Any

HUGE = "@huge integer@"
"""Stands in a document for an integer that Python does not write."""
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 1.5, -0.0, 1e308, 5e-324, math.nan, math.inf, -math.inf, HUGE),
    *(2**15, 2**16, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**31), -(2**63) - 1, 10**30, 10**400),
    *("", "x", "0", "x" * 5000, "\x00", "\ud800", "a\nb", "\x1b[2J", "../../etc/passwd", "/etc/passwd", "é", "NaN"),
    *([], {}, [[]], [None], [0], ["x"], {"": 0}, {"kind": "x"}, {"kind": []}, [[[[[[[[]]]]]]]]),
)
WORDS = (0, 1, 2, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1)
TEXTS = (
    *("[" * 100_000, '{"a":' * 50_000, "null", "", " ", "1e999", "-", '"', "\ufeff{}", "{}", "[]", "[1, 2]", '"x"'),
    *("NaN", "9" * 5000, '{"a": 1, "a": 2}', "{,}", "\x00", "{" + " " * 10_000 + "}", "true", '{"\\ud800": 1}'),
)


def spoiled_bytes(rng: Random, data: bytes) -> bytes:
    """Some bytes changed, put in, taken out, repeated, or read as other numbers."""
    hurt = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        size = len(hurt)
        at = rng.randrange(size + 1)
        span = min(rng.choice((1, 1, 2, 4, 8, 16, 64, 256)), size - at)
        match rng.randrange(9):
            case 0 if at < size:
                hurt[at] ^= 1 << rng.randrange(8)
            case 1 if at < size:
                hurt[at] = rng.choice((0, 1, 9, 10, 32, 34, 39, 44, 48, 91, 93, 123, 125, 127, 128, 255))
            case 2:
                del hurt[at : at + span]
            case 3:
                hurt[at:at] = hurt[at : at + span]
            case 4:
                hurt[at:at] = rng.randbytes(span or 3)
            case 5:
                del hurt[at:]
            case 6:
                width, order = rng.choice((1, 2, 4, 8)), rng.choice(("little", "big"))
                hurt[at : at + width] = (rng.choice(WORDS) & (1 << 8 * width) - 1).to_bytes(width, order)
            case 7:
                hurt[at : at + span] = rng.randbytes(span)
            case _:
                other = rng.randrange(size + 1)
                hurt[at : at + span] = hurt[other : other + span]
    return bytes(hurt)


def spoiled_document(rng: Random, document: Any) -> tuple[Any, str]:
    """A JSON value with some parts exchanged, and its text; seldom a text that is no JSON at all."""
    if rng.random() < 0.02:
        return None, rng.choice(TEXTS)
    hurt = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
        hurt = _spoiled(rng, hurt)
    text = json.dumps(hurt, ensure_ascii=rng.random() < 0.9).replace(f'"{HUGE}"', "9" * 5000)
    if rng.random() < 0.03:
        text = spoiled_bytes(rng, text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return None, text
    return hurt, text


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at]
    if isinstance(value, dict):
        found += [place for key in value for place in _places(value[key], (*at, key))]
    elif isinstance(value, list):
        found += [place for i, each in enumerate(value[:40]) for place in _places(each, (*at, i))]
    return found


def _spoiled(rng: Random, document: Any) -> Any:
    places = _places(document)
    *way, last = rng.choice(places) or (None,)
    if last is None:
        return rng.choice(VALUES) if rng.random() < 0.2 else document
    parent = document
    for key in way:
        parent = parent[key]
    match rng.randrange(8):
        case 0 if isinstance(parent, dict):
            del parent[last]
        case 1 if isinstance(parent, dict):
            parent[rng.choice(("extra", "", "kind", "a\nb", "x" * 500, "\ud800"))] = rng.choice(VALUES)
        case 2:
            parent[last] = [parent[last]]
        case 3:
            other = document
            for key in rng.choice(places):
                other = other[key]
            parent[last] = copy.deepcopy(other)
        case 4 if isinstance(parent[last], int | float) and abs(parent[last]) < 2**64 and parent[last] is not True:
            parent[last] = rng.choice((-1, 0, 2, 0.5, 1000, 2**16)) * parent[last] + rng.choice((0, 1, -1, 0.5))
        case 5 if isinstance(parent, list):
            parent.insert(rng.randrange(len(parent) + 1), copy.deepcopy(parent[last]))
        case _:
            parent[last] = copy.deepcopy(rng.choice(VALUES))
    return document


def same(a: Any, b: Any) -> bool:
    """Equal as JSON, where true is no 1, but 1 may be 1.0."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b
