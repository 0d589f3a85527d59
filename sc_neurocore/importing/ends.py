"""Where a network ends: its outputs in their order, and last operations that change no decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from .elements import Flow, Mask
from .graph import Clip, Conv, Dense, Integrator, Lif, Node, Pad, Pool, Reorder, Scale, Tail, TailKind


def finish(value: Any, at: str) -> tuple[Node, ...]:
    """The nodes of a network's output.

    Raises:
        OptionError: the output does not depend on the input, or is a part or a shuffle of what a node gives.
    """
    flow = _flow(value, at)
    if flow.batch_axis != 0:
        raise OptionError(f"{at}: the output {flow.shape} has its batch on axis {flow.batch_axis}; it must be axis 0")
    places = flow.places.reshape(-1)
    if np.array_equal(places, np.arange(flow.width)):
        return flow.nodes
    # The outputs in another order, or some of them: the last layer with weights can give just these.
    place = max((index for index, node in enumerate(flow.nodes) if isinstance(node, Dense | Conv)), default=None)
    if place is None:
        raise OptionError(f"{at}: the network gives its inputs back in another order and holds no dense layer")
    if not any(isinstance(node, Pool | Pad) or _on_map(node) for node in flow.nodes[place:]):
        return (*flow.nodes[:place], *(_selected(node, places) for node in flow.nodes[place:]))
    if not np.array_equal(np.sort(places), np.arange(flow.width)):
        raise OptionError(f"{at}: the network gives a part of a map; only whole maps are supported as outputs")
    first_tail = next((i for i, node in enumerate(flow.nodes) if isinstance(node, Tail)), len(flow.nodes))
    for node in flow.nodes[first_tail:]:
        _selected(node, places)  # refuses those that no order goes through
    return (*flow.nodes[:first_tail], Reorder(at, places), *flow.nodes[first_tail:])


def _on_map(node: Node) -> bool:
    """Whether its outputs cannot be chosen one by one."""
    return isinstance(node, Conv) and (node.window.positions > 1 or node.groups > 1)


def _selected(node: Node, places: np.ndarray) -> Node:
    match node:
        case Dense(name, weight, bias):
            return Dense(name, weight[places], None if bias is None else bias[places])
        case Conv(name, weight, bias, window, groups):
            return Conv(name, weight[places], None if bias is None else bias[places], window, groups)
        case Pool() | Pad() | Reorder():
            raise OptionError(f"{node.name}: outputs are selected behind it; select them before it")
        case Scale(name, factor, offset):
            return Scale(name, factor[places], offset[places])
        case Tail(name, "softmax" | "log_softmax" | "argmax"):
            raise OptionError(f"{name}: outputs are selected behind it; select them before it")
        case Clip() | Tail():
            return node
        case Lif(name, beta, threshold, comparator, reset):
            return Lif(name, beta[places], threshold[places], comparator, reset)
        case Integrator(name, beta):
            return Integrator(name, beta[places])
        case other:
            unknown_kind(other, "importing")


def tail(flow: Flow, kind: TailKind, axis: int | None, at: str) -> Flow:
    """A softmax or argmax over all features, or a sigmoid, as the last operation.

    Args:
        flow: the signal.
        kind: which.
        axis: over which it goes; None for one that goes element by element.
        at: name of the operation.
    """
    axis = None if axis is None else axis % len(flow.shape)
    if axis is not None and (axis == flow.batch_axis or flow.shape[axis] != flow.places.size):
        raise OptionError(f"{at}: a {kind} over axis {axis} of {flow.shape} does not go over all outputs of a sample")
    if axis is not None and not np.array_equal(flow.places.reshape(-1), np.arange(flow.width)):
        nodes = finish(replace(flow, batch_axis=0), at)  # in the order, or the part, in which it stands here
        flow = replace(flow, nodes=nodes, places=np.arange(flow.places.size).reshape(flow.places.shape))
        flow = replace(flow, width=flow.places.size)
    nodes = (*flow.nodes, Tail(at, kind))
    if kind == "argmax":  # one class is left, on the axis that it went over
        return replace(flow, nodes=nodes, places=np.zeros([1] * flow.places.ndim, np.int64), width=1)
    return replace(flow, nodes=nodes)


def _flow(value: Any, at: str) -> Flow:
    if isinstance(value, Flow):
        return value
    if isinstance(value, Mask):
        raise OptionError(f"{at}: a comparison of the signal is no output")
    raise OptionError(f"{at}: the output does not depend on the network's input")
