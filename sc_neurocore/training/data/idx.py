"""IDX files, the format of MNIST and its relatives: a magic number, big-endian sizes, the elements."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...spec.errors import OptionError

DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Types of elements by the third byte (LeCun, Cortes, Burges: the MNIST database)."""
CHUNK = 1 << 20


def read_idx(path: Path, most_bytes: int) -> np.ndarray:
    """The array of an IDX file, packed by gzip or not.

    Memory grows with what the file really holds, a chunk at a time: no claimed size is allocated.

    Args:
        path: the file.
        most_bytes: of the elements, unpacked.

    Raises:
        OptionError: the file is no IDX file, damaged, longer or shorter than its header claims, or too large.
    """
    try:
        with open(path, "rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if packed else raw as file:
                return _read(file, path, most_bytes)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"data: {path} is no readable IDX file: {reason}") from None


def _read(file: BinaryIO | gzip.GzipFile, path: Path, most_bytes: int) -> np.ndarray:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in DTYPES or magic[3] < 1:
        raise OptionError(f"data: {path} is no IDX file: it must begin with 0, 0, a type and axes, got {magic.hex()}")
    axes = magic[3]
    shape = struct.unpack(f">{axes}I", file.read(4 * axes))
    dtype = np.dtype(DTYPES[magic[2]])
    claimed = math.prod(shape) * dtype.itemsize
    if claimed > most_bytes:
        raise OptionError(f"data: {path} claims {claimed} bytes of elements, more than {most_bytes}")
    content = bytearray()
    while len(content) <= claimed and (chunk := file.read(min(CHUNK, claimed + 1 - len(content)))):
        content += chunk
    if len(content) != claimed:
        there = "more" if len(content) > claimed else len(content)
        raise OptionError(f"data: {path} holds {there} bytes of elements where its header claims {claimed}")
    try:
        return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)
    except ValueError as error:  # more axes than NumPy has
        raise OptionError(f"data: {path} has {axes} axes: {error}") from None
