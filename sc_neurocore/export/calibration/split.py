"""Outlier neurons split: the hidden neurons whose products reach furthest are computed several times.

Copies of a hidden neuron change nothing that the network computes if the next layer's weights of it are divided by
their number. The largest input times the largest weight of a layer is what its largest count stands for, and the errors
of its products are the same in counts whatever that is: so one neuron whose range times weights is far beyond all
others' costs the whole layer its resolution. Few copies remove that, where no equalization can (see `equalize`): its
factors leave the product of a neuron's range and weights as it is. One copy is made after the other, each of the neuron
that the model of the noise names, all others equalized anew.

Source: R. Zhao et al., "Improving Neural Network Quantization without Retraining using Outlier Channel Splitting",
ICML 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..float_network import RELU, FloatNetwork
from .equalize import least_noise

FEWEST = 16
"""Layers of fewer neurons gain none."""

SHARE = 8
"""Layers that may gain neurons have at most one in so many more, all together."""

MOST = 16
"""And at most so many, for each is searched for."""

WORTH_COPY = 0.98
"""A copy is kept where it, or it and the next ones on average, lessen the noise's power by this factor."""

STEPS = 100
"""Of the descent to the factors for each number of copies; those that are taken are searched with more."""

STAGGER = 0.05
"""Copies are scaled by up to this share more and less than one, or the errors of their products would be the same."""


@dataclass(frozen=True)
class Split:
    """A network with outlier neurons split."""

    floats: FloatNetwork
    copies: tuple[np.ndarray, ...]
    """How often each neuron of the layers before the last one is computed now."""

    @property
    def growth(self) -> tuple[int, ...]:
        """Neurons that each of these layers gained."""
        return tuple(int(each.sum()) - len(each) for each in self.copies)


def split(floats: FloatNetwork, sums: Sequence[np.ndarray], input_range: float) -> Split | None:
    """The same network with outlier neurons split; None: no copy is worth it.

    Args:
        floats: the network.
        sums: pre-activations of each layer `(samples · positions, neurons)`.
        input_range: real input of the largest code.
    """
    may_grow = [_may_grow(floats, index) for index in range(floats.depth - 1)]
    limit = min(MOST, sum(len(weight) for weight, grows in zip(floats.weights, may_grow) if grows) // SHARE)
    trial, result = [np.ones(len(weight), int) for weight in floats.weights[:-1]], Split(floats, ())
    power, size = np.inf, 0
    for count in range(limit + 1):
        grown = _grown(floats, trial)
        noise = least_noise(grown, _grown_sums(sums, trial), input_range, steps=STEPS)
        if count == 0 or noise.power <= power * WORTH_COPY ** (count - size):
            result, power, size = Split(grown, (*trial,)), noise.power, count
        due = [
            np.bincount(_rows(copies), each) * grows
            for copies, each, grows in zip(trial, noise.due, may_grow, strict=True)
        ]
        layer = max(range(len(due)), key=lambda index: due[index].max(), default=0)
        if not due or due[layer].max() <= 0:
            break
        trial[layer] = trial[layer] + (np.arange(len(due[layer])) == due[layer].argmax())
    return result if any(result.growth) else None


def staggered(floats: FloatNetwork, copies: Sequence[np.ndarray]) -> FloatNetwork:
    """The same network, whose copies of a ReLU neuron differ a little in size.

    Args:
        floats: a network with split neurons, perhaps equalized.
        copies: of `Split`.
    """
    weights, biases = list(floats.weights), list(floats.biases)
    for index, activation in enumerate(floats.activations):
        if activation == RELU and (copies[index] > 1).any():
            factor = np.concatenate(
                [1 + STAGGER * np.linspace(-1, 1, n) if n > 1 else np.ones(1) for n in copies[index]]
            )
            weights[index], biases[index] = weights[index] * factor[:, None], biases[index] * factor
            weights[index + 1] = weights[index + 1] / factor
    return replace(floats, weights=tuple(weights), biases=tuple(biases))


def _may_grow(floats: FloatNetwork, index: int) -> bool:
    """Whether a layer's neurons are many, and one input each of the next layer."""
    both_dense = floats.convolution(index) is None and floats.convolution(index + 1) is None
    return both_dense and not floats.pools_before(index + 1) and len(floats.weights[index]) >= FEWEST


def _rows(copies: np.ndarray) -> np.ndarray:
    """The neuron that each row of a grown layer is a copy of."""
    return np.repeat(np.arange(len(copies)), copies)


def _grown(floats: FloatNetwork, copies: Sequence[np.ndarray]) -> FloatNetwork:
    """The same network in more neurons."""
    weights, biases = list(floats.weights), list(floats.biases)
    for index, each in enumerate(copies):
        if each.sum() > len(each):
            weights[index], biases[index] = weights[index][_rows(each)], biases[index][_rows(each)]
            weights[index + 1] = (weights[index + 1] / each)[:, _rows(each)]
    return replace(floats, weights=tuple(weights), biases=tuple(biases))


def _grown_sums(sums: Sequence[np.ndarray], copies: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Pre-activations of the grown network."""
    return [*(each[:, _rows(times)] for each, times in zip(sums, copies)), sums[-1]]
