"""In which order a network takes its inputs and gives its outputs, where its source has another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..importing.graph import Conv, FloatGraph, Node, Pool, Reorder
from ..spec.errors import OptionError

BY_FEATURE = ("calibration", "samples", "input_scale", "input_offset")
"""Options whose last axis are the features."""


@dataclass(frozen=True)
class Ordered:
    """A graph's nodes without those that put its input or its output in another order."""

    nodes: tuple[Node, ...]
    inputs: np.ndarray | None
    """Element i of the network's input is the source's feature inputs[i]; None: they are in the same order."""
    outputs: np.ndarray | None
    """Output i of the source is the network's element outputs[i]."""
    notes: tuple[str, ...]

    def options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Options that speak of features or classes, in the network's order; what is illegal is left to be refused."""
        changed = dict(options)
        for key in BY_FEATURE:
            value = None if options.get(key) is None else np.asarray(options[key])
            if self.inputs is not None and value is not None and value.shape[-1:] == self.inputs.shape:
                changed[key] = value[..., self.inputs]
        if self.outputs is not None and options.get("labels") is not None:
            changed["labels"] = in_order(np.asarray(options["labels"]), self.outputs)
        return changed

    @property
    def fields(self) -> dict[str, Any]:
        """What the report says of the orders."""
        orders = {"input_order": self.inputs, "output_order": self.outputs}
        return {key: None if order is None else tuple(order.tolist()) for key, order in orders.items()}


def in_our_order(graph: FloatGraph) -> Ordered:
    """The graph's nodes on elements in the order of contract §2a."""
    nodes: list[Node] = []
    inputs = outputs = None
    notes: list[str] = []
    order = "row by row, in a row column by column, in a column channel by channel"
    for index, node in enumerate(graph.nodes):
        if not isinstance(node, Reorder):
            nodes.append(node)
        elif index == 0:
            inputs = node.places
            how = "take of its flattened features those that input_order of the report numbers, in its order"
            if _is_channels_first(inputs, graph):
                images = "images.transpose(0, 2, 3, 1).reshape(len(images), -1)"
                how = f"{graph.framework} has the channels first: give it {images}"
            notes.append(f"the network takes a sample {order}; {how}")
        else:
            outputs = node.places
            notes.append(
                f"the network gives its outputs {order}: output and class i of {graph.framework} are the network's "
                "output_order[i] of the report"
            )
    return Ordered(tuple(nodes), inputs, outputs, tuple(notes))


def _is_channels_first(places: np.ndarray, graph: FloatGraph) -> bool:
    """Whether the order is that of maps whose channels come first, and no other."""
    shapes = [node.window.in_shape for node in graph.nodes if isinstance(node, Conv | Pool)]
    if not shapes or len(places) != np.prod(shapes[0]):
        return False
    rows, columns, channels = shapes[0]
    channel_maps = np.arange(len(places)).reshape(channels, rows, columns)
    return bool((channel_maps.transpose(1, 2, 0).ravel() == places).all())


def in_order(labels: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Classes of a source as those of the network; labels that are none are left to be refused.

    Args:
        labels: integers.
        order: the network's element of each output of the source.
    """
    legal = labels.dtype.kind in "iu" and labels.size and labels.min() >= 0 and labels.max() < len(order)
    return order[labels] if legal else labels


def order_of(report: Mapping[str, Any], key: str, count: int) -> np.ndarray | None:
    """An order of a report in JSON; None: the source's is the network's.

    Args:
        report: content of `export.json`.
        key: "input_order" or "output_order".
        count: of the elements that it numbers.

    Raises:
        OptionError: it is none of so many elements.
    """
    order = report.get(key)
    if order is None:
        return None
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(map(str, range(count))):
        raise OptionError(f"{key} of the report must number {count} elements, each once")
    return np.array([int(each) for each in order])
