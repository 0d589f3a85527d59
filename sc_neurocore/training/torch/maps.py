"""Torch layers on maps: `SCConv2d`, and the pools.

Inputs and outputs of these modules are maps `(batch, channels, rows, columns)`, as everywhere in Torch; inside a
network codes travel flat, in the contract's order (row by row, column by column, channel by channel).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...accel.exact_layer import ExactLayer, quantize
from ...accel.exact_maps import ExactPool
from ...accel.kinds import map_before
from ...spec.coerce import integer, short
from ...spec.encoding import Encoding
from ...spec.errors import OptionError, require_extra
from ...spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ...spec.kinds import unknown_kind
from ...spec.layer import Accumulator, DenseLayer, Neuron
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..architecture import average_factor

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402

from ...accel.torch.ops import TORCH  # noqa: E402
from .layer import LearnScale, NeuronName, SCLayer, SCLinear, real_outputs, smooth_step  # noqa: E402

Sides = int | tuple[int, int]


class SCConv2d(SCLayer):
    """A convolution that computes the contract's integers, and passes straight-through gradients.

    `weight` `(out_channels, in_channels / groups, kh, kw)` and `bias` `(out_channels,)` are real parameters, as in
    `nn.Conv2d`; see `SCLinear`, whose rules hold here too.
    """

    def __init__(
        self,
        in_shape: tuple[int, int, int],
        out_channels: int,
        kernel_size: Sides,
        *,
        stride: Sides = 1,
        padding: int | tuple[int, int, int, int] = 0,
        groups: int = 1,
        stream_length: int = 16,
        resolution_bits: int | None = None,
        neuron: NeuronName | Neuron = "relu",
        input_encoding: Encoding = "unipolar",
        border_shift: int = 1,
        learn_scale: LearnScale = "none",
        input_generator: Generator | None = DEFAULT_INPUT_GENERATOR,
        weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR,
        accumulator: Accumulator | None = None,
        surrogate_fn: Callable[[Tensor], Tensor] = smooth_step,
    ) -> None:
        """A layer from its sizes; `from_layer` takes a whole description.

        Args:
            in_shape: rows, columns and channels of the map that it takes.
            out_channels: neurons at each position.
            kernel_size: of both sides, or rows and columns.
            stride: the same.
            padding: of all sides, or rows above and below, columns left and right.
            groups: of channels.
            stream_length: see `SCLinear`, as all that follow.
            resolution_bits: see `SCLinear`.
            neuron: see `SCLinear`.
            input_encoding: see `SCLinear`.
            border_shift: see `SCLinear`.
            learn_scale: see `SCLinear`.
            input_generator: see `SCLinear`.
            weight_generator: see `SCLinear`.
            accumulator: see `SCLinear`.
            surrogate_fn: see `SCLinear`.

        Raises:
            OptionError: no such neuron.
            SpecError: the description that follows is not legal.
        """
        window: dict[str, Any] = {
            "in_shape": _numbers("in_shape", in_shape, 3),
            "out_channels": out_channels,
            "kernel": _numbers("kernel_size", kernel_size, 2),
            "stride": _numbers("stride", stride, 2),
            "padding": _numbers("padding", padding, 4),
            "groups": groups,
        }
        self._describe(
            Conv2dLayer,
            window,
            stream_length=stream_length,
            resolution_bits=resolution_bits,
            neuron=neuron,
            input_encoding=input_encoding,
            border_shift=border_shift,
            learn_scale=learn_scale,
            input_generator=input_generator,
            weight_generator=weight_generator,
            accumulator=accumulator,
            surrogate_fn=surrogate_fn,
        )

    def _parameter_shape(self, layer: DenseLayer | Conv2dLayer) -> tuple[int, ...]:
        neurons, high, wide, channels = layer.weight_shape
        return neurons, channels, high, wide

    def _as_described(self, weight: Tensor) -> Tensor:
        return weight.permute(0, 2, 3, 1)

    def _as_parameter(self, weight: Tensor) -> Tensor:
        return weight.permute(0, 3, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Real output maps of real maps, one time step from rest, `(batch, channels, rows, columns)` both."""
        layer, exact = self.description, self.exact()
        codes = quantize(TORCH, flat_maps(x, layer), layer.input_encoding, layer.resolution_bits)
        outputs = exact.outputs(exact.counts(codes), exact.start(codes))[0]
        return as_maps(real_outputs(layer, outputs, last=layer.output_encoding is None), layer).to(torch.float32)

    def extra_repr(self) -> str:
        """What `print` shows."""
        layer: Any = self.description
        return (
            f"{list(layer.in_shape)}, {layer.out_channels}, kernel={list(layer.kernel)}, "
            f"stream_length={layer.stream_length}, neuron={layer.neuron.kind!r}, inputs={layer.input_encoding!r}"
        )


