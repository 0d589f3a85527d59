"""Bytes of input codes for an int8 matrix product, chosen so that their coefficients are small.

A count Σ_i x[i]·G_i[w] is linear in the bits of x, and G_i is nearly 2·G_(i-1). With fields P_t = (x >> t) mod 2^k, the
leading bits of a group of consecutive bits, x[t] = P_t - 2·P_(t+1), so

    Σ_t x[t]·G_t = Σ_(t > lowest) P_t·(G_t - 2·G_(t-1)) + P_lowest·G_lowest.

For the default pair the differences are -1, 0, 1, and only G_lowest is large; plain bits would need a second byte for
every coefficient beyond 127. Which bits form a group is found by trying: the fewest bytes of coefficients win.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..jit import kernel
from .narrow import AT_ONCE, narrow_codes, narrow_magnitudes


class Planes(NamedTuple):
    """Which bytes are made of a code, and what each is multiplied with."""

    base: np.ndarray
    """Lowest bit of each group; int64 `(groups,)`."""
    group: np.ndarray
    """Group of each plane; int64 `(planes,)`."""
    shift: np.ndarray
    """Plane i is (|x| >> base) >> shift[i], of which mask[i] is kept; int64 `(planes,)`."""
    mask: np.ndarray
    coefficients: np.ndarray
    """Of each plane and weight code, divided by `factor`; int64 `(planes, codes)`."""
    factor: int
    """The greatest common divisor of all counts: a stream of several whole periods counts all of them."""


def limbs(values: np.ndarray) -> list[np.ndarray]:
    """Signed bytes of integers, lowest first: values = Σ_l 256^l·limb_l, each limb -128 ... 127."""
    parts, rest = [], values
    while rest.any() or not parts:
        low = (rest + 128) % 256 - 128
        parts.append(low)
        rest = (rest - low) // 256
    return parts


def _bytes_of(row: np.ndarray) -> int:
    """Bytes that a plane's coefficients and their negatives take; 0 where the plane adds nothing."""
    return len(limbs(np.array([row.min(), row.max(), -row.min(), -row.max()]))) if row.any() else 0


def plan(table: np.ndarray, max_bits: int) -> Planes:
    """Planes of at most `max_bits` bits for counts `table` `(bits, codes)`, entry i what bit i of an input adds."""
    bits = len(table)
    factor = max(1, int(np.gcd.reduce(table, axis=None)))
    table = table // factor
    chained = table.copy()
    chained[1:] -= 2 * table[:-1]
    alone_cost, chained_cost = [_bytes_of(row) for row in table], [_bytes_of(row) for row in chained]
    # best[t]: least (bytes, groups) for the bits below t, and where the group that ends there begins
    costs: list[tuple[int, int, int]] = [(0, 0, 0)]
    for top in range(1, bits + 1):
        ways = []
        for low in range(max(0, top - max_bits), top):
            cost = alone_cost[low] + sum(chained_cost[low + 1 : top])
            ways.append((costs[low][0] + cost, costs[low][1] + 1, low))
        costs.append(min(ways))
    base, group, shift, mask, rows = [], [], [], [], []
    top = bits
    while top > 0:
        low = costs[top][2]
        for t in range(low, top):
            row = table[t] if t == low else chained[t]
            if row.any():  # a short stream may never select some bit
                group.append(len(base))
                shift.append(t - low)
                mask.append(2 ** (top - t) - 1)
                rows.append(row)
        base.append(low)
        top = low
    first, second, third, fourth = (np.array(part, dtype=np.int64) for part in (base, group, shift, mask))
    return Planes(first, second, third, fourth, np.array(rows, dtype=np.int64).reshape(-1, table.shape[1]), factor)


@kernel
def expand(
    codes: np.ndarray,
    first: int,
    stop: int,
    base: np.ndarray,
    group: np.ndarray,
    shift: np.ndarray,
    mask: np.ndarray,
    signed: bool,
    octets: np.ndarray,
    out: np.ndarray,
) -> int:
    """Byte i·width + j is plane i of |code first + j|, with the code's sign and 128 added where `signed`.

    Args:
        codes: int64 `(samples, inputs)`.
        first: the first input.
        stop: one beyond the last.
        base: of `Planes`, as `group`, `shift` and `mask`.
        group: see `base`.
        shift: see `base`.
        mask: see `base`.
        signed: whether codes have signs.
        octets: uint8 `(groups + 1, width)`, working space, zero beyond the inputs.
        out: uint64 `(samples, planes·width / 8)`: eight bytes are one word.

    Returns:
        The union of all bits of the codes (where `signed` of their magnitudes): below 0 or beyond 2^n - 1 if a code is
        out of range, which costs nothing to see here.
    """
    code_bits = np.int64(0)
    ones = np.uint64(0x0101010101010101)
    words = octets.view(np.uint64)
    width = words.shape[1]
    negative = words[base.size]
    for b in range(codes.shape[0]):
        row = codes[b, first:stop]
        at, eights = np.uint64(row.ctypes.data), row.size // AT_ONCE
        for g in range(base.size):
            low, by = octets[g], base[g]
            if signed:
                code_bits |= narrow_magnitudes(at, eights, by, np.uint64(low.ctypes.data))
            else:
                code_bits |= narrow_codes(at, eights, by, np.uint64(low.ctypes.data))
            for j in range(AT_ONCE * eights, row.size):
                value = abs(row[j]) if signed else row[j]
                code_bits |= value
                low[j] = np.uint8(value >> by)
        if signed:
            sign = octets[base.size]
            narrow_codes(at, eights, 63, np.uint64(sign.ctypes.data))  # 1 where negative
            for j in range(AT_ONCE * eights, row.size):
                sign[j] = np.uint8(np.uint64(row[j]) >> np.uint64(63))
            for k in range(width):
                negative[k] *= np.uint64(255)  # all ones
        for i in range(group.size):
            source, target = words[group[i]], out[b, i * width : (i + 1) * width]
            by, keep = np.uint64(shift[i]), ones * np.uint64(mask[i])
            if signed:
                offset = ones * np.uint64(128)
                for k in range(width):
                    field = (source[k] >> by) & keep  # at most 127: no byte carries into the next
                    less = field & negative[k]
                    target[k] = offset + (field ^ less) - less
            else:
                for k in range(width):
                    target[k] = (source[k] >> by) & keep
    return code_bits  # pyright: ignore[reportReturnType]  # an int where compiled
