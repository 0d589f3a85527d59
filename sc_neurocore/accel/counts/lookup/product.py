"""The exact count by look-ups of digits: index registers of a tile of samples, then blocks of neurons.

All sums are modulo 2^32; the count itself, below 2^31 in magnitude, is what remains.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ...jit import kernel
from ...memory import aligned, aligned_zeros
from ...threads import for_slices
from ..int8 import CodeOutOfRange
from .digits import DIGIT_BITS, Digits
from .kernels import FORMS, LANES, NEURONS, SHAPES, VECTOR_BYTES, VECTORS, Form, fill, sums
from .transposed import BOTH, LOW, RAW, SQUARE, collect, make_index

TILE_SAMPLES = 1024  # their index registers stay in the third-level cache, those of a part of the inputs in the second
TABLE_BYTES = 20480  # of the tables that are used for all samples of a tile: they stay in the first-level cache
KEPT_BYTES = 2**23  # of a layer's tables: more are made anew in every call
CHUNK = 32  # blocks of neurons whose sums are collected together
FEW = 8  # the same where their tables are made anew: multiples of 16 neurons
_RATE = {8: 1.0, 4: 0.9}  # measured speed of the blocks, relative


@kernel
def split(codes: np.ndarray, signed: bool, upper: np.ndarray, by: int, lower: np.ndarray, signs: np.ndarray) -> int:
    """Bytes of magnitudes: upper = |code| >> by, lower = |code| where `by`, signs 254 where `signed` and negative.

    Args:
        codes: integers `(samples, inputs)` of any type.
        signed: whether codes may be negative.
        upper: uint8 `(samples, inputs)`, written, as `lower` and `signs`.
        by: bits.
        lower: see `upper`.
        signs: see `upper`.

    Returns:
        The union of the bits of all codes, or of their magnitudes where `signed`.
    """
    union = np.int64(0)
    for b in range(codes.shape[0]):
        row = codes[b]
        for j in range(row.size):
            code = np.int64(row[j])
            value = abs(code) if signed else code
            union |= value
            upper[b, j] = np.uint8(value >> by)
        if by:
            for j in range(row.size):
                lower[b, j] = np.uint8(abs(np.int64(row[j])))
        if signed:
            for j in range(row.size):
                signs[b, j] = np.uint8(254 if row[j] < 0 else 0)
    return union  # pyright: ignore[reportReturnType]  an int where compiled


class LookupProduct:
    """constant[m] + Σ_j T[x[b, j], w[m, j]] as int64, exact.

    Args:
        digits: the counts T of all codes.
        bits: of an input code.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the counts negatively.
        constant: int64 `(neurons,)`.
        signed: whether input codes may be negative; then `fits`.
    """

    def __init__(self, digits: Digits, bits: int, weights: np.ndarray, constant: np.ndarray, signed: bool) -> None:
        self.digits, self.bits, self.signed = digits, bits, signed
        self.neurons, self.inputs = weights.shape
        self.form = form_of(digits, signed)
        self.groups = -(-self.inputs // (4 * self.form.together)) * self.form.together
        self.at_once = min(NEURONS, key=lambda each: -(-self.neurons // each) * each / _RATE[each])
        self.blocks = -(-self.neurons // self.at_once)
        self.constant = np.zeros(self.blocks * self.at_once + LANES, dtype=np.int32)
        offsets = np.where(weights < 0, -1, 1) * digits.offsets[np.abs(weights)]
        self.constant[: self.neurons] = constant + digits.unit * offsets.sum(axis=1)
        self._prepare(weights)
        block_bytes = VECTOR_BYTES * self.at_once * self.groups * self.form.digits
        keeps = self.blocks * block_bytes <= KEPT_BYTES
        chunk = CHUNK if keeps else FEW
        self.chunk = min(chunk, self.blocks)
        self._kept = self._tables(0, self.blocks) if keeps else None
        self._step = block_bytes if keeps else 0, 4 * self.form.words * self.at_once * self.groups // self.form.together
        self._at_words = self.words.ctypes.data
        self._scratch = threading.local()

    def _prepare(self, weights: np.ndarray) -> None:
        """The dictionary of tables, which of them each weight takes, and the words of signs and factors."""
        tables, form = self.digits.tables, self.form
        padded = np.zeros((self.blocks * self.at_once, 4 * self.groups), dtype=np.int64)
        padded[: self.neurons, : self.inputs] = weights
        present = np.zeros(padded.shape, dtype=np.int8)
        present[: self.neurons, : self.inputs] = np.where(weights < 0, -1, 1)
        if form.together > 1:  # an entry more for each negative code, and one for no weight
            nothing = np.zeros_like(tables[:1])
            self.dictionary = aligned(np.concatenate([tables, nothing - tables, nothing]))
            entries = np.where(padded < 0, len(tables) - padded, padded)
            entries[present == 0] = 2 * len(tables)
        else:
            self.dictionary, entries = aligned(tables), np.abs(padded)
        self.entries = entries.astype(np.uint16)
        parts = [present] if form.together == 1 else []
        if form.multiplies:
            parts.append(present * self.digits.factors[np.abs(padded)])
        words = np.array(parts, dtype=np.int8).reshape(form.words, self.blocks, self.at_once, self.groups, 4)
        self.words = np.ascontiguousarray(words.transpose(1, 3, 2, 0, 4))

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": f"look-ups in registers, {self.form.digits} a product",
            "additions_per_sample": self.inputs * self.neurons,
        }

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts int64 of integer codes of any type.

        Raises:
            CodeOutOfRange: a code has a bit beyond those of the table, or is negative where none may be.
        """
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        for_slices(lambda i, j: self._tile(codes[i:j], a[i:j]), len(codes), TILE_SAMPLES)
        return a

    def kept_or_made(self) -> np.ndarray:
        """Tables of all blocks of neurons where they are kept, else working space for those of a chunk."""
        return self._tables(0, self.chunk) if self._kept is None else self._kept

    def _tables(self, first: int, last: int, out: np.ndarray | None = None) -> np.ndarray:
        """The tables of some blocks of neurons, uint8 `(blocks, groups, neurons, digits, 64)`."""
        if out is None:
            shape = last - first, self.groups, self.at_once, self.form.digits, VECTOR_BYTES
            out = aligned_zeros(shape, np.uint8)
        fill(
            self.entries[first * self.at_once : last * self.at_once],
            self.form.digits,
            self.dictionary,
            self.at_once,
            out,
        )
        return out

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        scratch = self._buffers(len(codes))
        self._index(codes, scratch)
        form = self.form
        vectors = -(-len(codes) // LANES)
        together, single = vectors // VECTORS, vectors % VECTORS
        behind = together * VECTORS * self.groups * form.streams * VECTOR_BYTES
        row, groups = 4 * scratch.sums.shape[1], self.groups // form.together
        which = len(SHAPES) * FORMS.index(form) + SHAPES.index((self.at_once, 1))
        part = max(1, TABLE_BYTES // (VECTOR_BYTES * form.digits * form.together * self.at_once))
        for first in range(0, self.blocks, self.chunk):
            last = min(first + self.chunk, self.blocks)
            if self._kept is None:
                self._tables(first, last, scratch.tables)
            tables, words = scratch.at_tables + first * self._step[0], self._at_words + first * self._step[1]
            if together:
                sums(which + 1, scratch.at, tables, words, scratch.at_sums, row, groups, part, last - first, together)
            if single:
                to = scratch.at_sums + VECTOR_BYTES * VECTORS * together
                sums(which, scratch.at + behind, tables, words, to, row, groups, part, last - first, single)
            collect(scratch.sums, self.digits.unit, self.constant, scratch.rows, a, first * self.at_once)

    def _index(self, codes: np.ndarray, scratch: _Scratch) -> None:
        form, samples, bits = self.form, len(codes), 0
        upper, lower, signs = codes, scratch.lower, scratch.signs
        if codes.dtype != np.uint8 or self.signed or not codes.flags.c_contiguous:
            upper, lower, signs = scratch.upper[:samples], lower[:samples], signs[:samples]
            bits = split(codes, self.signed, upper, DIGIT_BITS if form.digits == 3 else 0, lower, signs)
        scratch.union[:] = 0

        def make(which: int, array: np.ndarray, stream: int) -> None:
            make_index(
                which, array, stream, form.streams, self.groups, scratch.edge, scratch.spare, scratch.registers,
                scratch.union,
            )  # fmt: skip

        make(LOW if form.digits == 1 else BOTH, upper, 0)
        bits = bits or int(np.bitwise_or.reduce(scratch.union))
        if bits < 0 or bits >> self.bits:
            raise CodeOutOfRange
        if form.digits == 3:
            make(LOW, lower, 2)
        if form.multiplies:
            make(RAW, upper, form.digits)
        if form.signed:
            make(RAW, signs, form.streams - 1)

    def _buffers(self, samples: int) -> _Scratch:
        """Working space of this thread for at least so many samples."""
        kept: _Scratch | None = getattr(self._scratch, "space", None)
        if kept is None or len(kept.upper) < samples:
            kept = self._scratch.space = _Scratch(self, samples)
        return kept


class _Scratch:
    """Working space for a tile of samples, and where it lies."""

    def __init__(self, product: LookupProduct, samples: int) -> None:
        padded, form, neurons = -(-samples // LANES) * LANES, product.form, product.chunk * product.at_once
        part, none = (padded, product.inputs), (padded, 0)
        self.upper = np.empty(part, dtype=np.uint8)
        self.lower = np.empty(part if form.digits == 3 else none, dtype=np.uint8)
        self.signs = np.empty(part if form.signed else none, dtype=np.uint8)
        self.union = aligned_zeros((VECTOR_BYTES,), np.uint8)
        self.edge = np.zeros((LANES, -(-product.inputs // SQUARE) * SQUARE), dtype=np.uint8)
        self.spare = aligned_zeros((LANES * VECTORS * form.streams * VECTOR_BYTES,), np.uint8)
        registers = padded // LANES * product.groups * form.streams * VECTOR_BYTES
        self.registers = aligned_zeros((registers,), np.uint8)
        self.sums = aligned_zeros((-(-neurons // LANES) * LANES, padded), np.int32)
        self.rows = np.empty((LANES, len(self.sums)), dtype=np.int64)
        self.tables = product.kept_or_made()
        self.at, self.at_sums, self.at_tables = (each.ctypes.data for each in (self.registers, self.sums, self.tables))


def form_of(digits: Digits, signed: bool) -> Form:
    """What the kernels do with these digits; not every such form is in `FORMS`."""
    count = digits.tables.shape[1]
    multiplies = digits.multiplies or count == 3
    together = 2 if not (multiplies or signed) and 2 * digits.largest <= 127 else 1
    return Form(count, multiplies, signed, together)


def fits(digits: Digits | None, signed: bool) -> bool:
    """Whether there is a kernel; for signed codes, if counts are 0 where the code is, and nothing is multiplied."""
    if digits is None or form_of(digits, signed) not in FORMS:
        return False
    return not signed or not digits.offsets.any()
