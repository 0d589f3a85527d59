"""What each Torch operation does to the signal: a table of those that are supported, by their ATen names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .. import flow as f
from .. import softmax
from ..flow import Flow, Mask
from ..softmax import Part
from . import maps
from .trace import Call, flat


def _binary(operation: Callable[[Any, Any, str], Any], step: Callable[..., Any] | None = None) -> Callable[[Call], Any]:
    """left ∘ alpha·right, by the flow's algebra, or by a softmax's where one of them is a part of it."""

    def handler(call: Call) -> Any:
        left, right = call.value("self"), call.value("other")
        alpha = call.arguments.get("alpha", 1)
        if alpha != 1:
            right = f.multiply(right, np.asarray(float(alpha)), call.at)
        if isinstance(left, Part) or isinstance(right, Part):
            return step(left, right, call.at) if step else call.refuse()
        return operation(left, right, call.at)

    return handler


def _divide(call: Call) -> Any:
    if call.arguments.get("rounding_mode") is not None:
        call.refuse()
    return _binary(f.divide, softmax.divide)(call)


def _rsub(call: Call) -> Any:
    flipped = Call(call.func, call.args, call.kwargs)
    flipped.at = call.at
    flipped.arguments |= {"self": call.arguments["other"], "other": call.arguments["self"]}
    if call.arguments.get("alpha", 1) != 1:
        call.refuse()
    return _binary(f.subtract, softmax.subtract)(flipped)


def _linear(call: Call) -> Any:
    weight, bias = call.value("weight"), call.value("bias")
    if not isinstance(weight, np.ndarray):
        call.refuse("has weights that depend on the input")
    product = f.matmul(call.value("input"), weight.T, call.at)
    return product if bias is None else f.add(product, bias, call.at)


def _addmm(call: Call) -> Any:
    left, right = (call.value(name) for name in _MATRICES[call.name.removesuffix("_")])
    product = f.matmul(left, right, call.at)
    product = f.multiply(product, np.asarray(float(call.arguments["alpha"])), call.at)
    addend = f.multiply(call.value("self"), np.asarray(float(call.arguments["beta"])), call.at)
    return f.add(product, addend, call.at)


_MATRICES = {"addmm": ("mat1", "mat2"), "addmv": ("mat", "vec"), "baddbmm": ("batch1", "batch2")}


def _matmul(call: Call) -> Any:
    left, right = list(call.arguments)[:2]
    a, b = call.value(left), call.value(right)
    # Batched products with a constant that is the same for all: einsum writes a dense layer so.
    if isinstance(a, Flow) and isinstance(b, np.ndarray) and b.ndim == 3 and len(b) == 1 == a.shape[0]:
        product = f.matmul(f.reshape(a, a.shape[1:], call.at), b[0], call.at)
        return f.reshape(product, (1, *product.shape), call.at) if isinstance(product, Flow) else product
    return f.matmul(a, b, call.at)


def _batch_norm(call: Call) -> Any:
    if call.arguments["training"]:
        call.refuse("takes its statistics from the batch (it keeps no running ones, or is in training)")
    mean, variance = call.value("running_mean"), call.value("running_var")
    if mean is None or variance is None:
        call.refuse("has no running statistics")
    signal = call.flow("input")
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = 1 / np.sqrt(variance + call.arguments["eps"])
    weight, bias = call.value("weight"), call.value("bias")
    factor = factor if weight is None else factor * weight
    offset = -mean * factor if bias is None else bias - mean * factor
    shape = (-1, *[1] * (len(signal.shape) - 2))
    return f.scale(signal, factor.reshape(shape), offset.reshape(shape), call.at)


def _dropout(call: Call) -> Any:
    if call.arguments["train"] and call.arguments["p"] != 0:
        call.refuse("is random: it is called with training=True")
    return call.value("input")


def _clamp(call: Call) -> Any:
    return f.clip(call.flow(), call.value("min"), call.value("max"), call.at)


def _hardtanh(call: Call) -> Any:
    return f.clip(call.flow(), call.arguments["min_val"], call.arguments["max_val"], call.at)


def _hardsigmoid(call: Call) -> Any:
    ramp = f.clip(f.scale(call.flow(), 1.0, 3.0, call.at), 0.0, 6.0, call.at)
    return f.scale(ramp, 1 / 6, 0.0, call.at)


def _threshold(call: Call) -> Any:
    if call.arguments["threshold"] != call.arguments["value"]:
        call.refuse()
    return f.clip(call.flow(), call.arguments["threshold"], None, call.at)


def _leaky_relu(call: Call) -> Any:
    if call.arguments["negative_slope"] != 0:
        call.refuse("is supported with negative_slope 0 only")
    return f.clip(call.flow(), 0.0, None, call.at)


def _compare(side: Any) -> Callable[[Call], Any]:
    return lambda call: f.compare(call.value("self"), call.value("other"), side, call.at)


def _masked_fill(call: Call) -> Any:
    return f.where(call.value("mask"), call.value("value"), call.value("self"), call.at)


def _where(call: Call) -> Any:
    return f.where(call.value("condition"), call.value("self"), call.value("other"), call.at)


def _tail(kind: Any) -> Callable[[Call], Any]:
    def handler(call: Call) -> Any:
        axis = None if kind == "sigmoid" else int(call.arguments["dim"])
        return f.tail(call.flow(), kind, axis, call.at)

    return handler


def _argmax(call: Call) -> Any:
    flow = call.flow()
    if call.arguments["dim"] is None:
        call.refuse("goes over the whole batch: give dim=1")
    axis = int(call.arguments["dim"]) % len(flow.shape)
    result = f.tail(flow, "argmax", axis, call.at)
    return result if call.arguments["keepdim"] else f.move([result], lambda numbers: numbers.squeeze(axis), call.at)


def _max(call: Call) -> Any:
    """Both results of max over a dimension: the values and where they are."""
    if "dim" not in call.arguments:
        return _binary(f.maximum)(call) if "other" in call.arguments else call.refuse()
    keep = call.arguments["keepdim"]
    return [softmax.peak(call.flow(), int(call.arguments["dim"]), call.at, keep=keep), _argmax(call)]


def _axis(call: Call) -> int:
    axes = flat(call.arguments["dim"])
    return int(axes[0]) if len(axes) == 1 else call.refuse()


def _log(call: Call) -> Any:
    value = call.value()
    return softmax.log(value, call.at) if isinstance(value, Part) else call.refuse()


def _log_sum_exp(call: Call) -> Any:
    return softmax.log_sum_exp(call.flow(), _axis(call), call.at, keep=call.arguments["keepdim"])


def _cast(call: Call) -> Any:
    value, other = call.value(), call.arguments.get("other")
    dtype = other.dtype if isinstance(other, torch.Tensor) else call.arguments.get("dtype")
    if dtype not in (None, torch.float32, torch.float64, call.signals[0].dtype) and not isinstance(value, Mask):
        call.refuse("rounds the signal to another type")
    if call.arguments.get("device") is not None and call.arguments["device"].type != "cpu":
        call.refuse("moves the signal to another device")
    return value


OPERATIONS: dict[str, Callable[[Call], Any]] = {
    "linear": _linear,
    **dict.fromkeys(_MATRICES, _addmm),
    **dict.fromkeys(("matmul", "mm", "mv", "bmm"), _matmul),
    "add": _binary(f.add, softmax.add),
    **dict.fromkeys(("sub", "subtract"), _binary(f.subtract, softmax.subtract)),
    "rsub": _rsub,
    **dict.fromkeys(("mul", "multiply"), _binary(f.multiply)),
    **dict.fromkeys(("div", "divide", "true_divide"), _divide),
    **dict.fromkeys(("neg", "negative"), lambda call: f.scale(call.flow(), -1.0, 0.0, call.at)),
    "batch_norm": _batch_norm,
    **dict.fromkeys(("dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"), _dropout),
    "relu": lambda call: f.clip(call.flow(), 0.0, None, call.at),
    "relu6": lambda call: f.clip(call.flow(), 0.0, 6.0, call.at),
    **dict.fromkeys(("clamp", "clip"), _clamp),
    "clamp_min": lambda call: f.clip(call.flow(), call.value("min"), None, call.at),
    "clamp_max": lambda call: f.clip(call.flow(), None, call.value("max"), call.at),
    "hardtanh": _hardtanh,
    "hardsigmoid": _hardsigmoid,
    "threshold": _threshold,
    "leaky_relu": _leaky_relu,
    "maximum": _binary(f.maximum),
    "minimum": _binary(f.minimum),
    **dict.fromkeys(("gt", "greater", "ge", "greater_equal"), _compare("above")),
    **dict.fromkeys(("lt", "less", "le", "less_equal"), _compare("below")),
    "masked_fill": _masked_fill,
    "where": _where,
    **dict.fromkeys(("softmax", "_softmax"), _tail("softmax")),
    **dict.fromkeys(("log_softmax", "_log_softmax"), _tail("log_softmax")),
    "sigmoid": _tail("sigmoid"),
    "argmax": _argmax,
    "max": _max,
    "exp": lambda call: softmax.exp(call.value(), call.at),
    "log": _log,
    "logsumexp": _log_sum_exp,
    **dict.fromkeys(("to", "_to_copy", "type_as"), _cast),
    **maps.OPERATIONS,
}
"""By ATen name; an operation in place (relu_) is the same one, and then writes."""
