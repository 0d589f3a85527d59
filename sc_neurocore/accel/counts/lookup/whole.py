"""Look-ups in whole tables: a byte for each code, one input of 64 samples a register, where there is AVX-512 VBMI.

One or two table registers are looked up by one shuffle (vpermb, vpermi2b); of 256 codes the upper half comes from a
second one. The sums are kept in 16 bits, of the words of looked-up bytes and of their upper bytes: what is left when
256 times these are taken off the words are the sums of the lower ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

from ...jit import kernel
from ...llvm import WORD, external, inner_loop, load, loop, number, one_of, processor, step, store
from .kernels import BYTES, LANES, VECTOR_BYTES
from .transposed import RAW, index_rows

SAMPLES = 64
"""Of a register; bytes 2·i and 2·i + 1 are samples i and 32 + i."""
VECTORS = (6, 4, 2)
"""Registers of samples of a block: with the tables of two inputs, six of them and their sums fill the 32 registers."""
AT_ONCE = 64
"""Inputs between two stores of the sums: at most 128, for which 16 bits hold ± 255 each."""
ENTRIES = (64, 128, 256)
"""Bytes of a table."""
_SHORT, _HALF, _HALVES = ir.IntType(32), ir.IntType(16), ir.VectorType(ir.IntType(16), SAMPLES // 2)
_FLAGS = ir.VectorType(ir.IntType(1), SAMPLES)


@cache
def available() -> bool:
    """Whether kernels are compiled for a processor that has these shuffles."""
    return {"avx512f", "avx512bw", "avx512vbmi"} <= processor()


def _terms(entries: int, vectors: int) -> Callable[..., None]:
    """The body of `terms(which, index, upper, tables, terms, ends, a, fresh)`.

    a[s] (+)= Σ of terms, each the byte that a table has for an input's code: up to ends[0] pairs of terms, whose bytes
    add up to at most 255, up to ends[1] single ones; and less, in the same way, those up to ends[2] and ends[3].

    index: bytes `(inputs, vectors, 64)`; upper: words of 64 flags `(inputs, vectors)`, whether a code is 128 or more;
    tables: bytes `(·, entries)`; terms: uint32, input + 2^16·table; ends: int64 `(4,)`; a: int32 `(64·vectors,)`;
    fresh: whether it begins at 0.
    """
    eight = ir.Constant(_HALVES, [8] * (SAMPLES // 2))

    def emit(b: ir.IRBuilder, index: Any, upper: Any, tables: Any, terms: Any, ends: Any, a: Any, fresh: Any) -> None:
        one = external(b, "llvm.x86.avx512.permvar.qi.512", BYTES, [BYTES] * 2)
        two = external(b, "llvm.x86.avx512.vpermi2var.qi.512", BYTES, [BYTES] * 3)

        def looked_up(k: Any) -> Callable[[int], Any]:
            """The bytes of term k, for each register of samples."""
            term = b.zext(load(b, step(b, terms, 4, k), _SHORT, 4), WORD)
            j, entry = b.and_(term, number(0xFFFF)), b.lshr(term, number(16))
            codes_at, flags_at = step(b, index, VECTOR_BYTES * vectors, j), step(b, upper, 8 * vectors, j)
            table_at = step(b, tables, entries, entry)
            parts = range(0, entries, VECTOR_BYTES)
            own = [load(b, b.add(table_at, number(part)), BYTES, VECTOR_BYTES) for part in parts]

            def of_register(v: int) -> Any:
                code = load(b, b.add(codes_at, number(VECTOR_BYTES * v)), BYTES, VECTOR_BYTES)
                if entries == 64:
                    return b.call(one, [own[0], code])
                lower = b.call(two, [own[0], code, own[1]])
                if entries == 128:
                    return lower
                flags = b.bitcast(load(b, b.add(flags_at, number(8 * v)), WORD), _FLAGS)
                return b.select(flags, b.call(two, [own[2], code, own[3]]), lower)

            return of_register

        def turn(at_once: int, operation: Callable[..., Any]) -> Callable[[Any, list[Any]], list[Any]]:
            def of_terms(k: Any, sums: list[Any]) -> list[Any]:
                each, after = [looked_up(step(b, number(i), at_once, k)) for i in range(at_once)], []
                for v in range(vectors):
                    octets = each[0](v) if at_once == 1 else b.add(each[0](v), each[1](v))
                    words = b.bitcast(octets, _HALVES)
                    both, high = sums[2 * v : 2 * v + 2]
                    after += [operation(both, words), operation(high, b.lshr(words, eight))]
                return after

            return of_terms

        sums, start = [ir.Constant(_HALVES, None)] * (2 * vectors), number(0)
        for i, (at_once, operation) in enumerate(((2, b.add), (1, b.add), (2, b.sub), (1, b.sub))):
            end = load(b, b.add(ends, number(8 * i)), WORD)
            first, last = (b.udiv(place, number(at_once)) for place in (start, end))
            if at_once == 2:  # single terms before may be odd in number: the pairs begin at an even place
                first = b.udiv(b.add(start, number(1)), number(2))
            sums, start = loop(b, first, last, sums, turn(at_once, operation)), end
        begins, wide = b.trunc(fresh, ir.IntType(1)), ir.VectorType(_SHORT, SAMPLES // 2)
        for v in range(vectors):
            both, high = sums[2 * v : 2 * v + 2]
            for i, part in enumerate((b.sub(both, b.shl(high, eight)), high)):
                at = b.add(a, number(4 * (SAMPLES * v + SAMPLES // 2 * i)))
                before = b.select(begins, ir.Constant(wide, None), load(b, at, wide, VECTOR_BYTES))
                store(b, b.add(before, b.sext(part, wide)), at, VECTOR_BYTES)

    return emit


_add_terms = inner_loop("ippppppi", one_of(*(_terms(e, v) for e in ENTRIES for v in VECTORS)))


@kernel
def add_whole(
    which: int, vectors: int, index: np.ndarray, upper: np.ndarray, tables: np.ndarray, terms: np.ndarray,
    ends: np.ndarray, sums: np.ndarray,
) -> None:  # fmt: skip
    """The sums of one block of samples.

    Args:
        which: number of the table's size times that of `VECTORS`, plus the number of `vectors`.
        vectors: registers of samples.
        index: uint8 `(inputs or more, vectors, 64)`.
        upper: uint64 `(inputs or more, vectors)`.
        tables: uint8 `(·, entries)`.
        terms: uint32 `(neurons, blocks, AT_ONCE + 1)`, each block of `AT_ONCE` inputs as `arrange` orders them.
        ends: of each block, int64 `(neurons, blocks, 4)`.
        sums: int32 `(neurons, samples)`, written.
    """
    base, flags, table = np.uint64(index.ctypes.data), np.uint64(upper.ctypes.data), np.uint64(tables.ctypes.data)
    for k in range(ends.shape[1]):
        start = k * AT_ONCE
        at, at_flags = base + np.uint64(start * vectors * VECTOR_BYTES), flags + np.uint64(start * vectors * 8)
        for m in range(ends.shape[0]):
            own, own_ends = np.uint64(terms[m, k].ctypes.data), np.uint64(ends[m, k].ctypes.data)
            to = np.uint64(sums.ctypes.data + 4 * m * sums.shape[1])
            _add_terms(which, at, at_flags, table, own, own_ends, to, k == 0)


@kernel
def arrange(weights: np.ndarray, peaks: np.ndarray, limit: int, terms: np.ndarray, ends: np.ndarray) -> None:
    """The terms of each block of `AT_ONCE` inputs: pairs, small with large, and what is left.

    Args:
        weights: signed codes `(neurons, inputs)`; those whose tables are empty drop out.
        peaks: of the bytes of each magnitude's table, int64.
        limit: that a pair of bytes must not exceed.
        terms: uint32 `(neurons, blocks, AT_ONCE + 1)`, written; input in the block + 2^16·magnitude.
        ends: int64 `(neurons, blocks, 4)`, written, see `_terms`.
    """
    inputs, order = np.empty(AT_ONCE, dtype=np.int64), np.empty(AT_ONCE, dtype=np.int64)
    single = np.empty(AT_ONCE, dtype=np.int64)
    for m in range(weights.shape[0]):
        for k in range(terms.shape[1]):
            own, place = terms[m, k], 0
            for negative in range(2):
                count = 0
                for j in range(k * AT_ONCE, min((k + 1) * AT_ONCE, weights.shape[1])):
                    code = abs(weights[m, j])
                    if (weights[m, j] < 0) == (negative == 1) and peaks[code] > 0:
                        i = count  # in ascending order
                        while i > 0 and order[i - 1] > peaks[code]:
                            order[i], inputs[i] = order[i - 1], inputs[i - 1]
                            i -= 1
                        order[i], inputs[i] = peaks[code], j - k * AT_ONCE + (code << 16)
                        count += 1
                low, high, singles = 0, count - 1, 0
                place += place & 1
                while low <= high:
                    if low < high and order[low] + order[high] <= limit:
                        own[place], own[place + 1] = inputs[low], inputs[high]
                        place, low = place + 2, low + 1
                    else:
                        single[singles] = inputs[high]
                        singles += 1
                    high -= 1
                ends[m, k, 2 * negative] = place
                for i in range(singles):
                    own[place + i] = single[i]
                place += singles
                ends[m, k, 2 * negative + 1] = place


def _bytes_of_inputs(b: ir.IRBuilder, raw: Any, groups: Any, out: Any, vectors: Any, upper: Any) -> None:
    """`spread_bytes(raw, groups, out, vectors, upper)`: one register an input, from those of 16 samples.

    raw: bytes `(groups, 4, 16 samples, 4 inputs)`; out: registers `(4·groups, vectors)`; upper: their flags, uint64.
    """

    def mask(places: list[int]) -> ir.Constant:
        return ir.Constant(ir.VectorType(_SHORT, SAMPLES), places)

    def pairs(i: int) -> list[int]:
        """Inputs i and i + 1 of the first 16 samples of either half."""
        return [4 * k + i + half + j for j in (0, 1) for k in range(16) for half in (0, SAMPLES)]

    def of_group(g: Any, _: list[Any]) -> list[Any]:
        at = step(b, raw, 4 * VECTOR_BYTES, g)
        quarters = [load(b, b.add(at, number(VECTOR_BYTES * q)), BYTES, VECTOR_BYTES) for q in range(4)]
        for i in (0, 2):
            low, high = (b.shuffle_vector(quarters[q], quarters[q + 2], mask(pairs(i))) for q in (0, 1))
            for j in (0, 1):
                halves = (range(32 * j + start, 32 * j + start + 32) for start in (0, SAMPLES))
                octets = b.shuffle_vector(low, high, mask([k for half in halves for k in half]))
                place = b.mul(step(b, number(i + j), 4, g), vectors)
                store(b, octets, step(b, out, VECTOR_BYTES, place), VECTOR_BYTES)
                flags = b.bitcast(b.icmp_signed("<", octets, ir.Constant(BYTES, None)), WORD)
                store(b, flags, step(b, upper, 8, place))
        return []

    loop(b, number(0), groups, [], of_group)


_spread_bytes = inner_loop("pipip", _bytes_of_inputs)


@kernel
def index_inputs(
    codes: np.ndarray, vectors: int, edge: np.ndarray, raw: np.ndarray, index: np.ndarray, upper: np.ndarray,
    union: np.ndarray,
) -> None:  # fmt: skip
    """Registers of 64 samples of one input, and their flags.

    Args:
        codes: uint8 `(samples, inputs)`, at most 64·vectors samples.
        vectors: registers of samples of a block.
        edge: as in `transposed.index_rows`, as `union`.
        raw: uint8 of ⌈inputs / 64⌉ · 4,096 bytes, working space; aligned.
        index: uint8 `(4·⌈inputs / 4⌉ · vectors, 64)`, written; aligned.
        upper: uint64 of as many words, whether a code is 128 or more.
        union: see `edge`.
    """
    base, flags, at_raw = np.uint64(index.ctypes.data), np.uint64(upper.ctypes.data), np.uint64(raw.ctypes.data)
    for first in range(0, codes.shape[0], LANES):
        quarter, v = first // LANES % 4, first // SAMPLES
        index_rows(RAW, codes, first, edge, raw, VECTOR_BYTES * quarter, 4 * VECTOR_BYTES, VECTOR_BYTES, union)
        if quarter == 3 or first + LANES >= codes.shape[0]:
            out, to = base + np.uint64(v * VECTOR_BYTES), flags + np.uint64(8 * v)
            _spread_bytes(at_raw, (codes.shape[1] + 3) // 4, out, vectors, to)
