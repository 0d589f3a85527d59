"""Data sets: scikit-learn's handwritten digits, or arrays of one's own."""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...spec.coerce import array, real_array
from ...spec.entrance import entrance
from ...spec.errors import OptionError, require_extra
from .files import read_arrays


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
    sample_shape: tuple[int, ...] = ()
    """Axes of one sample before it was flattened, as (height, width) of an image; empty: features without a place."""

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

    @cached_property
    def sha256(self) -> str:
        """Hash over all four arrays and the scale, taken once: the arrays are not to be written to."""
        digest = hashlib.sha256(f"{self.scale!r}".encode())
        for part in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(f"{part.shape}{part.dtype}".encode())
            digest.update(np.ascontiguousarray(part).data)
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


@entrance
def load_data(source: str | os.PathLike[str] | None = None) -> Dataset:
    """The bundled digits (None or "digits"), or a file or folder that `files.read_arrays` knows.

    Samples may have any number of axes, as images do; they are flattened row by row. Without test samples a quarter is
    split off, stratified by class, with a fixed seed.

    Raises:
        OptionError: a file is missing or damaged, or an array breaks a rule; the message names it.
        MissingExtraError: scikit-learn is not installed.
    """
    if source is None or str(source) == "digits":
        digits = require_extra("sklearn.datasets", "jax").load_digits()
        return make_dataset("digits", digits.images, digits.target, scale=16.0)
    name, arrays = read_arrays(source)
    if not {"x", "y"} <= arrays.keys():
        raise OptionError(f"data: {source} must hold arrays x and y, it holds {', '.join(sorted(arrays)) or 'none'}")
    return make_dataset(name, arrays["x"], arrays["y"], arrays.get("x_test"), arrays.get("y_test"))


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
        x: real features `(samples, features)`, or samples of more axes.
        y: class labels `(samples,)`, integers from 0.
        x_test: test features; None: a quarter of the samples, stratified, `random_state=0`.
        y_test: test labels.
        scale: features are divided by it; None: the largest magnitude in the training features.

    Raises:
        OptionError: names the array and the rule.
    """
    if (x_test is None) != (y_test is None):
        raise OptionError("data: x_test and y_test must be given together, one of them is missing")
    shape, x, y = _checked_pair("x", x, "y", y)
    if x_test is None or y_test is None:
        x, x_test, y, y_test = split(x, y, 0.25, "give x_test, y_test")
    else:
        test_shape, x_test, y_test = _checked_pair("x_test", x_test, "y_test", y_test)
        if x_test.shape[1] != x.shape[1]:
            raise OptionError(f"data: x_test must have the {x.shape[1]} features of x, got {x_test.shape[1]}")
        if test_shape != shape:
            raise OptionError(f"data: x_test must have samples of shape {shape} as x has, got {test_shape}")
    if scale is None:
        scale = float(np.abs(x).max()) or 1.0
    shape = shape if len(shape) > 1 else ()
    return Dataset(name, x / scale, y.astype(np.int32), x_test / scale, y_test.astype(np.int32), scale, shape)


def split(
    x: np.ndarray, y: np.ndarray, share: float, remedy: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """`x_kept, x_held_out, y_kept, y_held_out`: a share of the samples held out, stratified, `random_state=0`.

    Args:
        x: features `(samples, features)`.
        y: labels `(samples,)`.
        share: what is held out, between 0 and 1.
        remedy: what the error advises.

    Raises:
        OptionError: a class has a single sample, or there are fewer samples than classes on one side.
    """
    train_test_split = require_extra("sklearn.model_selection", "jax").train_test_split
    rare = [str(c) for c, n in zip(*np.unique(y, return_counts=True)) if n < 2]
    if rare:
        raise OptionError(f"data: each class of y needs 2 samples to be split, class {rare[0]} has 1; {remedy}")
    try:
        return tuple(train_test_split(x, y, test_size=share, random_state=0, stratify=y))
    except ValueError as error:
        raise OptionError(f"data: x cannot be split, {remedy}: {error}") from None


def _checked_pair(
    x_name: str, x: np.ndarray, y_name: str, y: np.ndarray
) -> tuple[tuple[int, ...], np.ndarray, np.ndarray]:
    """The shape of one sample, the flattened float64 samples, and the labels."""
    x, y = array(f"data: {x_name}", x, error=OptionError), array(f"data: {y_name}", y, error=OptionError)
    if x.ndim < 2 or x.shape[0] < 1 or not 1 <= math.prod(x.shape[1:]) <= 65_536:
        raise OptionError(f"data: {x_name} must have shape (samples, features), 1 to 65536 features; got {x.shape}")
    y = y[:, 0] if y.shape == (len(x), 1) else y  # as Keras's CIFAR files have it
    if y.shape != x.shape[:1]:
        raise OptionError(f"data: {y_name} must have shape ({len(x)},), one label a sample; got {y.shape}")
    if y.dtype.kind not in "iu" or int(y.min()) < 0 or int(y.max()) >= 65_536:
        raise OptionError(f"data: {y_name} must hold integer labels 0 to 65535, got dtype {y.dtype} or values outside")
    return x.shape[1:], real_array(f"data: {x_name}", x.reshape(len(x), -1), error=OptionError), y
