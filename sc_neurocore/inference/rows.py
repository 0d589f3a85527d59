"""Rows of a `.npy` file, mapped a window at a time, so that the file may be larger than memory and address space."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from ..spec import CodesError, load_array
from ..spec.files.npy import read_header


class Rows:
    """A read-only array in a file, of which `window` maps some rows.

    Args:
        path: `.npy` file. Only C order can be cut into windows of rows; any other is mapped as a whole.
        what: the argument's name, for messages.

    Raises:
        CodesError: the file is missing, no `.npy`, of objects, or shorter than its header claims.
    """

    def __init__(self, path: str | os.PathLike[str], what: str) -> None:
        self.what, self._path = what, Path(path)
        self.offset = self._read_header()
        if self.offset is None:
            self._array = load_array(path, what)  # says what is wrong with the file, or maps what we do not cut
            self.shape, self.dtype = self._array.shape, self._array.dtype

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def row_bytes(self) -> int:
        """Size of one row."""
        return math.prod(self.shape[1:]) * self.dtype.itemsize

    def window(self, start: int, stop: int) -> np.ndarray:
        """Rows start ... stop, mapped; they are unmapped when the last reference goes.

        Raises:
            CodesError: the file has changed since its header was read, or cannot be mapped.
        """
        if self.offset is None:
            return self._array[start:stop]
        shape = (stop - start, *self.shape[1:])
        if stop == start:
            return np.empty(shape, dtype=self.dtype)
        try:
            if _stamp(os.stat(self._path)) == self._file_stamp:
                return np.memmap(self._path, self.dtype, "r", self.offset + start * self.row_bytes, shape)
        except (OSError, ValueError) as error:
            raise CodesError(f"{self.what}: rows {start} to {stop} of {self._path} cannot be mapped: {error}") from None
        raise CodesError(f"{self.what}: {self._path} has changed while it was read; start again")

    def _read_header(self) -> int | None:
        """Where the data begin, if the file is one whose rows can be mapped; else None, and nothing is said of why."""
        try:
            if not self._path.is_file():
                return None
            with open(self._path, "rb") as file:
                header, status = read_header(file), os.fstat(file.fileno())
        except (OSError, ValueError):
            return None
        if header.fortran or not header.shape or header.offset + header.data_bytes > status.st_size:
            return None
        self.shape, self.dtype, self._file_stamp = header.shape, header.dtype, _stamp(status)
        return header.offset


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """Differs when a file was written or replaced."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
