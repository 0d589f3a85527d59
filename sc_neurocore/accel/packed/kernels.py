"""The inner loops of `packed`: AND or XNOR, popcount, signed sums, all in registers of several neurons."""

from __future__ import annotations

import numpy as np

from ..jit import kernel
from .ones import BLOCK_NEURONS, ROWS, block, popcount


@kernel
def count_bits(
    rows: np.ndarray, index: np.ndarray, sign: np.ndarray, w: np.ndarray, mask: np.ndarray, kind: int, a: np.ndarray
) -> None:
    """a[b, m] += Σ_j Σ_k popcount((x AND w) XOR s), or what else a kind counts (see `ones`).

    Args:
        rows: uint64 streams, those of input j of sample b at byte index[b, j].
        index: int64 `(samples, inputs)`, a multiple of ROWS samples.
        sign: int64 `(samples, inputs)`, -1 where the code is negative; read where kind is `SIGNED_AND` or `UNION`.
        w: uint64 `(blocks, inputs, words, BLOCK_NEURONS)`.
        mask: uint64 `(blocks, inputs, BLOCK_NEURONS)`, ones where the product is to be counted negatively.
        kind: `AND` does not take the masks' popcounts off; for XNOR the caller complements x of `XOR`.
        a: int64 `(samples, blocks·BLOCK_NEURONS)`, C-ordered, added to.
    """
    inputs, words = w.shape[1], w.shape[2]
    i_stride, s_stride, a_stride = 8 * index.shape[1], 8 * sign.shape[1], 8 * a.shape[1]
    for part in range(w.shape[0]):
        w_at = w.ctypes.data + np.uint64(8 * part * inputs * words * BLOCK_NEURONS)
        m_at = mask.ctypes.data + np.uint64(8 * part * inputs * BLOCK_NEURONS)
        for b in range(0, index.shape[0], ROWS):
            x = index.ctypes.data + np.uint64(b * i_stride)
            s = sign.ctypes.data + np.uint64(b * s_stride)
            t = a.ctypes.data + np.uint64(b * a_stride + 8 * part * BLOCK_NEURONS)
            r = np.uint64(rows.ctypes.data)
            block(kind, r, x, s, w_at, m_at, t, i_stride, s_stride, a_stride, inputs, words)


@kernel
def locate(codes: np.ndarray, row_of_code: np.ndarray, signed: bool, index: np.ndarray, sign: np.ndarray) -> None:
    """index[b, j] = row_of_code[|codes[b, j]|]; where `signed`, sign[b, j] = -1 of a negative code, else 0.

    Args:
        codes: int64 `(samples, inputs)`.
        row_of_code: a row for each magnitude.
        signed: whether signs are asked for.
        index: int64, at least the shape of codes.
        sign: int64, the same; not written where not `signed`.
    """
    for b in range(codes.shape[0]):
        row, target = codes[b], index[b]
        for j in range(row.size):
            target[j] = row_of_code[abs(row[j])]
        if signed:
            flags = sign[b]
            for j in range(row.size):
                flags[j] = row[j] >> 63


@kernel
def fill_tile(words: np.ndarray, tile: np.ndarray) -> None:
    """tile[m // block, j, k, m % block] = words[m, j, k] for blocks of BLOCK_NEURONS."""
    for m in range(words.shape[0]):
        part = tile[m // BLOCK_NEURONS]
        for j in range(words.shape[1]):
            for k in range(words.shape[2]):
                part[j, k, m % BLOCK_NEURONS] = words[m, j, k]


@kernel
def fill_tile_by_code(codes: np.ndarray, row_of_code: np.ndarray, table: np.ndarray, tile: np.ndarray) -> None:
    """The same where the words of entry (m, j) are table[row_of_code[codes[m, j]]].

    Args:
        codes: magnitudes `(neurons, inputs)`.
        row_of_code: a row for each.
        table: uint64 `(rows, words)`.
        tile: as in `fill_tile`.
    """
    for m in range(codes.shape[0]):
        part = tile[m // BLOCK_NEURONS]
        for j in range(codes.shape[1]):
            source = table[row_of_code[codes[m, j]]]
            for k in range(source.size):
                part[j, k, m % BLOCK_NEURONS] = source[k]


@kernel
def count_selected(
    x: np.ndarray,
    x_negative: np.ndarray,
    w: np.ndarray,
    w_negative: np.ndarray,
    valid: np.ndarray,
    bipolar: bool,
    a: np.ndarray,
) -> None:
    """a[b, m] += what one selected product a position adds; signs are packed like the streams.

    Args:
        x: streams of the inputs, uint64 `(samples, words)`.
        x_negative: where the selected code is negative, the same shape.
        w: streams of the weights, `(neurons, words)`.
        w_negative: the same of them.
        valid: positions that select an input, `(words,)`.
        bipolar: XNOR instead of AND, without signs.
        a: int64 `(samples, neurons)`, added to.
    """
    for b in range(x.shape[0]):
        for m in range(w.shape[0]):
            total = np.int64(0)
            for k in range(valid.size):
                if bipolar:
                    ones = popcount(~(x[b, k] ^ w[m, k]) & valid[k])
                    total += 2 * np.int64(ones) - np.int64(popcount(valid[k]))
                else:
                    product = x[b, k] & w[m, k]
                    negative = product & (x_negative[b, k] ^ w_negative[m, k])
                    total += np.int64(popcount(product)) - 2 * np.int64(popcount(negative))
            a[b, m] += total
