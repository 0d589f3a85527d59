"""Convolutions and pools on the signal: what every importer's convolution, pool, mean and padding come to.

A framework's maps have their channels first or last; ours have them last. Where the signal's elements lie tells which
element of a map each one is, so a layer reads its channels through that, and nothing is transposed on the way. Only
the network's own input, which nobody has ordered yet, is put into our order, once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..spec.errors import OptionError
from .arrays import real
from .elements import MOST_FEATURES, Flow
from .flow import MOST_WEIGHTS, scale
from .graph import Clip, Conv, Dense, Node, Pad, Pool, Reorder, Scale
from .maps import MapShape, Margins, PoolKind, Window


@dataclass(frozen=True)
class Axes:
    """Which axes of the signal are rows, columns and channels."""

    rows: int
    columns: int
    channels: int

    @property
    def order(self) -> tuple[int, int, int]:
        """Ours."""
        return self.rows, self.columns, self.channels


FIRST = Axes(2, 3, 1)
"""Batch, channels, rows, columns: Torch, ONNX."""
LAST = Axes(1, 2, 3)
"""Batch, rows, columns, channels: Keras, Flax."""


def conv(
    flow: Flow,
    kernel: np.ndarray,
    *,
    axes: Axes,
    stride: Sequence[int],
    padding: Sequence[int],
    groups: int,
    at: str,
    bias: np.ndarray | None = None,
) -> Flow:
    """A convolution; the result has its axes where the signal has them.

    Args:
        flow: the signal.
        kernel: `(out channels, kh, kw, in channels / groups)`.
        axes: of the signal.
        stride: along rows and columns.
        padding: zeros above, below, left, right.
        groups: of channels.
        at: name of the operation, for messages.
        bias: `(out channels,)`.
    """
    flow, shape, channels = _as_map(flow, axes, at)
    kernel = real(kernel, f"{at}: weight")
    if kernel.ndim != 4 or groups < 1 or len(channels) != kernel.shape[3] * groups or len(kernel) % groups:
        raise OptionError(
            f"{at}: kernels (out, rows, columns, in) {kernel.shape} in {groups} groups do not fit {len(channels)} "
            "channels"
        )
    nodes, margins = flow.nodes, _margins(padding, at)
    if nodes and isinstance(pad := nodes[-1], Pad):
        nodes, shape = nodes[:-1], pad.in_shape
        margins = _margins([a + b for a, b in zip(margins, pad.padding)], at)
    if not np.array_equal(channels, np.arange(shape[2])):
        if groups > 1:
            raise OptionError(f"{at}: a convolution in groups on channels in another order is not supported")
        wide = np.zeros((*kernel.shape[:3], shape[2]))
        for column, channel in enumerate(channels):
            wide[..., channel] += kernel[..., column]
        kernel = wide
    window = Window(shape, (kernel.shape[1], kernel.shape[2]), _pair(stride, at), margins)
    _check(window, len(kernel), at)
    if kernel.size > MOST_WEIGHTS:
        raise OptionError(f"{at}: a kernel of shape {kernel.shape} has more than {MOST_WEIGHTS} weights")
    bias = None if bias is None else real(bias, f"{at}: bias")
    if bias is not None and bias.shape != (len(kernel),):
        raise OptionError(f"{at}: bias must have one entry for each of {len(kernel)} channels, got {bias.shape}")
    return _behind(flow, nodes, Conv(at, kernel, bias, window, groups), (*window.out_sides, len(kernel)), axes)


def pool(
    flow: Flow,
    kind: PoolKind,
    *,
    axes: Axes,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    at: str,
    ceil: bool = False,
) -> Flow:
    """A pool; windows must not leave the map.

    Args:
        flow: the signal.
        kind: the largest, or the mean.
        axes: of the signal.
        kernel: rows and columns of a window.
        stride: between windows; none: the kernel.
        padding: above, below, left, right; must be 0.
        at: name of the operation, for messages.
        ceil: whether a window that does not fit whole is cut at the edge; then none such may be there.
    """
    flow, shape, channels = _as_map(flow, axes, at)
    sides = _pair(kernel, at)
    window = Window(shape, sides, _pair(stride, at) if len(stride) else sides)
    if any(_margins(padding, at)):
        raise OptionError(f"{at}: a pool with padding {list(padding)} has windows that leave the map; none may")
    _check(window, shape[2], at)
    if ceil and any(-((size - k) // -s) != (size - k) // s for size, k, s in zip(shape, sides, window.stride)):
        raise OptionError(f"{at}: ceil_mode cuts windows at the edge of a map {shape[:2]}; none may be cut")
    return _behind(flow, flow.nodes, Pool(at, kind, window), (*window.out_sides, shape[2]), axes, channels)


def adaptive(flow: Flow, kind: PoolKind, sides: Sequence[int | None], *, axes: Axes, at: str) -> Flow:
    """A pool to a map of so many rows and columns, which must divide the signal's: then all windows are alike.

    Args:
        flow: the signal.
        kind: the largest, or the mean.
        sides: rows and columns of the result; None: as many as there are.
        axes: of the signal.
        at: name of the operation, for messages.
    """
    before = flow.shape[axes.rows], flow.shape[axes.columns]
    after = [have if side is None else side for side, have in zip(sides, before, strict=True)]
    if any(side < 1 or have % side for side, have in zip(after, before)):
        raise OptionError(f"{at}: a pool of {before} to {tuple(after)} has windows of several sizes; only equal ones")
    kernel = [have // side for side, have in zip(after, before)]
    return pool(flow, kind, axes=axes, kernel=kernel, stride=kernel, padding=(0, 0, 0, 0), at=at)


def over_map(flow: Flow, axes: Sequence[int], kind: PoolKind, at: str, *, keep: bool) -> Flow:
    """The largest or the mean of each channel over its whole map, which lies on these axes, in whatever order.

    Args:
        flow: the signal.
        axes: that are gone afterwards.
        kind: the largest, or the mean.
        at: name of the operation, for messages.
        keep: whether they stay, with size 1.
    """
    gone = [axis % len(flow.shape) for axis in axes]
    base = _map_behind(flow.nodes)
    if flow.batch_axis in gone or base is None:
        raise OptionError(f"{at}: a reduction of {flow.shape} over axes {gone} is supported over whole maps only")
    own = [axis - (axis > flow.batch_axis) for axis in gone]
    rest = [axis for axis in range(flow.places.ndim) if axis not in own]
    grid = flow.places.transpose(*rest, *own).reshape(math.prod(flow.places.shape[axis] for axis in rest), -1)
    channels = grid[:, 0] % base[2]
    map_places = np.arange(base[0] * base[1]) * base[2] + channels[:, None]
    if grid.shape != map_places.shape or not np.array_equal(np.sort(grid, axis=1), map_places):
        raise OptionError(f"{at}: a reduction of {flow.shape} over axes {gone} does not go over whole maps")
    node = Pool(at, kind, Window(base, base[:2], base[:2]))
    sizes = [1 if axis in own else size for axis, size in enumerate(flow.places.shape)]
    if not keep:
        sizes = [flow.places.shape[axis] for axis in rest]
    batch_axis = flow.batch_axis if keep else flow.batch_axis - sum(axis < flow.batch_axis for axis in gone)
    places = channels.reshape(sizes)
    return Flow((*flow.nodes, node), places, base[2], flow.batch, batch_axis)


def pad(flow: Flow, padding: Sequence[int], *, axes: Axes, at: str) -> Flow:
    """Zeros around the map, for the convolution that must follow.

    Args:
        flow: the signal.
        padding: above, below, left, right.
        axes: of the signal.
        at: name of the operation, for messages.
    """
    margins = _margins(padding, at)
    if not any(margins):
        return flow
    flow, (rows, columns, channels), order = _as_map(flow, axes, at)
    shape = rows + margins[0] + margins[1], columns + margins[2] + margins[3], channels
    if math.prod(shape) > MOST_FEATURES:
        raise OptionError(f"{at}: a map of {shape} has more than {MOST_FEATURES} elements")
    return _behind(flow, flow.nodes, Pad(at, (rows, columns, channels), margins), shape, axes, order)


def total(flow: Flow, kind_axes: Sequence[int], at: str, *, keep: bool) -> Flow:
    """The sum of each channel over its whole map: its mean times the number of positions.

    Args:
        flow: the signal.
        kind_axes: that are gone afterwards.
        at: name of the operation, for messages.
        keep: whether they stay, with size 1.
    """
    count = math.prod(flow.shape[axis] for axis in kind_axes)
    return scale(over_map(flow, kind_axes, "avg", at, keep=keep), float(count), 0.0, at)


def _as_map(flow: Flow, axes: Axes, at: str) -> tuple[Flow, MapShape, np.ndarray]:
    """The signal with its input in our order, the map behind its nodes, and which channels of that it holds."""
    if len(flow.shape) != 4 or flow.batch_axis in axes.order:
        rule = "a map must have a batch, rows, columns and channels"
        raise OptionError(
            f"{at}: {rule}; the signal is {flow.shape}. If a sample has another shape, give input_shape=(…)"
        )
    grid = np.moveaxis(flow.places, [axis - (axis > flow.batch_axis) for axis in axes.order], (0, 1, 2))
    base = _map_behind(flow.nodes)
    if base is None:  # the input, or what goes element by element over it
        order = grid.reshape(-1)
        if not np.array_equal(np.sort(order), np.arange(flow.width)):
            raise OptionError(f"{at}: the layer reads a part of the input; it must read it whole")
        if not np.array_equal(order, np.arange(flow.width)):
            flow = _reordered(flow, order, at)
        rows, columns, channels = grid.shape
        return flow, (rows, columns, channels), np.arange(channels)
    channels = grid[0, 0]
    map_places = (np.arange(base[0] * base[1]) * base[2]).reshape(*base[:2], 1) + channels
    if not np.array_equal(grid, map_places):
        raise OptionError(
            f"{at}: the signal {flow.shape} is no whole map of {base[0]} × {base[1]} positions in their order, which "
            "the layer before it gives; nothing reshapes maps"
        )
    return flow, base, channels


def _map_behind(nodes: Sequence[Node]) -> MapShape | None:
    """The map that the last node gives; None: that is the input, to which no order was given."""
    for node in reversed(nodes):
        match node:
            case Conv():
                return (*node.window.out_sides, len(node.weight))
            case Pool():
                return (*node.window.out_sides, node.window.in_shape[2])
            case Pad(_, (rows, columns, channels), (top, bottom, left, right)):
                return rows + top + bottom, columns + left + right, channels
            case Dense():
                return 1, 1, len(node.weight)
            case _:
                continue
    return None


def _reordered(flow: Flow, order: np.ndarray, at: str) -> Flow:
    """The same signal with the network's input in another order."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    nodes: list[Node] = [Reorder(at, order)]
    for node in flow.nodes:
        match node:
            case Scale(name, factor, offset):
                nodes.append(Scale(name, factor[order], offset[order]))
            case Clip():
                nodes.append(node)
            case _:
                raise OptionError(f"{node.name}: only a normalization may stand before the first map")
    return replace(flow, nodes=tuple(nodes), places=back[flow.places])


