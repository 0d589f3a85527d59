"""ONNX's operations on maps: convolutions, pools, zero padding, means over whole maps."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...spec.errors import OptionError
from .. import map_flow as m
from ..flow import Flow, Value
from ..maps import PoolKind
from .call import Call, Table, adder

MAPS: Table = {}
_operation = adder(MAPS)
WINDOW = "auto_pad dilations kernel_shape pads strides"


def _window(call: Call, flow: Flow, kernel: list[int]) -> tuple[list[int], list[int]]:
    """Stride, and padding above, below, left and right."""
    if len(flow.shape) != 4 or len(kernel) != 2:
        raise OptionError(f"{call.at}: only maps of rows and columns are supported; the signal is {flow.shape}")
    dilations = call.attribute("dilations", "INTS", [1, 1])
    if any(each != 1 for each in dilations):
        raise OptionError(f"{call.at}: attribute 'dilations' must be 1, got {dilations}")
    stride = call.attribute("strides", "INTS", [1, 1])
    kind = call.attribute("auto_pad", "STRING", b"NOTSET").decode("utf-8", "replace")
    match kind:
        case "NOTSET":
            pads = call.attribute("pads", "INTS", [0, 0, 0, 0])
            if len(pads) != 4:
                raise OptionError(f"{call.at}: attribute 'pads' must have four entries, got {pads}")
            return stride, [pads[0], pads[2], pads[1], pads[3]]
        case "VALID":
            return stride, [0, 0, 0, 0]
        case "SAME_UPPER" | "SAME_LOWER":
            margins = []
            for size, side, step in zip(flow.shape[2:], kernel, stride, strict=True):
                total = max((-(-size // max(step, 1)) - 1) * step + side - size, 0)
                less, more = total // 2, total - total // 2
                margins += [less, more] if kind == "SAME_UPPER" else [more, less]
            return stride, margins
        case _:
            legal = "NOTSET, VALID, SAME_UPPER or SAME_LOWER"
            raise OptionError(f"{call.at}: attribute 'auto_pad' must be {legal}, got {kind!r}")


@_operation("Conv", attributes=f"{WINDOW} group", inputs=3)
def _conv(call: Call) -> Value:
    flow, weight, bias = call.flow(), call.constant(1), call.optional(2)
    if weight.ndim != 4:
        raise OptionError(f"{call.at}: only convolutions over rows and columns are supported; weights {weight.shape}")
    kernel = weight.transpose(0, 2, 3, 1)
    if call.attribute("kernel_shape", "INTS", [*weight.shape[2:]]) != [*weight.shape[2:]]:
        raise OptionError(f"{call.at}: attribute 'kernel_shape' does not fit weights {weight.shape}")
    stride, padding = _window(call, flow, [*weight.shape[2:]])
    groups = call.attribute("group", "INT", 1)
    return m.conv(flow, kernel, axes=m.FIRST, stride=stride, padding=padding, groups=groups, at=call.at, bias=bias)


def _pool(call: Call, kind: PoolKind) -> Value:
    flow, kernel = call.flow(), call.attribute("kernel_shape", "INTS", [])
    stride, padding = _window(call, flow, kernel)
    ceil = bool(call.legal("ceil_mode", "INT", 0, 0, 1))
    options: dict[str, Any] = {"axes": m.FIRST, "kernel": kernel, "stride": stride, "padding": padding, "ceil": ceil}
    return m.pool(flow, kind, at=call.at, **options)


@_operation("MaxPool", attributes=f"{WINDOW} ceil_mode storage_order")
def _max_pool(call: Call) -> Value:
    return _pool(call, "max")


@_operation("AveragePool", attributes=f"{WINDOW} ceil_mode count_include_pad")
def _average_pool(call: Call) -> Value:
    return _pool(call, "avg")  # without padding it does not matter what counts in it


@_operation("GlobalAveragePool")
def _global_average(call: Call) -> Value:
    return m.adaptive(call.flow(), "avg", (1, 1), axes=m.FIRST, at=call.at)


@_operation("GlobalMaxPool")
def _global_max(call: Call) -> Value:
    return m.adaptive(call.flow(), "max", (1, 1), axes=m.FIRST, at=call.at)


@_operation("ReduceMean", "ReduceMax", attributes="axes keepdims noop_with_empty_axes", inputs=2)
def _reduce(call: Call) -> Value:
    axes = call.integers(1) if call.optional(1) is not None else call.attribute("axes", "INTS", [])
    call.legal("noop_with_empty_axes", "INT", 0, 0)
    kind: PoolKind = "avg" if call.operation == "ReduceMean" else "max"
    keep = bool(call.legal("keepdims", "INT", 1, 0, 1))
    if not axes:
        raise OptionError(f"{call.at}: it goes over the whole batch; only maps are reduced")
    return m.over_map(call.flow(), axes, kind, call.at, keep=keep)


@_operation("Pad", attributes="mode pads value", inputs=4)
def _pad(call: Call) -> Value:
    flow = call.flow()
    call.legal("mode", "STRING", b"constant", b"constant")
    rank = len(flow.shape)
    if call.opset < 11:
        pads, value = call.attribute("pads", "INTS", []), np.asarray(call.attribute("value", "FLOAT", 0.0))
        axes = [*range(rank)]
    else:
        constant = call.optional(2)
        pads, value = call.integers(1), np.zeros(()) if constant is None else constant
        axes = [axis % rank for axis in call.integers(3)] if call.optional(3) is not None else [*range(rank)]
    if value.any():
        raise OptionError(f"{call.at}: it pads with {value.reshape(-1)[0]}; only zeros are supported")
    if rank != 4 or len(pads) != 2 * len(axes):
        raise OptionError(f"{call.at}: pads {pads} do not fit a batch of maps {flow.shape}")
    before, after = (dict(zip(axes, each)) for each in (pads[: len(axes)], pads[len(axes) :]))
    if any(each.get(axis, 0) for each in (before, after) for axis in (0, 1)):
        raise OptionError(f"{call.at}: it pads samples or channels; only rows and columns are supported")
    margins = [each.get(axis, 0) for axis in (2, 3) for each in (before, after)]
    return m.pad(flow, margins, axes=m.FIRST, at=call.at)
