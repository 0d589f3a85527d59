"""A checked float network: dense layers and convolutions with clips between them, pools in front of layers.

A convolution is a dense layer at each position of a window, so its weights are a matrix `(neurons, inputs)` as a dense
layer's are, and its sums one row a position. Elements of maps are in the order of contract §2a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..importing import maps
from ..importing.graph import Pool, Scale
from ..importing.maps import MapShape, Window

ClipRange = tuple[float, float | None]
"""(low, high) of h = min(max(W·h + b, low), high): (0, None) is ReLU; (0, high) and (−high, high) are bounded."""

RELU: ClipRange = (0.0, None)


@dataclass(frozen=True)
class Convolution:
    """Where a layer's weights are put: the window, and into how many groups channels fall."""

    window: Window
    groups: int

    @property
    def inputs(self) -> int:
        """N = kh·kw·C/g, of one window."""
        return math.prod(self.window.kernel) * self.window.in_shape[2] // self.groups

    def kernel(self, weight: np.ndarray) -> np.ndarray:
        """A layer's matrix as `(out channels, kh, kw, in channels / groups)`."""
        return weight.reshape(len(weight), *self.window.kernel, -1)


@dataclass(frozen=True)
class FloatNetwork:
    """A network in float64: h = clip(W·h + b) between layers, the last one linear."""

    weights: tuple[np.ndarray, ...]
    """`(neurons, inputs)` of each layer; of a convolution out channels, and inputs of a window."""
    biases: tuple[np.ndarray, ...]
    activations: tuple[ClipRange, ...]
    """Of the layers but the last."""
    convolutions: tuple[Convolution | None, ...] = ()
    """Of each layer; None of a dense one. Empty: all are dense."""
    pools: tuple[tuple[Pool, ...], ...] = ()
    """In front of each layer. Empty: there are none."""
    leading: Scale | None = None
    """A normalization of the input that no weights took, since zeros around the map are zeros behind it."""

    @property
    def depth(self) -> int:
        """Layers with weights."""
        return len(self.weights)

    def convolution(self, index: int) -> Convolution | None:
        """Of a layer; None: it is dense."""
        return self.convolutions[index] if self.convolutions else None

    def pools_before(self, index: int) -> tuple[Pool, ...]:
        """In front of a layer."""
        return self.pools[index] if self.pools else ()

    def padded(self, index: int) -> bool:
        """Whether a layer sees zeros around its map."""
        convolution = self.convolution(index)
        return convolution is not None and convolution.window.padded

    @property
    def in_shape(self) -> MapShape | None:
        """Of the input where the first layer, or a pool before it, takes a map."""
        convolution, pools = self.convolution(0), self.pools_before(0)
        if pools:
            return pools[0].window.in_shape
        return None if convolution is None else convolution.window.in_shape

    @property
    def on_maps(self) -> bool:
        """Whether any layer takes a map."""
        return any(each is not None for each in self.convolutions) or any(self.pools)

    @property
    def features(self) -> int:
        """Elements of the input."""
        return self.weights[0].shape[1] if self.in_shape is None else math.prod(self.in_shape)

    def positions(self, index: int) -> int:
        """Places at which a layer is evaluated."""
        convolution = self.convolution(index)
        return 1 if convolution is None else convolution.window.positions

    @property
    def elements(self) -> int:
        """Sums of all layers for one sample."""
        return sum(len(weight) * self.positions(index) for index, weight in enumerate(self.weights))

    def input_channels(self, index: int) -> np.ndarray:
        """Which neuron of the layer before each input is: `(neurons or 1, inputs)`; pools keep the channels."""
        convolution, inputs = self.convolution(index), np.arange(self.weights[index].shape[1])
        if convolution is None:
            return (inputs % len(self.weights[index - 1]))[None]
        channels = convolution.window.in_shape[2] // convolution.groups
        neurons = np.arange(len(self.weights[index]))
        start = neurons * convolution.groups // len(neurons) * channels
        return start[:, None] + (inputs % channels)[None]

    def sums(self, index: int, x: np.ndarray) -> np.ndarray:
        """W·x + b of one layer, `(samples · positions, neurons)`, behind the pools in front of it.

        Args:
            index: of the layer.
            x: what the layer before it gives, or the input: `(samples, elements)`.
        """
        for pool in self.pools_before(index):
            x = maps.pooled(x, pool.kind, pool.window)
        weight, bias, convolution = self.weights[index], self.biases[index], self.convolution(index)
        if convolution is None:
            return x @ weight.T + bias
        out = maps.convolved(x, convolution.kernel(weight), bias, convolution.window, convolution.groups)
        return out.reshape(-1, len(weight))

    def pre_activations(self, x: np.ndarray) -> list[np.ndarray]:
        """W·h + b of every layer, `(samples · positions, neurons)`; the last ones are the outputs.

        Args:
            x: real inputs `(samples, features)`.
        """
        count = len(x)
        if self.leading is not None:
            x = self.leading.factor * x + self.leading.offset
        out = []
        for index in range(self.depth):
            out.append(self.sums(index, x))
            if index < len(self.activations):
                x = np.clip(out[-1], *self.activations[index]).reshape(count, -1)
        return out
