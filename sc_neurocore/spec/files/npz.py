"""Arrays of an `.npz` archive: a member costs what its archive really holds, whatever header or directory claim."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

import numpy as np

from .npy import read_header

DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, LookupError, OverflowError),
)
"""What Python's reader of archives, and this one, raise where one is damaged."""


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> np.ndarray:
    """One array of numbers, read-only.

    Args:
        archive: as it was opened.
        info: the member.
        limit: bytes of data that it may have.

    Raises:
        ValueError: it is compressed as NumPy does not, no `.npy` array, or has other data than its header claims.
        Exception: one of `DAMAGE`, from the archive itself.
    """
    name = info.filename
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is compressed by method {info.compress_type}, which NumPy never uses")
    with archive.open(info) as file:
        try:
            header = read_header(file)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if header.data_bytes > limit:
            raise ValueError(f"{name} claims {header.data_bytes} bytes of data, more than {limit}")
        data = file.read(header.data_bytes + 1)
    if len(data) != header.data_bytes:
        there = "more" if len(data) > header.data_bytes else len(data)
        raise ValueError(f"{name} has {there} bytes of data where its header claims {header.data_bytes}")
    return np.frombuffer(data, header.dtype).reshape(header.shape, order="F" if header.fortran else "C")
