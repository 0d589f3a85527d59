"""The inner loops of look-ups in registers: 64 products in two shuffles, where the processor has AVX-512 VBMI and VNNI.

One register holds the tables of sixteen bytes of four inputs. A byte of an index register is 16·(input mod 4) + digit
of one of 16 samples' codes, so that one shuffle (vpermb) looks up four inputs of 16 samples. The look-ups of a code's
digits are added, and one multiply-add (vpdpbusd) with the weights' signs sums the four inputs into the sample's lane.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir

from ...jit import kernel
from ...llvm import WORD, external, inner_loop, load, loop, number, one_of, processor, spread, step, store

LANES = 16
"""Samples of a register of sums."""
VECTOR_BYTES = 64
BLOCK_NEURONS, VECTORS = 8, 2
"""Neurons of a block, and registers of samples: their sums fill half of the 32 registers."""
BLOCK_SAMPLES = LANES * VECTORS
_WORD, _BYTE = ir.IntType(32), ir.IntType(8)
WORDS, BYTES = ir.VectorType(_WORD, LANES), ir.VectorType(_BYTE, VECTOR_BYTES)


@cache
def available() -> bool:
    """Whether kernels are compiled for a processor that has both instructions."""
    return {"avx512f", "avx512bw", "avx512vbmi", "avx512vnni"} <= processor()


class Form(NamedTuple):
    """What is done with an input's code."""

    digits: int
    """Look-ups a code."""
    multiplies: bool = False
    """Whether a byte of the code is multiplied, too."""
    signed: bool = False
    """Whether codes have signs."""
    together: int = 1
    """Groups of inputs whose look-ups are added as signed bytes, where they are small enough."""

    @property
    def streams(self) -> int:
        """Index registers of four inputs: digits, the multiplied byte, signs."""
        return self.digits + self.multiplies + self.signed

    @property
    def words(self) -> int:
        """Of four signed bytes, for each neuron and four inputs: signs, unless the tables have them, and factors."""
        return (self.together == 1) + self.multiplies


def _block(form: Form, neurons: int, vectors: int) -> Callable[..., None]:
    """The body of `block(index, tables, words, a, a_row_bytes, groups, fresh)`.

    a[m, s] (+)= Σ over groups of four inputs, for the block's neurons and samples; sums wrap modulo 2^32.

    index: bytes `(groups, together, streams, vectors, 64)`; tables: bytes `(groups, together, neurons, digits, 64)`;
    words: int32 `(groups, neurons, words)`; a: int32; fresh: whether the sums begin at 0.
    """
    places = [(m, v) for m in range(neurons) for v in range(vectors)]

    def emit(b: ir.IRBuilder, index: Any, tables: Any, words: Any, a: Any, row: Any, groups: Any, fresh: Any) -> None:
        look_up = external(b, "llvm.x86.avx512.permvar.qi.512", BYTES, [BYTES] * 2)
        multiply_add = external(b, "llvm.x86.avx512.vpdpbusd.512", WORDS, [WORDS] * 3)
        ones = ir.Constant(WORDS, [0x01010101] * LANES)
        sums_at = [b.add(step(b, a, row, m), number(VECTOR_BYTES * v)) for m, v in places]

        def of_group(g: Any, sums: list[Any]) -> list[Any]:
            index_at = step(b, index, VECTOR_BYTES * form.streams * vectors * form.together, g)
            tables_at = step(b, tables, VECTOR_BYTES * form.digits * neurons * form.together, g)
            words_at = step(b, words, 4 * form.words * neurons, g)

            def stream(i: int, v: int) -> Any:
                return load(b, b.add(index_at, number(VECTOR_BYTES * (i * vectors + v))), BYTES, VECTOR_BYTES)

            def word(m: int, k: int) -> Any:
                return spread(b, load(b, b.add(words_at, number(4 * (m * form.words + k))), _WORD, 4), LANES)

            terms = form.digits * form.together
            digits = [[stream(i, v) for v in range(vectors)] for i in range(terms)]
            after = []
            for m in range(neurons):
                at = [
                    b.add(tables_at, number(VECTOR_BYTES * ((k * neurons + m) * form.digits + i)))
                    for k in range(form.together)
                    for i in range(form.digits)
                ]
                own = [load(b, each, BYTES, VECTOR_BYTES) for each in at]
                sign, factor = word(m, 0) if form.words else None, word(m, 1) if form.multiplies else None
                for v in range(vectors):
                    value = b.call(look_up, [own[0], digits[0][v]])
                    for table, digit in zip(own[1:], digits[1:], strict=True):
                        value = b.add(value, b.call(look_up, [table, digit[v]]))
                    operands = [b.bitcast(value, WORDS), sign] if form.words else [ones, b.bitcast(value, WORDS)]
                    if form.signed:  # 254 where a code is negative: 1 and -1 change places
                        operands[1] = b.xor(sign, b.bitcast(stream(form.streams - 1, v), WORDS))
                    total = b.call(multiply_add, [sums[len(after)], *operands])
                    if form.multiplies:
                        total = b.call(multiply_add, [total, b.bitcast(stream(form.digits, v), WORDS), factor])
                    after.append(total)
            return after

        zero = ir.Constant(WORDS, None)
        before = [b.select(fresh, zero, load(b, at, WORDS, VECTOR_BYTES)) for at in sums_at]
        for total, at in zip(loop(b, number(0), groups, before, of_group, never=False), sums_at, strict=True):
            store(b, total, at, VECTOR_BYTES)

    return emit


