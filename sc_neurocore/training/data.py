"""Data sets: scikit-learn's handwritten digits, or a file of one's own, never unpickled."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..spec.coerce import array, real_array
from ..spec.errors import CodesError, OptionError, require_extra

ARRAY_LIMIT = 2**31
"""Bytes of one array of a file, decompressed; a small archive may claim any size."""


@dataclass(frozen=True)
class Dataset:
    """Training and test samples; features real, labels 0 … classes − 1."""

    name: str
    x_train: np.ndarray
    """float64 `(samples, features)`, divided by `scale`."""
    y_train: np.ndarray
    """int32 `(samples,)`."""
    x_test: np.ndarray
    y_test: np.ndarray
    scale: float
    """Raw feature = feature · scale."""

    @property
    def features(self) -> int:
        """Features of one sample."""
        return self.x_train.shape[1]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return int(max(self.y_train.max(), self.y_test.max())) + 1

    @property
    def signed(self) -> bool:
        """Whether any training feature is negative."""
        return bool(self.x_train.min() < 0)

    @property
    def sha256(self) -> str:
        """Hash over all four arrays and the scale."""
        digest = hashlib.sha256(f"{self.scale!r}".encode())
        for part in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(f"{part.shape}{part.dtype}".encode() + np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    @property
    def summary(self) -> dict[str, str | int]:
        """Name, hash and sizes, as a model folder records them."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "train_samples": len(self.x_train),
            "test_samples": len(self.x_test),
        }


def load_data(source: str | os.PathLike[str] | None = None) -> Dataset:
    """The bundled digits (None or "digits"), or an `.npz` file.

    The file holds `x` (samples, features) and `y` (samples,) and may hold `x_test` and `y_test`; without them a
    quarter is split off, stratified by class, with a fixed seed.

    Raises:
        OptionError: the file is missing or damaged, or an array breaks a rule; the message names it.
        MissingExtraError: scikit-learn is not installed.
    """
    if source is None or str(source) == "digits":
        digits = require_extra("sklearn.datasets", "jax").load_digits()
        return make_dataset("digits", digits.data, digits.target, scale=16.0)
    path = Path(source)
    arrays = _read_npz(path)
    if not {"x", "y"} <= arrays.keys():
        raise OptionError(f"data: {path} must hold arrays x and y, it holds {', '.join(sorted(arrays)) or 'none'}")
    return make_dataset(path.stem, arrays["x"], arrays["y"], arrays.get("x_test"), arrays.get("y_test"))


def make_dataset(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    x_test: np.ndarray | None = None,
    y_test: np.ndarray | None = None,
    *,
    scale: float | None = None,
) -> Dataset:
    """A checked data set from raw arrays.

    Args:
        name: shown in results.
        x: real features `(samples, features)`.
        y: class labels `(samples,)`, integers from 0.
        x_test: test features; None: a quarter of the samples, stratified, `random_state=0`.
        y_test: test labels.
        scale: features are divided by it; None: the largest magnitude in the training features.

    Raises:
        OptionError: names the array and the rule.
    """
    if (x_test is None) != (y_test is None):
        raise OptionError("data: x_test and y_test must be given together, one of them is missing")
    x, y = _checked_pair("x", x, "y", y)
    if x_test is None or y_test is None:
        split = require_extra("sklearn.model_selection", "jax").train_test_split
        rare = [str(c) for c, n in zip(*np.unique(y, return_counts=True)) if n < 2]
        if rare:
            raise OptionError(
                f"data: each class of y needs 2 samples to be split, class {rare[0]} has 1; give x_test, y_test"
            )
        try:
            x, x_test, y, y_test = split(x, y, test_size=0.25, random_state=0, stratify=y)
        except ValueError as error:
            raise OptionError(f"data: x cannot be split, give x_test and y_test: {error}") from None
    else:
        x_test, y_test = _checked_pair("x_test", x_test, "y_test", y_test)
        if x_test.shape[1] != x.shape[1]:
            raise OptionError(f"data: x_test must have the {x.shape[1]} features of x, got {x_test.shape[1]}")
    assert x_test is not None
    assert y_test is not None
    if scale is None:
        scale = float(np.abs(x).max()) or 1.0
    return Dataset(name, x / scale, y.astype(np.int32), x_test / scale, y_test.astype(np.int32), scale)


def _checked_pair(x_name: str, x: np.ndarray, y_name: str, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = array(f"data: {x_name}", x, error=OptionError), array(f"data: {y_name}", y, error=OptionError)
    if x.ndim != 2 or x.shape[0] < 1 or not 1 <= x.shape[1] <= 65_536:
        raise OptionError(f"data: {x_name} must have shape (samples, features), 1 to 65536 features; got {x.shape}")
    if y.shape != x.shape[:1]:
        raise OptionError(f"data: {y_name} must have shape ({len(x)},), one label a sample; got {y.shape}")
    if y.dtype.kind not in "iu" or int(y.min()) < 0 or int(y.max()) >= 65_536:
        raise OptionError(f"data: {y_name} must hold integer labels 0 to 65535, got dtype {y.dtype} or values outside")
    return real_array(f"data: {x_name}", x, error=OptionError), y


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise OptionError(f"data: {path} is {'no regular file' if path.exists() else 'missing'}")
    arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename.removesuffix(".npy")
                if name in ("x", "y", "x_test", "y_test"):
                    arrays[name] = _read_member(archive, info)
    except CodesError as error:
        raise OptionError(f"data: {path} {error}") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"data: {path} is no readable .npz file (written by numpy.savez): {reason}") from None
    return arrays


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    if info.file_size > ARRAY_LIMIT:
        raise CodesError(f"holds {info.filename} of {info.file_size} bytes, more than {ARRAY_LIMIT}")
    raw = io.BytesIO(archive.read(info))
    version = np.lib.format.read_magic(raw)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_header(raw)
    if dtype.hasobject:
        raise CodesError(f"holds {info.filename} with Python objects; only plain numbers are read")
    claimed, there = int(np.prod(shape, dtype=object)) * dtype.itemsize, len(raw.getbuffer()) - raw.tell()
    if claimed != there:
        raise CodesError(f"holds {info.filename} with {there} bytes of data where its header claims {claimed}")
    raw.seek(0)
    return np.lib.format.read_array(raw, allow_pickle=False)
