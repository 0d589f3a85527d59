"""The matrix product over code bits in int8, one instruction for 64 of its multiply-adds (see `_vnni`).

The bits of the inputs are bytes; a coefficient is cut into signed bytes (limbs) c = c0 + 256·c1 + 65536·c2. Few bits
of a code have coefficients beyond one byte, and only those planes are multiplied again for the higher limbs. Signed
inputs are -1, 0, 1 and enter as 0, 1, 2, with Σ c taken off again. All sums are modulo 2^32; the count itself, below
2^31 in magnitude, is what remains.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ._jit import kernel
from ._threads import for_slices, slices
from ._vnni import (
    ROWS_OF,
    block_of_1_vector,
    block_of_2_vectors,
    block_of_3_vectors,
    block_of_4_vectors,
)

TILE_ROWS = 72  # a multiple of every number of rows in a block; the expanded tile shares the cache with coefficients
CHUNK_BYTES = 8192  # of one sample's planes: with a tile's rows they stay in the second-level cache
KEPT_BYTES = 2**27  # of coefficients


@kernel
def _expand(
    codes: np.ndarray, first: int, stop: int, features: np.ndarray, signed: bool, octets: np.ndarray, out: np.ndarray
) -> None:
    """Byte i·width + j is bit features[i] of |code first + j|; where `signed`, with the code's sign and 1 added.

    Eight bytes are one uint64: out `(samples, bits·width / 8)`; octets uint8 `(3, width)` is working space, zero beyond
    the inputs.
    """
    ones = np.uint64(0x0101010101010101)
    words, negative = octets.view(np.uint64), octets[2].view(np.uint64)
    width = negative.size
    for b in range(codes.shape[0]):
        row = codes[b, first:stop]
        low, high, sign = octets[0], octets[1], octets[2]
        for j in range(row.size):
            low[j] = np.uint8(abs(row[j]))
        if features.size > 0 and features[-1] >= 8:
            for j in range(row.size):
                high[j] = np.uint8(abs(row[j]) >> 8)
        if signed:
            for j in range(row.size):
                sign[j] = np.uint8(row[j] < 0)
        for i in range(features.size):
            source, target = words[features[i] >> 3], out[b, i * width : (i + 1) * width]
            by = np.uint64(features[i] & 7)
            if signed:
                for k in range(width):
                    bit = (source[k] >> by) & ones
                    target[k] = ones + bit - ((bit & negative[k]) << np.uint64(1))  # no byte borrows from the next
            else:
                for k in range(width):
                    target[k] = (source[k] >> by) & ones


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
            if vectors == 4:
                block_of_4_vectors(x, c, a, x_stride, a_stride, groups)
            elif vectors == 3:
                block_of_3_vectors(x, c, a, x_stride, a_stride, groups)
            elif vectors == 2:
                block_of_2_vectors(x, c, a, x_stride, a_stride, groups)
            else:
                block_of_1_vector(x, c, a, x_stride, a_stride, groups)


@kernel
def _collect(sums: np.ndarray, constant: np.ndarray, a: np.ndarray) -> None:
    """a = constant + Σ_l 256^l·sums[l], computed modulo 2^32 and read as a signed number."""
    for b in range(a.shape[0]):
        total = a[b]
        total[:] = constant
        for level in range(sums.shape[0]):
            row, by = sums[level, b], 8 * level
            for m in range(total.size):
                total[m] += np.int64(row[m]) << by
        for m in range(total.size):
            total[m] = np.int64(np.int32(total[m]))


def limbs(values: np.ndarray) -> list[np.ndarray]:
    """Signed bytes of integers, lowest first: values = Σ_l 256^l·limb_l, each limb -128 ... 127."""
    parts, rest = [], values
    while rest.any() or not parts:
        low = (rest + 128) % 256 - 128
        parts.append(low)
        rest = (rest - low) // 256
    return parts


class _Step:
    """Planes first ... last of a chunk times one limb of their coefficients."""

    def __init__(self, level: int, offset: int, packed: np.ndarray) -> None:
        self.level, self.offset, self.packed = level, offset, packed


class Int8Product:
    """constant[m] + Σ_j Σ_i bit i of x[b, j] · table[i, w[m, j]] as int64, exact.

    Args:
        table: int64 `(bits, codes)`: what bit i of an input adds for each non-negative weight code.
        weights: signed int64 codes `(neurons, inputs)`; a negative one takes the table's entry negatively.
        constant: int64 `(neurons,)`.
        signed: whether input codes may be negative.
    """

    def __init__(self, table: np.ndarray, weights: np.ndarray, constant: np.ndarray, signed: bool) -> None:
        self.neurons, self.inputs = weights.shape
        self.signed = signed
        self.vectors = min((4, 2, 3, 1), key=lambda v: -(-self.neurons // (16 * v)) * v / _RATE[v])
        self.padded = -(-self.neurons // (16 * self.vectors)) * 16 * self.vectors
        self.features = np.flatnonzero(table.any(axis=1))  # a short stream may never select some bit
        # Entry w + full of a signed table belongs to weight w.
        full = table.shape[1] - 1
        used = table[self.features]
        self._limbs = [part.astype(np.int8) for part in limbs(np.hstack([-used[:, :0:-1], used]))]
        self.levels = len(self._limbs)
        self.constant = constant.copy()
        at_once = max(8, CHUNK_BYTES // max(1, self.features.size) // 8 * 8)
        self.chunks = [(part, self._steps(weights[:, part] + full)) for part in slices(self.inputs, at_once)]
        if signed:
            total = np.hstack([-used[:, :0:-1], used]).sum(axis=0)
            self.constant -= total[weights + full].sum(axis=1)
        self._scratch = threading.local()

    def _steps(self, weights: np.ndarray) -> list[_Step]:
        width = _width(weights.shape[1])
        steps = []
        for level, part in enumerate(self._limbs):
            present = [bool(part[i][weights].any()) for i in range(self.features.size)]
            for first, last in _runs(present):
                values = np.zeros((last - first, width, self.padded), dtype=np.int8)
                values[:, : weights.shape[1], : self.neurons] = part[first:last][:, weights.T]
                packed = values.reshape(-1, 4, self.padded // (16 * self.vectors), 16 * self.vectors).transpose(
                    2, 0, 3, 1
                )
                steps.append(
                    _Step(level, first * width, _aligned(packed.reshape(packed.shape[0], packed.shape[1], -1)))
                )
        return steps

    @property
    def bytes_kept(self) -> int:
        """Memory of the coefficients."""
        return sum(step.packed.nbytes for _, steps in self.chunks for step in steps)

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        a = np.empty((len(codes), self.neurons), dtype=np.int64)
        for_slices(lambda first, stop: self._tile(codes[first:stop], a[first:stop]), len(codes), TILE_ROWS)
        return a

    def _tile(self, codes: np.ndarray, a: np.ndarray) -> None:
        each = ROWS_OF[self.vectors]
        rows = -(-len(codes) // each) * each  # rows beyond the samples hold whatever was there and are not collected
        planes_all, sums_all = self._buffers()
        sums = sums_all[:, :rows]
        sums[...] = 0
        for part, steps in self.chunks:
            width = _width(part.stop - part.start)
            planes = planes_all[: rows * self.features.size * width // 8].reshape(rows, -1)
            octets = np.zeros((3, width), dtype=np.uint8)
            _expand(codes, part.start, part.stop, self.features, self.signed, octets, planes)
            for step in steps:
                _multiply(planes, step.offset, step.packed, rows, self.vectors, each, sums[step.level])
        _collect(sums, self.constant, a)

    def _buffers(self) -> tuple[np.ndarray, np.ndarray]:
        if not hasattr(self._scratch, "arrays"):
            widest = max(_width(part.stop - part.start) for part, _ in self.chunks)
            planes = _aligned(np.zeros(TILE_ROWS * widest * self.features.size // 8, dtype=np.uint64))
            self._scratch.arrays = planes, np.zeros((self.levels, TILE_ROWS, self.padded), dtype=np.int32)
        return self._scratch.arrays


_RATE = {4: 1.0, 2: 0.98, 3: 0.88, 1: 0.85}  # measured speed of the blocks, relative


def _width(inputs: int) -> int:
    """Bytes of one plane: eight at a time are expanded."""
    return -(-inputs // 8) * 8


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """Consecutive true flags as (first, last + 1)."""
    edges = np.flatnonzero(np.diff([False, *flags, False]))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _aligned(array: np.ndarray) -> np.ndarray:
    """A C-ordered copy that begins at a multiple of 64 bytes: no vector straddles two cache lines."""
    memory = np.empty(array.nbytes + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    copy = memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def describe(product: Int8Product) -> dict[str, Any]:
    """What `infer --explain` says of the layer."""
    planes = sum(step.packed.shape[1] * 4 for _, steps in product.chunks for step in steps)
    return {
        "path": "int8 matrix product over code bits (AVX-512 VNNI)",
        "inner_dimension": planes,
        "chunks": len(product.chunks),
        "multiplications_per_sample": planes * product.neurons,
    }
