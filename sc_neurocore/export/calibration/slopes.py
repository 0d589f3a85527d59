"""How much the outputs of a float network move with each neuron's sum: the slopes that equalization weighs noise by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...importing import maps
from ...importing.graph import Pool
from ...importing.maps import Window
from ...spec.kinds import unknown_kind
from ..float_network import FloatNetwork

MAP_SAMPLES = 32
"""Samples that are enough where each has many positions."""

DRAWS = 16
"""Random signs of the outputs whose slopes are taken where there are more: their mean square is that of all."""


def squared_slopes(floats: FloatNetwork, sums: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Mean over the samples of Σ (∂output / ∂sum)², over outputs and positions, of each layer `(neurons,)`.

    Args:
        floats: the network.
        sums: pre-activations of each layer `(samples · positions, neurons)`.
    """
    slopes = [np.zeros(len(weight)) for weight in floats.weights]
    count = len(sums[0]) // floats.positions(0)
    if floats.on_maps:
        maps_in_use = min(count, MAP_SAMPLES)
        sums, count = [each[: maps_in_use * floats.positions(index)] for index, each in enumerate(sums)], maps_in_use
    outputs = sums[-1].size // count
    for slope in _directions(sums[-1], count, DRAWS if floats.on_maps else outputs):
        for index in reversed(range(floats.depth)):
            if index < len(floats.activations):
                low, high = floats.activations[index]
                slope = slope * ((sums[index] > low) & (sums[index] < (np.inf if high is None else high)))
            slopes[index] += np.square(slope).sum(axis=0) / count
            if index:
                slope = _before(floats, index, slope, sums[index - 1], count)
    return slopes


def _directions(outputs: np.ndarray, count: int, limit: int) -> list[np.ndarray]:
    """Slopes to begin with: one output after the other, or random signs of all where those are more than `limit`."""
    flat = outputs.reshape(count, -1)
    if flat.shape[1] > limit:
        rng = np.random.default_rng(0)
        signs = rng.choice((-1.0, 1.0), (limit, flat.shape[1])) / limit**0.5
    else:
        signs = np.eye(flat.shape[1])
    return [np.broadcast_to(each, flat.shape).reshape(outputs.shape) for each in signs]


def _before(floats: FloatNetwork, index: int, slope: np.ndarray, sums: np.ndarray, count: int) -> np.ndarray:
    """Slopes over what the layer before gives, `(samples · positions, neurons)`, from those over a layer's sums."""
    weight, convolution = floats.weights[index], floats.convolution(index)
    if convolution is None:
        slope = slope @ weight
    else:
        window, kernel, groups = convolution.window, convolution.kernel(weight), convolution.groups
        parts = np.split(slope.reshape(count, *window.out_sides, -1), groups, axis=3)
        kernels = np.split(kernel, groups)

        def gradient(row: int, column: int) -> np.ndarray:
            return np.concatenate([part @ own[:, row, column] for part, own in zip(parts, kernels)], axis=3)

        slope = _spread(window, count, gradient)
    pools = floats.pools_before(index)
    if pools:
        low, high = floats.activations[index - 1]
        inputs = [np.clip(sums, low, high).reshape(count, -1)]
        for pool in pools:
            inputs.append(maps.pooled(inputs[-1], pool.kind, pool.window))
        for pool, x, y in zip(reversed(pools), reversed(inputs[:-1]), reversed(inputs[1:])):
            slope = _before_pool(pool, slope, x, y)
    return slope.reshape(sums.shape)


def _before_pool(pool: Pool, slope: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    window = pool.window
    shape = (len(x), *window.out_sides, window.in_shape[2])
    slope = slope.reshape(shape)
    match pool.kind:
        case "avg":
            mean = slope / (window.kernel[0] * window.kernel[1])
            return _spread(window, len(x), lambda row, column: mean)
        case "max":
            views, peaks = maps.windows(x, window), y.reshape(shape)
            return _spread(window, len(x), lambda row, column: slope * (views[:, :, :, row, column] == peaks))
        case other:
            unknown_kind(other, "export")


def _spread(window: Window, count: int, part: Callable[[int, int], np.ndarray]) -> np.ndarray:
    """Sums over the windows that see each element, `(samples, elements)`.

    Args:
        window: the window.
        count: of samples.
        part: what its element (row, column) gets at each position: `(samples, rows, columns, channels)`.
    """
    (rows, columns, channels), (top, bottom, left, right) = window.in_shape, window.padding
    out = np.zeros((count, rows + top + bottom, columns + left + right, channels))
    high, wide = window.out_sides
    for row in range(window.kernel[0]):
        for column in range(window.kernel[1]):
            down = slice(row, row + (high - 1) * window.stride[0] + 1, window.stride[0])
            across = slice(column, column + (wide - 1) * window.stride[1] + 1, window.stride[1])
            out[:, down, across] += part(row, column)
    return out[:, top : top + rows, left : left + columns].reshape(count, -1)
