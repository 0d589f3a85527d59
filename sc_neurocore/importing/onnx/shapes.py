"""ONNX's operations that move elements, of the signal or of the constants that give shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...spec.errors import OptionError
from .. import flow as signal
from ..flow import Constant, Flow, Value
from .call import Call, Table, adder
from .file import room

SHAPES: Table = {}
_operation = adder(SHAPES)


def _shape_of(value: Value) -> tuple[int, ...]:
    return value.shape if isinstance(value, Flow | Constant) else ()


@_operation("Flatten", attributes="axis")
def _flatten(call: Call) -> Value:
    flow = call.flow()
    axis, rank = call.attribute("axis", "INT", 1), len(flow.shape)
    if not -rank <= axis <= rank:
        raise OptionError(f"{call.at}: attribute 'axis' must lie within {rank} axes, got {axis}")
    axis = axis + rank if axis < 0 else axis
    call.fixed_batch = axis == 0
    return signal.reshape(flow, (math.prod(flow.shape[:axis]), math.prod(flow.shape[axis:])), call.at)


@_operation("Reshape", attributes="allowzero", inputs=2)
def _reshape(call: Call) -> Value:
    value, sizes = call.value(0), call.integers(1)
    zero = call.legal("allowzero", "INT", 0, 0, 1)
    before = _shape_of(value)
    shape = [before[i] if size == 0 and not zero and i < len(before) else size for i, size in enumerate(sizes)]
    if isinstance(value, Constant):
        return value.reshape(shape)
    if shape and isinstance(value, Flow) and value.batch_axis == 0 and sizes[0] == call.file_batch:
        shape[0] = value.batch
    after = signal.reshape(call.flow(), shape, call.at)
    call.fixed_batch = sizes[after.batch_axis] == call.file_batch
    return after


@_operation("Squeeze", "Unsqueeze", attributes="axes", inputs=2)
def _squeeze(call: Call) -> Value:
    value = call.value(0)
    if call.opset < 13:
        axes = call.attribute("axes", "INTS", None)
    else:
        axes = call.integers(1) if call.optional(1) is not None else None
    before = _shape_of(value)
    if call.operation == "Squeeze":
        positions = (
            [i for i, size in enumerate(before) if size == 1] if axes is None else _axes(call, axes, len(before))
        )
        if any(before[axis] != 1 for axis in positions):
            raise OptionError(f"{call.at}: axes {axes} of a shape {tuple(before)} cannot be squeezed")
        after = [size for axis, size in enumerate(before) if axis not in positions]
    else:
        positions = _axes(call, axes or [], len(before) + len(axes or []))
        sizes = iter(before)
        after = [1 if axis in positions else next(sizes) for axis in range(len(before) + len(positions))]
    return value.reshape(after) if isinstance(value, Constant) else signal.reshape(call.flow(), after, call.at)


def _axes(call: Call, axes: Sequence[int], rank: int) -> list[int]:
    if any(not -rank <= axis < rank for axis in axes) or len({axis % rank for axis in axes}) != len(axes):
        raise OptionError(f"{call.at}: axes {list(axes)} must be different ones of {rank}")
    return [axis % rank for axis in axes]


@_operation("Transpose", attributes="perm")
def _transpose(call: Call) -> Value:
    value = call.value(0)
    rank = len(_shape_of(value))
    order = _axes(call, call.attribute("perm", "INTS", [*range(rank)][::-1]), rank)
    if isinstance(value, Constant):
        return value.transpose(order)
    return signal.transpose(call.flow(), order, call.at)


@_operation("Shape", attributes="start end")
def _shape(call: Call) -> Value:
    shape = np.asarray(_shape_of(call.value(0)), np.int64)
    return shape[slice(call.attribute("start", "INT", None), call.attribute("end", "INT", None))]


@_operation("Gather", attributes="axis", inputs=2)
def _gather(call: Call) -> Value:
    value, indices = call.value(0), call.constant(1)
    call.integers(1)
    rank = len(_shape_of(value))
    (axis,) = _axes(call, [call.attribute("axis", "INT", 0)], rank)
    if isinstance(value, Constant):
        room(indices.size * value.size // max(value.shape[axis], 1), call.at)
        return np.take(value, indices, axis)
    flow = call.flow()
    if axis == flow.batch_axis:
        raise OptionError(f"{call.at}: samples of the batch are selected; only features can be")
    room(indices.size * flow.places.size // flow.shape[axis], call.at)
    return signal.select(flow, lambda sample: np.take(sample, indices, axis), call.at)


@_operation("Slice", attributes="axes starts ends", inputs=5)
def _slice(call: Call) -> Value:
    value = call.value(0)
    rank = len(_shape_of(value))
    if call.opset < 10:
        starts, ends = (call.attribute(name, "INTS", []) for name in ("starts", "ends"))
        axes, steps = call.attribute("axes", "INTS", [*range(len(starts))]), [1] * len(starts)
    else:
        starts, ends = call.integers(1), call.integers(2)
        axes = call.integers(3) if call.optional(3) is not None else [*range(len(starts))]
        steps = call.integers(4) if call.optional(4) is not None else [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or any(step < 1 for step in steps):
        raise OptionError(
            f"{call.at}: starts {starts}, ends {ends}, axes {axes}, steps {steps} must fit and go forwards"
        )
    parts = [slice(None)] * rank
    for axis, start, end, step in zip(_axes(call, axes, rank), starts, ends, steps):
        parts[axis] = slice(start, end, step)
    if isinstance(value, Constant):
        return value[tuple(parts)]
    flow = call.flow()
    if parts[flow.batch_axis].indices(flow.batch) != (0, flow.batch, 1):
        raise OptionError(f"{call.at}: samples of the batch are selected; only features can be")
    parts[flow.batch_axis] = slice(None)
    return signal.select(flow, lambda sample: sample[tuple(parts)], call.at)


@_operation("Concat", attributes="axis", inputs=1000)
def _concat(call: Call) -> Value:
    if any(isinstance(value, Flow) for value in call.inputs):
        raise OptionError(f"{call.at}: branches of the network join here; only networks without branches are supported")
    parts = [call.constant(index) for index in range(len(call.inputs))]
    room(sum(part.size for part in parts), call.at)
    return np.concatenate(parts, call.attribute("axis", "INT", 1))
