"""Constants that the model and the gates both need: LFSR taps and Joe and Kuo's direction words (contract §2)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from .coerce import integer

RESOLUTION_BITS = range(2, 17)
"""Legal word widths n of a source."""

SOBOL_DIMENSIONS = range(1, 1112)
"""Legal dimensions of a Sobol source."""

LFSR_TAPS: dict[int, tuple[int, ...]] = {
    2: (2, 1),
    3: (3, 2),
    4: (4, 3),
    5: (5, 3),
    6: (6, 5),
    7: (7, 6),
    8: (8, 6, 5, 4),
    9: (9, 5),
    10: (10, 7),
    11: (11, 9),
    12: (12, 6, 4, 1),
    13: (13, 4, 3, 1),
    14: (14, 5, 3, 1),
    15: (15, 14),
    16: (16, 15, 13, 4),
}
"""Taps of a primitive polynomial for each width n; tap n is the oldest bit of the register.

From n = 3 on they are those of P. Alfke, Efficient Shift Registers, LFSR Counters, and Long Pseudo-Random Sequence
Generators, Xilinx application note XAPP 052 (1996), table 3.
"""


@cache
def _joe_kuo() -> dict[int, tuple[int, int, tuple[int, ...]]]:
    """Dimension -> (degree s, inner coefficients a, initial numbers m_1 ... m_s); dimension 1 has none."""
    rows = {}
    for line in (files("sc_neurocore.spec") / "joe_kuo.txt").read_text("ascii").splitlines():
        if not line.startswith("#"):
            dimension, degree, coefficients, *initial = map(int, line.split())
            rows[dimension] = (degree, coefficients, tuple(initial))
    return rows


def joe_kuo_direction_words(dimension: int, n: int) -> tuple[int, ...]:
    """The n direction words V[0..n-1] of n bits of one Sobol dimension, V[k] = m_{k+1} · 2^(n-1-k).

    The numbers are those of S. Joe and F. Y. Kuo, Constructing Sobol sequences with better two-dimensional projections,
    SIAM J. Sci. Comput. 30 (2008), set new-joe-kuo-6. m follows their recurrence
    m_k = 2^s m_{k-s} ⊕ m_{k-s} ⊕ ⨁_{i=1..s-1} 2^i a_i m_{k-i}; in dimension 1 every m is 1.

    Raises:
        OptionError: `dimension` or `n` is outside the contract's range.
    """
    dimension = integer("dimension", dimension, SOBOL_DIMENSIONS[0], SOBOL_DIMENSIONS[-1])
    return _direction_words(dimension, integer("n", n, RESOLUTION_BITS[0], RESOLUTION_BITS[-1]))


@cache
def _direction_words(dimension: int, n: int) -> tuple[int, ...]:
    if dimension == 1:
        m = [1] * n
    else:
        degree, coefficients, initial = _joe_kuo()[dimension]
        m = list(initial[:n])
        while len(m) < n:
            word = m[-degree] ^ (m[-degree] << degree)
            for i in range(1, degree):
                if (coefficients >> (degree - 1 - i)) & 1:
                    word ^= m[-i] << i
            m.append(word)
    return tuple(word << (n - 1 - k) for k, word in enumerate(m))
