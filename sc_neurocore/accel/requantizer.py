"""From a biased count to an output code before clipping (contract §6): the one requantizer of all fast engines."""

from __future__ import annotations

from typing import Any


def requantize(a: Any, multiplier: Any, shift: int) -> Any:
    """Return y = (a·multiplier + r) >> shift with r = 2^(shift−1), or 0 where shift is 0.

    a·multiplier takes up to 47 bits, so the low k = min(shift, 16) bits of a are multiplied by themselves:
    floor((a·m + r) / 2^s) = floor(((a >> k)·m + (r >> k) + ((a mod 2^k)·m + r mod 2^k >> k)) / 2^(s−k)). With
    |a| < 2^31 and m < 2^15 no term leaves 32 bits where shift is 15 or more; below, |a| must not exceed `limit(shift)`.

    Args:
        a: counts: a number, or an array of NumPy, JAX or Torch, int32 or wider.
        multiplier: 1 … 2^15 − 1, a number or an array `()`.
        shift: 0 … 46.
    """
    k = min(shift, 16)
    r, mask = (1 << shift) >> 1, (1 << k) - 1
    low = (a & mask) * multiplier + (r & mask)
    return ((a >> k) * multiplier + (r >> k) + (low >> k)) >> (shift - k)


def limit(shift: int) -> int:
    """What counts may be clipped to before `requantize`: beyond it an output is past every code, as it is there."""
    return min(2 ** (16 + shift), 2**31 - 1)
