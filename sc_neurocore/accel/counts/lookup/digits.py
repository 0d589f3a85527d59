"""Tables of sixteen bytes: what each digit of four bits of an input code adds to a count, for each weight code.

A count T[x, w] that splits into T_1[x >> 4, w] + T_0[x mod 16, w] is two look-ups and an addition. Counts of
`weighted_binary` inputs always split, for they are linear in the bits of x; of two comparators some do, and codes of
four bits are one digit. The tables hold bytes: where their sums exceed 255, a multiple of the code (of x >> 4
where there are three digits) is taken off, which the layer's product adds again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DIGIT_BITS = 4
VALUES = 2**DIGIT_BITS
LARGEST = 255
"""Of a sum of looked-up bytes."""
LARGEST_FACTOR = 127
"""Signed bytes multiply; -128 has no negative."""


class Digits(NamedTuple):
    """A count as looked-up bytes: unit·(Σ_d tables[w, d, digit d of x] + factors[w]·x' + offsets[w]).

    x' is the code, or x >> 4 where there are three digits.
    """

    tables: np.ndarray
    """uint8 `(weight codes, digits, 16)`, the highest digit first."""
    factors: np.ndarray
    """int8 `(weight codes,)`; zero throughout where nothing is multiplied."""
    offsets: np.ndarray
    """int64 `(weight codes,)`."""
    unit: int
    """The greatest common divisor of all counts: a stream of several whole periods counts all of them."""

    @property
    def peak(self) -> int:
        """Of the sums of looked-up bytes."""
        return int(self.tables.max(axis=2).sum(axis=1, dtype=np.int64).max())

    @property
    def multiplies(self) -> bool:
        """Whether a byte of the code is multiplied at all."""
        return bool(self.factors.any())


def of_bits(counts: np.ndarray) -> Digits | None:
    """Digits of counts that are linear in the bits of x; None where bytes do not hold them.

    Args:
        counts: int64 `(bits, weight codes)`, entry i what bit i of an input adds.
    """
    bits = len(counts)
    codes = _codes_of_digits(bits)
    return _digits(codes, [(code[:, None] >> np.arange(bits) & 1) @ counts for code in codes])


def of_table(table: np.ndarray) -> Digits | None:
    """Digits of any counts; None where they do not split, or bytes do not hold them.

    Args:
        table: int64 `(2^bits input codes, weight codes)`.
    """
    codes = _codes_of_digits(len(table).bit_length() - 1)
    parts = [table[code] for code in codes]
    total = parts[0]
    for part in parts[1:]:
        total = (part[:, None] + total - table[0]).reshape(-1, table.shape[1])
    if not np.array_equal(total[: len(table)], table):
        return None
    return _digits(codes, [parts[0], *(part - table[0] for part in parts[1:])])


def _codes_of_digits(bits: int) -> np.ndarray:
    """The code that each value of each digit stands for, int64 `(digits, 16)`, the lowest digit first.

    A digit's bits beyond those of a code are 0 in every code; what is looked up there is of no account.
    """
    values = np.arange(VALUES) << DIGIT_BITS * np.arange(-(-bits // DIGIT_BITS))[:, None]
    return values % 2**bits


def _digits(codes: np.ndarray, each: list[np.ndarray]) -> Digits | None:
    """From what each digit adds, int64 `(16, weight codes)`, and the codes that it stands for; the lowest first."""
    parts = np.stack(each)
    constant = parts[:, 0].sum(axis=0)
    parts = parts - parts[:, :1]
    unit = max(1, int(np.gcd.reduce(np.concatenate([parts.ravel(), constant]))))
    parts, constant = parts // unit, constant // unit
    factors = np.zeros(parts.shape[2], dtype=np.int64)
    if _range(parts).max() > LARGEST:
        upper = (codes >> DIGIT_BITS if len(codes) > 2 else codes)[:, :, None]
        every, top = np.arange(len(codes)), codes.argmax(axis=1)
        slope = parts[every, top].sum(axis=0) // upper[every, top].sum()
        tries = np.stack([slope, slope + 1])
        ranges = np.stack([_range(parts - upper * factor) for factor in tries])
        factors = tries[ranges.argmin(axis=0), np.arange(slope.size)]
        parts = parts - upper * factors
        if _range(parts).max() > LARGEST or np.abs(factors).max() > LARGEST_FACTOR:
            return None
    lowest = parts.min(axis=1)
    tables = np.ascontiguousarray((parts - lowest[:, None]).transpose(2, 0, 1)[:, ::-1], dtype=np.uint8)
    return Digits(tables, factors.astype(np.int8), constant + lowest.sum(axis=0), unit)


def _range(parts: np.ndarray) -> np.ndarray:
    """By how much the sums of all digits differ, for each weight code."""
    return (parts.max(axis=1) - parts.min(axis=1)).sum(axis=0)
