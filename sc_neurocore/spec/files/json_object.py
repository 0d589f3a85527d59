"""A description's JSON file, read with suspicion: one object, no key twice, no number that is none (contract §8)."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from ..coerce import short
from ..errors import SpecError


def read_limited(file: Path, limit: int) -> bytes:
    """Bytes of a regular file no larger than `limit`.

    Raises:
        SpecError: it is missing, larger, no regular file, or cannot be read.
    """
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as handle:
            status = os.fstat(handle.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SpecError(f"{file.name} must be a regular file")
            if status.st_size > limit:
                raise SpecError(f"{file.name} must be at most {limit} bytes here, got {status.st_size}")
            return handle.read(limit + 1)
    except FileNotFoundError:
        raise SpecError(f"{file.name} is missing") from None
    except OSError as error:
        raise SpecError(f"{file.name} cannot be read: {error.strerror}") from None


def parse_object(content: bytes, name: str) -> dict[str, Any]:
    """The one object of a JSON file; refuses duplicate keys and non-finite numbers, which JSON parsers let through.

    Args:
        content: bytes of the file.
        name: its name, for messages.

    Raises:
        SpecError: it is no UTF-8, no JSON, no object, or says something twice.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        tree = dict(pairs)
        if len(tree) < len(pairs):
            keys = [key for key, _ in pairs]
            raise SpecError(f"{name}: key {next(k for k in keys if keys.count(k) > 1)[:80]!r} stands twice")
        return tree

    def refuse(constant: str) -> Any:
        raise SpecError(f"{name}: numbers must be finite, got {constant}")

    try:
        tree = json.loads(content.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except UnicodeDecodeError as error:
        raise SpecError(f"{name} must be UTF-8, got byte {content[error.start]:#04x} at offset {error.start}") from None
    except json.JSONDecodeError as error:
        raise SpecError(f"{name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise SpecError(f"{name} is nested too deeply") from None
    except SpecError:
        raise
    except ValueError as error:  # an integer of more digits than Python converts
        raise SpecError(f"{name} is not JSON: {str(error).partition(';')[0]}") from None
    if not isinstance(tree, dict):
        raise SpecError(f"{name} must hold one object, got {type(tree).__name__}")
    return tree


def check_keys(tree: Any, keys: tuple[str, ...], path: str) -> None:
    """Refuse what is no object with exactly these keys.

    Args:
        tree: a value of the file.
        keys: the keys, all required.
        path: where it stands; empty for the file's own object.

    Raises:
        SpecError: it is no object, a key is missing, or one is unknown.
    """
    prefix = f"{path}." if path else ""
    if not isinstance(tree, dict):
        raise SpecError(f"{path} must be an object, got {short(tree)}")
    for key in keys:
        if key not in tree:
            raise SpecError(f"{prefix}{key} is required")
    for key in tree:
        if key not in keys:
            raise SpecError(f"{prefix}{key[:80]!r} is not a known key; remove it")
