"""Encodings: the integer codes that stand for values, and how a real value becomes one (contract §1)."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from .coerce import array, choice, finite, integer
from .errors import CodesError
from .kinds import unknown_kind

Encoding = Literal["unipolar", "bipolar", "sign_magnitude", "spike"]
"""Names of the four encodings."""
MOST_BITS = 62
"""Of a code, so that its range and one more fit an int64."""


def _checked(encoding: Encoding, n: int) -> int:
    """n, after both were looked at."""
    choice("encoding", encoding, get_args(Encoding))
    return integer("n", n, 1, MOST_BITS)


def code_range(encoding: Encoding, n: int) -> tuple[int, int]:
    """Smallest and largest code of an encoding at n bits, 1 to 62, both legal."""
    full = 2 ** _checked(encoding, n) - 1
    match encoding:
        case "unipolar" | "bipolar":
            return 0, full
        case "sign_magnitude":
            return -full, full
        case "spike":
            return 0, 1
        case other:
            unknown_kind(other, "code_range")


def zero_code(encoding: Encoding, n: int) -> int:
    """The code of the value 0; bipolar codes are offset binary."""
    match encoding:
        case "unipolar" | "sign_magnitude" | "spike":
            return 0
        case "bipolar":
            return 2 ** (n - 1)
        case other:
            unknown_kind(other, "zero_code")


def is_signed(encoding: Encoding) -> bool:
    """Whether a code has a sign beside its magnitude, which alone makes the stream; a port holds two's complement."""
    choice("encoding", encoding, get_args(Encoding))
    match encoding:
        case "sign_magnitude":
            return True
        case "unipolar" | "bipolar" | "spike":
            return False
        case other:
            unknown_kind(other, "is_signed")


def is_spike(encoding: Encoding) -> bool:
    """Whether a code is a bit that stands in all positions of its stream, so that it needs no generator."""
    match encoding:
        case "spike":
            return True
        case "unipolar" | "bipolar" | "sign_magnitude":
            return False
        case other:
            unknown_kind(other, "is_spike")


def element_width(encoding: Encoding, n: int) -> int:
    """Bits of one code on a port (contract §9)."""
    n = _checked(encoding, n)
    return 1 if is_spike(encoding) else n + is_signed(encoding)


def quantize(values: Any, encoding: Encoding, n: int) -> tuple[np.ndarray, int]:
    """Codes of real values, rounded half away from zero of the scale and saturated, and how many were saturated.

    Args:
        values: real numbers, any shape; computed in float64.
        encoding: the target encoding; for `spike`, [v >= 1/2] saturates nothing.
        n: bits of a code.

    Returns:
        int64 codes of the same shape, and the number of values whose rounded code left the range.

    Raises:
        CodesError: a value is NaN or infinite; the message names the first one.
    """
    full = 2 ** _checked(encoding, n) - 1
    v = finite("values", _real("values", values))
    with np.errstate(over="ignore"):  # a value near the end of float64 becomes infinite here, and saturates
        match encoding:
            case "spike":
                return (v >= 0.5).astype(np.int64), 0
            case "unipolar":
                rounded = np.floor(v * full + 0.5)
            case "bipolar":
                rounded = np.floor((v + 1) / 2 * 2**n + 0.5)
            case "sign_magnitude":
                rounded = np.sign(v) * np.floor(np.abs(v) * full + 0.5)
            case other:
                unknown_kind(other, "quantize")
    low, high = code_range(encoding, n)
    codes = np.clip(rounded, low, high)  # clipped as floats: a huge value has no int64
    return codes.astype(np.int64), int(np.count_nonzero(codes != rounded))


def dequantize(codes: Any, encoding: Encoding, n: int) -> np.ndarray:
    """Real values (float64) that codes stand for; the inverse of `quantize` on its codes, but for its rounding.

    Args:
        codes: integer codes, any shape.
        encoding: their encoding.
        n: bits of a code.
    """
    n = _checked(encoding, n)
    c = finite("codes", _real("codes", codes))
    match encoding:
        case "spike":
            return c
        case "bipolar":
            return 2 * c / 2**n - 1
        case "unipolar" | "sign_magnitude":
            return c / (2**n - 1)
        case other:
            unknown_kind(other, "dequantize")


def _real(name: str, value: Any) -> np.ndarray:
    """Real numbers as float64, without a copy where they are that already."""
    numbers = array(name, value)
    if numbers.dtype.kind not in "biuf" and numbers.dtype.name != "bfloat16":
        raise CodesError(f"{name} must hold real numbers, got dtype {numbers.dtype}")
    return np.asarray(numbers, dtype=np.float64)
