"""Which weights of a core go into the single-port memories of an iCE40 UltraPlus: few, large, and without contents."""

from __future__ import annotations

from collections.abc import Sequence

MEMORIES, ROWS, BITS = 4, 16_384, 16
"""A device's memories, the rows of one, and the bits of a row."""


def memories_of(rows: int, width: int) -> int:
    """How many of them hold so many rows of so many bits.

    Args:
        rows: of the layer's weights.
        width: bits of a row.
    """
    return -(-rows // ROWS) * -(-width // BITS)


def fitting(sizes: Sequence[tuple[int, int]]) -> set[int]:
    """The numbers of the layers whose weights go there: the largest that fit, one after the other.

    Args:
        sizes: rows and bits of a row of each layer's weights; (0, 0) where they cannot be loaded row by row.
    """
    numbers: set[int] = set()
    left = MEMORIES
    for i in sorted(range(len(sizes)), key=lambda i: -sizes[i][0] * sizes[i][1]):
        need = memories_of(*sizes[i])
        if 0 < need <= left:
            numbers.add(i)
            left -= need
    return numbers
