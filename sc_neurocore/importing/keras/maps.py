"""Keras's layers on maps, channels last: convolutions, pools, zero padding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...spec.errors import OptionError
from .. import map_flow as m
from ..arrays import real
from ..flow import Flow
from ..maps import PoolKind
from .chain import Layer

Weights = Mapping[str, np.ndarray]
ArraysOf = Callable[[Layer, Weights, list[str]], dict[str, np.ndarray]]


def _two(value: Any) -> list[int] | None:
    value = [value] * 2 if type(value) is int else value
    return value if isinstance(value, list) and len(value) == 2 and all(type(each) is int for each in value) else None


def _sides(layer: Layer, key: str, default: Any) -> list[int]:
    return layer.take(key, _two, "a whole number, or two", default)


def _margins(layer: Layer, flow: Flow, kernel: list[int], stride: list[int]) -> list[int]:
    """Padding above, below, left, right."""
    layer.only("data_format", "channels_last", None)
    kind = layer.take("padding", lambda value: value if value in ("valid", "same") else None, "valid or same", "valid")
    if kind == "valid" or len(flow.shape) != 4:
        return [0, 0, 0, 0]
    margins = []
    for size, side, step in zip(flow.shape[1:3], kernel, stride):
        total = max((-(-size // max(step, 1)) - 1) * step + side - size, 0)
        margins += [total // 2, total - total // 2]
    return margins


def convolution(layer: Layer, flow: Flow, arrays: Weights, depthwise: bool) -> Flow:
    """Conv2D or DepthwiseConv2D, without its activation.

    Args:
        layer: its description.
        flow: the signal.
        arrays: its weights, by name or by number.
        depthwise: which of the two.
    """
    bias = layer.flag("use_bias", True)
    count = layer.take(
        "depth_multiplier" if depthwise else "filters", lambda v: v if type(v) is int else None, "a whole number", 1
    )
    kernel, stride = _sides(layer, "kernel_size", None), _sides(layer, "strides", [1, 1])
    if _sides(layer, "dilation_rate", [1, 1]) != [1, 1]:
        raise OptionError(f"{layer.at}: dilation_rate must be 1")
    groups = layer.take("groups", lambda value: value if type(value) is int else None, "a whole number", 1)
    padding = _margins(layer, flow, kernel, stride)
    weight, offset = _arrays(layer, arrays, bias)
    if weight.ndim != 4 or [*weight.shape[:2]] != kernel or weight.shape[3] != count:
        raise OptionError(f"{layer.at}: kernel must be (*{kernel}, channels, {count}), got {weight.shape}")
    if depthwise:
        groups = weight.shape[2]
        weight = weight.transpose(2, 3, 0, 1).reshape(-1, *kernel)[..., None]
    else:
        weight = weight.transpose(3, 0, 1, 2)
    return m.conv(flow, weight, axes=m.LAST, stride=stride, padding=padding, groups=groups, at=layer.at, bias=offset)


def _arrays(layer: Layer, arrays: Weights, bias: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """Kernel and bias, by their names in some version of Keras, or by their numbers."""
    rest = ["bias"] if bias else []
    for names in (["kernel", *rest], ["depthwise_kernel", *rest], [str(i) for i in range(1 + bias)]):
        if set(arrays) == set(names):
            kernel = real(arrays[names[0]], f"{layer.at}: kernel")
            return kernel, real(arrays[names[1]], f"{layer.at}: bias") if bias else None
    listed = ", ".join(f"{key} {value.shape}" for key, value in arrays.items()) or "none"
    raise OptionError(f"{layer.at}: its weights must be kernel{' and bias' if bias else ''}; the file holds {listed}")


def _pool(kind: PoolKind) -> Callable[[Layer, Flow, Weights], Flow]:
    def rule(layer: Layer, flow: Flow, _: Weights) -> Flow:
        kernel = _sides(layer, "pool_size", [2, 2])
        stride = _sides(layer, "strides", kernel) if layer.fields.get("strides") is not None else kernel
        padding = _margins(layer, flow, kernel, stride)
        return m.pool(flow, kind, axes=m.LAST, kernel=kernel, stride=stride, padding=padding, at=layer.at)

    return rule


def _global(kind: PoolKind) -> Callable[[Layer, Flow, Weights], Flow]:
    def rule(layer: Layer, flow: Flow, _: Weights) -> Flow:
        layer.only("data_format", "channels_last", None)
        return m.over_map(flow, (1, 2), kind, layer.at, keep=layer.flag("keepdims", False))

    return rule


def _zero_padding(layer: Layer, flow: Flow, _: Weights) -> Flow:
    layer.only("data_format", "channels_last", None)
    margins = layer.take("padding", _four, "a whole number, two, or two pairs", None)
    return m.pad(flow, margins, axes=m.LAST, at=layer.at)


def _four(value: Any) -> list[int] | None:
    rows = [value] * 2 if type(value) is int else value
    if not isinstance(rows, list) or len(rows) != 2:
        return None
    pairs = [_two(each) for each in rows]
    return None if None in pairs else [side for pair in pairs for side in pair or []]


LAYERS: dict[str, Callable[[Layer, Flow, Weights], Flow]] = {
    "MaxPooling2D": _pool("max"),
    "AveragePooling2D": _pool("avg"),
    "GlobalMaxPooling2D": _global("max"),
    "GlobalAveragePooling2D": _global("avg"),
    "ZeroPadding2D": _zero_padding,
}
"""By class; convolutions have an activation beside, and stand with the dense layers."""
