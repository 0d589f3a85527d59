"""Hashes of values by what they hold: the key of a sweep's finished point must change with anything it depends on."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore.spec import NetworkSpec, OptionError, sha256_file
from sc_neurocore.spec.base import Description


def content_sha256(value: Any, what: str) -> str:
    """Hash of a value: of its type and what it holds, never of its name, its place in memory or its `repr`.

    Args:
        value: None, a bool, number, string or bytes; an array (NumPy, JAX, Torch, or anything with `__array__` or
            `__dlpack__`), by type, shape and every element; a description or network; a path, by the file's content;
            or a list, tuple, set or mapping of these, a mapping in any order.
        what: name of the value in messages.

    Raises:
        OptionError: the content cannot be taken; the message names the part and its type.
    """
    try:
        return _digest(value, what).hex()
    except RecursionError:
        raise OptionError(f"{what} must not hold itself, nor be nested beyond what Python follows") from None


def _digest(value: Any, what: str) -> bytes:
    match value:
        case None | bool() | int() | str():
            return _hash(type(value).__name__, str(value).encode("utf-8", "surrogatepass"))
        case float():
            return _hash("float", struct.pack("<d", value))
        case complex():
            return _hash("complex", struct.pack("<dd", value.real, value.imag))
        case bytes():
            return _hash("bytes", value)
        case NetworkSpec():
            return _hash("network", value.sha256.encode())
        case Description():
            return _hash(type(value).__name__, value.model_dump_json().encode())
        case os.PathLike():
            return _hash("file", _file_sha256(Path(value), what).encode())
        case list() | tuple():
            return _hash(type(value).__name__, *(_digest(each, f"{what}[{i}]") for i, each in enumerate(value)))
        case set() | frozenset():
            return _hash("set", *sorted(_digest(each, f"an element of {what}") for each in value))
        case Mapping():
            pairs = [
                _digest(key, f"a key of {what}") + _digest(each, f"{what}[{key!r}]") for key, each in value.items()
            ]
            return _hash("mapping", *sorted(pairs))
        case _:
            return _array_digest(value, what)


def _hash(kind: str, *parts: bytes) -> bytes:
    """One hash of a kind and parts of any length; each length is said, so that no two lists of parts look alike."""
    total = hashlib.sha256()
    for part in (kind.encode(), *parts):
        total.update(struct.pack("<Q", len(part)))
        total.update(part)
    return total.digest()


def _file_sha256(path: Path, what: str) -> str:
    if not path.is_file():
        raise OptionError(f"{what} must be a file whose content can be hashed, got {str(path)!r}")
    return sha256_file(path)


def _array_digest(value: Any, what: str) -> bytes:
    torch = sys.modules.get("torch")  # whoever holds a tensor has loaded it
    try:
        if torch is not None and isinstance(value, torch.Tensor):
            tensor = value.detach().cpu().contiguous()
            octets = tensor.reshape(-1).view(torch.uint8).numpy()  # NumPy has no bfloat16
            return _hash("tensor", str(value.dtype).encode(), str(tuple(value.shape)).encode(), octets.tobytes())
        if isinstance(value, np.ma.MaskedArray):
            return _hash("masked", *(_array_digest(each, what) for each in (value.data, np.ma.getmaskarray(value))))
        if hasattr(value, "__array__") or hasattr(value, "__array_interface__"):
            array = np.asarray(value)
        elif hasattr(value, "__dlpack__"):
            array = np.from_dlpack(value)
        else:
            array = None
    except (TypeError, ValueError, RuntimeError, BufferError, NotImplementedError, AttributeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise OptionError(f"{what} is a {type(value).__name__} whose content cannot be hashed: {reason}") from None
    if array is None or array.dtype.hasobject:
        objects = "" if array is None else " of Python objects"
        raise OptionError(
            f"{what} must be a number, string, array, description, file or a list or mapping of these, whose content "
            f"can be hashed; got {type(value).__name__}{objects}"
        )
    described = f"{array.dtype.name} {array.dtype.descr} {array.shape}"
    return _hash("array", described.encode(), np.ascontiguousarray(array).tobytes())
