"""A network's input on its way through a program: what an importer's operations do to it.

An importer walks its framework's graph and holds two kinds of values. A constant is a NumPy array, whatever made it:
weights times a mask, a normalized direction, a transposed kernel. A `Flow` is the signal itself: the row of nodes that
made it, and where each of its elements lies in the last node's output. Reshapes, transposes and selections move
elements and nothing else, so they change these places alone; the next dense layer reads its columns through them.

Two flows never meet in one operation: networks whose branches join are refused there, by the operation's name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ..spec.errors import OptionError
from .arrays import real
from .elements import Constant, Flow, Mask, Value, join, move, reshape, select, start, transpose
from .ends import finish, tail
from .graph import Clip, Dense, Scale

__all__ = [
    "Constant",
    "Flow",
    "Mask",
    "Value",
    "add",
    "clip",
    "compare",
    "divide",
    "finish",
    "matmul",
    "maximum",
    "minimum",
    "move",
    "multiply",
    "real",
    "reshape",
    "scale",
    "select",
    "start",
    "subtract",
    "tail",
    "transpose",
    "where",
]

MOST_WEIGHTS = 2**28
"""Of a layer, for the same reason as an input's MOST_FEATURES."""


def matmul(left: Value, right: Value, at: str) -> Value:
    """left @ right, of which one is the signal and the other a constant matrix or vector.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    if isinstance(left, Constant) and isinstance(right, Constant):
        return left @ right
    if isinstance(left, Flow) and isinstance(right, Constant):
        vector = right.ndim == 1
        flow = _dense(left, (right[:, None] if vector else right).T, at)
        return reshape(flow, flow.shape[:-1], at) if vector else flow
    if isinstance(left, Constant) and isinstance(right, Flow):
        if left.ndim != 2 or len(right.shape) < 2:
            raise OptionError(f"{at}: a constant {left.shape} times a signal {right.shape} is no dense layer")
        swap = [*range(len(right.shape) - 2), -1, -2]
        return transpose(_dense(transpose(right, swap, at), left, at), swap, at)
    raise OptionError(join(left, right, at))


def _dense(flow: Flow, weight: np.ndarray, at: str) -> Flow:
    """weight @ x over the last axis; weight is `(neurons, inputs)`."""
    if weight.ndim != 2 or flow.batch_axis == len(flow.shape) - 1 or weight.shape[1] != flow.shape[-1]:
        raise OptionError(f"{at}: a dense layer of weights {weight.shape} does not fit a signal of {flow.shape}")
    if flow.places.size != flow.places.shape[-1]:
        raise OptionError(
            f"{at}: a dense layer over the last axis of {flow.shape} is shared by {flow.places.shape[:-1]} positions; "
            "only a layer that reads all features at once is supported: flatten the signal before it"
        )
    if len(weight) * flow.width > MOST_WEIGHTS:
        raise OptionError(f"{at}: {len(weight)} neurons of {flow.width} inputs are more than {MOST_WEIGHTS} weights")
    weight = real(weight, f"{at}: weight")
    wide = np.zeros((len(weight), flow.width))
    for column, place in enumerate(flow.places.reshape(-1)):
        wide[:, place] += weight[:, column]
    places = np.arange(len(weight)).reshape(*flow.places.shape[:-1], len(weight))
    return replace(flow, nodes=(*flow.nodes, Dense(at, wide, None)), places=places, width=len(weight))


def scale(flow: Flow, factor: Any, offset: Any, at: str) -> Flow:
    """factor · x + offset; both are broadcast against the signal's shape.

    Args:
        flow: the signal.
        factor: a constant.
        offset: a constant.
        at: name of the operation, for messages.

    Raises:
        OptionError: they differ between samples, or an element of a node stands in the signal more than once.
    """
    places = flow.places.reshape(-1)
    if len(np.unique(places)) != len(places):
        raise OptionError(f"{at}: the signal repeats an element; that is supported before a dense layer only")
    full_factor, full_offset = np.ones(flow.width), np.zeros(flow.width)
    full_factor[places] = _for_features(flow, factor, at).reshape(-1)
    full_offset[places] = _for_features(flow, offset, at).reshape(-1)
    if (full_factor == 1).all():
        if (full_offset == 0).all():
            return flow
        match flow.nodes:
            case (*before, Dense(name, weight, None)):  # a dense layer's own bias
                return replace(flow, nodes=(*before, Dense(name, weight, full_offset)))
            case _:
                pass
    return replace(flow, nodes=(*flow.nodes, Scale(at, full_factor, full_offset)))


def _for_features(flow: Flow, constant: Any, at: str) -> np.ndarray:
    """A constant as each sample meets it, in the shape of `flow.places`."""
    array = real(constant, f"{at}: constant")
    rank = len(flow.shape)
    wide = array.reshape((1,) * (rank - array.ndim) + array.shape)  # the batch may be too large to broadcast to
    if wide.ndim > rank or any(size not in (1, full) for size, full in zip(wide.shape, flow.shape)):
        raise OptionError(f"{at}: a constant of shape {array.shape} does not fit a signal of {flow.shape}")
    samples = np.moveaxis(wide, flow.batch_axis, 0)
    if not (samples == samples[:1]).all():
        raise OptionError(f"{at}: a constant differs between the samples of a batch")
    return np.broadcast_to(samples[0], flow.places.shape)


def _commuting(
    left: Value, right: Value, at: str, of_constants: Callable[..., Any], of_signal: Callable[[Flow, Constant], Flow]
) -> Value:
    """An operation in which the signal may stand on either side of a constant."""
    match left, right:
        case np.ndarray(), np.ndarray():
            return of_constants(left, right)
        case (Flow() as flow, np.ndarray() as constant) | (np.ndarray() as constant, Flow() as flow):
            return of_signal(flow, constant)
    raise OptionError(join(left, right, at))


def add(left: Value, right: Value, at: str) -> Value:
    """left + right.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    return _commuting(left, right, at, np.add, lambda flow, constant: scale(flow, 1.0, constant, at))


