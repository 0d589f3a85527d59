"""Squares of 16 × 16 words transposed in registers: codes to index registers, and sums back to rows of neurons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir

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

    def emit(
        b: ir.IRBuilder, codes: Any, row: Any, squares: Any, out: Any, group: Any, stream: Any, union: Any
    ) -> None:
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
                    octets = (
                        raw
                        if name == "raw"
                        else b.or_(b.and_(raw, digit) if name == "low" else b.lshr(raw, four), place)
                    )
                    store(b, octets, step(b, step(b, first, group, g), stream, i), VECTOR_BYTES)
            return [every]

        (bits,) = loop(b, number(0), squares, [load(b, union, WORDS, VECTOR_BYTES)], of_square)
        store(b, bits, union, VECTOR_BYTES)

    return emit


LOW, BOTH, RAW = range(3)
"""What is made of bytes: the low digit, both digits (the high one first), or the bytes themselves."""
_index_square = inner_loop("ipiipiip", one_of(*map(_index, (("low",), ("high", "low"), ("raw",)))))


@kernel
def index_rows(
    which: int, codes: np.ndarray, first: int, edge: np.ndarray, registers: np.ndarray, at: int, group_bytes: int,
    stream_bytes: int, union: np.ndarray,
) -> None:  # fmt: skip
    """Index registers of 16 samples, or of those that there are.

    Whole squares are written: what lies behind the last input is that of any codes, and what lies behind the registers
    of these samples is written over, so that registers are made in the order in which they lie.

    Args:
        which: `LOW`, `BOTH`, or `RAW`.
        codes: uint8 `(samples, inputs)`.
        first: the first of the samples.
        edge: uint8 `(16, 64·⌈inputs / 64⌉)`, working space, zero beyond the inputs.
        registers: uint8, written, with room for whole squares; aligned.
        at: byte at which the first register lies.
        group_bytes: from a group of four inputs to the next.
        stream_bytes: from the high digits to the low ones.
        union: uint8 `(64,)`, to which the bits of all codes are added; aligned.
    """
    samples, inputs = codes.shape
    squares = (inputs + SQUARE - 1) // SQUARE
    source, row = np.uint64(codes.ctypes.data + first * inputs), inputs
    if (first + LANES - 1) * inputs + squares * SQUARE > codes.size:  # a square would reach beyond the codes
        for i in range(LANES):
            for j in range(inputs):
                edge[i, j] = codes[first + i, j] if first + i < samples else 0
        source, row = np.uint64(edge.ctypes.data), edge.shape[1]
    to, at_union = np.uint64(registers.ctypes.data + at), np.uint64(union.ctypes.data)
    _index_square(which, source, row, squares, to, group_bytes, stream_bytes, at_union)


@kernel
def make_index(
    which: int, codes: np.ndarray, stream: int, streams: int, groups: int, edge: np.ndarray, registers: np.ndarray,
    union: np.ndarray,
) -> int:  # fmt: skip
    """Index registers of bytes of codes, in blocks of `VECTORS` times 16 samples; returns the union of their bits.

    Args:
        which: as in `index_rows`.
        codes: uint8 `(samples, inputs)`.
        stream: the first that is written.
        streams: of the registers.
        groups: of four inputs.
        edge: as in `index_rows`, as `registers` and `union`.
        registers: see `edge`.
        union: see `edge`.
    """
    stream_bytes = VECTORS * VECTOR_BYTES
    for k in range(VECTOR_BYTES):
        union[k] = 0
    for v in range((len(codes) + LANES - 1) // LANES):
        at = (v // VECTORS * VECTORS * groups * streams + v % VECTORS) * VECTOR_BYTES + stream * stream_bytes
        index_rows(which, codes, LANES * v, edge, registers, at, streams * stream_bytes, stream_bytes, union)
    bits = np.int64(0)
    for k in range(VECTOR_BYTES):
        bits |= union[k]
    return bits  # pyright: ignore[reportReturnType]  an int where compiled


def _collect(scaled: bool) -> Callable[..., None]:
    """The body of `collect(scaled, sums, row_bytes, blocks, unit, constant, out, out_row_bytes)`.

    Sums of 16 samples become rows of counts: int32 `(16·blocks neurons, 16 samples)`, where `scaled` times `unit`, plus
    constant int32 `(16·blocks,)`, modulo 2^32, as int64 `(16 samples, 16·blocks neurons)`.
    """

    def emit(
        b: ir.IRBuilder, sums: Any, row: Any, blocks: Any, unit: Any, constant: Any, out: Any, out_row: Any
    ) -> None:
        factor = spread(b, b.trunc(unit, _SHORT), LANES)

        def of_block(k: Any, _: list[Any]) -> list[Any]:
            at, to = step(b, sums, b.mul(row, number(LANES)), k), step(b, out, 8 * LANES, k)
            rows = [load(b, step(b, at, row, i), WORDS, VECTOR_BYTES) for i in range(LANES)]
            beside = load(b, step(b, constant, VECTOR_BYTES, k), WORDS, 4)
            for i, each in enumerate(_transpose(b, rows)):
                total = b.add(b.mul(each, factor) if scaled else each, beside)
                store(b, b.sext(total, _LONG), step(b, to, out_row, i), 8)
            return []

        loop(b, number(0), blocks, [], of_block)

    return emit


_collect_rows = inner_loop("ipiiippi", one_of(_collect(False), _collect(True)))


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
            _collect_rows(unit != 1, at, row, blocks, unit, at_constant, to, 8 * a.shape[1])
        else:
            _collect_rows(unit != 1, at, row, blocks, unit, at_constant, at_edge, 8 * edge.shape[1])
            for i in range(rows):
                for m in range(neurons):
                    a[start + i, first + m] = edge[i, m]
