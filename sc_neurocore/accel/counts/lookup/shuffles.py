"""Look-ups by the shuffles that nearly every processor has: sixteen bytes at a time (pshufb; tbl of aarch64).

A register holds one digit of one input's codes, a sample a byte; every sixteen bytes of it are looked up in the same
table. A negative weight has the complements of its magnitude's bytes in its table, so that all look-ups are added. The
sums are kept in 16 bits as in `whole`, unsigned.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir

from ...jit import kernel
from ...llvm import external, inner_loop, load, loop, number, one_of, processor, step, store
from .digits import VALUES
from .kernels import LANES
from .transposed import RAW, index_rows

NEURONS, VECTORS = 2, 2
"""Of a block: its sums of 16 bits fill half of 16 registers."""
AT_ONCE = 256
"""Inputs between two stores of the sums: 16 bits hold 257 times 255."""
_BYTE, _HALF, _WORD = ir.IntType(8), ir.IntType(16), ir.IntType(32)


@cache
def width() -> int:
    """Bytes of a register that one shuffle looks up; 0 where kernels are compiled for no such processor."""
    if "avx2" in processor():
        return 32
    return 16 if {"ssse3", "neon"} & processor() else 0


def look_up(b: ir.IRBuilder, size: int, table: Any, digits: Any) -> Any:
    """Bytes of a table of sixteen, spread over the register.

    Args:
        b: where the instructions go.
        size: bytes of a register.
        table: vector of sixteen bytes.
        digits: vector of `size` bytes, each below 16.
    """
    part, register = ir.VectorType(_BYTE, VALUES), ir.VectorType(_BYTE, size)
    if platform.machine() == "aarch64":
        return b.call(external(b, "llvm.aarch64.neon.tbl1.v16i8", part, [part] * 2), [table, digits])
    if size == VALUES:
        return b.call(external(b, "llvm.x86.ssse3.pshuf.b.128", part, [part] * 2), [table, digits])
    mask = ir.Constant(ir.VectorType(_WORD, size), [i % VALUES for i in range(size)])
    twice = b.shuffle_vector(table, ir.Constant(part, ir.Undefined), mask)
    return b.call(external(b, "llvm.x86.avx2.pshuf.b", register, [register] * 2), [twice, digits])


def _block(digits: int, together: bool, size: int) -> Callable[..., None]:
    """The body of `block(index, tables, a, a_row_bytes, inputs, at_once, fresh)`.

    a[m, s] (+)= Σ of the look-ups of all digits, for the block's neurons and samples.

    index: bytes `(inputs, digits, VECTORS, size)`; tables: bytes `(inputs, NEURONS, digits, 16)`; a: int32; at_once:
    inputs whose look-ups are added as bytes, where `together`; fresh: whether the sums begin at 0.
    """
    places = [(m, v) for m in range(NEURONS) for v in range(VECTORS)]
    octets, halves = ir.VectorType(_BYTE, size), ir.VectorType(_HALF, size // 2)
    eight = ir.Constant(halves, [8] * (size // 2))

    def emit(b: ir.IRBuilder, index: Any, tables: Any, a: Any, row: Any, inputs: Any, at_once: Any, fresh: Any) -> None:
        def looked_up(j: Any) -> list[Any]:
            index_at = step(b, index, size * VECTORS * digits, j)
            tables_at = step(b, tables, VALUES * digits * NEURONS, j)
            totals: dict[tuple[int, int], Any] = {}
            for d in range(digits):
                codes = [load(b, b.add(index_at, number(size * (d * VECTORS + v))), octets, 1) for v in range(VECTORS)]
                for m in range(NEURONS):
                    at = b.add(tables_at, number(VALUES * (m * digits + d)))
                    table = load(b, at, ir.VectorType(_BYTE, VALUES), VALUES)
                    for v in range(VECTORS):
                        value = look_up(b, size, table, codes[v])
                        totals[m, v] = b.add(totals[m, v], value) if d else value
            return [totals[place] for place in places]

        def of_inputs(k: Any, sums: list[Any]) -> list[Any]:
            if together:
                start = b.mul(k, at_once)
                stop = b.add(start, at_once)
                stop = b.select(b.icmp_signed("<", stop, inputs), stop, inputs)
                zero = [ir.Constant(octets, None)] * len(places)

                def add(j: Any, totals: list[Any]) -> list[Any]:
                    return [b.add(*pair) for pair in zip(totals, looked_up(j), strict=True)]

                totals = loop(b, start, stop, zero, add, never=False)
            else:
                totals = looked_up(k)
            after = []
            for i, value in enumerate(totals):
                words = b.bitcast(value, halves)
                after += [b.add(sums[2 * i], words), b.add(sums[2 * i + 1], b.lshr(words, eight))]
            return after

        times = b.udiv(b.add(inputs, b.sub(at_once, number(1))), at_once) if together else inputs
        sums = loop(b, number(0), times, [ir.Constant(halves, None)] * (2 * len(places)), of_inputs, never=False)
        wide = ir.VectorType(_WORD, size // 2)
        for i, (m, v) in enumerate(places):
            both, high = sums[2 * i : 2 * i + 2]
            for half, part in enumerate((b.sub(both, b.shl(high, eight)), high)):
                at = b.add(step(b, a, row, m), number(4 * (size * v + size // 2 * half)))
                before = b.select(fresh, ir.Constant(wide, None), load(b, at, wide, 16))
                store(b, b.add(before, b.zext(part, wide)), at, 16)

    return emit


def _blocks(digits: int, together: bool, size: int) -> Callable[..., None]:
    """The body of `blocks(which, index, tables, a, a_row_bytes, inputs, at_once, of_neurons, of_samples)`.

    All blocks of sums; the tables of `AT_ONCE` inputs are used for all samples before the next. The arrays are those of
    `_block` with the numbers of blocks in front.
    """
    block = _block(digits, together, size)

    def emit(
        b: ir.IRBuilder, index: Any, tables: Any, a: Any, row: Any, inputs: Any, at_once: Any, of_neurons: Any,
        of_samples: Any,
    ) -> None:  # fmt: skip
        def of_part(k: Any, _: list[Any]) -> list[Any]:
            start = b.mul(k, number(AT_ONCE))
            rest = b.sub(inputs, start)
            count = b.select(b.icmp_signed("<", rest, number(AT_ONCE)), rest, number(AT_ONCE))
            fresh = b.icmp_signed("==", k, number(0))

            def of_neuron_block(m: Any, _: list[Any]) -> list[Any]:
                tables_at = step(b, tables, VALUES * digits * NEURONS, b.add(b.mul(m, inputs), start))

                def of_sample_block(s: Any, _: list[Any]) -> list[Any]:
                    index_at = step(b, index, size * VECTORS * digits, b.add(b.mul(s, inputs), start))
                    a_at = step(b, step(b, a, b.mul(row, number(NEURONS)), m), 4 * size * VECTORS, s)
                    block(b, index_at, tables_at, a_at, row, count, at_once, fresh)
                    return []

                return loop(b, number(0), of_samples, [], of_sample_block)

            return loop(b, number(0), of_neurons, [], of_neuron_block)

        parts = b.udiv(b.add(inputs, number(AT_ONCE - 1)), number(AT_ONCE))
        loop(b, number(0), parts, [], of_part)

    return emit


_size = width() or VALUES
_sums = inner_loop("ipppiiiii", one_of(*(_blocks(digits, each, _size) for digits in (1, 2) for each in (False, True))))


@kernel
def shuffle_sums(
    digits: int, at_once: int, index: int, tables: int, a: int, row: int, inputs: int, of_neurons: int, of_samples: int
) -> None:
    """The sums of blocks; see `_blocks`.

    Args:
        digits: 1 or 2.
        at_once: inputs whose look-ups are added as bytes.
        index: address of the index registers.
        tables: of the tables.
        a: of the sums.
        row: bytes of a neuron's sums.
        inputs: of the layer.
        of_neurons: blocks of neurons.
        of_samples: blocks of samples.
    """
    _sums(2 * (digits - 1) + (at_once > 1), index, tables, a, row, inputs, at_once, of_neurons, of_samples)


def _spread_digits(digits: int, size: int) -> Callable[..., None]:
    """The body of `spread_digits(digits - 1, raw, groups, inputs, out, edge)`: a register an input and digit.

    raw: bytes `(groups, size / 16, 16 samples, 4 inputs)`; out: bytes `(4·groups, digits, VECTORS, size)`; what is
    beyond the layer's inputs is written to `edge`. Bytes 2·i and 2·i + 1 are samples i and size / 2 + i.
    """
    half = size // 2
    words, halves = ir.VectorType(_WORD, half), ir.VectorType(_HALF, half)

    def constant(kind: Any, value: int) -> ir.Constant:
        return ir.Constant(kind, [value] * half)

    def emit(b: ir.IRBuilder, raw: Any, groups: Any, inputs: Any, out: Any, edge: Any) -> None:
        def of_group(g: Any, _: list[Any]) -> list[Any]:
            at = step(b, raw, 4 * size, g)
            first, second = (load(b, b.add(at, number(4 * half * i)), words, 16) for i in (0, 1))
            for i in range(4):
                j = b.add(b.mul(g, number(4)), number(i))
                to = b.select(b.icmp_signed("<", j, inputs), step(b, out, digits * VECTORS * size, j), edge)
                low, high = (
                    b.and_(b.lshr(each, constant(words, 8 * i)), constant(words, 255)) for each in (first, second)
                )
                both = b.trunc(b.or_(low, b.shl(high, constant(words, 8))), halves)
                for d in range(digits):
                    shifted = b.lshr(both, constant(halves, 4 * (digits - 1 - d))) if d < digits - 1 else both
                    value = b.and_(shifted, constant(halves, 0x0F0F))
                    store(b, value, b.add(to, number(d * VECTORS * size)), 16)
            return []

        loop(b, number(0), groups, [], of_group)

    return emit


_spread = inner_loop("ipiipp", one_of(*(_spread_digits(digits, _size) for digits in (1, 2))))


@kernel
def make_digits(
    codes: np.ndarray, digits: int, size: int, edge: np.ndarray, raw: np.ndarray, index: np.ndarray, union: np.ndarray,
) -> None:  # fmt: skip
    """Index registers of codes.

    Args:
        codes: uint8 `(samples, inputs)`.
        digits: 1 or 2.
        size: bytes of a register.
        edge: as in `transposed.index_rows`, as `union`.
        raw: uint8 of ⌈inputs / 64⌉ · 64 · size bytes and `digits` · `VECTORS` · size beyond, working space; aligned.
        index: uint8 `(blocks, inputs, digits, VECTORS, size)`, written; aligned.
        union: see `edge`.
    """
    samples, inputs = codes.shape
    groups, parts = (inputs + 3) // 4, size // LANES
    at_raw = np.uint64(raw.ctypes.data)
    beyond = at_raw + np.uint64(4 * size * groups)
    for first in range(0, samples, LANES):
        part, s = first // LANES % parts, first // size
        index_rows(RAW, codes, first, edge, raw, 4 * LANES * part, 4 * size, 0, union)
        if part == parts - 1 or first + LANES >= samples:
            at = index.ctypes.data + (s // VECTORS * inputs * digits * VECTORS + s % VECTORS) * size
            _spread(digits - 1, at_raw, groups, inputs, np.uint64(at), beyond)
