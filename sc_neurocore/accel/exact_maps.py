"""Convolutions and pools on exact integers with gradients, for any array library (see `exact_layer`).

Where products are linear in the bits of one operand, a convolution of codes is an ordinary convolution whose channels
are those bits; else windows are taken out of the map, and counted as a dense layer's samples are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add
from typing import Any

from ..spec.encoding import code_range, zero_code
from ..spec.kinds import unknown_kind
from ..spec.layer import DenseLayer
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from .counters import Counting, TableCounter, counter_of
from .exact_layer import ExactLayer, counts
from .kinds import unites
from .ops import Ops, Surrogate, no_surrogate
from .requantizer import limit, requantize
from .taps import taps


def padded_map(ops: Ops, layer: Conv2dLayer, codes: Any) -> Any:
    """Codes as maps `(batch, rows, columns, channels)` with the layer's padding about them.

    Args:
        ops: the array library.
        layer: the description.
        codes: `(batch, in_elements)`.
    """
    zero = zero_code(layer.input_encoding, layer.resolution_bits)
    return ops.padded(codes.reshape(-1, *layer.in_shape), layer.padding, zero)


def windows(ops: Ops, layer: Conv2dLayer, codes: Any) -> list[Any]:
    """The windows of each group `(batch · positions, inputs)`, inputs in the contract's order, differentiable.

    Args:
        ops: the array library.
        layer: the description.
        codes: `(batch, in_elements)`.
    """
    grid, channels = padded_map(ops, layer, codes), layer.in_shape[2] // layer.groups
    every = ops.xp.stack(taps(layer.kernel, layer.stride, layer.out_shape, grid), 3)
    parts = [every[..., first : first + channels] for first in range(0, layer.in_shape[2], channels)]
    return [part.reshape(-1, layer.inputs) for part in parts]


def joined(layer: Conv2dLayer, by_group: list[Any], ops: Ops) -> Any:
    """Counts of all groups as `(batch, out_elements)`.

    Args:
        layer: the description.
        by_group: counts of each group, `(batch · positions, M/g)`.
        ops: the array library.
    """
    return ops.xp.concatenate(by_group, -1).reshape(-1, layer.out_elements)


class ConvCounter:
    """Exact counts `(batch, out_elements)`, without bias, of codes `(batch, in_elements)` and weights of any library.

    `constants` are NumPy arrays, which the library holds in its own form.
    """

    def __init__(self, layer: Conv2dLayer) -> None:
        self.layer, self.counting = layer, counter_of(layer.window)
        self.constants = self.counting.constants

    def __call__(self, ops: Ops, constants: Mapping[str, Any], x: Any, w: Any) -> Any:
        """Counts of codes `x`, and weights `w` `(out_channels, kh, kw, C/g)`."""
        layer, counting = self.layer, self.counting
        if isinstance(counting, TableCounter):
            maps = ops.integers(padded_map(ops, layer, x))
            x_rows = ops.rows(counting.x, counting.bipolar, constants["x_rows"], maps)
            w_rows = ops.rows(counting.w, counting.bipolar, constants["w_rows"], ops.integers(w))
            return ops.convolve(x_rows, w_rows, layer, counting.bound).reshape(-1, layer.out_elements)
        kernels = w.reshape(layer.groups, -1, layer.inputs)
        parts = [counting(ops, constants, x, kernels[g]) for g, x in enumerate(windows(ops, layer, x))]
        return joined(layer, parts, ops)


def counting_of(layer: DenseLayer | Conv2dLayer) -> Counting | ConvCounter:
    """The exact accumulator of a layer; of a convolution under an `or`, that of its windows."""
    match layer:
        case DenseLayer():
            return counter_of(layer)
        case Conv2dLayer():
            return counter_of(layer.window) if unites(layer.accumulator) else ConvCounter(layer)
        case other:
            unknown_kind(other, "accel")


@dataclass(frozen=True)
class ExactConv(ExactLayer):
    """A convolution for `executor.run_steps`; weights are codes `(out_channels, kh, kw, C/g)`."""

    layer: Conv2dLayer

    def counts(self, codes: Any) -> Any:
        """Biased counts `(batch, out_elements)` of codes `(batch, in_elements)`."""
        ops, layer = self.ops, self.layer
        if unites(layer.accumulator):  # its gradient is that of no convolution
            kernels = self.weight.reshape(layer.groups, -1, layer.inputs)
            parts = enumerate(windows(ops, layer, codes))
            a = joined(layer, [counts(ops, layer.window, self.counter, x, kernels[g]) for g, x in parts], ops)
        else:
            exact = ops.sums(self.counter(ops.constant(codes), ops.constant(self.weight)))
            a = ops.through_windows(layer, exact, codes, self.weight)
        return (a.reshape(-1, layer.positions, layer.out_channels) + self.bias).reshape(-1, layer.out_elements)


@dataclass(frozen=True)
class ExactPool:
    """A pool for `executor.run_steps`, differentiable in codes: its counts are its outputs."""

    ops: Ops
    layer: MaxPool2dLayer | AvgPool2dLayer

    def counts(self, codes: Any) -> Any:
        """Codes `(batch, out_elements)` of codes `(batch, in_elements)`."""
        ops, layer = self.ops, self.layer
        every = taps(layer.kernel, layer.stride, layer.out_shape, codes.reshape(-1, *layer.in_shape))
        match layer:
            case MaxPool2dLayer():
                return _reduced(ops.xp.maximum, every).reshape(-1, layer.out_elements)
            case AvgPool2dLayer():
                return self._averages(layer, every).reshape(-1, layer.out_elements)
            case other:
                unknown_kind(other, ops.room)

    def _averages(self, layer: AvgPool2dLayer, every: list[Any]) -> Any:
        """Exact sums are those of integers: 64 × 64 codes of 16 bits are more than float32 holds."""
        ops, (low, high) = self.ops, code_range(layer.encoding, layer.resolution_bits)
        zero, bound = zero_code(layer.encoding, layer.resolution_bits), limit(layer.shift)
        smooth = (_reduced(add, every) - len(every) * zero) * (layer.multiplier / 2.0**layer.shift) + float(zero)
        sums = _reduced(add, [ops.integers(each) for each in every]) - len(every) * zero
        y = requantize(sums.clip(-bound, bound), layer.multiplier, layer.shift) + zero
        return ops.straight_through(smooth.clip(low, high), ops.codes(y.clip(low, high)))

    def outputs(self, counts: Any, state: Any) -> tuple[Any, Any]:
        """The counts themselves."""
        return counts, state

    def start(self, codes: Any) -> None:
        """None: a pool keeps no state."""


def _reduced(join: Callable[[Any, Any], Any], parts: list[Any]) -> Any:
    total = parts[0]
    for part in parts[1:]:
        total = join(total, part)
    return total


def exact_layer(
    ops: Ops,
    layer: Layer,
    counter: Callable[[Any, Any], Any] | None,
    tensors: Mapping[str, Any],
    factor: Any = None,
    surrogate: Surrogate = no_surrogate,
) -> ExactLayer | ExactPool:
    """Any layer for `executor.run_steps`.

    Args:
        ops: the array library.
        layer: the description.
        counter: calls `counting_of(layer)`; None for a pool.
        tensors: `weight` and `bias` in integers; nothing of them is looked at for a pool.
        factor: see `ExactLayer`.
        surrogate: see `ExactLayer`.
    """
    match layer:
        case DenseLayer():
            assert counter is not None, "what has weights counts"
            return ExactLayer(ops, layer, counter, tensors["weight"], tensors["bias"], factor, surrogate)
        case Conv2dLayer():
            assert counter is not None, "what has weights counts"
            return ExactConv(ops, layer, counter, tensors["weight"], tensors["bias"], factor, surrogate)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return ExactPool(ops, layer)
        case other:
            unknown_kind(other, ops.room)
