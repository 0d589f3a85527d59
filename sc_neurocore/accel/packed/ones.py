"""The inner loop of `packed`: products of 64-bit words and their ones, for a block of samples and neurons in registers.

Written in LLVM's own terms (see `llvm`), because the processor may count the ones of 512 bits in one instruction
(vpopcntq of AVX-512 VPOPCNTDQ). A product's sign costs nothing: where s is all ones
(x AND w) XOR s has 64 - ones bits set, so the constant popcount(s) is taken off afterwards, and AND with XOR is one
instruction (vpternlogq). Three instructions for 512 bits remain, what a loop of AND, popcount and add takes.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any, NamedTuple

from llvmlite import ir
from numba.core import types

from ..llvm import WORD, external, inner_loop, load, loop, number, one_of, processor, spread, step, store

ROWS = 4
"""Samples of a block."""
VECTORS = 2
"""Vectors of neurons of a block."""


@cache
def lanes() -> int:
    """Words of a vector: as wide as the processor's registers."""
    return 8 if "avx512f" in processor() else 4 if "avx2" in processor() else 2


BLOCK_NEURONS = VECTORS * lanes()
"""Neurons of a block."""
_VECTOR = ir.VectorType(WORD, lanes())
_ZERO = ir.Constant(_VECTOR, None)
_PARTS = [number(8 * lanes() * v) for v in range(VECTORS)]
_CELLS = [(r, v) for r in range(ROWS) for v in range(VECTORS)]


def _block(emit_kind: Any) -> Any:
    """The body of `block(kind, rows, index, sign, w, mask, a, index_stride, sign_stride, a_stride, inputs, words)`."""

    def emit(b: ir.IRBuilder, rows: Any, index: Any, sign: Any, w: Any, mask: Any, a: Any, *numbers: Any) -> None:
        index_stride, sign_stride, a_stride, inputs, words = numbers
        index_at, sign_at, a_at = (
            [step(b, base, stride, r) for r in range(ROWS)]
            for base, stride in ((index, index_stride), (sign, sign_stride), (a, a_stride))
        )
        sums = emit_kind(_Block(b, rows, index_at, sign_at, w, mask, inputs, words))
        for (r, v), total in zip(_CELLS, sums, strict=True):
            place = b.add(a_at[r], _PARTS[v])
            store(b, b.add(total, load(b, place, _VECTOR)), place)

    return emit


class _Block(NamedTuple):
    """Where the operands of a block lie."""

    b: ir.IRBuilder
    rows: Any
    index_at: list[Any]
    sign_at: list[Any]
    w: Any
    mask: Any
    inputs: Any
    words: Any

    def word_of(self, base: Any, place: Any) -> Any:
        """Word `place` of an array."""
        return load(self.b, step(self.b, base, 8, place), WORD)

    def copies(self, base: Any, place: Any) -> Any:
        """Word `place` of an array for all neurons."""
        return spread(self.b, self.word_of(base, place), lanes())

    def neurons(self, base: Any, place: Any) -> list[Any]:
        """Entry `place` of an array of `BLOCK_NEURONS` words each."""
        at = step(self.b, base, 8 * BLOCK_NEURONS, place)
        return [load(self.b, self.b.add(at, part), _VECTOR) for part in _PARTS]

    def stream_of(self, r: int, j: Any) -> Any:
        """The address of the stream of sample r's input j."""
        return self.b.add(self.rows, self.word_of(self.index_at[r], j))

    def ones(self, words: Any) -> Any:
        """Ones of each word of a vector."""
        return self.b.call(external(self.b, f"llvm.ctpop.v{lanes()}i64", _VECTOR, [_VECTOR]), [words])


def _counted(xor: bool, signed: bool, at: _Block) -> list[Any]:
    """Σ_j Σ_k popcount((x AND w) XOR s) - popcount(s), or Σ_j Σ_k popcount(x XOR w).

    x is word k at byte index[r, j] from `rows`, w uint64 `(inputs, words, BLOCK_NEURONS)`, s the XOR of sign[r, j]
    (where signed) and mask[j, m]; the sums are of `(ROWS, BLOCK_NEURONS)`. Without `signed` the masks' popcounts are
    the caller's to take off.
    """
    b, count = at.b, len(_CELLS)

    def of_input(j: Any, sums: list[Any]) -> list[Any]:
        x_at = [at.stream_of(r, j) for r in range(ROWS)]
        w_at = step(b, at.w, b.mul(at.words, number(8 * BLOCK_NEURONS)), j)
        masks = [] if xor else at.neurons(at.mask, j)
        of_rows = [at.copies(sign, j) for sign in at.sign_at] if signed else []
        signs = [b.xor(masks[v], of_rows[r]) if signed else masks[v] for r, v in _CELLS if masks]

        def of_word(k: Any, ones: list[Any]) -> list[Any]:
            w, x = at.neurons(w_at, k), [at.copies(stream, k) for stream in x_at]
            after = []  # a cell at a time: few products take registers together
            for i, (r, v) in enumerate(_CELLS):
                product = b.xor(x[r], w[v]) if xor else b.xor(b.and_(x[r], w[v]), signs[i])
                after.append(b.add(ones[i], at.ones(product)))
            return after

        ones, flips = loop(b, number(0), at.words, sums[:count], of_word, never=False), sums[count:]
        return [*ones, *(b.add(total, at.ones(s)) for total, s in zip(flips, signs))]  # no flips without signs

    sums = loop(b, number(0), at.inputs, [_ZERO] * (count * (1 + signed)), of_input, never=False)
    if not signed:
        return sums
    words = spread(b, at.words, lanes())
    return [b.sub(total, b.mul(flips, words)) for total, flips in zip(sums[:count], sums[count:], strict=True)]


def _united(at: _Block) -> list[Any]:
    """Σ_k ones of a union over the inputs: that of the products with a positive sign less that of the others."""
    b = at.b

    def of_word(k: Any, sums: list[Any]) -> list[Any]:
        def of_input(j: Any, unions: list[Any]) -> list[Any]:
            w, masks = at.neurons(at.w, b.add(b.mul(j, at.words), k)), at.neurons(at.mask, j)
            x = [at.copies(at.stream_of(r, j), k) for r in range(ROWS)]
            of_rows = [at.copies(sign, j) for sign in at.sign_at]
            positive, minus = [], []
            for i, (r, v) in enumerate(_CELLS):
                product, negative = b.and_(x[r], w[v]), b.xor(masks[v], of_rows[r])
                positive.append(b.or_(unions[i], b.and_(product, b.not_(negative))))
                minus.append(b.or_(unions[len(_CELLS) + i], b.and_(product, negative)))
            return positive + minus

        unions = loop(b, number(0), at.inputs, [_ZERO] * (2 * len(_CELLS)), of_input, never=False)
        ones = [at.ones(union) for union in unions]
        each = zip(sums, ones[: len(_CELLS)], ones[len(_CELLS) :], strict=True)
        return [b.sub(b.add(total, positive), minus) for total, positive, minus in each]

    return loop(b, number(0), at.words, [_ZERO] * len(_CELLS), of_word, never=False)


popcount = inner_loop("p", lambda b, word: b.ctpop(word), types.uint64)
"""Number of ones of a uint64, inside kernels."""

AND, SIGNED_AND, XOR, UNION = range(4)
"""What a block counts: ones of products without signs and with them, of differences, of unions of either sign."""

block = inner_loop(
    "ippppppiiiii",
    one_of(
        _block(partial(_counted, False, False)),
        _block(partial(_counted, False, True)),
        _block(partial(_counted, True, False)),
        _block(_united),
    ),
)
