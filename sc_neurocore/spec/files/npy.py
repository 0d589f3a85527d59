"""The header of a `.npy` array, read by a grammar of our own: a hostile one costs no more than its own length.

The form is NumPy's, versions 1 to 3 (numpy.lib.format). NumPy itself reads the header as Python source, which deep
nesting or odd tokens make it leave in many ways; what it writes needs three entries, and numbers alone are read here.
"""

from __future__ import annotations

import math
import re
from typing import IO, NamedTuple

import numpy as np

MAGIC = b"\x93NUMPY"
MOST_HEADER = 10_000
"""Bytes, NumPy's own limit."""
_LENGTH_BYTES: dict[tuple[int, ...], int] = {(1, 0): 2, (2, 0): 4, (3, 0): 4}
_MARKS = "{}(),:"
_TOKEN = re.compile(rf"[{_MARKS}]|[^ \t\r\n{_MARKS}]+")
_LENGTH = r"(?:0|[1-9][0-9]*)L?"
_SHAPE = rf"{_LENGTH},|{_LENGTH}(?:,{_LENGTH})+,?|"
_ENTRY = re.compile(
    r"""(?P<q>['"])(?:descr(?P=q):(?P<t>['"])(?P<descr>[^'"]{1,16})(?P=t)"""
    rf"""|fortran_order(?P=q):(?P<fortran>True|False)|shape(?P=q):\((?P<shape>{_SHAPE})\))"""
)
_TYPE = re.compile(r"[<>|=]?[A-Za-z?][A-Za-z0-9]{0,14}")
_NUMBERS = "biufc"
"""Kinds of types that are read, in NumPy's letters."""


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


def read_header(file: IO[bytes]) -> Header:
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
    descr, fortran, shape = _entries(raw.decode("latin-1"), long_integers=version < (3, 0))
    dtype = _number_type(descr)
    offset = len(MAGIC) + 2 + length_bytes + length
    return Header(shape, fortran, dtype, offset)


def _number_type(descr: str) -> np.dtype:
    try:
        dtype = np.dtype(descr) if _TYPE.fullmatch(descr) else None
    except TypeError:
        dtype = None
    if dtype is None or dtype.kind not in _NUMBERS:
        rule = "integers, real and complex numbers and booleans are read, no objects, texts or records"
        raise ValueError(f"it holds {descr!r}; {rule}")
    return dtype


def _tight(text: str) -> str:
    """The text without blanks beside punctuation, and one where two words stand side by side."""
    tight = ""
    for token in _TOKEN.findall(text):
        tight += f" {token}" if tight and tight[-1] not in _MARKS and token not in _MARKS else token
    return tight


def _entries(text: str, *, long_integers: bool) -> tuple[str, bool, tuple[int, ...]]:
    """Type, order and shape of a header's text: a dict with these three keys, once each, in any order.

    Python 2 wrote some lengths as 4L; versions since 3 are younger.
    """
    body = _tight(text)
    entries: dict[str, str] = {}
    at = 1
    while match := _ENTRY.match(body, at):
        entries |= {name: value for name, value in match.groupdict().items() if name not in "qt" and value is not None}
        at = match.end()
        if body[at : at + 1] != ",":
            break
        at += 1
    ended = body[:1] == "{" and body[at:] == "}" and "\r" not in text.rpartition("}")[2]  # a new line, then blanks
    long = "L" in entries.get("shape", "") and not long_integers
    if not ended or long or sorted(entries) != ["descr", "fortran", "shape"] or body.count(":") != 3:
        excerpt = " ".join(text.split())[:80]
        raise ValueError(f"its header must give descr, fortran_order and shape of an array of numbers, got {excerpt!r}")
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
        empty = np.empty(header.shape, header.dtype)
        empty.flags.writeable = False
        return empty
    order = "F" if header.fortran else "C"
    return np.memmap(path, header.dtype, "r", header.offset, header.shape, order)
