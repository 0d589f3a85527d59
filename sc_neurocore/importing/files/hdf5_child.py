"""The program that reads one HDF5 file under limits and writes plain arrays; it runs in a process of its own.

The HDF5 library follows links into other files, loads filter plugins and can hang or crash on damaged input; here it
does so without taking anything along. The program imports nothing of ours: `hdf5` starts it by its path.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from typing import Any

MOST_OBJECTS = 20_000
MOST_DEPTH = 24
MOST_BYTES = 2**30
"""Of all datasets together, uncompressed."""
MOST_RATIO = 1100
"""Deflate's largest ratio is 1032: a file that claims more holds less than it says."""


class Refused(ValueError):
    """The file says something that is not read."""


def read(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The file's numeric datasets by path, and a description: groups with attributes, texts."""
    import os

    import h5py
    import numpy as np
    from h5py import h5o  # type: ignore[attr-defined]  # compiled

    arrays: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {}
    texts: dict[str, Any] = {}
    addresses: set[int] = set()
    budget = min(MOST_BYTES, MOST_RATIO * os.path.getsize(path) + 2**16)

    def text(value: Any) -> Any:
        if isinstance(value, bytes | np.bytes_):
            return bytes(value).decode("utf-8")
        if isinstance(value, str):
            return str(value)
        if isinstance(value, np.ndarray) and value.dtype.kind in "OSU":
            return [text(each) for each in value.tolist()]
        if isinstance(value, list):
            return [text(each) for each in value]
        raise Refused(f"a text is a {type(value).__name__}")

    def attributes(item: Any, name: str) -> dict[str, Any]:
        values = {}
        for key in item.attrs:
            kind = item.attrs.get_id(key)
            take(math.prod(kind.shape or ()) * kind.dtype.itemsize, f"attribute {key!r} of {name!r}")
            value = item.attrs[key]
            if isinstance(value, h5py.Empty):
                continue
            if isinstance(value, str | bytes) or (isinstance(value, np.ndarray) and value.dtype.kind in "OSU"):
                values[key] = text(value)
            elif isinstance(value, np.generic) and value.dtype.kind in "iufb":
                values[key] = value.item()
        return values

    def take(size: int, name: str) -> None:
        nonlocal budget
        budget -= size
        if budget < 0:
            raise Refused(f"{name} claims {size} bytes, more than the file can hold or is read")

    def dataset(item: Any, name: str) -> None:
        if item.shape is None:
            raise Refused(f"dataset {name!r} is empty")
        if item.is_virtual or item.external:
            raise Refused(f"dataset {name!r} has its data in another file; write one file")
        take(item.size * item.dtype.itemsize, f"dataset {name!r}")
        if item.dtype.kind in "OSU":
            texts[name] = text(item[()])
        elif item.dtype.kind in "iufb":
            value = np.asarray(item[()])
            if item.attrs.get("dtype") == "bfloat16" and value.dtype.itemsize == 2 and value.dtype.kind in "iu":
                value = (value.astype(np.uint32) << 16).view(np.float32)
            arrays[name] = value
        elif item.dtype.kind == "V" and item.dtype.itemsize == 2 and item.attrs.get("dtype") == "bfloat16":
            arrays[name] = (np.asarray(item[()]).view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        else:
            raise Refused(f"dataset {name!r} has the type {item.dtype}; supported are numbers and texts")

    def group(item: Any, name: str, depth: int) -> None:
        address = h5o.get_info(item.id).addr
        if depth > MOST_DEPTH or address in addresses or len(groups) + len(arrays) + len(texts) > MOST_OBJECTS:
            raise Refused(f"group {name!r} lies in itself, too deep, or among too many objects")
        addresses.add(address)
        groups[name] = attributes(item, name)
        for key in item:
            link = item.get(key, getlink=True)
            path = f"{name}/{key}" if name else key
            if not isinstance(link, h5py.HardLink):
                where = f" to {link.filename!r}" if isinstance(link, h5py.ExternalLink) else ""
                raise Refused(f"{path!r} is a {type(link).__name__}{where}; only what lies in the file itself is read")
            child = item[key]
            if isinstance(child, h5py.Group):
                group(child, path, depth + 1)
            elif isinstance(child, h5py.Dataset):
                dataset(child, path)
            else:
                raise Refused(f"{path!r} is neither a group nor a dataset")

    with h5py.File(path, "r") as file:
        group(file, "", 0)
    return arrays, {"groups": groups, "texts": texts}


def main(path: str, out: str, memory: str, seconds: str) -> int:
    """Read `path` within `memory` bytes and `seconds` of processor time; write `out`, an npz file.

    Args:
        path: the HDF5 file.
        out: where the arrays go.
        memory: bytes of address space.
        seconds: of processor time.
    """
    for limit, maximum in (
        (resource.RLIMIT_AS, int(memory)),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_FSIZE, 4 * MOST_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (maximum, maximum))
    import numpy as np

    try:
        arrays, description = read(path)
    except (
        OSError,
        RuntimeError,
        ValueError,
        KeyError,
        TypeError,
        MemoryError,
        OverflowError,
        AttributeError,
    ) as error:
        sys.stdout.write(" ".join(str(error).split())[:200] or type(error).__name__)
        return 2
    names = list(arrays)
    description["arrays"] = names
    document = np.frombuffer(json.dumps(description).encode("utf-8"), np.uint8)
    with open(out, "wb") as file:
        np.savez(file, document, *(arrays[name] for name in names))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
