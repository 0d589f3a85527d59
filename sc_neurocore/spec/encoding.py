"""Encodings: the integer codes that stand for values, and how a real value becomes one (contract §1)."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .errors import CodesError

Encoding = Literal["unipolar", "bipolar", "sign_magnitude", "spike"]
"""Names of the four encodings."""


def code_range(encoding: Encoding, n: int) -> tuple[int, int]:
    """Smallest and largest code of an encoding at n bits, both legal."""
    full = 2**n - 1
    return {"unipolar": (0, full), "bipolar": (0, full), "sign_magnitude": (-full, full), "spike": (0, 1)}[encoding]


def is_signed(encoding: Encoding) -> bool:
    """Whether codes of the encoding are two's-complement numbers on a port."""
    return encoding == "sign_magnitude"


def element_width(encoding: Encoding, n: int) -> int:
    """Bits of one code on a port (contract §9)."""
    return {"unipolar": n, "bipolar": n, "sign_magnitude": n + 1, "spike": 1}[encoding]


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
    v = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(v)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise CodesError(f"values must be finite, got {v[index]} at index {index}")
    if encoding == "spike":
        return (v >= 0.5).astype(np.int64), 0
    full = 2**n - 1
    with np.errstate(over="ignore"):  # a value near the end of float64 becomes infinite here, and saturates
        if encoding == "unipolar":
            rounded = np.floor(v * full + 0.5)
        elif encoding == "bipolar":
            rounded = np.floor((v + 1) / 2 * 2**n + 0.5)
        else:
            rounded = np.sign(v) * np.floor(np.abs(v) * full + 0.5)
    low, high = code_range(encoding, n)
    codes = np.clip(rounded, low, high)  # clipped as floats: a huge value has no int64
    return codes.astype(np.int64), int(np.count_nonzero(codes != rounded))


def dequantize(codes: Any, encoding: Encoding, n: int) -> np.ndarray:
    """Real values (float64) that codes stand for; the inverse of `quantize` on its codes, but for its rounding."""
    c = np.asarray(codes, dtype=np.float64)
    if encoding == "spike":
        return c
    if encoding == "bipolar":
        return 2 * c / 2**n - 1
    return c / (2**n - 1)