def subtract(left: Value, right: Value, at: str) -> Value:
    """left − right.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    match left, right:
        case np.ndarray(), np.ndarray():
            return left - right
        case Flow(), np.ndarray():
            return scale(left, 1.0, -right, at)
        case np.ndarray(), Flow():
            return scale(right, -1.0, left, at)
    raise OptionError(join(left, right, at))


def multiply(left: Value, right: Value, at: str) -> Value:
    """left · right, element by element.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    match left, right:
        case (Flow() as flow, Mask(level=0.0) as mask) | (Mask(level=0.0) as mask, Flow() as flow):
            return where(mask, flow, np.zeros(()), at)
    return _commuting(left, right, at, np.multiply, lambda flow, constant: scale(flow, constant, 0.0, at))


def divide(left: Value, right: Value, at: str) -> Value:
    """left / right, element by element; the signal may only stand above.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    match left, right:
        case np.ndarray(), np.ndarray():
            return left / right
        case Flow(), np.ndarray():
            with np.errstate(divide="ignore", invalid="ignore"):
                return scale(left, 1.0 / np.asarray(right, np.float64), 0.0, at)
    raise OptionError(join(left, right, at))


def clip(flow: Flow, low: Any | None, high: Any | None, at: str) -> Flow:
    """min(max(x, low), high) with scalar ends; None and infinities are absent ends.

    Args:
        flow: the signal.
        low: lower end, or None.
        high: upper end, or None.
        at: name of the operation, for messages.
    """
    ends = [None if end is None else _end(end, flow, at) for end in (low, high)]
    ends = [None if end is None or math.isinf(end) else end for end in ends]
    if ends == [None, None]:
        return flow
    return replace(flow, nodes=(*flow.nodes, Clip(at, *ends)))


def _end(end: Any, flow: Flow, at: str) -> float:
    array = np.asarray(end, np.float64)
    try:
        shape = np.broadcast_shapes(array.shape, flow.shape)
    except ValueError:
        shape = None
    if shape != flow.shape:
        raise OptionError(f"{at}: a constant of shape {array.shape} does not fit a signal of {flow.shape}")
    if array.size == 0 or np.isnan(array).any() or not (array == array.flat[0]).all():
        raise OptionError(f"{at}: an activation's end must be one number for all features, got an array {array.shape}")
    return float(array.flat[0])


def maximum(left: Value, right: Value, at: str) -> Value:
    """max(left, right), element by element.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    return _commuting(left, right, at, np.maximum, lambda flow, constant: clip(flow, constant, None, at))


