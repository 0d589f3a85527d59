"""Files and folders of samples and labels, recognised by what they hold; nothing in them is unpickled or believed."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.codes import load_array
from ...spec.errors import CodesError, OptionError
from ...spec.files.npz import DAMAGE, read_member
from .csv import read_csv
from .idx import read_idx

ARRAY_LIMIT = 2**31
"""Bytes of one array of a file, decompressed; a small archive may claim any size."""

NAMES = {"x": "x", "y": "y", "x_test": "x_test", "y_test": "y_test", "x_train": "x", "y_train": "y"}
"""Arrays of an archive or a folder of `.npy` files, as we or Keras name them."""

IDX_NAME = re.compile(r"(train|t10k|test)[-_.](images|labels)([-.]idx[0-9][-.]ubyte)?(\.gz)?")
"""Names of the MNIST family, with `-idx3-ubyte` or `.idx3-ubyte` or neither, packed or not."""


def read_arrays(source: str | os.PathLike[str]) -> tuple[str, dict[str, np.ndarray]]:
    """The name of a data set, and its arrays: `x`, `y` and, where there are, `x_test` and `y_test`.

    * an `.npz` archive with these arrays, or with Keras's `x_train`, `y_train`, `x_test`, `y_test`;
    * a folder of `.npy` files of these names;
    * a folder of IDX files, `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same of `t10k`, each as it is
      or packed (`.gz`);
    * a `.csv` file, or a folder with `train.csv` and, if there is, `test.csv`: see `csv.read_csv`.

    Raises:
        OptionError: it is none of these, or damaged; the message names the file.
    """
    path = Path(source)
    if path.is_dir():
        return path.resolve().name, _read_folder(path)
    if not path.is_file():
        raise OptionError(f"data: {path} is {'no regular file' if path.exists() else 'missing'}")
    if path.suffix.lower() == ".csv":
        return path.stem, dict(zip("xy", read_csv(path)))
    if IDX_NAME.fullmatch(path.name):
        raise OptionError(f"data: {path} is one file of IDX images or labels; give the folder that holds both")
    return path.stem, _read_npz(path)


def _read_folder(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of the one kind of files that a folder holds."""
    files = sorted(each for each in folder.iterdir() if each.is_file())
    npy: dict[str, Path] = {}
    for each in files:
        if each.suffix == ".npy" and each.stem in NAMES:
            _add(npy, each.stem, each, folder)
    idx: dict[str, Path] = {}
    for each in files:  # `….gz` comes after the same name without it, which holds the same and is read at once
        if match := IDX_NAME.fullmatch(each.name):
            name = {"images": "x", "labels": "y"}[match[2]] + ("" if match[1] == "train" else "_test")
            idx.setdefault(name, each)
    csv = {name: folder / name for name in ("train.csv", "test.csv") if folder / name in files}
    kinds = [kind for kind, paths in ((".npy", npy), ("IDX", idx), (".csv", csv)) if paths]
    if len(kinds) != 1:
        raise OptionError(
            f"data: folder {folder} must hold one kind of x.npy and y.npy, IDX files such as train-images-idx3-ubyte.gz"
            f" and train-labels-idx1-ubyte.gz, or train.csv; it holds {' and '.join(kinds) or 'none of them'}"
        )
    if npy:
        return {name: _read_npy(each) for name, each in npy.items()}
    if idx:
        return {name: read_idx(each, ARRAY_LIMIT) for name, each in idx.items()}
    return _read_tables(folder, csv)


def _add(arrays: dict[str, Any], name: str, value: Any, where: Path) -> None:
    """Put an array, or its file, among what was found, under our name for it."""
    if NAMES[name] in arrays:
        raise OptionError(f"data: {where} holds {NAMES[name]} twice, as {name} too; keep one of them")
    arrays[NAMES[name]] = value


def _read_tables(folder: Path, csv: Mapping[str, Path]) -> dict[str, np.ndarray]:
    if "train.csv" not in csv:
        raise OptionError(f"data: folder {folder} must hold train.csv beside test.csv")
    arrays: dict[str, np.ndarray] = dict(zip(("x", "y"), read_csv(csv["train.csv"])))
    return arrays | (dict(zip(("x_test", "y_test"), read_csv(csv["test.csv"]))) if "test.csv" in csv else {})


def _read_npy(path: Path) -> np.ndarray:
    try:
        return load_array(path, path.stem)
    except CodesError as error:
        raise OptionError(f"data: {error}") from None


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename.removesuffix(".npy")
                if name in NAMES:
                    _add(arrays, name, read_member(archive, info, ARRAY_LIMIT), path)
    except DAMAGE as error:
        if isinstance(error, OptionError):
            raise
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"data: {path} is no readable .npz file (written by numpy.savez): {reason}") from None
    return arrays
