"""Codes to bytes, eight a step, in LLVM's own terms: of a loop in Python it makes vectors of half the width."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

AT_ONCE = 8


def _narrowing(magnitudes: bool) -> Any:
    """The kernel `narrow(codes, eights, by, out)` for int64 codes and bytes at two addresses (uint64).

    out[j] = code >> by, truncated, of |code| where `magnitudes`. Returns the union of the bits of all of them.
    """

    @intrinsic
    def narrow(typing_context: Any, codes: Any, eights: Any, by: Any, out: Any) -> Any:
        signature = types.int64(types.uint64, types.int64, types.int64, types.uint64)
        return signature, lambda context, builder, _, args: _emit(builder, magnitudes, *args)

    return narrow


def _emit(b: ir.IRBuilder, magnitudes: bool, codes: Any, eights: Any, by: Any, out: Any) -> Any:
    word, octet = ir.IntType(64), ir.IntType(8)
    vector, octets = ir.VectorType(word, AT_ONCE), ir.VectorType(octet, AT_ONCE)
    undefined, zero = ir.Constant(vector, ir.Undefined), ir.Constant(vector, None)
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), AT_ONCE), [0] * AT_ONCE)
    shift = b.shuffle_vector(b.insert_element(undefined, by, ir.Constant(ir.IntType(32), 0)), undefined, lanes)
    entry, loop, done = b.block, b.append_basic_block("eights"), b.append_basic_block("done")
    b.cbranch(b.icmp_signed(">", eights, ir.Constant(word, 0)), loop, done)

    b.position_at_end(loop)
    i, seen = b.phi(word), b.phi(vector)
    i.add_incoming(ir.Constant(word, 0), entry)
    seen.add_incoming(zero, entry)
    at = b.inttoptr(b.add(codes, b.mul(i, ir.Constant(word, 8 * AT_ONCE))), vector.as_pointer())
    values = b.load(at, align=8)
    if magnitudes:
        values = b.select(b.icmp_signed("<", values, zero), b.sub(zero, values), values)
    bits = b.or_(seen, values)
    place = b.inttoptr(b.add(out, b.mul(i, ir.Constant(word, AT_ONCE))), octets.as_pointer())
    b.store(b.trunc(b.lshr(values, shift), octets), place, align=1)
    following = b.add(i, ir.Constant(word, 1))
    i.add_incoming(following, loop)
    seen.add_incoming(bits, loop)
    b.cbranch(b.icmp_signed("<", following, eights), loop, done)

    b.position_at_end(done)
    whole = b.phi(vector)
    whole.add_incoming(zero, entry)
    whole.add_incoming(bits, loop)
    union = b.extract_element(whole, ir.Constant(ir.IntType(32), 0))
    for lane in range(1, AT_ONCE):
        union = b.or_(union, b.extract_element(whole, ir.Constant(ir.IntType(32), lane)))
    return union


narrow_codes = _narrowing(magnitudes=False)
narrow_magnitudes = _narrowing(magnitudes=True)
