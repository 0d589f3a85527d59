"""A softmax that a program spells out: exp(z − max z) / Σ exp(z − max z), and its logarithm, known by their data flow.

A framework without a softmax operation, or a user's own code, computes one in steps. Each step gives a `Part`, which
remembers the logits z that it came from; the last step, and nothing else, gives a signal again. Whether the maximum is
subtracted first changes overflow only: softmax(z) = softmax(z − c).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ..spec.errors import OptionError
from .flow import Flow, move, tail

PartKind = Literal["max", "shifted", "exp", "sum", "log_sum"]


@dataclass(frozen=True, eq=False)
class Part:
    """One step: max z, z − max z, exp of either, its sum, or the sum's logarithm."""

    kind: PartKind
    logits: Flow
    """The logits z of all outputs of a sample."""
    shifted: bool
    """Whether max z was subtracted before the exponential."""
    value: Flow
    """Where its elements lie: in max and the sums one number for each sample, else the logits that they were."""


def _outputs_axis(flow: Flow) -> int:
    """The axis on which all outputs of a sample lie, as far as there is one."""
    return int(np.argmax([0 if axis == flow.batch_axis else size for axis, size in enumerate(flow.shape)]))


def _over_all(flow: Flow, axis: int, at: str) -> int:
    axis %= len(flow.shape)
    if axis == flow.batch_axis or flow.shape[axis] != flow.places.size:
        raise OptionError(
            f"{at}: a reduction of {flow.shape} over axis {axis} is supported over all outputs of a sample only, "
            "as a part of a softmax"
        )
    return axis


def _one_a_sample(flow: Flow, axis: int, keep: bool) -> Flow:
    """The shape of `flow` after a reduction over `axis`."""
    sides = [1] * (flow.places.ndim if keep else flow.places.ndim - 1)
    batch_axis = flow.batch_axis - (not keep and axis < flow.batch_axis)
    return Flow((), np.zeros(sides, np.int64), 1, flow.batch, batch_axis)


def peak(flow: Flow, axis: int, at: str, *, keep: bool) -> Part:
    """max z over an axis, which stays with size 1 if it is kept.

    Args:
        flow: z.
        axis: which one, as the framework counts it.
        at: name of the operation, for messages.
        keep: whether the axis stays, with size 1.
    """
    return Part("max", flow, False, _one_a_sample(flow, _over_all(flow, axis, at), keep))


def exp(value: Flow | Part, at: str) -> Part:
    """The exponential of z, or of z − max z."""
    match value:
        case Flow():
            _over_all(value, _outputs_axis(value), at)
            return Part("exp", value, False, value)
        case Part(kind="shifted"):
            return replace(value, kind="exp")
    raise unfinished(value, at)


def total(part: Part, axis: int, at: str, *, keep: bool) -> Part:
    """The sum of the exponentials over an axis.

    Args:
        part: the exponentials.
        axis: which one, as the framework counts it.
        at: name of the operation, for messages.
        keep: whether the axis stays, with size 1.
    """
    if part.kind != "exp":
        raise unfinished(part, at)
    axis = _over_all(part.value, axis, at)
    return Part("sum", part.value, part.shifted, _one_a_sample(part.value, axis, keep))


def log(part: Part, at: str) -> Part:
    """The sum's logarithm."""
    if part.kind != "sum":
        raise unfinished(part, at)
    return replace(part, kind="log_sum")


def log_sum_exp(flow: Flow, axis: int, at: str, *, keep: bool) -> Part:
    """log Σ exp z in one operation.

    Args:
        flow: z.
        axis: which one, as the framework counts it.
        at: name of the operation, for messages.
        keep: whether the axis stays, with size 1.
    """
    return replace(peak(flow, axis, at, keep=keep), kind="log_sum")


def add(left: Any, right: Any, at: str) -> Part:
    """log Σ exp(z − max z) + max z = log Σ exp z.

    Args:
        left: a value or a part of a softmax.
        right: a value or a part of a softmax.
        at: name of the operation, for messages.
    """
    for first, second in ((left, right), (right, left)):
        match first, second:
            case Part(kind="log_sum", shifted=True), Part(kind="max") if _same(first.logits, second.logits):
                if first.value.shape == second.value.shape and first.value.batch_axis == second.value.batch_axis:
                    return replace(first, shifted=False)
    raise unfinished(left if isinstance(left, Part) else right, at)


def subtract(left: Any, right: Any, at: str) -> Flow | Part:
    """z − max z, or the logarithm of a softmax: what is left of z minus the sum's logarithm.

    Args:
        left: a value or a part of a softmax.
        right: a value or a part of a softmax.
        at: name of the operation, for messages.
    """
    match left, right:
        case Flow(), Part(kind="max") if _meets(left, right):
            return Part("shifted", left, True, left)
        case Flow(), Part(kind="log_sum", shifted=False) if _meets(left, right):
            return tail(left, "log_softmax", _outputs_axis(left), at)
        case Part(kind="shifted"), Part(kind="log_sum", shifted=True) if _meets(left.value, right):
            return tail(left.value, "log_softmax", _outputs_axis(left.value), at)
    raise unfinished(left if isinstance(left, Part) else right, at)


def divide(left: Any, right: Any, at: str) -> Flow:
    """exp z / Σ exp z.

    Args:
        left: a value or a part of a softmax.
        right: a value or a part of a softmax.
        at: name of the operation, for messages.
    """
    match left, right:
        case Part(kind="exp"), Part(kind="sum") if left.shifted == right.shifted and _meets(left.value, right):
            return tail(left.value, "softmax", _outputs_axis(left.value), at)
    raise unfinished(left if isinstance(left, Part) else right, at)


def move_part(part: Part, how: Callable[..., Any], at: str) -> Part:
    """A reshape or a broadcast of it.

    Args:
        part: of a softmax.
        how: moves elements, as `elements` does.
        at: name of the operation, for messages.
    """
    value = move([part.value], how, at)
    return replace(part, value=value, logits=part.logits if part.kind in ("max", "sum", "log_sum") else value)


def unfinished(value: Any, at: str) -> OptionError:
    """The error for a step that leads to no softmax."""
    kind = f"{value.kind} of the outputs" if isinstance(value, Part) else "signal"
    return OptionError(f"{at}: the {kind} is supported as a part of a softmax or its logarithm only")


def _same(left: Flow, right: Flow) -> bool:
    """Whether these are the same outputs, each sample's in the same order, on whatever axis they lie."""
    return (
        left.nodes == right.nodes
        and left.width == right.width
        and np.array_equal(left.places.reshape(-1), right.places.reshape(-1))
    )


def _meets(full: Flow, part: Part) -> bool:
    """Whether one number for each sample, broadcast, meets all outputs of its own sample."""
    own = part.value
    if not _same(full, part.logits) or len(own.shape) > len(full.shape):
        return False
    pairs = zip(reversed(full.shape), reversed(own.shape), strict=False)
    fits = all(small in (1, size) for size, small in pairs)
    return fits and len(full.shape) - full.batch_axis == len(own.shape) - own.batch_axis
