"""The inner loop of the int8 matrix product: 64 multiply-adds an instruction, where the processor has AVX-512 VNNI.

LLVM does not find this instruction (vpdpbusd) in a loop written in Python, so the loop is written here in LLVM's own
terms. It keeps a block of `rows` samples times `vectors`·16 neurons of sums in registers.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from llvmlite import binding, ir
from numba.core import types
from numba.extending import intrinsic

ROWS_OF = {4: 6, 3: 8, 2: 12, 1: 12}
"""Samples of a block by its vectors of 16 neurons: with the operands they fill the 32 registers."""


@cache
def available() -> bool:
    """Whether kernels are compiled for a processor that has the instruction."""
    if os.environ.get("NUMBA_CPU_NAME") or os.environ.get("NUMBA_CPU_FEATURES"):
        return False  # kernels are compiled for another processor than this one
    features = binding.get_host_cpu_features()
    return all(features.get(name, False) for name in ("avx512f", "avx512vnni"))


def _block(rows: int, vectors: int) -> Any:
    """The kernel `block(x, c, a, x_stride, a_stride, groups)`; addresses are uint64, strides bytes.

    a[r, m] += Σ_k x[r, k]·c[k, m] for 4·groups entries k: x uint8 `(rows, 4·groups)`, c int8 `(groups, 16·vectors, 4)`,
    a int32 `(rows, 16·vectors)`; sums wrap modulo 2^32.
    """

    @intrinsic
    def block(typing_context: Any, x: Any, c: Any, a: Any, x_stride: Any, a_stride: Any, groups: Any) -> Any:
        signature = types.void(types.uint64, types.uint64, types.uint64, types.int64, types.int64, types.int64)
        return (
            signature,
            lambda context, builder, _, args: _emit(builder, rows, vectors, *args) or context.get_dummy_value(),
        )

    return block


def _emit(
    b: ir.IRBuilder, rows: int, vectors: int, x: Any, c: Any, a: Any, x_stride: Any, a_stride: Any, groups: Any
) -> None:
    word, address = ir.IntType(32), ir.IntType(64)
    vector = ir.VectorType(word, 16)
    name = "llvm.x86.avx512.vpdpbusd.512"
    multiply_add = b.module.globals.get(name) or ir.Function(b.module, ir.FunctionType(vector, [vector] * 3), name)
    undefined, first = ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(word, 16), [0] * 16)
    blocks = [(r, v) for r in range(rows) for v in range(vectors)]

    def number(value: int) -> ir.Constant:
        return ir.Constant(address, value)

    def load(at: Any, kind: Any) -> Any:
        return b.load(b.inttoptr(at, kind.as_pointer()), align=4)

    sums_at = {(r, v): b.add(a, b.add(b.mul(a_stride, number(r)), number(64 * v))) for r, v in blocks}
    before = {key: load(at, vector) for key, at in sums_at.items()}
    x_at = [b.add(x, b.mul(x_stride, number(r))) for r in range(rows)]
    entry, loop, done = b.block, b.append_basic_block("groups"), b.append_basic_block("done")
    b.cbranch(b.icmp_signed(">", groups, number(0)), loop, done)

    b.position_at_end(loop)
    group = b.phi(address)
    group.add_incoming(number(0), entry)
    sums = {key: b.phi(vector) for key in blocks}
    coefficients = [
        load(b.add(c, b.add(b.mul(group, number(64 * vectors)), number(64 * v))), vector) for v in range(vectors)
    ]
    after = {}
    for r in range(rows):
        four = b.insert_element(undefined, load(b.add(x_at[r], b.mul(group, number(4))), word), ir.Constant(word, 0))
        spread = b.shuffle_vector(four, undefined, first)
        for v in range(vectors):
            after[r, v] = b.call(multiply_add, [sums[r, v], spread, coefficients[v]])
    following = b.add(group, number(1))
    group.add_incoming(following, loop)
    for key in blocks:
        sums[key].add_incoming(before[key], entry)
        sums[key].add_incoming(after[key], loop)
    b.cbranch(b.icmp_signed("<", following, groups), loop, done)

    b.position_at_end(done)
    results = {key: b.phi(vector) for key in blocks}
    for key, result in results.items():
        result.add_incoming(before[key], entry)
        result.add_incoming(after[key], loop)
    for key, result in results.items():
        b.store(result, b.inttoptr(sums_at[key], vector.as_pointer()), align=4)


block_of_4_vectors = _block(ROWS_OF[4], 4)
block_of_3_vectors = _block(ROWS_OF[3], 3)
block_of_2_vectors = _block(ROWS_OF[2], 2)
block_of_1_vector = _block(ROWS_OF[1], 1)
