"""Input arrays: read from `.npy` with suspicion, and checked against the network (contract §1, §6 on time)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .coerce import array, first_index
from .encoding import code_range
from .entrance import entrance
from .errors import CodesError
from .files.npy import map_array, read_header

if TYPE_CHECKING:
    from .network import NetworkSpec


@entrance
def load_array(path: str | os.PathLike[str], what: str) -> np.ndarray:
    """Map a `.npy` array into memory, read-only; nothing is unpickled, nothing is allocated on a header's word.

    Args:
        path: the file.
        what: the argument's name, for messages.

    Raises:
        CodesError: the file is missing, no `.npy`, of objects, or shorter than its header claims.
    """
    file = Path(path)
    if not file.is_file():
        raise CodesError(f"{what}: {file} is {'no regular file' if file.exists() else 'missing'}")
    try:
        with open(file, "rb") as handle:
            return map_array(str(file), read_header(handle), os.fstat(handle.fileno()).st_size)
    except ValueError as error:
        raise CodesError(f"{what}: {file} is no readable .npy file (written by numpy.save): {error}") from None
    except OSError as error:
        raise CodesError(f"{what}: {file} cannot be read: {error.strerror}") from None


@entrance
def check_codes(network: NetworkSpec, codes: Any, first: int = 0) -> np.ndarray:
    """The codes as a C-ordered int64 array of the shape the network takes.

    Args:
        network: gives shape, encoding and resolution.
        codes: integers `(batch, features)`, or `(batch, time_steps, features)` for several steps without `repeat`.
        first: number of the first sample in messages, where the codes are a part of a larger array.

    Raises:
        CodesError: wrong type, shape, or a code out of range; the message names the first one.
    """
    return np.ascontiguousarray(codes_in_range(network, codes, first), dtype=np.int64)


def codes_in_range(network: NetworkSpec, codes: Any, first: int = 0) -> np.ndarray:
    """The same check; the codes are returned in the type that they have, and not copied.

    Args:
        network: see `check_codes`.
        codes: see `check_codes`.
        first: see `check_codes`.
    """
    integers = integer_codes(network, codes)
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    if integers.size and _any_outside(integers, low, high):  # no mask of the whole batch where all is well
        index = first_index((integers < low) | (integers > high))
        rule = f"{network.input.encoding} codes of {network.input.resolution_bits} bits, {low} to {high}"
        raise CodesError(f"codes must be {rule}; got {integers[index]} at index {(index[0] + first, *index[1:])}")
    return integers


def integer_codes(network: NetworkSpec, codes: Any) -> np.ndarray:
    """The codes as an array of integers of the shape the network takes; no value is looked at, none is copied.

    Raises:
        CodesError: wrong type or shape.
    """
    integers = codes if isinstance(codes, np.ndarray) else array("codes", codes)
    check_codes_form(network, integers.dtype, integers.shape)
    return integers


def _any_outside(codes: np.ndarray, low: int, high: int) -> bool:
    """Whether some code is out of range, in one pass where the range begins at 0: a negative one is huge unsigned."""
    if low == 0 and codes.dtype.isnative and (codes.dtype.kind == "u" or high <= np.iinfo(codes.dtype).max):
        return bool(codes.view(codes.dtype.str.replace("i", "u")).max() > high)
    return bool(codes.min() < low or codes.max() > high)


def check_codes_form(network: NetworkSpec, dtype: np.dtype, shape: tuple[int, ...]) -> None:
    """Refuse codes of a type or shape that the network does not take, without looking at any of them.

    Args:
        network: gives the shape.
        dtype: type of the codes.
        shape: their shape.

    Raises:
        CodesError: no integers, or not of `NetworkSpec.codes_shape`.
    """
    if dtype.kind not in "iu":
        raise CodesError(f"codes must be integers, got dtype {dtype}; real features go through quantize (--inputs)")
    check_samples_shape("codes", network, shape)


def check_samples_shape(name: str, network: NetworkSpec, shape: tuple[int, ...]) -> None:
    """Refuse samples of another shape than the network takes.

    Args:
        name: "codes" or "features", for the message.
        network: gives the shape.
        shape: of the samples.

    Raises:
        CodesError: it is not `NetworkSpec.codes_shape` of some batch.
    """
    expected = network.codes_shape(batch=0)
    if len(shape) != len(expected) or shape[1:] != expected[1:]:
        raise CodesError(f"{name} must have shape (batch, {', '.join(map(str, expected[1:]))}), got {shape}")
