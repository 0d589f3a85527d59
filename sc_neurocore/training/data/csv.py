"""Tables with one sample a line: real features, and one column of class labels that the header names."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np

from ...spec.errors import OptionError

LABELS = ("label", "class", "target", "y")
"""Names of the column of labels, in any case of letters; where a table has several, the first of these."""
TABLE_LIMIT = 2**31
"""Bytes of a file."""


def read_csv(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Features float64 `(samples, features)` in the order of their columns, and labels int64 `(samples,)`.

    The first line names the columns, that of the labels as one of `LABELS`. Without names nobody can
    tell whether labels stand first or last, so such a table is refused.

    Raises:
        OptionError: the file is no such table; the message names line or column.
    """
    if (size := path.stat().st_size) > TABLE_LIMIT:
        raise OptionError(f"data: {path} has {size} bytes, more than {TABLE_LIMIT}")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            names = [name.strip() for name in next(csv.reader([file.readline(1 << 20)]), [])]
            lower = [name.lower() for name in names]
            label = next((lower.index(name) for name in LABELS if lower.count(name) == 1), None)
            if label is None:
                raise OptionError(
                    f"data: {path} must name its columns in the first line, the one of the class labels "
                    f"{', '.join(LABELS[:-1])} or {LABELS[-1]}; its first line has {len(names)} other columns"
                )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # NumPy warns of a table without lines, which is refused below
                table = np.loadtxt(file, delimiter=",", ndmin=2, comments=None, quotechar='"')
    except (ValueError, OSError, csv.Error) as error:
        if isinstance(error, OptionError):
            raise
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"data: {path} is no readable table of numbers: {reason}") from None
    if not len(table):
        raise OptionError(f"data: {path} has no line below the names of its columns")
    if table.shape[1] != len(names):
        raise OptionError(f"data: {path} names {len(names)} columns, its lines have {table.shape[1]}")
    labels = table[:, label]
    is_integer = np.abs(labels) < 2**53
    is_integer &= labels == np.rint(np.where(is_integer, labels, 0))
    if not is_integer.all():
        line = int(np.argmin(is_integer))
        raise OptionError(f"data: {path}: labels must be whole numbers, got {labels[line]} in sample {line}")
    return np.delete(table, label, axis=1), labels.astype(np.int64)
