"""A spiking graph as rows of weights and cells, as `export_spiking` takes them.

A gain before the cells joins the weights, and so does a threshold of each neuron's own, and a mean or sum of spikes
over windows those of the layer behind it: all exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...importing.graph import Clip, Conv, Dense, Integrator, Lif, Node, Pad, Pool, Reorder, Scale, Tail
from ...importing.maps import behind_mean, dense_behind_mean
from ...spec.errors import OptionError
from ...spec.kinds import unknown_kind
from ..float_network import Convolution

RULE = "a spiking network is a row of weights and cells of one leak a layer"


def cells_of(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    """The layers of a spiking network: weights, then cells, layer by layer.

    Raises:
        OptionError: the nodes are no row of weights and cells, or the cells of a layer differ in their leak.
    """
    row = _Row()
    for node in nodes:
        match node:
            case Dense() | Conv() if row.weight is None:
                row.weights(node)
            case Scale() if row.weight is not None or row.pools:
                row.scale(node)
            case Lif() if row.weight is not None and (node.beta == node.beta[0]).all():
                row.cells(node)
            case Pool(kind="avg") if row.weight is None and row.layers:
                row.pools.append(node)
            case Dense() | Conv() | Pool() | Pad() | Reorder() | Scale() | Clip() | Tail() | Lif() | Integrator():
                raise OptionError(f"{node.name}: {RULE}; this {type(node).__name__.lower()} has no place in it")
            case other:
                unknown_kind(other, "export")
    if row.weight is not None:
        raise OptionError("the network ends in weights without cells; export ends in cells, whose spikes are counted")
    if row.pools:
        raise OptionError(f"{row.pools[-1].name}: {RULE}; the network ends in a mean of spikes")
    return row.layers


@dataclass
class _Row:
    """What the nodes so far come to."""

    layers: list[dict[str, Any]] = field(default_factory=list)
    weight: np.ndarray | None = None
    """`(neurons, inputs)` of a layer whose cells are still to come."""
    bias: np.ndarray = field(default_factory=lambda: np.zeros(0))
    convolution: Convolution | None = None
    pools: list[Pool] = field(default_factory=list)
    """Behind the last cells."""
    factor: np.ndarray | None = None
    """What the pools' outputs are multiplied with, of each channel."""

    def weights(self, node: Dense | Conv) -> None:
        """The weights of the next layer, on what is behind the last cells."""
        self.bias = np.zeros(len(node.weight)) if node.bias is None else node.bias
        kernel, window, groups = node.weight, None, 1
        if isinstance(node, Conv):
            window, groups = node.window, node.groups
        if self.factor is not None:
            kernel = self._scaled(node, kernel, self.factor)
        for pool in reversed(self.pools):
            if window is None:
                kernel = dense_behind_mean(kernel, pool.window)
                continue
            result = behind_mean(kernel, window, pool.window)
            if result is None or max(*result[1].kernel, *result[1].stride) > 64:
                raise OptionError(
                    f"{pool.name}: its windows and the padding or kernel of {node.name} are no one window"
                )
            kernel, window = result
        self.weight = kernel.reshape(len(kernel), -1)
        self.convolution = None if window is None else Convolution(window, groups)
        self.pools, self.factor = [], None

    def _scaled(self, node: Dense | Conv, kernel: np.ndarray, factor: np.ndarray) -> np.ndarray:
        if isinstance(node, Dense):
            return kernel * np.tile(factor, kernel.shape[1] // len(factor))
        channels = kernel.shape[3]
        start = np.arange(len(kernel)) * node.groups // len(kernel) * channels
        return kernel * factor[start[:, None] + np.arange(channels)][:, None, None]

    def scale(self, node: Scale) -> None:
        """Into the weights before it, or behind pools to wait for the next ones."""
        channels = self.pools[-1].window.in_shape[2] if self.weight is None else len(self.weight)
        factor, offset = (_by_channel(node, each, channels) for each in (node.factor, node.offset))
        if self.weight is not None:
            self.weight, self.bias = self.weight * factor[:, None], self.bias * factor + offset
        elif offset.any():
            raise OptionError(f"{node.name}: {RULE}; something is added to a mean of spikes")
        else:
            self.factor = factor if self.factor is None else self.factor * factor

    def cells(self, node: Lif) -> None:
        """Cells on the weights before them."""
        assert self.weight is not None
        threshold = _by_channel(node, node.threshold, len(self.weight))
        factor = threshold[0] / threshold
        self.layers.append(
            {
                "weight": self.weight * factor[:, None],
                "bias": self.bias * factor,
                "beta": float(node.beta[0]),
                "threshold": float(threshold[0]),
                "comparator": node.comparator,
                "reset": node.reset,
                "convolution": self.convolution,
            }
        )
        self.weight = self.convolution = None


def _by_channel(node: Node, values: np.ndarray, channels: int) -> np.ndarray:
    """One value for each channel of a map, or for each neuron."""
    each = values.reshape(-1, channels)
    if (each != each[0]).any():
        raise OptionError(f"{node.name}: its values differ between the positions of a map; they may only by channel")
    return each[0]
