"""In which order a network takes its inputs and gives its outputs, where its source has another one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..importing.graph import FloatGraph, Node, Reorder


@dataclass(frozen=True)
class Ordered:
    """A graph's nodes without those that put its input or its output in another order."""

    nodes: tuple[Node, ...]
    inputs: np.ndarray | None
    """Element i of the network's input is the source's feature inputs[i]; None: they are in the same order."""
    outputs: np.ndarray | None
    """Output i of the source is the network's element outputs[i]."""
    notes: tuple[str, ...]


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
            notes.append(
                f"the network takes a sample {order}; {graph.framework} has the channels first: give it "
                "images.transpose(0, 2, 3, 1).reshape(len(images), -1)"
            )
        else:
            outputs = node.places
            notes.append(f"the network gives its outputs {order}; {graph.framework} gives the channels first")
    return Ordered(tuple(nodes), inputs, outputs, tuple(notes))
