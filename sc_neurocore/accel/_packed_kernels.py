"""The inner loops of `packed`: AND or XNOR, popcount, signed sums, all in registers of several neurons."""

from __future__ import annotations

import numpy as np

from ._jit import kernel, popcount


@kernel
def count_bits(x: np.ndarray, x_mask: np.ndarray, w: np.ndarray, w_mask: np.ndarray, xor: bool, a: np.ndarray) -> None:
    """a[b, m] += Σ_j σ_j · popcount(x[b, j] op w[j, :, m]).

    The product of words is (w AND keep) XOR flip, one instruction, with keep = x, flip = 0 for AND and keep = all ones,
    flip = x for XOR. Two samples share each word of w, four words of a stream share each visit of a sum.

    Args:
        x: uint64 `(samples, inputs, words)`, an even number of samples.
        x_mask: int64 `(samples, inputs)`, -1 where the code is negative, else 0.
        w: uint64 `(inputs, words, neurons)`.
        w_mask: int64 `(inputs, neurons)`, as `x_mask`.
        xor: XOR instead of AND (the caller complements x for XNOR).
        a: int64 `(samples, neurons)`, C-ordered, added to.
    """
    words, neurons = x.shape[2], a.shape[1]
    keep = np.uint64(0xFFFFFFFFFFFFFFFF) if xor else np.uint64(0)
    flip = keep
    for b in range(0, x.shape[0], 2):
        for j in range(x.shape[1]):
            sign0, sign1 = x_mask[b, j], x_mask[b + 1, j]
            for k in range(0, words - 3, 4):
                p0, p1, p2, p3 = x[b, j, k], x[b, j, k + 1], x[b, j, k + 2], x[b, j, k + 3]
                q0, q1, q2, q3 = x[b + 1, j, k], x[b + 1, j, k + 1], x[b + 1, j, k + 2], x[b + 1, j, k + 3]
                for m in range(neurons):
                    w0, w1, w2, w3 = w[j, k, m], w[j, k + 1, m], w[j, k + 2, m], w[j, k + 3, m]
                    ones0 = popcount((w0 & (p0 | keep)) ^ (p0 & flip)) + popcount((w1 & (p1 | keep)) ^ (p1 & flip))
                    ones0 += popcount((w2 & (p2 | keep)) ^ (p2 & flip)) + popcount((w3 & (p3 | keep)) ^ (p3 & flip))
                    ones1 = popcount((w0 & (q0 | keep)) ^ (q0 & flip)) + popcount((w1 & (q1 | keep)) ^ (q1 & flip))
                    ones1 += popcount((w2 & (q2 | keep)) ^ (q2 & flip)) + popcount((w3 & (q3 | keep)) ^ (q3 & flip))
                    s0, s1 = sign0 ^ w_mask[j, m], sign1 ^ w_mask[j, m]
                    a[b, m] += (np.int64(ones0) ^ s0) - s0
                    a[b + 1, m] += (np.int64(ones1) ^ s1) - s1
            for k in range(words - words % 4, words):
                p0, q0 = x[b, j, k], x[b + 1, j, k]
                for m in range(neurons):
                    ones0 = popcount((w[j, k, m] & (p0 | keep)) ^ (p0 & flip))
                    ones1 = popcount((w[j, k, m] & (q0 | keep)) ^ (q0 & flip))
                    s0, s1 = sign0 ^ w_mask[j, m], sign1 ^ w_mask[j, m]
                    a[b, m] += (np.int64(ones0) ^ s0) - s0
                    a[b + 1, m] += (np.int64(ones1) ^ s1) - s1


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