def _behind(
    flow: Flow,
    nodes: tuple[Node, ...],
    node: Conv | Pool | Pad,
    shape: MapShape,
    axes: Axes,
    channels: np.ndarray | None = None,
) -> Flow:
    """The signal behind a node that gives a map, of whose channels it holds some, in some order."""
    width = math.prod(shape)
    grid = np.arange(width).reshape(shape)
    grid = grid if channels is None else grid[..., channels]
    places = np.moveaxis(grid, (0, 1, 2), [axis - (axis > flow.batch_axis) for axis in axes.order])
    return Flow((*nodes, node), places, width, flow.batch, flow.batch_axis)


def _check(window: Window, channels: int, at: str) -> None:
    """The contract's rules on windows, before memory is taken."""
    for axis, size, side in zip(("rows", "columns"), (0, 1), (0, 2)):
        high = window.in_shape[size] + window.padding[side] + window.padding[side + 1]
        kernel = window.kernel[size]
        if not 1 <= kernel <= 64 or not 1 <= window.stride[size] <= 64:
            raise OptionError(f"{at}: kernel and stride must be 1 to 64 {axis}, got {kernel}, {window.stride[size]}")
        if kernel > high:
            raise OptionError(f"{at}: the kernel has {kernel} {axis}, and the map {high} with its padding")
        if max(window.padding[side : side + 2]) >= kernel:
            margins = window.padding[side : side + 2]
            raise OptionError(f"{at}: padding must be below the kernel's {kernel} {axis}, got {margins}")
    if window.positions * channels > MOST_FEATURES:
        raise OptionError(f"{at}: a map of {(*window.out_sides, channels)} has more than {MOST_FEATURES} elements")


def _pair(values: Sequence[int], at: str) -> tuple[int, int]:
    if len(values) != 2:
        raise OptionError(f"{at}: rows and columns are needed, got {list(values)}")
    return int(values[0]), int(values[1])


def _margins(values: Sequence[int], at: str) -> Margins:
    if len(values) != 4 or min(values) < 0:
        raise OptionError(f"{at}: padding must be four numbers from 0 on, got {list(values)}")
    top, bottom, left, right = (int(each) for each in values)
    return top, bottom, left, right
