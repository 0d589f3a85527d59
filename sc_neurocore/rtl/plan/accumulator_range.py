"""What a neuron's total can reach with the weights it has, and what its accumulator starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...spec.layer import WeightedLayer
from ..components.activation.output_stage import folded_rounding, stateless


@dataclass(frozen=True)
class AccumulatorRange:
    """The totals of a layer of the default pair at L = 2^n: a product is at most |k|, because x is at most 2^n - 1."""

    layer: WeightedLayer
    weights: np.ndarray
    biases: np.ndarray

    @property
    def with_signs(self) -> bool:
        """Whether a product's sign is known only at run time."""
        return self.layer.signed_inputs

    @property
    def width(self) -> int:
        """Bits, two's complement, of every total with its bias and rounding; more than a product has."""
        weights = self.weights.astype(np.int64)
        positive, negative = np.maximum(weights, 0).sum(axis=1), np.maximum(-weights, 0).sum(axis=1)
        if self.with_signs:
            positive = negative = positive + negative
        start = self.biases.astype(np.int64) + folded_rounding(stateless(self.layer.neuron))
        low, high = int((start - negative).min()), int((start + positive).max())
        return max(self.layer.resolution_bits, max(high, 0).bit_length(), (-low - 1).bit_length() if low < 0 else 0) + 1

    def preloads(self, correction: np.ndarray, width: int | None = None) -> list[int]:
        """What each accumulator is loaded with, modulo 2^width: bias, rounding, less the correction."""
        start = self.biases.astype(np.int64) + folded_rounding(stateless(self.layer.neuron)) - correction
        return [int(value) % 2 ** (width or self.width) for value in start]

    def complement_correction(self, bits: int) -> np.ndarray:
        """What complements of `bits` bits count too much where a product has sign -: 2^bits - 1 a negative weight."""
        return np.minimum(self._negative, 1).sum(axis=1) * (2**bits - 1)

    def stream_correction(self) -> np.ndarray:
        """The same of single bits, counted while the weight's bit is 1: the magnitudes of the negative weights."""
        return self._negative.sum(axis=1)

    def grouped_correction(self, j: int) -> np.ndarray:
        """The same of counts of j + 1 bits, one for each group of 2^j positions: 2^(j+1) - 1 per clock."""
        return (-(-self._negative // 2**j)).sum(axis=1) * (2 ** (j + 1) - 1)

    @property
    def _negative(self) -> np.ndarray:
        """Magnitudes of the negative weights, 0 of the others; nothing where products are truly subtracted."""
        return np.maximum(-self.weights.astype(np.int64), 0) * (not self.with_signs)
