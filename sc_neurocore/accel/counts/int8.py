"""The exact count as an int8 matrix product: bytes of input codes (see `planes`) times bytes of coefficients.

A coefficient beyond one byte is cut into signed bytes (limbs) c = c0 + 256·c1 + 65536·c2; only the planes that have
such coefficients are multiplied again. All sums are modulo 2^32; the count itself, below 2^31 in magnitude, is what
remains. Signed codes enter as bytes with 128 added. Planes are made a tile of samples at a time: the expanded batch
never lies in memory.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import numpy as np

from ..jit import kernel
from ..memory import aligned
from ..threads import for_slices, slices
from .planes import Planes, expand, limbs, plan
from .vnni import ROWS_OF, block

TILE_ROWS = 72  # a multiple of every number of rows in a block; the expanded tile shares the cache with coefficients
CHUNK_BYTES = 8192  # of one sample's planes: with a tile's rows they stay in the second-level cache
MANY_ROWS, FEW_BYTES = 288, 4096  # the same where coefficients exceed the cache: each is read less often
CACHED_BYTES = 2**20  # of coefficients beside a tile
KEPT_BYTES = 2**27  # of coefficients


@kernel
def _multiply(
    planes: np.ndarray, offset: int, coefficients: np.ndarray, rows: int, vectors: int, rows_each: int, sums: np.ndarray
) -> None:
    """sums[r, :] += planes[r, offset : ...] times the packed coefficients `(blocks, groups, 64·vectors)`."""
    x_stride, a_stride, groups = 8 * planes.shape[1], 4 * sums.shape[1], coefficients.shape[1]
    for n in range(coefficients.shape[0]):
        c = coefficients.ctypes.data + np.uint64(n * groups * coefficients.shape[2])
        for r in range(0, rows, rows_each):
            x = planes.ctypes.data + np.uint64(r * x_stride + offset)
            a = sums.ctypes.data + np.uint64(r * a_stride + n * 64 * vectors)
            block(vectors - 1, x, c, a, x_stride, a_stride, groups)


@kernel
def _collect(sums: np.ndarray, constant: np.ndarray, factor: int, a: np.ndarray) -> None:
    """a = constant + factor·Σ_l 256^l·sums[l], computed modulo 2^32 and read as a signed number."""
    if sums.shape[0] == 1 and factor == 1:
        for b in range(a.shape[0]):
            total, row = a[b], sums[0, b]
            for m in range(total.size):
                total[m] = np.int64(np.int32(constant[m] + row[m]))
        return
    for b in range(a.shape[0]):
        total = a[b]
        for m in range(total.size):
            total[m] = 0
        for level in range(sums.shape[0]):
            row, by = sums[level, b], 8 * level
            for m in range(total.size):
                total[m] += np.int64(row[m]) << by
        for m in range(total.size):
            total[m] = np.int64(np.int32(constant[m] + factor * total[m]))


class CodeOutOfRange(ValueError):
    """A code has bits that no code of its width has."""


class _Step(NamedTuple):
    """Some planes of a chunk times one limb of their coefficients."""

    level: int
    offset: int
    inner: int
    packed: Any


class Int8Product:
    """constant[m] + Σ_j Σ_i bit i of x[b, j] · table[i, w[m, j]] as int64, exact.

    Args:
        table: int64 `(bits, codes)`: what bit i of an input adds for each non-negative weight code.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the table's entry negatively.
        constant: int64 `(neurons,)`.
        signed: whether input codes may be negative.
    """

    reads_codes = True
    """Takes native integers of any type and sees a code that is out of range by itself: codes are read once."""

    def __init__(self, table: np.ndarray, weights: np.ndarray, constant: np.ndarray, signed: bool) -> None:
        self.neurons, self.inputs = weights.shape
        self.bits = len(table)
        self.signed = signed
        large = len(table) * weights.size > CACHED_BYTES
        self.tile_rows = MANY_ROWS if large else TILE_ROWS
        self.vectors = min((4, 2, 3, 1), key=lambda v: -(-self.neurons // (16 * v)) * v / _RATE[v])
        self.padded = -(-self.neurons // (16 * self.vectors)) * 16 * self.vectors
        self.planes: Planes = plan(table, max_bits=7 if signed else 8)
        # Entry w + full of a signed table belongs to weight w.
        full, coefficients = table.shape[1] - 1, self.planes.coefficients
        entries = np.hstack([-coefficients[:, :0:-1], coefficients])
        self._limbs = [part.astype(np.int8) for part in limbs(entries)]
        self.levels = len(self._limbs)
        self.constant = constant.copy()
        at_once = max(8, (FEW_BYTES if large else CHUNK_BYTES) // max(1, len(coefficients)) // 8 * 8)
        self.chunks = [(part, self._steps(weights[:, part] + full)) for part in slices(self.inputs, at_once)]
        if signed:  # every byte has 128 added
            self.constant -= 128 * self.planes.factor * entries.sum(axis=0)[weights + full].sum(axis=1)
        self._scratch = threading.local()

    def _steps(self, weights: np.ndarray) -> list[_Step]:
        width, count = _width(weights.shape[1]), len(self.planes.group)
        steps = []
        for level, part in enumerate(self._limbs):
            present = [bool(part[i][weights].any()) for i in range(count)]
            for first, last in _runs(present):
                values = np.zeros((last - first, width, self.padded), dtype=np.int8)
                values[:, : weights.shape[1], : self.neurons] = part[first:last][:, weights.T]
                values = values.reshape(-1, self.padded)
                steps.append(_Step(level, first * width, len(values), self._packed(values)))
        return steps

    def _packed(self, values: np.ndarray) -> np.ndarray:
        """Blocks of neurons; in them four entries of the inner dimension beside each other, as the instruction asks."""
        block = 16 * self.vectors
        packed = values.reshape(-1, 4, self.padded // block, block).transpose(2, 0, 3, 1)
        return aligned(packed.reshape(packed.shape[0], packed.shape[1], -1))

    @property
    def inner(self) -> int:
        """Entries of the inner dimension, those multiplied for several limbs several times."""
        return sum(step.inner for _, steps in self.chunks for step in steps)

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer; the same for every batch."""
        return {
            "path": "int8 matrix product over code bits",
            "inner_dimension": self.inner,
            "chunks": len(self.chunks),
            "multiplications_per_sample": self.inner * self.neurons,
        }

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts int64 of integer codes of any type.

        Raises:
            CodeOutOfRange: a code has a bit beyond those of the table, or is negative where none may be.
        """
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        for_slices(lambda i, j: self._tile(codes[i:j], a[i:j]), len(codes), self.tile_rows)
        return a

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        codes = np.ascontiguousarray(codes, dtype=np.int64)  # a tile of narrow codes at a time
        each, p = ROWS_OF[self.vectors], self.planes
        rows = -(-len(codes) // each) * each  # rows beyond the samples hold whatever was there and are not collected
        planes_all, octets_all, sums_all = self._buffers(rows)
        sums = sums_all[:, :rows]
        sums[...] = 0
        for part, steps in self.chunks:
            width = _width(part.stop - part.start)
            planes = planes_all[: rows * len(p.group) * width // 8].reshape(rows, -1)
            octets = octets_all[:, :width]
            if width > part.stop - part.start:
                octets[:, part.stop - part.start :] = 0
            bits = expand(
                codes, part.start, part.stop, p.base, p.group, p.shift, p.mask, self.signed,
                np.ascontiguousarray(octets), planes,
            )  # fmt: skip
            if bits < 0 or bits >> self.bits:
                raise CodeOutOfRange
            for step in steps:
                _multiply(planes, step.offset, step.packed, rows, self.vectors, each, sums[step.level])
        _collect(sums, self.constant, p.factor, a)

    def _buffers(self, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Planes, octets and sums of this thread for at least so many rows."""
        arrays = getattr(self._scratch, "arrays", None)
        if arrays is None or arrays[2].shape[1] < rows:
            widest = max(_width(part.stop - part.start) for part, _ in self.chunks)
            planes = aligned(np.zeros(rows * widest * len(self.planes.group) // 8, dtype=np.uint64))
            octets = np.zeros((len(self.planes.base) + 1, widest), dtype=np.uint8)
            arrays = planes, octets, np.zeros((self.levels, rows, self.padded), dtype=np.int32)
            self._scratch.arrays = arrays
        return arrays


_RATE = {4: 1.0, 2: 0.98, 3: 0.88, 1: 0.85}  # measured speed of the blocks, relative


def _width(inputs: int) -> int:
    """Bytes of one plane: eight at a time are expanded."""
    return -(-inputs // 8) * 8


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """Consecutive true flags as (first, last + 1)."""
    edges = np.flatnonzero(np.diff([False, *flags, False]))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
