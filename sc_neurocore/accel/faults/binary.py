"""Sums of a layer whose products are binary words: the count of a product's stream, or the exact product of two codes.

The bits that go wrong are those of the words: n bits of a magnitude at `input` and `weight` (1 of a spike), and at
`product` as many as the largest product has.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ...spec.errors import OptionError
from ...spec.layer import DenseLayer
from ..jit import kernel
from ..joint_counts import product_table
from ..kinds import select_source, unites
from ..threads import for_slices
from .lines import SiteFaults
from .philox import fill_masks

SAMPLES = 16
MOST_BITS = 13
"""Of codes whose table of products is kept: 2^26 entries."""


class WordCounts:
    """Codes `(batch, inputs)` to sums `(batch, neurons)`, int64, before the bias."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray, sites: dict[str, SiteFaults], exact: bool) -> None:
        """Make the table of products.

        Args:
            layer: a dense layer of AND products under a parallel counter.
            weights: signed codes `(neurons, inputs)`, as the memory holds them.
            sites: faults of `input`, `weight` and `product`.
            exact: products x·w of the codes; else the count of ones of their streams.

        Raises:
            OptionError: products are no words in this layer, or their table is too large.
        """
        hardware = "binary" if exact else "closed_form"
        if layer.bipolar or select_source(layer.accumulator) is not None or unites(layer.accumulator):
            rule = "AND products under a parallel counter"
            raise OptionError(
                f"hardware {hardware} needs {rule}; a layer has {layer.product} products under "
                f"{layer.accumulator.kind!r}"
            )
        self.layer, self.sites, n = layer, sites, layer.resolution_bits
        if n > MOST_BITS:
            raise OptionError(f"hardware {hardware} takes at most {MOST_BITS} resolution_bits, got {n}")
        self.magnitudes, self.negative = np.abs(weights), weights < 0
        self.input_bits = 1 if layer.spike_inputs else n
        x, w = np.arange(2**self.input_bits), np.arange(2**n)
        self.table = np.outer(x, w) if exact else product_table(layer)
        self.product_bits = max(1, int(self.table.max()).bit_length())
        self.full_scale = layer.inputs * int(self.table.max())

    def __call__(self, codes: np.ndarray, first_sample: int, step: int) -> np.ndarray:
        """Sums; arguments as of `StreamCounts`."""
        layer, n = self.layer, self.layer.resolution_bits
        magnitudes = np.abs(codes).astype(np.uint64)
        x = self.sites["input"].words(magnitudes, self.input_bits, first_sample, step)
        lines = layer.neurons * layer.inputs
        weights, products = self.sites["weight"], self.sites["product"]
        stuck_weights = weights.stuck(0, lines, 0, n)
        stuck_products = products.stuck(0, lines, 0, self.product_bits)
        a = np.zeros((len(codes), layer.neurons), dtype=np.int64)
        negative = codes < 0

        def add(begin: int, end: int) -> None:
            _sum(
                x[begin:end].astype(np.int64),
                negative[begin:end],
                self.magnitudes.astype(np.uint64),
                self.negative,
                self.table,
                (n, self.product_bits),
                first_sample + begin,
                (weights.flip_place(step), products.flip_place(step)),
                weights.keys,
                (weights.flip, products.flip),
                stuck_weights,
                stuck_products,
                a[begin:end],
            )

        for_slices(partial(add), len(codes), SAMPLES)
        return a


@kernel
def _sum(
    x: np.ndarray,
    negative_inputs: np.ndarray,
    weights: np.ndarray,
    negative_weights: np.ndarray,
    table: np.ndarray,
    bits: tuple[int, int],
    first_sample: int,
    places: tuple[int, int],
    keys: np.ndarray,
    flips: tuple[np.uint64, np.uint64],
    stuck_weights: tuple[np.ndarray, np.ndarray],
    stuck_products: tuple[np.ndarray, np.ndarray],
    a: np.ndarray,
) -> None:
    batch, inputs = x.shape
    of_weights, of_products = np.empty(inputs, dtype=np.uint64), np.empty(inputs, dtype=np.uint64)
    for b in range(batch):
        for m in range(weights.shape[0]):
            line, total = m * inputs, 0
            fill_masks(line, 0, bits[0], first_sample + b, places[0], keys, flips[0], of_weights)
            fill_masks(line, 0, bits[1], first_sample + b, places[1], keys, flips[1], of_products)
            for j in range(inputs):
                i = line + j
                w = ((weights[m, j] ^ of_weights[j]) & ~stuck_weights[0][i]) | stuck_weights[1][i]
                p = np.uint64(table[x[b, j], np.int64(w)])
                p = ((p ^ of_products[j]) & ~stuck_products[0][i]) | stuck_products[1][i]
                total += -np.int64(p) if negative_inputs[b, j] != negative_weights[m, j] else np.int64(p)
            a[b, m] = total