def minimum(left: Value, right: Value, at: str) -> Value:
    """min(left, right), element by element.

    Args:
        left: the signal or a constant.
        right: the signal or a constant.
        at: name of the operation, for messages.
    """
    return _commuting(left, right, at, np.minimum, lambda flow, constant: clip(flow, None, constant, at))


def compare(left: Value, right: Value, side: Literal["above", "below"], at: str) -> Mask:
    """left > right or left ≥ right ("above"), left < right or left ≤ right ("below"): one of them a scalar.

    Where both are equal, either branch of the `where` that follows has the same value, so strictness does not matter.

    Args:
        left: the signal or its level.
        right: the other of the two.
        side: on which the mask holds.
        at: name of the operation, for messages.
    """
    match left, right:
        case Flow(), np.ndarray():
            return Mask(left, side, _end(right, left, at))
        case np.ndarray(), Flow():
            return Mask(right, "below" if side == "above" else "above", _end(left, right, at))
    raise OptionError(join(left, right, at))


def where(mask: Value, yes: Value, no: Value, at: str) -> Value:
    """Where the mask holds, yes, else no: a clip, if one of them is the compared signal and the other its level.

    Args:
        mask: a comparison of the signal.
        yes: the signal or the level.
        no: the other of the two.
        at: name of the operation, for messages.

    Raises:
        OptionError: it is anything else.
    """
    if isinstance(mask, Constant):
        yes_factor, no_factor = mask.astype(np.float64), (~mask.astype(bool)).astype(np.float64)
        if isinstance(yes, Constant) and isinstance(no, Constant):
            return np.where(mask, yes, no)
        if isinstance(yes, Flow) and isinstance(no, Constant):
            return scale(yes, yes_factor, np.where(mask, 0.0, no), at)
        if isinstance(no, Flow) and isinstance(yes, Constant):
            return scale(no, no_factor, np.where(mask, yes, 0.0), at)
    if not isinstance(mask, Mask):
        raise OptionError(f"{at}: the signal chooses between two values in a way that is no clip")
    branch, level = (yes, no) if isinstance(yes, Flow) else (no, yes)
    if isinstance(branch, Flow) and isinstance(level, Constant) and _end(level, branch, at) == mask.level:
        keeps_above = (branch is yes) == (mask.side == "above")
        here = branch.batch_axis == mask.flow.batch_axis and np.array_equal(branch.places, mask.flow.places)
        if here and branch.nodes == mask.flow.nodes:
            return clip(branch, mask.level, None, at) if keeps_above else clip(branch, None, mask.level, at)
        if here and branch.nodes[:-1] == mask.flow.nodes:
            node = branch.nodes[-1]  # x > high ? high : max(x, low) compares the signal before its other end
            match node:
                case Clip(_, float(low), None) if not keeps_above and low <= mask.level:
                    return clip(branch, None, mask.level, at)
                case Clip(_, None, float(high)) if keeps_above and mask.level <= high:
                    return clip(branch, mask.level, None, at)
                case _:
                    pass
    raise OptionError(f"{at}: the signal chooses between two values in a way that is no clip")
