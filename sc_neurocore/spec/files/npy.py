"""The header of a `.npy` array, read by a grammar of our own: a hostile one costs no more than its own length.

The form is NumPy's, versions 1 to 3 (numpy.lib.format). NumPy itself reads the header as Python source, which deep
nesting or odd tokens make it leave in many ways; what it writes needs three entries, and numbers alone are read here.
"""

from __future__ import annotations

import math
import re
from typing import BinaryIO, NamedTuple

import numpy as np

MAGIC = b"\x93NUMPY"
MOST_HEADER = 10_000
"""Bytes, NumPy's own limit."""
_LENGTH_BYTES: dict[tuple[int, ...], int] = {(1, 0): 2, (2, 0): 4, (3, 0): 4}
_ENTRY = re.compile(
    r"""[ \n]*(?:['"]descr['"][ \n]*:[ \n]*['"](?P<descr>[^'"]{1,16})['"]"""
    r"""|['"]fortran_order['"][ \n]*:[ \n]*(?P<fortran>True|False)"""
    r"""|['"]shape['"][ \n]*:[ \n]*\((?P<shape>[0-9L, \n]*)\))[ \n]*"""
)
_PLAIN_ENTRY = re.sub(r"\?P<\w+>", "?:", _ENTRY.pattern)
_HEADER = re.compile(rf"[ \n]*\{{{_PLAIN_ENTRY}(?:,{_PLAIN_ENTRY}){{2}}(?:,[ \n]*)?\}}[ \n]*")
_SHAPE = re.compile(r"[ \n]*|[ \n]*[0-9]+L?[ \n]*,[ \n]*|[ \n]*[0-9]+L?(?:[ \n]*,[ \n]*[0-9]+L?)+[ \n]*,?[ \n]*")
_NUMBERS = re.compile(r"[<>|=]?(?:b1|i[1248]|u[1248]|f[248]|f16|c8|c16|c32|\?)")


class Header(NamedTuple):
    """What a header says of its array."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype
    offset: int
    """Bytes before the data."""

    @property
    def data_bytes(self) -> int:
        """Size of the data that must follow."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(file: BinaryIO) -> Header:
    """Read magic and header of a `.npy` file from its beginning.

    Args:
        file: bytes; it stands before the data afterwards.

    Raises:
        ValueError: these are no magic and header of an array of numbers; the message says why.
        OSError: the file cannot be read.
    """
    magic = file.read(len(MAGIC))
    if magic != MAGIC:
        raise ValueError(f"its first bytes are {magic!r}, not those of a .npy file")
    version = tuple(file.read(2))
    length_bytes = _LENGTH_BYTES.get(version)
    if length_bytes is None:
        raise ValueError(f"its version is {version}; supported are {', '.join(map(str, _LENGTH_BYTES))}")
    length = int.from_bytes(file.read(length_bytes), "little")
    if length > MOST_HEADER:
        raise ValueError(f"its header claims {length} bytes; at most {MOST_HEADER} are read")
    raw = file.read(length)
    if len(raw) != length:
        raise ValueError(f"its header ends after {len(raw)} of {length} bytes")
    descr, fortran, shape = _entries(raw.decode("latin-1"))
    if not _NUMBERS.fullmatch(descr):
        rule = "integers, real and complex numbers and booleans are read, no objects, texts or records"
        raise ValueError(f"it holds {descr!r}; {rule}")
    try:
        dtype = np.dtype(descr)
    except TypeError:
        raise ValueError(f"it holds {descr!r}, a type that this machine does not have") from None
    offset = len(MAGIC) + 2 + length_bytes + length
    return Header(shape, fortran, dtype, offset)


def _entries(text: str) -> tuple[str, bool, tuple[int, ...]]:
    """Type, order and shape of a header's text: a dict with these three keys, once each, in any order."""
    entries: dict[str, str] = {}
    if _HEADER.fullmatch(text):
        for match in _ENTRY.finditer(text):
            entries[str(match.lastgroup)] = match[str(match.lastgroup)]
    if len(entries) != 3 or not _SHAPE.fullmatch(entries["shape"]):
        shown = " ".join(text.split())[:80]
        raise ValueError(f"its header must give descr, fortran_order and shape of an array of numbers, got {shown!r}")
    shape = tuple(_length(digits) for digits in re.findall("[0-9]+", entries["shape"]))
    return entries["descr"], entries["fortran"] == "True", shape


def _length(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError(f"its shape has a length of {len(digits)} digits")
    return int(digits)


def map_array(path: str, header: Header, size: int) -> np.ndarray:
    """The array of a file as a read-only map, if its data are there.

    Args:
        path: the file.
        header: what `read_header` gave.
        size: of the file, bytes.

    Raises:
        ValueError: the file is shorter than its header claims.
        OSError: it cannot be mapped.
    """
    if header.offset + header.data_bytes > size:
        there = max(0, size - header.offset)
        raise ValueError(
            f"its header claims {header.shape} of {header.dtype}, {header.data_bytes} bytes; {there} are there"
        )
    if header.data_bytes == 0:
        return np.empty(header.shape, header.dtype)
    order = "F" if header.fortran else "C"
    return np.memmap(path, header.dtype, "r", header.offset, header.shape, order)
