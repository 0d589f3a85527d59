"""The inner loops of `packed`: AND or XNOR, popcount, signed sums, all in registers of several neurons."""

from __future__ import annotations

import numpy as np

from ._jit import kernel, popcount


@kernel
def _four_words(x: np.ndarray, w: np.ndarray, xor: bool, ones: np.ndarray) -> None:
    """ones[m] += popcount of four products; a kernel of its own so that LLVM vectorises it along m."""
    x0, x1, x2, x3 = x[0], x[1], x[2], x[3]
    w0, w1, w2, w3 = w[0], w[1], w[2], w[3]
    if xor:
        for m in range(ones.size):
            ones[m] += np.int64(
                popcount(x0 ^ w0[m]) + popcount(x1 ^ w1[m]) + popcount(x2 ^ w2[m]) + popcount(x3 ^ w3[m])
            )
    else:
        for m in range(ones.size):
            ones[m] += np.int64(
                popcount(x0 & w0[m]) + popcount(x1 & w1[m]) + popcount(x2 & w2[m]) + popcount(x3 & w3[m])
            )


@kernel
def _one_word(x: np.uint64, w: np.ndarray, xor: bool, ones: np.ndarray) -> None:
    if xor:
        for m in range(ones.size):
            ones[m] += np.int64(popcount(x ^ w[m]))
    else:
        for m in range(ones.size):
            ones[m] += np.int64(popcount(x & w[m]))


@kernel
def count_bits(x: np.ndarray, x_mask: np.ndarray, w: np.ndarray, w_mask: np.ndarray, xor: bool, a: np.ndarray) -> None:
    """a[b, m] += Σ_j σ_j · popcount(x[b, j] op w[j, :, m]).

    Args:
        x: uint64 `(samples, inputs, words)`.
        x_mask: int64 `(samples, inputs)`, -1 where the code is negative, else 0.
        w: uint64 `(inputs, words, neurons)`.
        w_mask: int64 `(inputs, neurons)`, as `x_mask`.
        xor: XOR instead of AND (the caller complements x for XNOR).
        a: int64 `(samples, neurons)`, added to.
    """
    words = x.shape[2]
    ones = np.empty(a.shape[1], dtype=np.int64)
    for b in range(x.shape[0]):
        for j in range(x.shape[1]):
            ones[:] = 0
            for k in range(0, words - 3, 4):
                _four_words(x[b, j, k : k + 4], w[j, k : k + 4], xor, ones)
            for k in range(words - words % 4, words):
                _one_word(x[b, j, k], w[j, k], xor, ones)
            for m in range(ones.size):
                sign = x_mask[b, j] ^ w_mask[j, m]
                a[b, m] += (ones[m] ^ sign) - sign


@kernel
def count_or(x: np.ndarray, x_negative: np.ndarray, w: np.ndarray, w_negative: np.ndarray, a: np.ndarray) -> None:
    """a[b, m] += popcount of the OR of the positive products less that of the negative ones.

    Shapes: x `(samples, inputs, words)`, w `(neurons, inputs, words)`, signs bool without the words,
    a `(samples, neurons)`.
    """
    words = x.shape[2]
    either = np.empty((2, words), dtype=np.uint64)
    for b in range(x.shape[0]):
        for m in range(w.shape[0]):
            either[:] = 0
            for j in range(x.shape[1]):
                side = either[np.int64(x_negative[b, j] != w_negative[m, j])]
                for k in range(words):
                    side[k] |= x[b, j, k] & w[m, j, k]
            total = np.int64(0)
            for k in range(words):
                total += np.int64(popcount(either[0, k])) - np.int64(popcount(either[1, k]))
            a[b, m] += total


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

    Shapes: x `(samples, words)`, w `(neurons, words)`, valid `(words,)`, a `(samples, neurons)`.
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