class _SCPool2d(nn.Module):
    """A pool, which has no parameters."""

    surrogate_fn = staticmethod(smooth_step)
    learn_scale: LearnScale = "none"

    def __init__(self, description: MaxPool2dLayer | AvgPool2dLayer) -> None:
        super().__init__()
        self.description = description

    @property
    def layer(self) -> MaxPool2dLayer | AvgPool2dLayer:
        """The description."""
        return self.description

    def exact(self) -> ExactLayer | ExactPool:
        """The layer for `executor.run_steps`."""
        return ExactPool(TORCH, self.description)

    def clip_(self) -> None:
        """Nothing: there are no parameters."""

    def forward(self, x: Tensor) -> Tensor:
        """Real output maps of real maps, `(batch, channels, rows, columns)` both."""
        layer = self.description
        codes = quantize(TORCH, flat_maps(x, layer), layer.encoding, layer.resolution_bits)
        return as_maps(real_outputs(layer, self.exact().counts(codes), last=False), layer).to(torch.float32)

    def extra_repr(self) -> str:
        """What `print` shows."""
        layer = self.description
        return f"{list(layer.in_shape)}, kernel={list(layer.kernel)}, stride={list(layer.stride)}"


def _pool_fields(in_shape: Any, kernel_size: Sides, stride: Sides | None, bits: int, encoding: Encoding) -> Any:
    kernel = _numbers("kernel_size", kernel_size, 2)
    return {
        "in_shape": _numbers("in_shape", in_shape, 3),
        "kernel": kernel,
        "stride": kernel if stride is None else _numbers("stride", stride, 2),
        "encoding": encoding,
        "resolution_bits": bits,
        "output_scale": 1.0,
    }


class SCMaxPool2d(_SCPool2d):
    """The largest code of each window."""

    def __init__(
        self,
        in_shape: tuple[int, int, int],
        kernel_size: Sides,
        stride: Sides | None = None,
        *,
        resolution_bits: int = 4,
        encoding: Encoding = "unipolar",
    ) -> None:
        """A pool.

        Args:
            in_shape: rows, columns and channels of the map that it takes.
            kernel_size: of both sides, or rows and columns.
            stride: the same; None: the kernel's.
            resolution_bits: of the codes, 4 as `SCConv2d` has at its default stream length.
            encoding: of the codes.
        """
        super().__init__(MaxPool2dLayer(**_pool_fields(in_shape, kernel_size, stride, resolution_bits, encoding)))


class SCAvgPool2d(_SCPool2d):
    """The average of each window's codes, rounded."""

    def __init__(
        self,
        in_shape: tuple[int, int, int],
        kernel_size: Sides,
        stride: Sides | None = None,
        *,
        resolution_bits: int = 4,
        encoding: Encoding = "unipolar",
    ) -> None:
        """A pool.

        Args:
            in_shape: see `SCMaxPool2d`, as all others.
            kernel_size: see `SCMaxPool2d`.
            stride: see `SCMaxPool2d`.
            resolution_bits: see `SCMaxPool2d`.
            encoding: see `SCMaxPool2d`.
        """
        fields = _pool_fields(in_shape, kernel_size, stride, resolution_bits, encoding)
        AvgPool2dLayer(**fields)  # refuses a kernel of no elements, before there is a share of them
        multiplier, shift = average_factor(fields["kernel"][0] * fields["kernel"][1])
        super().__init__(AvgPool2dLayer(**fields, multiplier=multiplier, shift=shift))


SCModule = SCLinear | SCConv2d | SCMaxPool2d | SCAvgPool2d


def module_of(
    layer: Layer, *, learn_scale: LearnScale = "none", surrogate_fn: Callable[[Tensor], Tensor] = smooth_step
) -> SCModule:
    """The module of a description, newly initialized.

    Args:
        layer: the description.
        learn_scale: see `SCLinear`.
        surrogate_fn: see `SCLinear`.
    """
    options: Any = {"learn_scale": learn_scale, "surrogate_fn": surrogate_fn}
    match layer:
        case DenseLayer():
            return SCLinear.from_layer(layer, **options)
        case Conv2dLayer():
            return SCConv2d.from_layer(layer, **options)
        case MaxPool2dLayer():
            module = SCMaxPool2d.__new__(SCMaxPool2d)
        case AvgPool2dLayer():
            module = SCAvgPool2d.__new__(SCAvgPool2d)
        case other:
            unknown_kind(other, "SCNetworkModule")
    _SCPool2d.__init__(module, layer)
    return module


def flat_maps(x: Tensor, layer: Layer) -> Tensor:
    """Maps `(batch, channels, rows, columns)` as `(batch, elements)` in the contract's order.

    Raises:
        OptionError: they are not what the layer takes.
    """
    shape = map_before(layer)
    if shape is None:
        raise OptionError(f"inputs must be (batch, features) for a first layer that is dense, got {tuple(x.shape)}")
    rows, columns, channels = shape
    if tuple(x.shape[1:]) != (channels, rows, columns):
        raise OptionError(f"inputs must have shape (batch, {channels}, {rows}, {columns}), got {tuple(x.shape)}")
    return x.permute(0, 2, 3, 1).reshape(len(x), rows * columns * channels)


def as_maps(values: Tensor, layer: Layer) -> Tensor:
    """A layer's outputs `(batch, elements)` as maps `(batch, channels, rows, columns)`."""
    return values.reshape(-1, *layer.out_shape).permute(0, 3, 1, 2)


def _numbers(name: str, value: Any, count: int) -> tuple[int, ...]:
    """So many integers; but for a shape, one may stand for all."""
    if isinstance(value, tuple | list):
        if len(value) != count:
            raise OptionError(f"{name} must hold {count} integers, got {short(value)}")
        return tuple(integer(f"{name}[{i}]", each) for i, each in enumerate(value))
    if count == 3:
        raise OptionError(f"{name} must be (rows, columns, channels), got {short(value)}")
    return (integer(name, value),) * count
