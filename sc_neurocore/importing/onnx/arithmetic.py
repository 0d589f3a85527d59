"""ONNX's operations that compute: layers, scales, activations, tails; each with what changed between opsets."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...spec.errors import OptionError
from .. import flow as signal
from ..flow import Constant, Flow, Value
from ..graph import Tail, TailKind
from .call import Call, Table, adder
from .file import FLOATS, TYPES, array, folded, onnx, room

ARITHMETIC: Table = {}
_operation = adder(ARITHMETIC)


@_operation("Gemm", attributes="alpha beta transA transB broadcast", inputs=3)
def _gemm(call: Call) -> Value:
    sides = []
    for index, name in enumerate(("transA", "transB")):
        side = call.value(index)
        if not isinstance(side, Flow | Constant) or len(side.shape) != 2:
            raise OptionError(f"{call.at}: Gemm multiplies matrices; input {index} is none")
        if call.legal(name, "INT", 0, 0, 1):
            side = signal.transpose(side, (1, 0), call.at) if isinstance(side, Flow) else side.T
        sides.append(side)
    product = _matmul(call, *sides)
    alpha, beta = (call.attribute(name, "FLOAT", 1.0) for name in ("alpha", "beta"))
    if alpha != 1:
        product = signal.multiply(product, np.asarray(alpha), call.at)
    if len(call.inputs) < 3 or call.inputs[2] is None:
        return product
    addend = call.value(2)
    return signal.add(product, beta * addend if isinstance(addend, Constant) else addend, call.at)


@_operation("MatMul", inputs=2)
def _matmul_node(call: Call) -> Value:
    return _matmul(call, call.value(0), call.value(1))


def _matmul(call: Call, left: Value, right: Value) -> Value:
    if isinstance(left, Constant) and isinstance(right, Constant):
        room(math.prod(left.shape[:-1]) * math.prod(right.shape[:-2]) * math.prod(right.shape[-1:]), call.at)
    return signal.matmul(left, right, call.at)


_BINARY: dict[str, tuple[Callable[..., np.ndarray], Callable[..., Value]]] = {
    "Add": (np.add, signal.add),
    "Sub": (np.subtract, signal.subtract),
    "Mul": (np.multiply, signal.multiply),
    "Div": (np.divide, signal.divide),
    "Max": (np.maximum, signal.maximum),
    "Min": (np.minimum, signal.minimum),
}


@_operation(*_BINARY, attributes="axis broadcast", inputs=2)
def _binary(call: Call) -> Value:
    left, right = call.value(0), call.value(1)
    if call.opset < 7 and isinstance(right, Constant) and "axis" in call.attributes:
        # Before opset 7 the smaller array's first axis is laid on this one of the larger.
        rank, axis = len(np.shape(left) if isinstance(left, Constant) else left.shape), call.attribute("axis", "INT", 0)  # type: ignore[union-attr]
        trailing = rank - axis % max(rank, 1) - right.ndim
        if trailing < 0:
            raise OptionError(f"{call.at}: attribute 'axis' {axis} does not fit a constant of shape {right.shape}")
        right = right.reshape(right.shape + (1,) * trailing)
    if isinstance(left, Constant) and isinstance(right, Constant):
        is_integer = left.dtype.kind in "iu" and right.dtype.kind in "iu" and call.operation == "Div"
        if is_integer and not right.all():
            raise OptionError(f"{call.at}: whole numbers are divided by zero")
        return folded(np.floor_divide if is_integer else _BINARY[call.operation][0], left, right, at=call.at)
    return _BINARY[call.operation][1](left, right, call.at)


@_operation("Neg", "Sqrt")
def _unary(call: Call) -> Value:
    value = call.value(0)
    if call.operation == "Neg":
        return signal.multiply(value, np.asarray(-1.0), call.at) if isinstance(value, Flow) else -call.constant(0)
    return np.sqrt(call.constant(0))


@_operation("Relu")
def _relu(call: Call) -> Value:
    return signal.clip(call.flow(), 0.0, None, call.at)


@_operation("Clip", attributes="min max", inputs=3)
def _clip(call: Call) -> Value:
    if call.opset < 11:
        low, high = (call.attribute(name, "FLOAT", None) for name in ("min", "max"))
    else:
        low, high = call.optional(1), call.optional(2)
        if call.attributes:
            raise OptionError(f"{call.at}: from opset 11 on Clip has inputs min and max, not attributes")
    return signal.clip(call.flow(), low, high, call.at)


@_operation("BatchNormalization", attributes="epsilon momentum spatial is_test training_mode", inputs=5)
def _batch_normalization(call: Call) -> Value:
    flow = call.flow()
    if call.opset < 7:
        call.legal("is_test", "INT", 0, 1)
    call.legal("training_mode", "INT", 0, 0)
    if len(flow.shape) > 2:
        call.legal("spatial", "INT", 1, 1)
    gain, offset, mean, variance = (
        signal.real(call.constant(index), f"{call.at}: {name}")
        for index, name in ((1, "scale"), (2, "bias"), (3, "mean"), (4, "variance"))
    )
    axis = 1
    if flow.batch_axis == 1 and len(flow.shape) == 2:
        axis = call.batch_norm_axis = 0
        call.notes.append(
            f"{call.at}: between two transposes its channels lie on axis 0, where ONNX has the batch; "
            "they are normalized channel by channel, as the network was trained"
        )
    elif flow.batch_axis != 0 or len(flow.shape) < 2:
        raise OptionError(f"{call.at}: a batch normalization of a signal of shape {flow.shape} is not supported")
    channels = (flow.shape[axis],)
    for name, each in (("scale", gain), ("bias", offset), ("mean", mean), ("variance", variance)):
        if each.shape != channels:
            raise OptionError(f"{call.at}: {name} must have one entry for each of {channels[0]}, got {each.shape}")
    factor = signal.real(_gain(gain, variance + call.attribute("epsilon", "FLOAT", 1e-5)), f"{call.at}: factor")
    shape = [-1 if each == axis else 1 for each in range(len(flow.shape))]
    return signal.scale(flow, factor.reshape(shape), (offset - mean * factor).reshape(shape), call.at)


def _gain(gain: np.ndarray, variance: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return gain / np.sqrt(variance)


_TAILS: dict[str, TailKind] = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Sigmoid": "sigmoid"}


@_operation("Softmax", "LogSoftmax", attributes="axis")
def _softmax(call: Call) -> Value:
    flow = call.flow()
    axis = call.attribute("axis", "INT", 1 if call.opset < 13 else -1)
    if call.opset < 13 and axis % len(flow.shape) == 1 and flow.batch_axis == 0:
        # Before opset 13 all axes from this one on are one.
        flat = signal.reshape(flow, (flow.batch, flow.places.size), call.at)
        return signal.reshape(signal.tail(flat, _TAILS[call.operation], 1, call.at), flow.shape, call.at)
    if call.opset < 13 and axis % len(flow.shape) != len(flow.shape) - 1:
        raise OptionError(f"{call.at}: before opset 13 a softmax from axis {axis} of {flow.shape} on mixes the samples")
    return signal.tail(flow, _TAILS[call.operation], axis, call.at)


@_operation("Sigmoid")
def _sigmoid(call: Call) -> Value:
    return signal.tail(call.flow(), "sigmoid", None, call.at)


@_operation("ArgMax", attributes="axis keepdims select_last_index")
def _argmax(call: Call) -> Value:
    call.legal("select_last_index", "INT", 0, 0)
    axis = call.attribute("axis", "INT", 0)
    flow = signal.tail(call.flow(), "argmax", axis, call.at)
    if call.legal("keepdims", "INT", 1, 0, 1):
        return flow
    return signal.reshape(flow, [size for i, size in enumerate(flow.shape) if i != axis % len(flow.shape)], call.at)


@_operation("Identity")
def _identity(call: Call) -> Value:
    return call.value(0)


@_operation("Dropout", attributes="ratio seed is_test", inputs=3)
def _dropout(call: Call) -> Value:
    if call.opset < 7:
        call.legal("is_test", "INT", 0, 1)
    training = call.optional(2)
    if training is not None and training.any():
        raise OptionError(f"{call.at}: dropout is in training mode; export the model in evaluation mode")
    return call.value(0)


@_operation("Cast", attributes="to saturate round_mode")
def _cast(call: Call) -> Value:
    value, to = call.value(0), call.attribute("to", "INT", 0)
    if to not in TYPES:
        raise OptionError(f"{call.at}: a cast to type {to} is not supported; supported are {', '.join(TYPES.values())}")
    if isinstance(value, Constant):
        # Floats stay double: the rounding of weights to the type is none of the network's own.
        dtype = np.float64 if to in FLOATS else onnx.helper.tensor_dtype_to_np_dtype(to)
        return value.astype(dtype)
    if to not in FLOATS and not (isinstance(value, Flow) and _is_class(value)):
        raise OptionError(f"{call.at}: the signal is cast to {TYPES[to]}, which rounds it; supported are floats")
    if FLOATS.get(to) in ("FLOAT16", "BFLOAT16"):
        call.notes.append(f"{call.at}: the file rounds the signal to {FLOATS[to]}; here it is not rounded")
    return value


def _is_class(flow: Flow) -> bool:
    node = flow.nodes[-1] if flow.nodes else None
    return isinstance(node, Tail) and node.kind == "argmax"


@_operation("Constant", attributes="value value_float value_floats value_int value_ints", inputs=0)
def _constant(call: Call) -> Value:
    if len(call.attributes) != 1:
        raise OptionError(f"{call.at}: a constant has one value, got {len(call.attributes)} attributes")
    if "value" in call.attributes:
        return array(call.attribute("value", "TENSOR", None), call.at)
    (name,) = call.attributes
    kind = name.removeprefix("value_").upper()
    return np.asarray(call.attribute(name, kind, None), np.float64 if kind.startswith("FLOAT") else np.int64)
