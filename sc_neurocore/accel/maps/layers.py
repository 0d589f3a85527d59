"""Any layer for `executor.run_network`, from what counts a dense one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..output_stage import NumpyLayer
from .pools import PoolLayer
from .windows import ConvLayer

Prepared = NumpyLayer | ConvLayer | PoolLayer
MakeCounter = Callable[[DenseLayer, np.ndarray, np.ndarray], tuple[Any, np.ndarray]]
"""From a description, int64 weights `(neurons, inputs)` and biases: what counts, and the bias left to be added."""


def numpy_layer(layer: Layer, weights: np.ndarray, bias: np.ndarray, make: MakeCounter, repeated: bool) -> Prepared:
    """A layer with what computes its counts.

    Args:
        layer: the description.
        weights: codes of its `weight_shape`.
        bias: counts of its `bias_shape`.
        make: makes the counter of a dense layer, or of one group's windows.
        repeated: whether the same counts enter the neuron at several steps.
    """
    weights = weights.astype(np.int64)
    match layer:
        case DenseLayer():
            counter, rest = make(layer, weights, bias)
            return NumpyLayer(layer, rest, counter, repeated)
        case Conv2dLayer():
            window = layer.window
            groups = zip(np.split(weights.reshape(len(weights), -1), layer.groups), np.split(bias, layer.groups))
            counters, rest = zip(*(make(window, w, b) for w, b in groups))
            return ConvLayer(layer, np.concatenate(rest), counters, repeated)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return PoolLayer(layer)
        case other:
            unknown_kind(other, "accel")
