"""The exact count by look-ups of digits: index registers of a tile of samples, then blocks of neurons.

All sums are modulo 2^32; the count itself, below 2^31 in magnitude, is what remains.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...jit import kernel
from ...memory import aligned, aligned_zeros
from ...threads import slices
from .base import LookupBase, Space
from .digits import DIGIT_BITS, Digits
from .kernels import BLOCK_NEURONS, BLOCK_SAMPLES, FORMS, LANES, VECTOR_BYTES, Form, fill, sums
from .transposed import BOTH, LOW, RAW, collect, make_index

TILE_SAMPLES = (
    2048  # by streams of index registers; they stay in the third-level cache, a part of the inputs' in the second
)
TABLE_BYTES = 20480  # of the tables that are used for all samples of a tile: they stay in the first-level cache
KEPT_BYTES = 2**23  # of a layer's tables: more are made anew in every call
MANY_BLOCKS, FEW_BLOCKS = 32, 8  # of neurons whose sums are collected together, where tables are kept, and where not


@kernel
def parted(codes: np.ndarray, magnitudes: np.ndarray, signs: np.ndarray) -> int:
    """Magnitudes of signed codes, and 254 where they are negative; returns the union of the bits of all magnitudes.

    Args:
        codes: integers `(samples, inputs)`.
        magnitudes: uint8 `(samples, inputs)`, written.
        signs: uint8 `(samples or more, inputs)`, written.
    """
    union = np.int64(0)
    for b in range(codes.shape[0]):
        for j in range(codes.shape[1]):
            code = np.int64(codes[b, j])
            union |= abs(code)
            magnitudes[b, j] = np.uint8(abs(code))
            signs[b, j] = np.uint8(254 if code < 0 else 0)
    return union  # pyright: ignore[reportReturnType]  an int where compiled


class LookupProduct(LookupBase):
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact.

    Args:
        digits: the counts T of all codes.
        bits: of an input code.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the counts negatively.
        constant: int64 `(neurons,)`.
        signed: whether input codes may be negative; then `fits`.
    """

    def __init__(self, digits: Digits, bits: int, weights: np.ndarray, constant: np.ndarray, signed: bool) -> None:
        self.unit, self.form = digits.unit, form_of(digits, signed)
        super().__init__(weights.shape, bits, signed, max(BLOCK_SAMPLES, TILE_SAMPLES // min(2, self.form.streams)))
        self.groups = -(-self.inputs // (4 * self.form.together)) * self.form.together
        self.blocks = -(-self.neurons // BLOCK_NEURONS)
        self.block_bytes = VECTOR_BYTES * BLOCK_NEURONS * self.groups * self.form.digits
        self.constant = np.zeros(self.blocks * BLOCK_NEURONS + LANES, dtype=np.int32)
        self.entries = np.zeros((self.blocks * BLOCK_NEURONS, 4 * self.groups), dtype=np.uint16)
        self.words = np.zeros(
            (self.blocks, self.groups, BLOCK_NEURONS, self.form.words, 4), dtype=np.int8
        )  # signs, and factors; zero where there is no weight
        self.which, self.at_words, self.block_words = (
            FORMS.index(self.form),
            self.words.ctypes.data,
            self.words[0].nbytes,
        )
        self.dictionary = self._dictionary(digits.tables)
        for part in slices(self.neurons, 8 * BLOCK_NEURONS):  # no copy of all weights
            self._prepare(digits, weights[part], part)
            self.constant[part] += constant[part].astype(np.int32)
        keeps = self.blocks * self.block_bytes <= KEPT_BYTES
        self.chunk = min(MANY_BLOCKS if keeps else FEW_BLOCKS, self.blocks)
        self.cache = self._tables(0, self.blocks, self._no_tables(self.blocks)) if keeps else None

    def _dictionary(self, tables: np.ndarray) -> np.ndarray:
        """Tables by entries: of all codes; where they have signs, of negative ones too, and at last an empty one.

        That is for the inputs behind the last one, where the index registers have any codes.
        """
        empty = np.zeros_like(tables[:1])
        return aligned(np.concatenate([tables, empty] if self.form.together == 1 else [tables, -tables, empty]))

    def _prepare(self, digits: Digits, weights: np.ndarray, part: slice) -> None:
        """Entries, words and constants of some neurons, from the first of a block on."""
        magnitudes, negative = np.abs(weights).astype(np.uint16), weights < 0
        signs = np.where(negative, np.int8(-1), np.int8(1))
        offsets = (signs * digits.offsets[magnitudes]).sum(axis=1)
        self.constant[part] = (digits.unit * offsets).astype(np.int32)
        entries = self.entries[part]
        entries[:, self.inputs :] = len(self.dictionary) - 1
        if self.form.together > 1:
            magnitudes = magnitudes + negative * np.uint16(len(digits.tables))
            entries[:, : self.inputs] = magnitudes
            return
        entries[:, : self.inputs] = magnitudes
        words = [signs, signs * digits.factors[magnitudes]] if self.form.multiplies else [signs]
        padded = np.zeros(
            (-(-len(weights) // BLOCK_NEURONS) * BLOCK_NEURONS, self.form.words, 4 * self.groups), np.int8
        )
        padded[: len(weights), :, : self.inputs] = np.stack(words, axis=1)
        blocks = padded.reshape(-1, BLOCK_NEURONS, self.form.words, self.groups, 4).transpose(0, 3, 1, 2, 4)
        first = part.start // BLOCK_NEURONS
        self.words[first : first + len(blocks)] = blocks

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": f"look-ups in registers, {self.form.digits} a product",
            "lookups_per_sample": self.form.digits * self.inputs * self.neurons,
        }

    def _no_tables(self, blocks: int) -> np.ndarray:
        return aligned_zeros((blocks, self.groups, BLOCK_NEURONS, self.form.digits, VECTOR_BYTES), np.uint8)

    def _tables(self, first: int, last: int, out: np.ndarray) -> np.ndarray:
        """Write the tables of some blocks of neurons."""
        entries = self.entries[first * BLOCK_NEURONS : last * BLOCK_NEURONS]
        fill(entries, self.form.digits, self.dictionary, BLOCK_NEURONS, out)
        return out

    def _new_space(self, samples: int) -> _DigitSpace:
        tables = self._no_tables(self.chunk) if self.cache is None else self.cache
        return _DigitSpace(samples, self.inputs, self.groups, self.form, self.chunk * BLOCK_NEURONS, tables)

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        form, space = self.form, self._space(len(codes))
        self._index(codes, space)
        row_bytes, groups = 4 * space.sums.shape[1], self.groups // form.together
        groups_at_once = max(1, TABLE_BYTES // (VECTOR_BYTES * form.digits * form.together * BLOCK_NEURONS))
        of_samples = -(-len(codes) // BLOCK_SAMPLES)
        for first in range(0, self.blocks, self.chunk):
            last = min(first + self.chunk, self.blocks)
            tables = space.at_tables
            if self.cache is None:
                self._tables(first, last, space.tables)
            else:
                tables += first * self.block_bytes
            words = self.at_words + first * self.block_words
            sums(
                self.which, space.at_registers, tables, words, space.at_sums, row_bytes, groups, groups_at_once,
                last - first, of_samples,
            )  # fmt: skip
            collect(space.sums, self.unit, self.constant, space.rows, a, first * BLOCK_NEURONS)

    def _index(self, codes: np.ndarray, space: _DigitSpace) -> None:
        """Make the index registers of a tile."""
        form = self.form

        def make(which: int, octets: np.ndarray, stream: int) -> int:
            return make_index(
                which, octets, stream, form.streams, self.groups, space.edge, space.registers, space.union
            )

        shift = DIGIT_BITS if form.digits == 3 else 0
        if self.signed:
            upper = space.octets[: len(codes)]
            self._check(parted(codes, upper, space.signs))
        else:
            upper = self._octets(codes, space, shift)
        bits = make(LOW if form.digits == 1 else BOTH, upper, 0)
        if not shift:
            self._check(bits)
        if form.multiplies:
            make(RAW, upper, form.digits)
        if form.digits == 3:
            make(LOW, self._octets(codes, space, 0), 2)
        if form.signed:
            make(RAW, space.signs[: len(codes)], form.streams - 1)


class _DigitSpace(Space):
    """With index registers, sums and tables, and where they lie."""

    def __init__(self, samples: int, inputs: int, groups: int, form: Form, neurons: int, tables: np.ndarray) -> None:
        super().__init__(samples, inputs)
        padded = -(-samples // BLOCK_SAMPLES) * BLOCK_SAMPLES
        self.signs = np.empty((samples if form.signed else 0, inputs), dtype=np.uint8)
        room = padded // LANES * groups + LANES * BLOCK_SAMPLES // LANES  # a square may reach beyond the last group
        self.registers = aligned_zeros((room * form.streams * VECTOR_BYTES,), np.uint8)
        self.sums = aligned_zeros((-(-neurons // LANES) * LANES, padded), np.int32)
        self.rows = np.empty((LANES, len(self.sums)), dtype=np.int64)
        self.tables = tables
        self.at_registers, self.at_sums = self.registers.ctypes.data, self.sums.ctypes.data
        self.at_tables = tables.ctypes.data


def form_of(digits: Digits, signed: bool) -> Form:
    """What the kernels do with these digits; not every such form is in `FORMS`."""
    count = digits.tables.shape[1]
    multiplies = digits.multiplies or count == 3
    together = 2 if not (multiplies or signed) and 2 * digits.peak <= 127 else 1
    return Form(count, multiplies, signed, together)


def fits(digits: Digits | None, signed: bool) -> bool:
    """Whether there is a kernel; for signed codes, if counts are 0 where the code is, and nothing is multiplied."""
    if digits is None or form_of(digits, signed) not in FORMS:
        return False
    return not signed or not digits.offsets.any()
