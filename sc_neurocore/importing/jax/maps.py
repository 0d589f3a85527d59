"""What JAX's primitives on maps do to the signal: convolutions, windows reduced to their largest or their sum, padding.

The axes lie as the primitive says (`conv_general_dilated`), or as the window does: its size is 1 along the batch and
the channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Never, Protocol

import numpy as np

from ...spec.errors import OptionError
from .. import flow as f
from .. import map_flow as m
from .. import softmax
from ..flow import Flow
from ..softmax import Part


class Call(Protocol):
    """One equation, as `trace` gives it."""

    values: Sequence[Any]
    params: dict[str, Any]
    at: str

    def value(self, index: int) -> Any:
        """An operand."""
        ...

    def flow(self) -> Flow:
        """The first operand, which must be the signal."""
        ...

    def refuse(self, why: str = ...) -> Never:
        """Raises the error that names the primitive."""
        ...


def _convolution(call: Call) -> Any:
    flow, kernel, params = call.flow(), call.value(1), call.params
    if not isinstance(kernel, np.ndarray) or kernel.ndim != 4:
        call.refuse("is supported over two axes, with constant weights")
    if any(each != 1 for each in (*params["lhs_dilation"], *params["rhs_dilation"])) or params["batch_group_count"] > 1:
        call.refuse("has a dilation, is transposed, or groups samples")
    numbers = params["dimension_numbers"]
    batch, channels, rows, columns = numbers.lhs_spec
    if batch != flow.batch_axis:
        call.refuse("has its samples on another axis")
    out, into, high, wide = numbers.rhs_spec
    (top, bottom), (left, right) = params["padding"]
    result = m.conv(
        flow,
        kernel.transpose(out, high, wide, into),
        axes=m.Axes(rows, columns, channels),
        stride=params["window_strides"],
        padding=(top, bottom, left, right),
        groups=int(params["feature_group_count"]),
        at=call.at,
    )
    order = np.empty(4, int)
    order[list(numbers.out_spec)] = numbers.lhs_spec
    return f.transpose(result, [int(axis) for axis in order], call.at)


Step = Callable[[Flow, m.Axes, int, int], Flow]
"""What is done to a batch of maps with these axes; then the primitive's own numbers of the rows and the columns."""


def _try_layouts(call: Call, unmoved: Sequence[bool], step: Step) -> Flow:
    """A step under that layout of the axes which fits the signal; channels lie on an axis that is not moved over.

    Args:
        call: the primitive.
        unmoved: of each axis, whether nothing happens along it.
        step: done to the signal without axes of size 1 that come from `vmap`.
    """
    flow = call.flow()
    axes = [axis for axis in range(len(flow.shape)) if axis != flow.batch_axis]
    single = [axis for axis in axes if unmoved[axis] and flow.shape[axis] == 1][: max(0, len(axes) - 3)]
    map_axes = [axis for axis in range(len(flow.shape)) if axis not in single]
    if len(map_axes) != 4 or not unmoved[flow.batch_axis]:
        call.refuse("is supported over rows and columns of a batch of maps")
    maps = f.reshape(flow, [flow.shape[axis] for axis in map_axes], call.at)
    refusal: OptionError | None = None
    own = [axis for axis in range(4) if axis != maps.batch_axis]
    for channels in (own[2], own[0]):
        if not unmoved[map_axes[channels]]:
            continue
        rows, columns = (axis for axis in own if axis != channels)
        try:
            result = step(maps, m.Axes(rows, columns, channels), map_axes[rows], map_axes[columns])
        except OptionError as error:
            refusal = refusal or error
            continue
        sizes = iter(result.shape)
        return f.reshape(result, [1 if axis in single else next(sizes) for axis in range(len(flow.shape))], call.at)
    if refusal is None:
        call.refuse("goes over channels")
    raise refusal


def _window(kind: Any) -> Callable[[Call], Any]:
    def primitive(call: Call) -> Any:
        params = call.params
        sizes, strides, padding = params["window_dimensions"], params["window_strides"], params["padding"]
        if any(each != 1 for each in (*params["base_dilation"], *params["window_dilation"])):
            call.refuse("has a dilation")
        unmoved = [
            (size, stride, *map(int, pads)) == (1, 1, 0, 0) for size, stride, pads in zip(sizes, strides, padding)
        ]

        def step(flow: Flow, axes: m.Axes, rows: int, columns: int) -> Flow:
            kernel, stride = (sizes[rows], sizes[columns]), (strides[rows], strides[columns])
            margins = [*padding[rows], *padding[columns]]
            pooled = m.pool(flow, kind, axes=axes, kernel=kernel, stride=stride, padding=margins, at=call.at)
            return pooled if kind == "max" else f.scale(pooled, float(np.prod(kernel)), 0.0, call.at)

        return _try_layouts(call, unmoved, step)

    return primitive


def _pad(call: Call) -> Any:
    config, value = call.params["padding_config"], call.value(1)
    if not isinstance(value, np.ndarray) or value.any() or any(interior for _, _, interior in config):
        call.refuse("pads with something else than zeros around a map")

    def step(flow: Flow, axes: m.Axes, rows: int, columns: int) -> Flow:
        return m.pad(flow, [*config[rows][:2], *config[columns][:2]], axes=axes, at=call.at)

    return _try_layouts(call, [each == (0, 0, 0) for each in config], step)


def _sum(call: Call) -> Any:
    value, axes = call.value(0), [int(axis) for axis in call.params["axes"]]
    if isinstance(value, Part):
        return softmax.total(value, axes[0], call.at, keep=False) if len(axes) == 1 else call.refuse()
    return m.total(call.flow(), axes, call.at, keep=False)


def _max(call: Call) -> Any:
    flow, axes = call.flow(), [int(axis) for axis in call.params["axes"]]
    if len(axes) == 1 and flow.shape[axes[0]] == flow.places.size:
        return softmax.peak(flow, axes[0], call.at, keep=False)
    return m.over_map(flow, axes, "max", call.at, keep=False)


PRIMITIVES: dict[str, Callable[[Any], Any]] = {
    "conv_general_dilated": _convolution,
    "reduce_window_max": _window("max"),
    "reduce_window_sum": _window("avg"),
    "pad": _pad,
    "reduce_sum": _sum,
    "reduce_max": _max,
}
"""By primitive name."""