def _blocks(form: Form, neurons: int, vectors: int) -> Callable[..., None]:
    """The body of `blocks(which, index, tables, words, a, a_row_bytes, groups, at_once, of_neurons, of_samples)`.

    All blocks of sums; the tables of `at_once` groups are used for all samples before the next. The arrays are those of
    `_block` with the numbers of blocks in front.
    """
    block, index_bytes = _block(form, neurons, vectors), VECTOR_BYTES * form.streams * vectors * form.together

    def emit(
        b: ir.IRBuilder, index: Any, tables: Any, words: Any, a: Any, row: Any, groups: Any, at_once: Any,
        of_neurons: Any, of_samples: Any,
    ) -> None:  # fmt: skip
        parts = b.udiv(b.add(groups, b.sub(at_once, number(1))), at_once)

        def of_part(k: Any, _: list[Any]) -> list[Any]:
            start = b.mul(k, at_once)
            rest = b.sub(groups, start)
            count = b.select(b.icmp_signed("<", rest, at_once), rest, at_once)
            fresh = b.icmp_signed("==", k, number(0))

            def of_neuron_block(m: Any, _: list[Any]) -> list[Any]:
                first = b.add(b.mul(m, groups), start)
                tables_at = step(b, tables, VECTOR_BYTES * form.digits * neurons * form.together, first)
                words_at = step(b, words, 4 * form.words * neurons, first)

                def of_sample_block(s: Any, _: list[Any]) -> list[Any]:
                    index_at = step(b, index, index_bytes, b.add(b.mul(s, groups), start))
                    a_at = step(b, step(b, a, b.mul(row, number(neurons)), m), VECTOR_BYTES * vectors, s)
                    block(b, index_at, tables_at, words_at, a_at, row, count, fresh)
                    return []

                return loop(b, number(0), of_samples, [], of_sample_block)

            return loop(b, number(0), of_neurons, [], of_neuron_block)

        loop(b, number(0), parts, [], of_part)

    return emit


FORMS = (
    Form(1), Form(2), Form(1, together=2), Form(2, together=2), Form(1, signed=True), Form(2, signed=True),
    Form(1, multiplies=True), Form(2, multiplies=True), Form(3, multiplies=True),
)  # fmt: skip
_sums = inner_loop("ippppiiiii", one_of(*(_blocks(form, BLOCK_NEURONS, VECTORS) for form in FORMS)))


@kernel
def sums(
    which: int, index: int, tables: int, words: int, a: int, row: int, groups: int, at_once: int, of_neurons: int,
    of_samples: int,
) -> None:  # fmt: skip
    """The sums of blocks; see `_blocks`.

    Args:
        which: number of the form in `FORMS`.
        index: address of the index registers.
        tables: of the tables.
        words: of the words.
        a: of the sums.
        row: bytes of a neuron's sums.
        groups: of inputs, counted by the form's `together`.
        at_once: groups whose tables are used for all samples before the next.
        of_neurons: blocks of neurons.
        of_samples: blocks of samples.
    """
    _sums(which, index, tables, words, a, row, groups, at_once, of_neurons, of_samples)


def _fill(digits: int) -> Callable[..., None]:
    """The body of `fill(digits - 1, entries, row_bytes, groups, neurons, dictionary, tables)`.

    The tables of a block of neurons: for each group of four inputs and each neuron `digits` registers, from entries
    uint16 `(neurons, 4·groups)` of the dictionary, bytes `(entries, digits, 16)`.
    """
    part = ir.VectorType(_BYTE, 16)

    def emit(b: ir.IRBuilder, entries: Any, row: Any, groups: Any, neurons: Any, dictionary: Any, tables: Any) -> None:
        def of_group(g: Any, _: list[Any]) -> list[Any]:
            def of_neuron(m: Any, _: list[Any]) -> list[Any]:
                four = load(b, step(b, step(b, entries, row, m), 8, g), WORD, 2)
                to = step(b, tables, VECTOR_BYTES * digits, b.add(b.mul(g, neurons), m))
                for i in range(4):
                    entry = b.and_(b.lshr(four, number(16 * i)), number(0xFFFF))
                    at = step(b, dictionary, 16 * digits, entry)
                    for d in range(digits):
                        value = load(b, b.add(at, number(16 * d)), part, 16)
                        store(b, value, b.add(to, number(VECTOR_BYTES * d + 16 * i)), 16)
                return []

            return loop(b, number(0), neurons, [], of_neuron, never=False)

        loop(b, number(0), groups, [], of_group)

    return emit


_fill_block = inner_loop("ipiiipp", one_of(*map(_fill, (1, 2, 3))))


@kernel
def fill(entries: np.ndarray, digits: int, dictionary: np.ndarray, at_once: int, tables: np.ndarray) -> None:
    """The tables of blocks of `at_once` neurons.

    Args:
        entries: uint16 `(neurons, 4·groups)`, which entry of the dictionary each weight takes.
        digits: of the dictionary.
        dictionary: uint8 `(entries, digits, 16)`, aligned.
        at_once: neurons of a block.
        tables: uint8 `(blocks, groups, at_once, digits, 64)`.
    """
    row, groups, source = 2 * entries.shape[1], entries.shape[1] // 4, np.uint64(dictionary.ctypes.data)
    for m in range(0, entries.shape[0], at_once):
        at = np.uint64(entries.ctypes.data + m * row)
        to = np.uint64(tables.ctypes.data + VECTOR_BYTES * digits * groups * m)
        _fill_block(digits - 1, at, row, groups, at_once, source, to)
