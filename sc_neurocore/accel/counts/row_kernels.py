"""The two inner loops of `table_sums`, in vectors of 32 neurons in registers (see `llvm`): making rows, adding rows.

A row is the product table's row of one input code for a block of neurons, int16; it is the row of the code before it
plus what the pairs add whose threshold lies between the two codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from ..llvm import WORD, inner_loop, load, loop, number, one_of, spread, step, store

LANES = 32
"""Neurons of a vector."""
_SHORT = ir.IntType(16)
_VECTOR = ir.VectorType(_SHORT, LANES)


def _table(vectors: int, selects: bool, single: bool) -> Callable[..., None]:
    """The body of `table(which, weights, signs, starts, thresholds, counts, at, rows, negative)`.

    Row r, r = 1 ... rows - 1, of a table at `at` (row 0, of zeros) is the row before it and the pairs starts[r - 1] ...
    starts[r] - 1: +count·sign for each neuron with threshold < weight, or (`selects`) with a bit in common. `single`:
    pair r - 1 alone, counted once. Where `negative`, row -r is minus row r. starts int64, the rest int16.
    """
    zero, parts = ir.Constant(_VECTOR, None), [number(64 * v) for v in range(vectors)]

    def emit(
        b: ir.IRBuilder, weights: Any, signs: Any, starts: Any, thresholds: Any, counts: Any, at: Any, rows: Any,
        negative: Any,
    ) -> None:  # fmt: skip
        neurons = [(load(b, b.add(weights, v), _VECTOR, 2), load(b, b.add(signs, v), _VECTOR, 2)) for v in parts]
        for v in parts:
            store(b, zero, b.add(at, v), 2)
        below = b.icmp_unsigned("!=", negative, ir.Constant(negative.type, 0))

        def of_pair(p: Any, row: list[Any]) -> list[Any]:
            threshold = spread(b, load(b, step(b, thresholds, 2, p), _SHORT, 2), LANES)
            times = None if single else spread(b, load(b, step(b, counts, 2, p), _SHORT, 2), LANES)
            after = []
            for total, (weight, sign) in zip(row, neurons, strict=True):
                if selects:
                    meets = b.icmp_unsigned("!=", b.and_(weight, threshold), zero)
                else:
                    meets = b.icmp_signed("<", threshold, weight)
                adds = sign if times is None else b.mul(sign, times)
                after.append(b.add(total, b.select(meets, adds, zero)))
            return after

        def of_row(r: Any, row: list[Any]) -> list[Any]:
            if single:
                row = of_pair(b.sub(r, number(1)), row)
            else:
                place = step(b, starts, 8, r)
                row = loop(b, load(b, b.sub(place, number(8)), WORD), load(b, place, WORD), row, of_pair)
            offset = b.mul(r, number(64 * vectors))
            for total, v in zip(row, parts, strict=True):
                store(b, total, b.add(b.add(at, offset), v), 2)
            with b.if_then(below):
                for total, v in zip(row, parts, strict=True):
                    store(b, b.sub(zero, total), b.add(b.sub(at, offset), v), 2)
            return row

        loop(b, number(1), rows, [zero] * vectors, of_row)

    return emit


def _adder(vectors: int) -> Callable[..., None]:
    """The body of `add(vectors - 1, places, samples, together, tables, table_bytes, sums)`.

    sums[b, :] += Σ_k row places[b, k] of table k: places uint16 `(samples, together)`, sums int16.
    """
    row_bytes, parts = 64 * vectors, [number(64 * v) for v in range(vectors)]

    def emit(
        b: ir.IRBuilder, places: Any, samples: Any, together: Any, tables: Any, table_bytes: Any, sums: Any
    ) -> None:
        def of_sample(i: Any, _: list[Any]) -> list[Any]:
            target = step(b, sums, row_bytes, i)
            numbers = step(b, places, b.mul(together, number(2)), i)

            def of_input(k: Any, row: list[Any]) -> list[Any]:
                place = b.zext(load(b, step(b, numbers, 2, k), _SHORT, 2), WORD)
                source = step(b, step(b, tables, table_bytes, k), row_bytes, place)
                each = zip(row, parts, strict=True)
                return [b.add(total, load(b, b.add(source, v), _VECTOR, 2)) for total, v in each]

            before = [load(b, b.add(target, v), _VECTOR, 2) for v in parts]
            for total, v in zip(loop(b, number(0), together, before, of_input), parts, strict=True):
                store(b, total, b.add(target, v), 2)
            return []

        loop(b, number(0), samples, [], of_sample)

    return emit


SINGLE, ANY, SELECTS = 0, 2, 4
"""Kinds of tables; the first argument of `table` is the kind + vectors - 1."""

_BODIES = [_table(v, kind == SELECTS, kind == SINGLE) for kind in (SINGLE, ANY, SELECTS) for v in (1, 2)]
table = inner_loop("ippppppib", one_of(*_BODIES))
add = inner_loop("ipiipip", one_of(_adder(1), _adder(2)))
