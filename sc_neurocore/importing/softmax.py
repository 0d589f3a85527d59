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
from .flow import Flow, TailKind, move, tail

PartKind = Literal["max", "shifted", "exp", "sum", "log_sum"]


@dataclass(frozen=True, eq=False)
class Part:
    """One step: max z, z − max z, exp of either, its sum, or the sum's logarithm."""

    kind: PartKind
    logits: Flow
    axis: int
    """Over which the softmax goes; that of all outputs of a sample."""
    shifted: bool
    """Whether max z was subtracted before the exponential."""
    value: Flow
    """Where its elements lie, as a signal of its own: in max and the sums one number for each sample."""


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
    left = [1] * (flow.places.ndim if keep else flow.places.ndim - 1)
    batch_axis = flow.batch_axis - (not keep and axis < flow.batch_axis)
    return Flow((), np.zeros(left, np.int64), 1, flow.batch, batch_axis)


def peak(flow: Flow, axis: int, at: str, *, keep: bool) -> Part:
    """max z over an axis, which stays with size 1 if it is kept."""
    axis = _over_all(flow, axis, at)
    return Part("max", flow, axis, False, _one_a_sample(flow, axis, keep))


def exp(value: Flow | Part, at: str) -> Part:
    """The exponential of z, or of z − max z."""
    match value:
        case Flow():
            axis = int(np.argmax([size if i != value.batch_axis else 0 for i, size in enumerate(value.shape)]))
            return Part("exp", value, _over_all(value, axis, at), False, value)
        case Part(kind="shifted"):
            return replace(value, kind="exp")
    raise unfinished(value, at)


def total(value: Part, axis: int, at: str, *, keep: bool) -> Part:
    """The sum of the exponentials over an axis."""
    if value.kind != "exp" or axis % len(value.value.shape) != value.axis:
        raise unfinished(value, at)
    return replace(value, kind="sum", value=_one_a_sample(value.logits, value.axis, keep))


def log(value: Part, at: str) -> Part:
    """The sum's logarithm."""
    if value.kind != "sum":
        raise unfinished(value, at)
    return replace(value, kind="log_sum")


def log_sum_exp(flow: Flow, axis: int, at: str, *, keep: bool) -> Part:
    """log Σ exp z in one operation."""
    axis = _over_all(flow, axis, at)
    return Part("log_sum", flow, axis, False, _one_a_sample(flow, axis, keep))


def add(left: Any, right: Any, at: str) -> Part:
    """log Σ exp(z − max z) + max z = log Σ exp z."""
    for first, second in ((left, right), (right, left)):
        match first, second:
            case Part(kind="log_sum", shifted=True), Part(kind="max") if _same(first.logits, second.logits):
                if first.value.shape == second.value.shape:
                    return replace(first, shifted=False)
    raise unfinished(left if isinstance(left, Part) else right, at)


def subtract(left: Any, right: Any, at: str) -> Flow | Part:
    """z − max z, or the logarithm of a softmax: what is left of z minus the sum's logarithm."""
    match left, right:
        case Flow(), Part(kind="max") if _same(left, right.logits):
            _spread(right, at)
            return Part("shifted", left, right.axis, True, left)
        case Flow(), Part(kind="log_sum", shifted=False) if _same(left, right.logits):
            return _done(right, "log_softmax", at)
        case Part(kind="shifted"), Part(kind="log_sum", shifted=True) if _same(left.logits, right.logits):
            return _done(right, "log_softmax", at)
    raise unfinished(left if isinstance(left, Part) else right, at)


def divide(left: Any, right: Any, at: str) -> Flow:
    """exp z / Σ exp z."""
    match left, right:
        case Part(kind="exp"), Part(kind="sum") if left.shifted == right.shifted and _same(left.logits, right.logits):
            return _done(right, "softmax", at)
    raise unfinished(left if isinstance(left, Part) else right, at)


def move_part(part: Part, how: Callable[..., Any], at: str) -> Part:
    """A reshape or a broadcast of one number for each sample."""
    if part.kind in ("shifted", "exp"):
        raise unfinished(part, at)
    return replace(part, value=move([part.value], how, at))


def unfinished(value: Any, at: str) -> OptionError:
    """The error for a step that leads to no softmax."""
    kind = f"{value.kind} of the outputs" if isinstance(value, Part) else "signal"
    return OptionError(f"{at}: the {kind} is supported as a part of a softmax or its logarithm only")


def _same(left: Flow, right: Flow) -> bool:
    return (
        left.nodes == right.nodes
        and left.batch_axis == right.batch_axis
        and np.array_equal(left.places, right.places)
        and left.width == right.width
    )


def _spread(part: Part, at: str) -> None:
    """The reduced part meets each sample's own logits when it is broadcast against them."""
    full, own = part.logits, part.value
    fits = np.broadcast_shapes(full.shape, own.shape) == full.shape if len(own.shape) <= len(full.shape) else False
    if not fits or len(full.shape) - full.batch_axis != len(own.shape) - own.batch_axis:
        raise OptionError(f"{at}: {own.shape} is not broadcast along the outputs of {full.shape}")


def _done(part: Part, kind: TailKind, at: str) -> Flow:
    _spread(part, at)
    return tail(part.logits, kind, part.axis, at)
