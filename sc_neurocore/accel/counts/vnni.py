"""The inner loop of the int8 matrix product: 64 multiply-adds an instruction, where the processor has AVX-512 VNNI.

LLVM does not find this instruction (vpdpbusd) in a loop written in Python (see `llvm`). The loop keeps a block of
`rows` samples times `vectors`·16 neurons of sums in registers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir

from ..llvm import external, inner_loop, load, loop, number, one_of, processor, spread, step, store

ROWS_OF = {4: 6, 3: 8, 2: 12, 1: 12}
"""Samples of a block by its vectors of 16 neurons: with the operands they fill the 32 registers."""


@cache
def available() -> bool:
    """Whether kernels are compiled for a processor that has the instruction."""
    return {"avx512f", "avx512vnni"} <= processor()


def _block(vectors: int) -> Callable[..., None]:
    """The body of `block(vectors - 1, x, c, a, x_stride, a_stride, groups)`, for `ROWS_OF[vectors]` rows.

    a[r, m] += Σ_k x[r, k]·c[k, m] for 4·groups entries k: x uint8 `(rows, 4·groups)`, c int8 `(groups, 16·vectors, 4)`,
    a int32 `(rows, 16·vectors)`; sums wrap modulo 2^32.
    """
    short = ir.IntType(32)
    vector, rows = ir.VectorType(short, 16), range(ROWS_OF[vectors])
    blocks = [(r, v) for r in rows for v in range(vectors)]

    def emit(b: ir.IRBuilder, x: Any, c: Any, a: Any, x_stride: Any, a_stride: Any, groups: Any) -> None:
        multiply_add = external(b, "llvm.x86.avx512.vpdpbusd.512", vector, [vector] * 3)
        sums_at = [b.add(step(b, a, a_stride, r), number(64 * v)) for r, v in blocks]
        x_at = [step(b, x, x_stride, r) for r in rows]

        def of_group(group: Any, sums: list[Any]) -> list[Any]:
            c_at = step(b, c, 64 * vectors, group)
            coefficients = [load(b, b.add(c_at, number(64 * v)), vector, 4) for v in range(vectors)]
            after = []
            for at in x_at:  # a row at a time: there are no registers for all of them
                four = spread(b, load(b, step(b, at, 4, group), short, 4), 16)
                after += [b.call(multiply_add, [sums[len(after) + v], four, c]) for v, c in enumerate(coefficients)]
            return after

        sums = loop(b, number(0), groups, [load(b, at, vector, 4) for at in sums_at], of_group)
        for total, at in zip(sums, sums_at, strict=True):
            store(b, total, at, 4)

    return emit


block = inner_loop("ipppiii", one_of(*map(_block, (1, 2, 3, 4))))
