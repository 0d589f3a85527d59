"""Sixty-four positions at once: sums, comparisons and states of operators that have a form over whole words."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...accel.jit import kernel

Word = Any
"""64 positions, a uint64; to type checkers what NumPy makes of two of them may be anything."""
NONE, ONE = np.uint64(0), np.uint64(1)
ALL = np.uint64(2**64 - 1)
PLANES = 7
"""Bits of a sum of up to 64 stream bits."""


@kernel
def count_ones(word: Word) -> Any:
    """Ones of a word, by sums of neighbours that double in width."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def running_parity(word: Word) -> Word:
    """Bit t is the parity of bits 0 ... t."""
    for shift in (1, 2, 4, 8, 16, 32):
        word ^= word << np.uint64(shift)
    return word


@kernel
def sum_planes(values: np.ndarray, of: np.ndarray, first: int, many: int, planes: np.ndarray) -> int:
    """Bit t of plane k is bit k of the number of ones among the streams at position t; returns how many planes count.

    Args:
        values: a word of every stream.
        of: numbers of streams.
        first: the first of those to add up.
        many: how many they are, 64 at most.
        planes: is overwritten.
    """
    height = 0
    for j in range(first, first + many):
        carry = values[of[j]]
        k = 0
        while carry != NONE or k < height:
            if k == height:
                planes[k] = carry
                height += 1
                break
            planes[k], carry = planes[k] ^ carry, planes[k] & carry
            k += 1
    return height


@kernel
def at_least(planes: np.ndarray, height: int, threshold: int) -> Word:
    """Bit t says whether the number that the planes hold there reaches a threshold.

    Args:
        planes: bits of the number.
        height: how many of them count.
        threshold: 1 or more.
    """
    if threshold >> height:
        return NONE
    above, equal = NONE, ALL
    for k in range(height - 1, -1, -1):
        if (threshold >> k) & 1:
            equal &= planes[k]
        else:
            above |= equal & planes[k]
            equal &= ~planes[k]
    return above | equal


@kernel
def equals(planes: np.ndarray, height: int, number: int) -> Word:
    """Bit t says whether the planes hold a number there.

    Args:
        planes: bits of the number.
        height: how many of them count.
        number: 0 or more.
    """
    if number >> height:
        return NONE
    equal = ALL
    for k in range(height):
        equal &= planes[k] if (number >> k) & 1 else ~planes[k]
    return equal


@kernel
def toggle_add(a: Word, b: Word, state: np.ndarray, at: int) -> Word:
    """Before each position q, `state[at]`, has toggled once for each earlier difference.

    Args:
        a: a stream's word.
        b: the other's.
        state: of all operators.
        at: where this one's begins.
    """
    differ = a ^ b
    parity = running_parity(differ)
    q = (parity << ONE) ^ (ALL if state[at] else NONE)
    state[at] ^= np.int64(parity >> np.uint64(63))
    return (a & b) | (differ & q)


@kernel
def scaled_add(planes: np.ndarray, height: int, bits: int, state: np.ndarray, at: int) -> Word:
    """Carries out of c, a sum modulo 2^bits: bit k of c toggles wherever a one of weight 2^k is added to it.

    Args:
        planes: of the sum at each position, at most 2^bits.
        height: how many of them count.
        bits: of c.
        state: of all operators.
        at: where c is.
    """
    c, carry = state[at], NONE
    for k in range(bits):
        plane = planes[k] if k < height else NONE
        total = plane ^ carry
        parity = running_parity(total)
        before = (parity << ONE) ^ (ALL if (c >> k) & 1 else NONE)
        state[at] ^= np.int64(parity >> np.uint64(63)) << k
        carry = (plane & carry) | (before & total)
    return carry | planes[bits] if bits < height else carry


@kernel
def divide(a: Word, b: Word, state: np.ndarray, at: int) -> Word:
    """The bit of a at the last position so far where b is 1; before the first one the state.

    Args:
        a: the dividend's word.
        b: the divisor's.
        state: of all operators.
        at: where this one's is.
    """
    mask, result = b, a & b
    for shift in (1, 2, 4, 8, 16, 32):
        result |= (result << np.uint64(shift)) & ~mask
        mask |= mask << np.uint64(shift)
    if state[at]:
        result |= ~mask
    state[at] = np.int64(result >> np.uint64(63))
    return result


@kernel
def delayed(word: Word, number: int, distance: int, cells: np.ndarray, ring: int, size: int) -> Word:
    """The stream's bits `distance` positions earlier.

    Args:
        word: the stream's word.
        number: of the word in the stream.
        distance: in positions.
        cells: words of all operators.
        ring: where this one's last words begin; at first what stands before the stream.
        size: how many they are, `distance // 64` + 2.
    """
    cells[ring + number % size] = word
    back, shift = distance // 64, np.uint64(distance % 64)
    near = cells[ring + (number + size - back) % size]
    if shift == NONE:
        return near
    far = cells[ring + (number + size - back - 1) % size]
    return (near << shift) | (far >> (np.uint64(64) - shift))


@kernel
def spread(table: np.ndarray, row: int, start: Any, places: Word, deposit: np.ndarray) -> Word:
    """The bits of a packed stream from `start` on, one after the other at the ones of `places`.

    Args:
        table: packed streams, one word longer than their bits take.
        row: the stream's.
        start: position of the first bit to take.
        places: where they go.
        deposit: `deposit_table()`.
    """
    at, shift = start >> 6, np.uint64(start & 63)
    window = table[row, at] >> shift
    if shift != NONE:
        window |= table[row, at + 1] << (np.uint64(64) - shift)
    result = NONE
    for k in range(8):
        mask = (places >> np.uint64(8 * k)) & np.uint64(255)
        entry = deposit[np.int64((mask << np.uint64(8)) | (window & np.uint64(255)))]
        result |= np.uint64(entry & 255) << np.uint64(8 * k)
        window >>= np.uint64(entry >> 8)
    return result


def deposit_table() -> np.ndarray:
    """At (mask << 8 | bits): the bits one after the other at the ones of the mask, and above bit 8 how many were taken.

    Returns:
        uint16 `(65536,)`.
    """
    mask, bits = np.divmod(np.arange(2**16, dtype=np.uint16), np.uint16(256))
    count, result = np.zeros(2**16, dtype=np.uint16), np.zeros(2**16, dtype=np.uint16)
    for place in range(8):
        here = (mask >> place) & 1
        result |= (((bits >> count) & here) << place).astype(np.uint16)
        count += here
    return result | (count << 8)
