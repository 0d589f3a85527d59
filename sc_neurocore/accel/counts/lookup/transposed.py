"""Squares of 16 × 16 words transposed in registers: codes to index registers, and sums back to rows of neurons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types

from ...jit import kernel
from ...llvm import WORD, inner_loop, load, loop, number, one_of, spread, step, store
from .kernels import BYTES, LANES, VECTOR_BYTES, VECTORS, WORDS

SQUARE = 64
"""Inputs of a square: 16 groups of four bytes."""
_LONG = ir.VectorType(WORD, LANES)
_SHORT = ir.IntType(32)


def _transpose(b: ir.IRBuilder, rows: list[Any]) -> list[Any]:
    """Sixteen vectors of sixteen words, rows and columns exchanged: four stages of pairs of shuffles."""
    for distance in (8, 4, 2, 1):
        low = [j if not j & distance else LANES + j - distance for j in range(LANES)]
        high = [j + distance if not j & distance else LANES + j for j in range(LANES)]
        masks = [ir.Constant(ir.VectorType(_SHORT, LANES), mask) for mask in (low, high)]
        after = list(rows)
        for i in (i for i in range(LANES) if not i & distance):
            for place, mask in zip((i, i + distance), masks, strict=True):
                after[place] = b.shuffle_vector(rows[i], rows[i + distance], mask)
        rows = after
    return rows


def _index(streams: tuple[str, ...]) -> Callable[..., None]:
    """The body of `index(which, codes, row_bytes, squares, out, group_bytes, stream_bytes, union)`.

    Bytes `(16 samples, 64·squares inputs)` become index registers, one for four inputs, every `group_bytes`: in each
    named stream, `stream_bytes` apart, the "high" or "low" digit beside the place of its table, or the "raw" byte. The
    bits of all words of four bytes are added to those at `union`, 64 bytes.
    """
    place = ir.Constant(BYTES, [16 * (i % 4) for i in range(VECTOR_BYTES)])
    digit, four = (ir.Constant(BYTES, [value] * VECTOR_BYTES) for value in (15, 4))

    def emit(b: ir.IRBuilder, codes: Any, row: Any, squares: Any, out: Any, group: Any, stream: Any, union: Any) -> None:
        def of_square(k: Any, bits: list[Any]) -> list[Any]:
            at = step(b, codes, SQUARE, k)
            rows = [load(b, step(b, at, row, i), WORDS, 1) for i in range(LANES)]
            every = bits[0]
            for each in rows:
                every = b.or_(every, each)
            first = step(b, out, b.mul(group, number(LANES)), k)
            for g, words in enumerate(_transpose(b, rows)):
                raw = b.bitcast(words, BYTES)
                for i, name in enumerate(streams):
                    made = raw if name == "raw" else b.or_(b.and_(raw, digit) if name == "low" else b.lshr(raw, four), place)
                    store(b, made, step(b, step(b, first, group, g), stream, i), VECTOR_BYTES)
            return [every]

        (bits,) = loop(b, number(0), squares, [load(b, union, WORDS, VECTOR_BYTES)], of_square)
        store(b, bits, union, VECTOR_BYTES)

    return emit


LOW, BOTH, RAW = range(3)
"""What is made of bytes: the low digit, both digits (the high one first), or the bytes themselves."""
_index_square = inner_loop("ipiipiip", one_of(*map(_index, (("low",), ("high", "low"), ("raw",)))))


@kernel
def make_index(
    which: int, codes: np.ndarray, stream: int, streams: int, groups: int, edge: np.ndarray, registers: np.ndarray,
    union: np.ndarray,
) -> None:  # fmt: skip
    """Index registers of bytes of codes, in blocks of `VECTORS` times 16 samples, then in blocks of 16.

    Args:
        which: `LOW`, `BOTH`, or `RAW`.
        codes: uint8 `(samples, inputs)`.
        stream: the first that is written.
        streams: of the registers.
        groups: of four inputs.
        edge: uint8 `(16, 64·⌈inputs / 64⌉)`, working space, zero beyond the inputs.
        registers: uint8, of at least ⌈samples / 16⌉ · groups · streams + 16 · streams · `VECTORS` times 64 bytes.
        union: uint8 `(64,)`, to which the bits of all codes are added.
    """
    samples, inputs = codes.shape
    whole, left = inputs // SQUARE, inputs % SQUARE
    overlaps = inputs > SQUARE and inputs % 4 == 0  # the last square may begin within the one before
    vectors = (samples + LANES - 1) // LANES
    together = vectors // VECTORS * VECTORS
    spare = registers.size - LANES * streams * VECTORS * VECTOR_BYTES
    base, at_union, at_edge = np.uint64(registers.ctypes.data), np.uint64(union.ctypes.data), np.uint64(edge.ctypes.data)
    for v in range(vectors):
        beside = VECTORS if v < together else 1
        first = v // VECTORS * VECTORS if v < together else v
        stream_bytes = beside * VECTOR_BYTES
        group_bytes = streams * stream_bytes
        at = base + np.uint64((first * groups * streams + v - first) * VECTOR_BYTES + stream * stream_bytes)
        rows = min(LANES, samples - LANES * v)
        if rows == LANES:
            source = np.uint64(codes.ctypes.data + LANES * v * inputs)
            _index_square(which, source, inputs, whole, at, group_bytes, stream_bytes, at_union)
            if overlaps:
                again = (inputs - SQUARE) // 4
                back = at + np.uint64(again * group_bytes)
                _index_square(which, source + np.uint64(4 * again), inputs, 1, back, group_bytes, stream_bytes, at_union)
            elif left:
                for i in range(LANES):
                    edge[i, SQUARE * whole : inputs] = codes[LANES * v + i, SQUARE * whole :]
        else:
            edge[:, :inputs] = 0
            edge[:rows, :inputs] = codes[LANES * v :]
            _index_square(which, at_edge, edge.shape[1], whole, at, group_bytes, stream_bytes, at_union)
        if left and not (overlaps and rows == LANES):  # a square that is not full goes beside first: behind these registers lie those of the next samples
            beyond = base + np.uint64(spare)
            source = at_edge + np.uint64(SQUARE * whole)
            _index_square(which, source, edge.shape[1], 1, beyond, group_bytes, stream_bytes, at_union)
            to = np.int64(at - base) + LANES * whole * group_bytes
            made = 2 if which == BOTH else 1
            for g in range(groups - LANES * whole):
                for i in range(made):
                    offset = g * group_bytes + i * stream_bytes
                    registers[to + offset : to + offset + VECTOR_BYTES] = registers[
                        spare + offset : spare + offset + VECTOR_BYTES
                    ]


def _collect(b: ir.IRBuilder, sums: Any, row: Any, blocks: Any, unit: Any, constant: Any, out: Any, out_row: Any) -> None:
    """`collect(sums, row_bytes, blocks, unit, constant, out, out_row_bytes)`: sums of 16 samples as rows of counts.

    int32 `(16·blocks neurons, 16 samples)` times `unit` plus constant int32 `(16·blocks,)`, modulo 2^32, become int64
    `(16 samples, 16·blocks neurons)`.
    """
    factor = spread(b, b.trunc(unit, _SHORT), LANES)

    def of_block(k: Any, _: list[Any]) -> list[Any]:
        at, to = step(b, sums, b.mul(row, number(LANES)), k), step(b, out, 8 * LANES, k)
        rows = [load(b, step(b, at, row, i), WORDS, VECTOR_BYTES) for i in range(LANES)]
        beside = load(b, step(b, constant, VECTOR_BYTES, k), WORDS, 4)
        for i, each in enumerate(_transpose(b, rows)):
            store(b, b.sext(b.add(b.mul(each, factor), beside), _LONG), step(b, to, out_row, i), 8)
        return []

    loop(b, number(0), blocks, [], of_block)


_collect_rows = inner_loop("piiippi", _collect, types.void)


@kernel
def collect(sums: np.ndarray, unit: int, constant: np.ndarray, edge: np.ndarray, a: np.ndarray, first: int) -> None:
    """a[:, first : first + neurons] = constant + unit·sums, computed modulo 2^32 and read as a signed number.

    Args:
        sums: int32 `(neurons, samples)`, both rounded up to multiples of 16.
        unit: an integer.
        constant: int32 `(neurons,)`, rounded up, too.
        edge: int64 `(16, neurons)`, working space.
        a: int64 `(samples, all neurons)`.
        first: the first neuron.
    """
    samples, neurons = a.shape[0], min(sums.shape[0], a.shape[1] - first)
    blocks, row = (neurons + LANES - 1) // LANES, 4 * sums.shape[1]
    at_constant, at_edge = np.uint64(constant.ctypes.data + 4 * first), np.uint64(edge.ctypes.data)
    for start in range(0, samples, LANES):
        at, rows = np.uint64(sums.ctypes.data + 4 * start), min(LANES, samples - start)
        if rows == LANES and neurons == LANES * blocks:
            to = np.uint64(a.ctypes.data + 8 * (start * a.shape[1] + first))
            _collect_rows(at, row, blocks, unit, at_constant, to, 8 * a.shape[1])
        else:
            _collect_rows(at, row, blocks, unit, at_constant, at_edge, 8 * edge.shape[1])
            a[start : start + rows, first : first + neurons] = edge[:rows, :neurons]
