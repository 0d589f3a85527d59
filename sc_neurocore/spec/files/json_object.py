"""JSON files, read with suspicion: one boundary for every description, result, manifest and journal.

What JSON parsers let through is refused here: numbers that are not finite, keys that stand twice, text that is no
Unicode, files larger than any that we write.
"""

from __future__ import annotations

import json
import math
import os
import stat
from pathlib import Path
from typing import Any

from ..coerce import short
from ..errors import SCError, SpecError

MOST_BYTES = 64 << 20
"""More is no result file of ours."""


def read_object(
    path: str | os.PathLike[str], what: str = "", *, limit: int = MOST_BYTES, error: type[SCError] = SpecError
) -> dict[str, Any]:
    """The JSON object in a file.

    Args:
        path: the file.
        what: its name in messages; default: its own.
        limit: bytes that it may have.
        error: what is raised.

    Raises:
        SpecError: (or `error`) it is missing, no regular file, too large, or not one object in JSON.
    """
    what = what or Path(path).name
    return parse_object(read_limited(path, limit, what, error=error), what, error=error)


def read_limited(
    path: str | os.PathLike[str], limit: int, what: str = "", *, error: type[SCError] = SpecError
) -> bytes:
    """Bytes of a regular file no larger than `limit`.

    Args:
        path: the file.
        limit: bytes.
        what: its name in messages; default: its own.
        error: what is raised.

    Raises:
        SpecError: (or `error`) it is missing, no regular file, or larger.
    """
    what = what or Path(path).name
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as handle:
            status = os.fstat(handle.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise error(f"{what} must be a regular file")
            if status.st_size > limit:
                raise error(f"{what} must be at most {limit} bytes here, got {status.st_size}")
            return handle.read(status.st_size + 1)
    except FileNotFoundError:
        raise error(f"{what} is missing") from None
    except OSError as reason:
        raise error(f"{what} cannot be read: {reason.strerror}") from None


def parse_object(content: bytes, what: str, *, error: type[SCError] = SpecError) -> dict[str, Any]:
    """The JSON object that some bytes hold.

    Args:
        content: the bytes, UTF-8.
        what: whose they are, for messages.
        error: what is raised.

    Raises:
        SpecError: (or `error`) they hold none, a key twice, a number that is not finite, or no Unicode.
    """

    def checked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        tree = dict(pairs)
        if len(tree) < len(pairs):
            keys = [key for key, _ in pairs]
            raise error(f"{what}: key {next(k for k in keys if keys.count(k) > 1)[:80]!r} stands twice")
        for key, value in pairs:
            rule = _rule(key) or _rule(value)
            if rule:
                raise error(f"{what}: {key[:80]!r} must {rule}")
        return tree

    def refuse(constant: str) -> Any:
        raise error(f"{what}: numbers must be finite, got {constant}")

    try:
        tree = json.loads(content.decode("utf-8"), object_pairs_hook=checked, parse_constant=refuse)
    except UnicodeDecodeError as reason:
        byte, offset = content[reason.start], reason.start
        raise error(f"{what} must be UTF-8, got byte {byte:#04x} at offset {offset}") from None
    except json.JSONDecodeError as reason:
        raise error(f"{what} is not JSON: {reason.msg} at line {reason.lineno}, column {reason.colno}") from None
    except RecursionError:
        raise error(f"{what} is nested too deeply") from None
    except SCError:
        raise
    except ValueError as reason:  # an integer of more digits than Python converts
        raise error(f"{what} is not JSON: {str(reason).partition(';')[0]}") from None
    if not isinstance(tree, dict):
        raise error(f"{what} must hold one object, got {type(tree).__name__}")
    return tree


def _rule(value: Any) -> str | None:
    """The rule that a key or value breaks, in words; objects were looked at before."""
    if isinstance(value, float):
        return None if math.isfinite(value) else f"be finite, got {value}"
    if isinstance(value, str):
        return None if value.isascii() or not _surrogates(value) else "be Unicode, got half a surrogate pair"
    if isinstance(value, list):
        return next((rule for each in value if (rule := _rule(each))), None)
    return None


def _surrogates(text: str) -> bool:
    return any(0xD800 <= ord(character) < 0xE000 for character in text)


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
