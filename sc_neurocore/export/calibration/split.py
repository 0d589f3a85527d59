"""Outlier neurons split: the few hidden neurons whose products reach furthest are computed several times.

Copies of a hidden neuron change nothing that the network computes if the next layer's weights of it are divided by
their number. The largest input times the largest weight of a layer is what its largest count stands for, and the errors
of its products are the same in counts whatever that is: so one neuron whose range times weights is far beyond all
others' costs the whole layer its resolution. Few copies remove that, where no equalization can (see `equalize`): its
factors leave the product of a neuron's range and weights as it is.

Source: R. Zhao et al., "Improving Neural Network Quantization without Retraining using Outlier Channel Splitting",
ICML 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..float_network import RELU, FloatNetwork
from .equalize import WITHIN

FEWEST = 16
"""Layers of fewer neurons gain none."""

SHARE = 32
"""A layer gains at most one neuron in so many, and a smaller one of `FEWEST` or more at most one."""

WORTH_COPIES = 1.25
"""A layer's neurons are copied where its largest product falls by this factor."""

STAGGER = 0.05
"""Copies are scaled by up to this share more and less than one, or the errors of their products would be the same."""


@dataclass(frozen=True)
class Split:
    """A network with outlier neurons split."""

    floats: FloatNetwork
    copies: tuple[np.ndarray, ...]
    """How often each neuron of the layers before the last one is computed now."""

    @property
    def added(self) -> tuple[int, ...]:
        """Neurons that each of these layers gained."""
        return tuple(int(each.sum()) - len(each) for each in self.copies)


def split(floats: FloatNetwork, sums: Sequence[np.ndarray]) -> Split | None:
    """The same network with outlier neurons split; None: it has none.

    Args:
        floats: the network.
        sums: pre-activations of each layer `(samples · positions, neurons)`.
    """
    weights, biases, copies = list(floats.weights), list(floats.biases), []
    for index, activation in enumerate(floats.activations):
        copies.append(np.ones(len(weights[index]), int))
        if _between_dense(floats, index):
            reach = np.quantile(np.abs(np.clip(sums[index], *activation)), WITHIN, axis=0)
            copies[index] = _copies(reach * np.abs(floats.weights[index + 1]).max(axis=0))
            rows = np.repeat(np.arange(len(copies[index])), copies[index])
            weights[index], biases[index] = weights[index][rows], biases[index][rows]
            weights[index + 1] = (weights[index + 1] / copies[index])[:, rows]
    found = Split(replace(floats, weights=tuple(weights), biases=tuple(biases)), tuple(copies))
    return found if any(found.added) else None


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


def _between_dense(floats: FloatNetwork, index: int) -> bool:
    """Whether a layer's neurons are one input each of the next."""
    both_dense = floats.convolution(index) is None and floats.convolution(index + 1) is None
    return both_dense and not floats.pools_before(index + 1)


def _copies(products: np.ndarray) -> np.ndarray:
    """How often each neuron is computed: the fewest copies with the least largest product, or all once.

    Args:
        products: of each neuron its range times its largest weight in the next layer.
    """
    copies = best = np.ones(len(products), int)
    least = float(products.max())
    for _ in range(max(1, len(products) // SHARE) if len(products) >= FEWEST else 0):
        copies = copies + (np.arange(len(products)) == (products / copies).argmax())
        largest = float((products / copies).max())
        best, least = (copies, largest) if largest < least else (best, least)
    return best if least * WORTH_COPIES <= float(products.max()) else np.ones(len(products), int)
