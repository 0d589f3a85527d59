"""Samples under which every product that a neuron of the first layer ever makes counts in an output.

A multiplier that is wrong for one pair of a code and a weight shows only under a sample that has this pair, and only
where the sum is not clipped. Rare pairs, such as the largest weight with the largest code, seldom meet both.
"""

from __future__ import annotations

import time

import numpy as np

from ...spec.encoding import code_range
from ...spec.layer import DenseLayer
from ...spec.network import NetworkSpec
from ..fault_model.layer_model import LayerModel, covers, knows_all_codes
from ..fault_model.mutants import needed_codes
from .test_patterns import TestPatternGenerator

_PAIRS_AT_MOST = 200_000
_TRIES = 3


def product_vectors(
    network: NetworkSpec, base: np.ndarray, rng: np.random.Generator, *, limit: int, seconds: float
) -> np.ndarray:
    """Samples under which, and under `base`, every pair of a code and a weight's magnitude counts, of every neuron.

    Of networks whose first layer is no sum of products, or has very many pairs, there are none.

    Args:
        network: what is verified.
        base: samples that are driven anyway.
        rng: draws the samples; the same state gives the same ones, unless the time runs out.
        limit: samples at most.
        seconds: of processor time.
    """
    none = np.zeros(network.codes_shape(0), dtype=np.int64)
    if not limit or not seconds or not covers(network):
        return none
    layer, weights, biases = network.dense_layers("cosim coverage")[0], network.weights[0], network.biases[0]
    # before any array of that size is made: pairs of 16 bits are 2^32 a neuron
    if not knows_all_codes(layer) or _pairs(layer, weights) > _PAIRS_AT_MOST:
        return none
    w_range = code_range(layer.weight_encoding, layer.resolution_bits)
    model = LayerModel(layer, weights, biases, needed_codes(layer, weights, *w_range))
    pairs = _Pairs(model)
    pairs.see(base)
    deadline, samples = time.process_time() + seconds, []
    patterns = TestPatternGenerator([model], rng, base)
    for neuron, magnitude, code in rng.permutation(np.argwhere(pairs.missing)).tolist():
        if len(samples) == limit or time.process_time() > deadline:
            break
        for _ in range(_TRIES):
            if not pairs.missing[neuron, magnitude, code]:
                break  # seen by a sample that was made for another one
            places = np.flatnonzero(pairs.magnitudes[neuron] == magnitude)
            sample = patterns.with_product(neuron, int(rng.choice(places)), code + model.x_low)
            if pairs.see(sample[None]):
                samples.append(sample)
    return np.array(samples, dtype=np.int64).reshape(-1, base.shape[1])


def _pairs(layer: DenseLayer, weights: np.ndarray) -> int:
    """Entries of the table of pairs."""
    low, high = code_range(layer.input_encoding, layer.resolution_bits)
    largest = max(int(weights.max()), -int(weights.min()))
    return layer.neurons * (largest + 1) * (high - low + 1)


class _Pairs:
    """Which pairs of a weight's magnitude and a code no sample has let count yet, by neuron."""

    def __init__(self, model: LayerModel) -> None:
        self.model = model
        self.magnitudes = np.abs(model.weights)
        codes = model.x_high - model.x_low + 1
        self.missing = np.zeros((*self.magnitudes.shape[:1], int(self.magnitudes.max()) + 1, codes), dtype=bool)
        self.missing[np.arange(len(self.magnitudes))[:, None], self.magnitudes] = True
        self.missing[:, 0] = False  # a weight of 0 has no product

    def see(self, samples: np.ndarray) -> bool:
        """Cross out what these samples let count; whether that was anything."""
        before = int(self.missing.sum())
        for neuron, sample in zip(*np.nonzero(self._open(samples).T), strict=True):
            self.missing[neuron, self.magnitudes[neuron], samples[sample] - self.model.x_low] = False
        return int(self.missing.sum()) < before

    def _open(self, samples: np.ndarray) -> np.ndarray:
        """Where (samples, neurons) the output is at no end of its range, so that other counts give other outputs."""
        requantize, counts = self.model.requantize, self.model.counts(samples)
        outputs = requantize(counts)
        if not requantize.clips:
            return np.ones(outputs.shape, dtype=bool)
        return (outputs > requantize.low) & (outputs < requantize.high)
