"""What Torch's operations on maps do to the signal: convolutions, pools, zero padding and means over whole maps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import map_flow as m
from .. import softmax
from .trace import Call, flat


def _two(call: Call, name: str, default: Sequence[int] = ()) -> list[int]:
    """One number for rows and columns, or one for each."""
    sides = [int(each) for each in flat(call.arguments.get(name)) if each is not None] or list(default)
    return sides * 2 if len(sides) == 1 else sides


def _margins(call: Call, kernel: np.ndarray | None = None) -> list[int]:
    padding = call.arguments.get("padding", 0)
    if isinstance(padding, str):  # a convolution's "same" and "valid"
        sides = [0, 0] if kernel is None or padding == "valid" else [size - 1 for size in kernel.shape[1:3]]
        return [sides[0] // 2, sides[0] - sides[0] // 2, sides[1] // 2, sides[1] - sides[1] // 2]
    rows, columns = _two(call, "padding", (0, 0))
    return [rows, rows, columns, columns]


def _convolution(call: Call) -> Any:
    weight, bias = call.value("weight"), call.value("bias")
    if not isinstance(weight, np.ndarray) or weight.ndim != 4 or not (bias is None or isinstance(bias, np.ndarray)):
        call.refuse("is supported over two axes, with constant weights")
    if call.arguments.get("transposed") or any(flat(call.arguments.get("output_padding", 0))):
        call.refuse("is transposed")
    if any(each != 1 for each in flat(call.arguments.get("dilation", 1))):
        call.refuse("has a dilation")
    kernel = weight.transpose(0, 2, 3, 1)
    return m.conv(
        call.flow("input"),
        kernel,
        axes=m.FIRST,
        stride=_two(call, "stride", (1, 1)),
        padding=_margins(call, kernel),
        groups=int(call.arguments["groups"]),
        at=call.at,
        bias=bias,
    )


def _pool(kind: Any) -> Callable[[Call], Any]:
    def handler(call: Call) -> Any:
        if any(each != 1 for each in flat(call.arguments.get("dilation", 1))):
            call.refuse("has a dilation")
        kernel, flow = _two(call, "kernel_size"), call.flow()
        divisor = call.arguments.get("divisor_override")
        pooled = m.pool(
            flow,
            kind,
            axes=m.FIRST,
            kernel=kernel,
            stride=_two(call, "stride"),
            padding=_margins(call),
            at=call.at,
            ceil=bool(call.arguments["ceil_mode"]),
        )
        return pooled if divisor is None else m.scale(pooled, kernel[0] * kernel[1] / divisor, 0.0, call.at)

    return handler


def _adaptive(kind: Any) -> Callable[[Call], Any]:
    def handler(call: Call) -> Any:
        sides = flat(call.arguments["output_size"])
        return m.adaptive(call.flow(), kind, sides * 2 if len(sides) == 1 else sides, axes=m.FIRST, at=call.at)

    return handler


def _pad(call: Call) -> Any:
    sides, value = [int(each) for each in call.arguments["pad"]], call.arguments.get("value")
    if call.arguments.get("mode", "constant") != "constant" or value not in (None, 0):
        call.refuse("pads with something else than zeros")
    if any(sides[4:]):
        call.refuse("pads channels or samples")
    left, right, top, bottom = (*sides[:4], 0, 0)[:4]
    return m.pad(call.flow(), [top, bottom, left, right], axes=m.FIRST, at=call.at)


def _mean(call: Call) -> Any:
    axes = flat(call.arguments.get("dim"))
    if axes == [None] or not axes:
        call.refuse("goes over the whole batch")
    return m.over_map(call.flow(), [int(axis) for axis in axes], "avg", call.at, keep=bool(call.arguments["keepdim"]))


def _amax(call: Call) -> Any:
    axes, flow, keep = [int(axis) for axis in flat(call.arguments["dim"])], call.flow(), call.arguments["keepdim"]
    if len(axes) == 1 and flow.shape[axes[0]] == flow.places.size:
        return softmax.peak(flow, axes[0], call.at, keep=keep)
    return m.over_map(flow, axes, "max", call.at, keep=keep)


def _sum(call: Call) -> Any:
    axes, value, keep = [int(axis) for axis in flat(call.arguments.get("dim")) if axis is not None], call.value(), False
    keep = bool(call.arguments.get("keepdim"))
    if isinstance(value, softmax.Part):
        return softmax.total(value, axes[0], call.at, keep=keep) if len(axes) == 1 else call.refuse()
    return m.total(call.flow(), axes, call.at, keep=keep) if axes else call.refuse()


OPERATIONS: dict[str, Callable[[Call], Any]] = {
    **dict.fromkeys(("conv2d", "convolution", "_convolution"), _convolution),
    "max_pool2d": _pool("max"),
    "avg_pool2d": _pool("avg"),
    "adaptive_avg_pool2d": _adaptive("avg"),
    "adaptive_max_pool2d": lambda call: [_adaptive("max")(call)] * 2,
    "max_pool2d_with_indices": lambda call: [_pool("max")(call)] * 2,
    **dict.fromkeys(("pad", "constant_pad_nd"), _pad),
    "mean": _mean,
    "amax": _amax,
    "sum": _sum,
}
"""By ATen name."""
