"""The inner loop of `packed`: products of 64-bit words and their ones, for a block of samples and neurons in registers.

Written in LLVM's own terms, because of a loop in Python LLVM makes 256-bit vectors even where the processor counts the
ones of 512 bits in one instruction (vpopcntq of AVX-512 VPOPCNTDQ). A product's sign costs nothing: where s is all ones
(x AND w) XOR s has 64 - ones bits set, so the constant popcount(s) is taken off afterwards, and AND with XOR is one
instruction (vpternlogq). Three instructions for 512 bits remain, what a loop of AND, popcount and add takes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from llvmlite import binding, ir
from numba.core import types
from numba.extending import intrinsic

ROWS = 4
"""Samples of a block."""
VECTORS = 2
"""Vectors of neurons of a block."""


@cache
def lanes() -> int:
    """Words of a vector: as wide as the processor's registers."""
    features = binding.get_host_cpu_features()
    return 8 if features.get("avx512f", False) else 4 if features.get("avx2", False) else 2


BLOCK_NEURONS = VECTORS * lanes()
"""Neurons of a block."""

_ARGUMENTS = ["rows", "index", "sign", "w", "mask", "a", "index_stride", "sign_stride", "a_stride", "inputs", "words"]


def _block(xor: bool, signed: bool) -> Any:
    """The kernel `block(rows, index, ...)`; addresses are uint64, strides bytes.

    a[r, m] += Σ_j Σ_k popcount((x AND w) XOR s) - popcount(s), or Σ_j Σ_k popcount(x XOR w); x is word k at byte
    index[r, j] from `rows`, w uint64 `(inputs, words, BLOCK_NEURONS)`, s the XOR of sign[r, j] (where signed) and
    mask[j, m]; a int64 `(ROWS, BLOCK_NEURONS)`. Without `signed` the masks' popcounts are the caller's to take off.
    """

    @intrinsic
    def block(
        typing_context: Any, rows: Any, index: Any, sign: Any, w: Any, mask: Any, a: Any, index_stride: Any,
        sign_stride: Any, a_stride: Any, inputs: Any, words: Any,
    ) -> Any:  # fmt: skip
        signature = types.void(*[types.uint64] * 6, *[types.int64] * 5)
        return (
            signature,
            lambda context, builder, _, args: (
                _Emitter(builder, xor, signed, dict(zip(_ARGUMENTS, args, strict=True))).emit()
                or context.get_dummy_value()
            ),
        )

    return block


