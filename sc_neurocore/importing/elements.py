"""The signal on its way through a program, and what moves its elements: their numbers are moved along, and tell where.

Reshapes, transposes and selections of every framework come to the same: each element of the result is one of the
signal's, of the same sample. So the operation itself is done to the elements' numbers, and none is described twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..spec.errors import OptionError
from .graph import Node


@dataclass(frozen=True, eq=False)
class Flow:
    """The signal behind `nodes`, for a batch of samples."""

    nodes: tuple[Node, ...]
    places: np.ndarray
    """int64, the signal's shape without its batch axis: which feature of the last node each element is."""
    width: int
    """Features that the last node gives, `(width,)`."""
    batch: int
    batch_axis: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the framework sees, with the batch axis."""
        shape = self.places.shape
        return (*shape[: self.batch_axis], self.batch, *shape[self.batch_axis :])


@dataclass(frozen=True, eq=False)
class Mask:
    """flow > level, or flow < level: half of a `where` that clips."""

    flow: Flow
    side: Literal["above", "below"]
    level: float


MOST_FEATURES = 2**20
"""Of an input: what a damaged file claims is refused before memory is taken for it."""

Constant = np.ndarray
Value = Flow | Mask | Constant


def start(shape: Sequence[int], batch_axis: int = 0) -> Flow:
    """The input of a network, in the order in which its features lie in memory.

    Args:
        shape: of one batch, the batch axis in it.
        batch_axis: which one that is.

    Raises:
        OptionError: no features, or too many.
    """
    features = [*shape[:batch_axis], *shape[batch_axis + 1 :]]
    width = math.prod(features)
    if min(shape, default=0) < 1 or width > MOST_FEATURES:
        raise OptionError(f"an input of shape {tuple(shape)} must have from 1 to {MOST_FEATURES} features")
    return Flow((), np.arange(width).reshape(features), width, shape[batch_axis], batch_axis)


def move(flows: Sequence[Flow], how: Callable[..., Any], at: str) -> Flow:
    """An operation that only moves elements: it is done to their numbers, which then tell where each one went.

    Args:
        flows: the signal; several parts of it where the operation puts them together.
        how: the operation on as many int64 arrays of their shapes.
        at: name of the operation.

    Raises:
        OptionError: samples of the batch mix, or the parts come from different nodes.
    """
    first = flows[0]
    if any(flow.nodes != first.nodes or flow.width != first.width for flow in flows):
        raise OptionError(join(flows[0], flows[1], at))
    try:
        moved = np.asarray(how(*(_numbered(flow) for flow in flows)))
    except (ValueError, TypeError, IndexError, RuntimeError) as error:
        raise OptionError(f"{at}: does not fit a signal of {first.shape}: {error}") from error
    samples, places = np.divmod(moved, first.width)
    for axis, size in enumerate(moved.shape):
        here, place = np.moveaxis(samples, axis, -1), np.moveaxis(places, axis, -1)
        if size == first.batch and (here == np.arange(size)).all() and (place == place[..., :1]).all():
            return replace(first, places=place[..., 0], batch_axis=axis)
    raise OptionError(
        f"{at}: of a signal {first.shape} the result {moved.shape} mixes or selects the samples of a batch; "
        "only the features of each sample may move"
    )


def _numbered(flow: Flow) -> np.ndarray:
    samples = np.arange(flow.batch).reshape([-1] + [1] * (flow.places.ndim - flow.batch_axis))
    return samples * flow.width + np.expand_dims(flow.places, flow.batch_axis)


def reshape(flow: Flow, shape: Sequence[int], at: str) -> Flow:
    """The same elements in another shape; one entry may be −1.

    Args:
        flow: the signal.
        shape: with the batch axis.
        at: name of the operation, for messages.
    """
    return move([flow], lambda numbers: numbers.reshape(shape), at)


def transpose(flow: Flow, order: Sequence[int], at: str) -> Flow:
    """The same elements with their axes in another order, as `numpy.transpose` has it.

    Args:
        flow: the signal.
        order: of all axes, the batch axis among them.
        at: name of the operation, for messages.
    """
    return move([flow], lambda numbers: numbers.transpose(order), at)


def select(flow: Flow, index: Callable[[np.ndarray], np.ndarray], at: str) -> Flow:
    """Some elements of each sample: what `index` takes of an array that is shaped like the signal.

    Args:
        flow: the signal.
        index: takes the part of such an array.
        at: name of the operation, for messages.
    """
    return move([flow], index, at)


def join(left: Any, right: Any, at: str) -> str:
    """The message of an operation that has no constant where it needs one.

    Args:
        left: the first operand.
        right: the second.
        at: name of the operation, for messages.
    """
    if isinstance(left, Flow) and isinstance(right, Flow):
        return f"{at}: two branches of the network join here; only networks without branches are supported"
    return f"{at}: the signal stands where only a constant can ({type(left).__name__}, {type(right).__name__})"
