"""Codes to bytes, eight a step, in LLVM's own terms: of a loop in Python it makes vectors of half the width."""

from __future__ import annotations

from functools import partial
from typing import Any

from llvmlite import ir
from numba.core import types

from ..llvm import WORD, inner_loop, load, loop, number, spread, step, store

AT_ONCE = 8


def _emit(magnitudes: bool, b: ir.IRBuilder, codes: Any, eights: Any, by: Any, out: Any) -> Any:
    """The kernel `narrow(codes, eights, by, out)` for int64 codes and bytes at two addresses.

    out[j] = code >> by, truncated, of |code| where `magnitudes`. Returns the union of the bits of all of them.
    """
    vector, octets = ir.VectorType(WORD, AT_ONCE), ir.VectorType(ir.IntType(8), AT_ONCE)
    shift, zero = spread(b, by, AT_ONCE), ir.Constant(vector, None)

    def of_eight(i: Any, bits_so_far: list[Any]) -> list[Any]:
        values = load(b, step(b, codes, 8 * AT_ONCE, i), vector)
        if magnitudes:
            values = b.select(b.icmp_signed("<", values, zero), b.sub(zero, values), values)
        store(b, b.trunc(b.lshr(values, shift), octets), step(b, out, AT_ONCE, i), 1)
        return [b.or_(bits_so_far[0], values)]

    (bits_so_far,) = loop(b, number(0), eights, [zero], of_eight)
    union = number(0)
    for lane in range(AT_ONCE):
        union = b.or_(union, b.extract_element(bits_so_far, ir.Constant(ir.IntType(32), lane)))
    return union


narrow_codes = inner_loop("piip", partial(_emit, False), types.int64)
narrow_magnitudes = inner_loop("piip", partial(_emit, True), types.int64)