class _Emitter:
    def __init__(self, builder: ir.IRBuilder, xor: bool, signed: bool, at: dict[str, Any]) -> None:
        self.b, self.xor, self.signed, self.at = builder, xor, signed, at
        self.word = ir.IntType(64)
        self.vector = ir.VectorType(self.word, lanes())
        self.cells = [(r, v) for r in range(ROWS) for v in range(VECTORS)]

    def number(self, value: int) -> ir.Constant:
        return ir.Constant(self.word, value)

    def add(self, base: Any, offset: Any, times: int = 1) -> Any:
        return self.b.add(base, offset if times == 1 else self.b.mul(offset, self.number(times)))

    def load(self, address: Any, kind: Any) -> Any:
        return self.b.load(self.b.inttoptr(address, kind.as_pointer()), align=8)

    def spread(self, word: Any) -> Any:
        undefined = ir.Constant(self.vector, ir.Undefined)
        one = self.b.insert_element(undefined, word, ir.Constant(ir.IntType(32), 0))
        return self.b.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), lanes()), [0] * lanes()))

    def ones(self, words: Any) -> Any:
        name = f"llvm.ctpop.v{lanes()}i64"
        known = self.b.module.globals.get(name)
        return self.b.call(
            known or ir.Function(self.b.module, ir.FunctionType(self.vector, [self.vector]), name), [words]
        )

    def loop(self, total: Any, carried: list[Any], body: Any) -> list[Any]:
        """Run `body(i, values) -> values` for i = 0 ... total - 1, total > 0, in registers."""
        b = self.b
        entry, head, done = b.block, b.append_basic_block("head"), b.append_basic_block("done")
        b.branch(head)
        b.position_at_end(head)
        i = b.phi(self.word)
        i.add_incoming(self.number(0), entry)
        phis = [b.phi(value.type) for value in carried]
        for phi, value in zip(phis, carried, strict=True):
            phi.add_incoming(value, entry)
        after = body(i, phis)
        following = b.add(i, self.number(1))
        end = b.block  # an inner loop has moved on
        i.add_incoming(following, end)
        for phi, value in zip(phis, after, strict=True):
            phi.add_incoming(value, end)
        b.cbranch(b.icmp_signed("<", following, total), head, done)
        b.position_at_end(done)
        return after

    def emit(self) -> None:
        b, at, cells = self.b, self.at, self.cells
        vector_bytes = 8 * lanes()
        zero = ir.Constant(self.vector, None)
        index_at = [self.add(at["index"], at["index_stride"], r) if r else at["index"] for r in range(ROWS)]
        sign_at = [self.add(at["sign"], at["sign_stride"], r) if r else at["sign"] for r in range(ROWS)]
        tile_step = b.mul(at["words"], self.number(8 * BLOCK_NEURONS))

        def of_input(j: Any, sums: list[Any]) -> list[Any]:
            eight_j = b.mul(j, self.number(8))
            x_at = [b.add(at["rows"], self.load(b.add(row, eight_j), self.word)) for row in index_at]
            w_at = b.add(at["w"], b.mul(j, tile_step))
            signs: dict[tuple[int, int], Any] = {}
            if not self.xor:
                mask_at = b.add(at["mask"], b.mul(j, self.number(8 * BLOCK_NEURONS)))
                masks = [
                    self.load(self.add(mask_at, self.number(vector_bytes * v)), self.vector) for v in range(VECTORS)
                ]
                for r in range(ROWS):
                    of_x = self.spread(self.load(b.add(sign_at[r], eight_j), self.word)) if self.signed else None
                    for v in range(VECTORS):
                        signs[r, v] = b.xor(masks[v], of_x) if self.signed else masks[v]

            def of_word(k: Any, ones: list[Any]) -> list[Any]:
                here = b.add(w_at, b.mul(k, self.number(8 * BLOCK_NEURONS)))
                w = [self.load(b.add(here, self.number(vector_bytes * v)), self.vector) for v in range(VECTORS)]
                eight_k = b.mul(k, self.number(8))
                x = [self.spread(self.load(b.add(x_at[r], eight_k), self.word)) for r in range(ROWS)]
                after = []
                for (r, v), total in zip(cells, ones, strict=True):
                    product = b.xor(x[r], w[v]) if self.xor else b.xor(b.and_(x[r], w[v]), signs[r, v])
                    after.append(b.add(total, self.ones(product)))
                return after

            count = len(cells)
            ones = self.loop(at["words"], sums[:count], of_word)
            flipped = sums[count:]
            if self.signed:
                flipped = [b.add(total, self.ones(signs[cell])) for cell, total in zip(cells, flipped, strict=True)]
            return [*ones, *flipped]

        sums = self.loop(at["inputs"], [zero] * (len(cells) * (1 + self.signed)), of_input)
        for i, (r, v) in enumerate(cells):
            total = sums[i]
            if self.signed:
                total = b.sub(total, b.mul(sums[len(cells) + i], self.spread(at["words"])))
            place = self.add(self.add(at["a"], at["a_stride"], r) if r else at["a"], self.number(vector_bytes * v))
            b.store(b.add(total, self.load(place, self.vector)), b.inttoptr(place, self.vector.as_pointer()), align=8)

    def emit_or(self) -> None:
        b, at, cells = self.b, self.at, self.cells
        vector_bytes, bytes_each = 8 * lanes(), self.number(8 * BLOCK_NEURONS)
        zero = ir.Constant(self.vector, None)
        index_at = [self.add(at["index"], at["index_stride"], r) if r else at["index"] for r in range(ROWS)]
        sign_at = [self.add(at["sign"], at["sign_stride"], r) if r else at["sign"] for r in range(ROWS)]

        def of_word(k: Any, sums: list[Any]) -> list[Any]:
            eight_k = b.mul(k, self.number(8))

            def of_input(j: Any, unions: list[Any]) -> list[Any]:
                eight_j = b.mul(j, self.number(8))
                here = b.add(at["w"], b.mul(b.add(b.mul(j, at["words"]), k), bytes_each))
                mask_at = b.add(at["mask"], b.mul(j, bytes_each))
                steps = [self.number(vector_bytes * v) for v in range(VECTORS)]
                w = [self.load(b.add(here, step), self.vector) for step in steps]
                masks = [self.load(b.add(mask_at, step), self.vector) for step in steps]
                after = []
                for r in range(ROWS):
                    row = b.add(at["rows"], self.load(b.add(index_at[r], eight_j), self.word))
                    x = self.spread(self.load(b.add(row, eight_k), self.word))
                    of_x = self.spread(self.load(b.add(sign_at[r], eight_j), self.word))
                    for v in range(VECTORS):
                        product, negative = b.and_(x, w[v]), b.xor(masks[v], of_x)
                        positive, other = unions[len(after) : len(after) + 2]
                        after += [
                            b.or_(positive, b.and_(product, b.not_(negative))),
                            b.or_(other, b.and_(product, negative)),
                        ]
                return after

            unions = self.loop(at["inputs"], [zero] * (2 * len(cells)), of_input)
            return [
                b.sub(b.add(total, self.ones(unions[2 * i])), self.ones(unions[2 * i + 1]))
                for i, total in enumerate(sums)
            ]

        for (r, v), total in zip(cells, self.loop(at["words"], [zero] * len(cells), of_word), strict=True):
            place = self.add(self.add(at["a"], at["a_stride"], r) if r else at["a"], self.number(vector_bytes * v))
            b.store(b.add(total, self.load(place, self.vector)), b.inttoptr(place, self.vector.as_pointer()), align=8)


def _or_block() -> Any:
    """The kernel `or_block(rows, index, ...)`, arguments as above: a[r, m] += Σ_k ones of a union over the inputs.

    Those of the products x AND w with a positive sign count +1, those of the others -1.
    """

    @intrinsic
    def block(
        typing_context: Any, rows: Any, index: Any, sign: Any, w: Any, mask: Any, a: Any, index_stride: Any,
        sign_stride: Any, a_stride: Any, inputs: Any, words: Any,
    ) -> Any:  # fmt: skip
        signature = types.void(*[types.uint64] * 6, *[types.int64] * 5)
        return (
            signature,
            lambda context, builder, _, args: (
                _Emitter(builder, False, True, dict(zip(_ARGUMENTS, args, strict=True))).emit_or()
                or context.get_dummy_value()
            ),
        )

    return block


and_block = _block(xor=False, signed=False)
signed_and_block = _block(xor=False, signed=True)
xor_block = _block(xor=True, signed=False)
or_block = _or_block()
