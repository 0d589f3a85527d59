"""The two inner loops of `_slabs` in LLVM's own terms, vectors of 32 neurons in registers: making rows, adding rows.

A row is the product table's row of one input code for a block of neurons, int16; it is the row of the code before it
plus what the pairs add whose threshold lies between the two codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

LANES = 32
"""Neurons of a vector."""
_WORD, _SHORT = ir.IntType(64), ir.IntType(16)
_VECTOR = ir.VectorType(_SHORT, LANES)


def _number(value: int) -> ir.Constant:
    return ir.Constant(_WORD, value)


def _load(b: ir.IRBuilder, address: Any, kind: Any) -> Any:
    return b.load(b.inttoptr(address, kind.as_pointer()), align=2)


def _store(b: ir.IRBuilder, value: Any, address: Any) -> None:
    b.store(value, b.inttoptr(address, value.type.as_pointer()), align=2)


def _spread(b: ir.IRBuilder, value: Any) -> Any:
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    one = b.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return b.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))


def _loop(
    b: ir.IRBuilder, start: Any, stop: Any, carried: list[Any], body: Callable[[Any, list[Any]], list[Any]]
) -> Any:
    """Run `body(i, values) -> values` for i = start ... stop - 1, perhaps never; the values stay in registers."""
    entry, head, done = b.block, b.append_basic_block("head"), b.append_basic_block("done")
    b.cbranch(b.icmp_signed("<", start, stop), head, done)
    b.position_at_end(head)
    i = b.phi(_WORD)
    i.add_incoming(start, entry)
    phis = [b.phi(value.type) for value in carried]
    for phi, value in zip(phis, carried, strict=True):
        phi.add_incoming(value, entry)
    after = body(i, phis)
    following, end = b.add(i, _number(1)), b.block
    i.add_incoming(following, end)
    for phi, value in zip(phis, after, strict=True):
        phi.add_incoming(value, end)
    b.cbranch(b.icmp_signed("<", following, stop), head, done)
    b.position_at_end(done)
    results = [b.phi(value.type) for value in carried]
    for result, value, last in zip(results, carried, after, strict=True):
        result.add_incoming(value, entry)
        result.add_incoming(last, end)
    return results


def _table(vectors: int, selects: bool, single: bool) -> Any:
    """The kernel `table(weights, signs, starts, thresholds, counts, at, rows, negative)`; addresses uint64.

    Row r, r = 1 ... rows - 1, of a table at `at` (row 0, of zeros) is the row before it and the pairs starts[r - 1] ...
    starts[r] - 1: +count·sign for each neuron with threshold < weight, or (`selects`) with a bit in common. `single`:
    pair r - 1 alone, counted once. Where `negative`, row -r is minus row r. starts int64, the rest int16.
    """

    @intrinsic
    def table(
        typing_context: Any, weights: Any, signs: Any, starts: Any, thresholds: Any, counts: Any, at: Any, rows: Any,
        negative: Any,
    ) -> Any:  # fmt: skip
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> Any:
            _emit_table(builder, vectors, selects, single, *args)
            return context.get_dummy_value()

        return types.void(*[types.uint64] * 6, types.int64, types.boolean), generate

    return table


def _emit_table(
    b: ir.IRBuilder, vectors: int, selects: bool, single: bool, weights: Any, signs: Any, starts: Any, thresholds: Any,
    counts: Any, at: Any, rows: Any, negative: Any,
) -> None:  # fmt: skip
    zero = ir.Constant(_VECTOR, None)
    of_weights = [_load(b, b.add(weights, _number(64 * v)), _VECTOR) for v in range(vectors)]
    of_signs = [_load(b, b.add(signs, _number(64 * v)), _VECTOR) for v in range(vectors)]
    for v in range(vectors):
        _store(b, zero, b.add(at, _number(64 * v)))
    below = b.icmp_unsigned("!=", negative, ir.Constant(negative.type, 0))

    def of_pair(p: Any, slab: list[Any]) -> list[Any]:
        offset = b.mul(p, _number(2))
        threshold = _spread(b, _load(b, b.add(thresholds, offset), _SHORT))
        times = None if single else _spread(b, _load(b, b.add(counts, offset), _SHORT))
        after = []
        for v in range(vectors):
            if selects:
                meets = b.icmp_unsigned("!=", b.and_(of_weights[v], threshold), zero)
            else:
                meets = b.icmp_signed("<", threshold, of_weights[v])
            adds = of_signs[v] if times is None else b.mul(of_signs[v], times)
            after.append(b.add(slab[v], b.select(meets, adds, zero)))
        return after

    def of_row(r: Any, row: list[Any]) -> list[Any]:
        if single:
            row = of_pair(b.sub(r, _number(1)), row)
        else:
            place = b.add(starts, b.mul(r, _number(8)))
            row = _loop(b, _load(b, b.sub(place, _number(8)), _WORD), _load(b, place, _WORD), row, of_pair)
        step = b.mul(r, _number(64 * vectors))
        for v in range(vectors):
            _store(b, row[v], b.add(b.add(at, step), _number(64 * v)))
        with b.if_then(below):
            for v in range(vectors):
                _store(b, b.sub(zero, row[v]), b.add(b.sub(at, step), _number(64 * v)))
        return row

    _loop(b, _number(1), rows, [zero] * vectors, of_row)


def _adder(vectors: int) -> Any:
    """The kernel `add(chosen, samples, together, tables, table_bytes, sums)`; addresses uint64.

    sums[b, :] += Σ_k row chosen[b, k] of table k: chosen uint16 `(samples, together)`, sums int16.
    """

    @intrinsic
    def add(
        typing_context: Any, chosen: Any, samples: Any, together: Any, tables: Any, table_bytes: Any, sums: Any
    ) -> Any:
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> Any:
            _emit_add(builder, vectors, *args)
            return context.get_dummy_value()

        return types.void(types.uint64, types.int64, types.int64, types.uint64, types.int64, types.uint64), generate

    return add


def _emit_add(
    b: ir.IRBuilder, vectors: int, chosen: Any, samples: Any, together: Any, tables: Any, table_bytes: Any, sums: Any
) -> None:
    def of_sample(i: Any, _: list[Any]) -> list[Any]:
        target = b.add(sums, b.mul(i, _number(64 * vectors)))
        numbers = b.add(chosen, b.mul(i, b.mul(together, _number(2))))
        total = [_load(b, b.add(target, _number(64 * v)), _VECTOR) for v in range(vectors)]

        def of_input(k: Any, total: list[Any]) -> list[Any]:
            number = b.zext(_load(b, b.add(numbers, b.mul(k, _number(2))), _SHORT), _WORD)
            row = b.add(b.add(tables, b.mul(k, table_bytes)), b.mul(number, _number(64 * vectors)))
            return [b.add(total[v], _load(b, b.add(row, _number(64 * v)), _VECTOR)) for v in range(vectors)]

        total = _loop(b, _number(0), together, total, of_input)
        for v in range(vectors):
            _store(b, total[v], b.add(target, _number(64 * v)))
        return []

    _loop(b, _number(0), samples, [], of_sample)


table_1_single, table_2_single = _table(1, False, True), _table(2, False, True)
table_1, table_2 = _table(1, False, False), _table(2, False, False)
table_1_selects, table_2_selects = _table(1, True, False), _table(2, True, False)
add_1, add_2 = _adder(1), _adder(2)
