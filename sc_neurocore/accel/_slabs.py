"""Counts of two comparators: their product table has nearly full rank, so rows of it are added instead of multiplied.

For one input j the rows V_j[c, :] = (T[c, w_j1], T[c, w_j2], ...) over the neurons differ from one input code c to the
next only by the pairs of words whose input threshold is c. Samples are visited in the order of their codes: V_j rolls
forward through the pairs and is added to each sample's counts, in vectors over the neurons. Work per input:
pairs·neurons + samples·neurons, whatever the stream length.

A mux needs nothing else than each input's own pairs. Bipolar: 2·ones - L = L - 2·ones_x - 2·ones_w + 4·T, where ones_x
comes from a column whose stream is always one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..spec.generator import WeightedBinary
from ..spec.layer import DenseLayer, Mux
from ._jit import kernel
from ._pairs import pairs
from ._threads import for_slices

NEURONS = 128  # of a slab: its vectors stay in registers and the first-level cache


@kernel
def _add_slabs(
    magnitudes: np.ndarray,
    negative: np.ndarray,
    order: np.ndarray,
    weights: np.ndarray,
    signs: np.ndarray,
    begin: np.ndarray,
    end: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    count: np.ndarray,
    selects: bool,
    a: np.ndarray,
) -> None:
    """a[b, m] += Σ_j σ·T_j[|x_bj|, |w_jm|].

    magnitudes, negative: input codes `(inputs, samples)`; order: samples by ascending magnitude, a row an input.
    weights, signs: `(inputs, neurons)`; selects: weights are doubled codes of which bit w + 1 counts, else w < weight.
    begin, end: the pairs of input j are begin[j] ... end[j] - 1, ascending in x.
    """
    slab = np.empty(a.shape[1], dtype=np.int32)
    for j in range(magnitudes.shape[0]):
        p, last = begin[j], end[j]
        if p == last:
            continue
        slab[:] = 0
        row, sign = weights[j], signs[j]
        for i in range(order.shape[1]):
            b = order[j, i]
            while p < last and x[p] < magnitudes[j, b]:
                u, times = w[p], count[p]
                if selects:
                    for m in range(slab.size):
                        slab[m] += sign[m] * times * ((row[m] >> (u + 1)) & 1)
                elif times == 1:
                    for m in range(slab.size):
                        slab[m] += sign[m] if u < row[m] else 0
                else:
                    for m in range(slab.size):
                        slab[m] += sign[m] * times if u < row[m] else 0
                p += 1
            total = a[b]
            if negative[j, b]:
                for m in range(slab.size):
                    total[m] -= slab[m]
            else:
                for m in range(slab.size):
                    total[m] += slab[m]


class SlabLayer:
    """Codes `(batch, inputs)` to counts `(batch, neurons)` of a layer with comparator inputs."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray) -> None:
        self.layer = layer
        self.selects = isinstance(layer.weight_generator, WeightedBinary)
        every = pairs(layer)
        if isinstance(layer.accumulator, Mux):
            edges = np.searchsorted(every.inputs, np.arange(layer.inputs + 1))
            self.begin, self.end = edges[:-1], edges[1:]
        else:  # every input meets every pair
            self.begin = np.zeros(layer.inputs, dtype=np.int64)
            self.end = np.full(layer.inputs, every.x.size)
        self.x, self.w, self.count = (column.astype(np.int32) for column in every[1:])
        codes = np.abs(weights).T * (2 if self.selects else 1)
        signs = np.where(weights < 0, -1, 1).T
        self.bipolar = layer.input_encoding == "bipolar"
        if self.bipolar:  # the column whose stream is always one
            always = np.full((layer.inputs, 1), 2 ** (layer.resolution_bits + 1) - 1)
            codes, signs = np.hstack([codes, always]), np.hstack([signs, np.ones_like(always)])
        self.codes, self.signs = codes.astype(np.int32, order="C"), signs.astype(np.int32, order="C")
        if self.bipolar:
            beyond = np.full((1, layer.inputs), 2**layer.resolution_bits, dtype=np.int64)  # an input that is always one
            ones_w = self._sums(beyond)[0].astype(np.int64)
            self.constant = ones_w[-1] - 2 * ones_w[:-1]

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        sums = self._sums(codes).astype(np.int64)
        if not self.bipolar:
            return sums
        return 4 * sums[:, :-1] - 2 * sums[:, -1:] + self.constant

    def _sums(self, codes: np.ndarray) -> np.ndarray:
        """Σ_j σ·T_j for each sample and column, int32: at most inputs·L < 2^31."""
        magnitudes = np.ascontiguousarray(np.abs(codes).T, dtype=np.int32)
        negative = np.ascontiguousarray(codes.T < 0)
        order = np.argsort(
            magnitudes.astype(np.uint16 if magnitudes.max() < 2**16 else np.int32), axis=1, kind="stable"
        )
        columns = self.codes.shape[1]
        a = np.zeros((len(codes), columns), dtype=np.int32)

        def work(first: int, stop: int) -> None:
            block = np.zeros((len(codes), stop - first), dtype=np.int32)
            _add_slabs(
                magnitudes,
                negative,
                order,
                np.ascontiguousarray(self.codes[:, first:stop]),
                np.ascontiguousarray(self.signs[:, first:stop]),
                self.begin,
                self.end,
                self.x,
                self.w,
                self.count,
                self.selects,
                block,
            )
            a[:, first:stop] = block

        for_slices(work, columns, NEURONS)
        return a

    def describe(self) -> dict[str, Any]:
        """What `infer --explain` says of the layer."""
        return {
            "path": "rows of the product table",
            "pairs": int(self.x.size),
            "additions_per_sample": self.layer.inputs * self.layer.neurons,
        }
