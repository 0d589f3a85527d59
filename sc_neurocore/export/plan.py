"""One candidate way to lower a network: the scale of each layer's weights and outputs, and the integers that follow.

A hidden activation from 0 to R has codes 0 … 2^n − 1, or, `two_sided`, those from −(2^n − 1): the code c stands for
(R / 2)·(1 + c / (2^n − 1)). The constants join the biases of the two layers about it, and an input carries twice the
signal, while the counts of its products are as far from the exact products as before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..spec.encoding import dequantize
from ..spec.generator import Generator
from ..spec.kinds import unknown_kind
from ..spec.layer import Accumulator, Clamp, DenseLayer, Linear, Relu
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..spec.network import NetworkSpec
from ..spec.values import count_value
from .float_network import Convolution, FloatNetwork
from .inputs import InputEncoding, InputRange
from .normalize import RequantizerForm, peak, requantizer_factor
from .quantize import QuantizedWeights, quantize_bias, quantize_weights

SNAP = 1e-9
"""A factor within this of a power of two is one: so much may the logarithm be off."""


@dataclass(frozen=True)
class Plan:
    """What all candidates of one export share."""

    floats: FloatNetwork
    """On `inputs.features`."""
    name: str
    stream_lengths: tuple[int, ...]
    """L of each layer."""
    resolution_bits: tuple[int, ...]
    """n of each layer's weights and inputs."""
    inputs: InputRange
    input_generator: Generator
    weight_generator: Generator
    accumulator: Accumulator
    border: RequantizerForm
    two_sided: bool = False
    """Whether hidden activations that begin at 0 have codes of both signs."""

    @property
    def depth(self) -> int:
        """Number of layers."""
        return len(self.floats.weights)

    def centred(self, index: int) -> bool:
        """Whether the code 0 of a hidden layer's outputs stands for the middle of their range."""
        # Zeros around a map are the code 0, which must then stand for 0.
        return self.two_sided and self.floats.activations[index][0] == 0 and not self.floats.padded(index + 1)

    def averages(self, index: int) -> bool:
        """Whether a mean stands in front of a layer, whose codes may stand for a smaller range than those before."""
        pooled = any(pool.kind == "avg" for pool in self.floats.pools_before(index))
        return pooled and not (index > 0 and self.centred(index - 1))

    @property
    def weight_scales(self) -> list[float]:
        """Of each layer the least scale under which no weight saturates."""
        return [peak(weight) for weight in self.floats.weights]


@dataclass(frozen=True)
class Setting:
    """Ranges of one layer, in real units."""

    weight_scale: float
    """Real weight of the largest code; under a bounded activation up to twice that."""
    output_range: float
    """Real output that the largest code should stand for, about; of bounded activations their upper end, and then
    exactly where the requantizer is a shift; without meaning in the last layer."""
    pool_gain: float = 1.0
    """By how much the codes of a mean in front of the layer are larger than the mean of the codes."""


@dataclass(frozen=True)
class LoweredLayer:
    """One layer in integers."""

    layer: DenseLayer | Conv2dLayer
    weights: QuantizedWeights
    bias: np.ndarray
    """int64 counts `(neurons,)`."""
    exact_bias: np.ndarray
    """In counts, before rounding."""
    offset: float
    """Counts that the bias takes off, so that the least code stands for 0; 0 where the code 0 does."""
    count: float
    """Real value of one count."""
    output_range: float
    """Real output that the largest code stands for; of the last layer, that one count stands for."""
    pools: tuple[MaxPool2dLayer | AvgPool2dLayer, ...] = ()
    """In front of it."""


def _encoding(plan: Plan, index: int) -> InputEncoding:
    """Encoding of a hidden layer's outputs."""
    signed = plan.floats.activations[index][0] < 0 or plan.centred(index)
    return "sign_magnitude" if signed else "unipolar"


def lower_pools(
    plan: Plan, index: int, unit: float, gain: float
) -> tuple[tuple[MaxPool2dLayer | AvgPool2dLayer, ...], float]:
    """The pools in front of a layer, and by how much one unit of their outputs is worth less than one before.

    A mean of codes is S·multiplier / 2^shift of their sum S; the factor is 1 / (kh·kw), times a gain where the mean
    never gets near the largest code.

    Args:
        plan: the export.
        index: of the layer.
        unit: real value of one unit of the codes before them.
        gain: of the last mean; the others have none.
    """
    pools = plan.floats.pools_before(index)
    means = [i for i, pool in enumerate(pools) if pool.kind == "avg"]
    lowered: list[MaxPool2dLayer | AvgPool2dLayer] = []
    scale = unit
    for i, pool in enumerate(pools):
        window = pool.window
        fields = {
            "in_shape": window.in_shape,
            "kernel": window.kernel,
            "stride": window.stride,
            "encoding": plan.inputs.encoding if index == 0 else _encoding(plan, index - 1),
            "resolution_bits": plan.resolution_bits[index],
        }
        match pool.kind:
            case "max":
                lowered.append(MaxPool2dLayer(**fields, output_scale=scale))
            case "avg":
                size = math.prod(window.kernel)
                # of a mean: rounded to a power of two it would saturate, or leave up to half of the codes
                multiplier, shift = requantizer_factor((gain if i == means[-1] else 1.0) / size, "multiplier")
                while multiplier % 2 == 0 and shift:
                    multiplier, shift = multiplier // 2, shift - 1
                scale = scale * 2.0**shift / (size * multiplier)
                lowered.append(AvgPool2dLayer(**fields, multiplier=multiplier, shift=shift, output_scale=scale))
            case other:
                unknown_kind(other, "export")
    return tuple(lowered), unit / scale


def layer_of(
    convolution: Convolution | None, weight_shape: tuple[int, ...], fields: dict[str, Any]
) -> DenseLayer | Conv2dLayer:
    """The description of a layer, dense or on windows.

    Args:
        convolution: where its weights are put; None: it is dense.
        weight_shape: `(neurons, inputs)`.
        fields: what both kinds have.
    """
    neurons, inputs = weight_shape
    if convolution is None:
        return DenseLayer(inputs=inputs, neurons=neurons, **fields)
    window = convolution.window
    return Conv2dLayer(
        in_shape=window.in_shape,
        kernel=window.kernel,
        stride=window.stride,
        padding=window.padding,
        out_channels=neurons,
        groups=convolution.groups,
        **fields,
    )


def lower_layer(plan: Plan, index: int, input_range: float, setting: Setting) -> LoweredLayer:
    """A layer's integers, if the largest code of its inputs stands for `input_range`.

    One count is worth input_range · weight_scale · count_value; biases become counts, and the requantizer the factor
    nearest to count / (output_range / (2^m − 1)), m the bits of the outputs.

    Args:
        plan: the export.
        index: of the layer.
        input_range: real input of the largest code.
        setting: the ranges to take.
    """
    centred_inputs, centred = index > 0 and plan.centred(index - 1), index < plan.depth - 1 and plan.centred(index)
    centre = input_range = input_range / 2 if centred_inputs else input_range
    n = plan.resolution_bits[index]
    pools, gain = lower_pools(plan, index, input_range / (2**n - 1), setting.pool_gain)
    input_range /= gain
    weight, bias = plan.floats.weights[index], plan.floats.biases[index]
    is_output, convolution = index == plan.depth - 1, plan.floats.convolution(index)
    fields = {
        "resolution_bits": n,
        "stream_length": plan.stream_lengths[index],
        "input_encoding": plan.inputs.encoding if index == 0 else _encoding(plan, index - 1),
        "weight_encoding": "sign_magnitude",
        "input_generator": plan.input_generator,
        "weight_generator": plan.weight_generator,
        "accumulator": plan.accumulator,
    }

    def described(**rest: Any) -> DenseLayer | Conv2dLayer:
        return layer_of(convolution, weight.shape, fields | rest)

    open_layer = described(neuron=Linear(), output_scale=1.0)
    count = input_range * setting.weight_scale * count_value(open_layer)
    scale, bound = setting.weight_scale, None if is_output else plan.floats.activations[index][1]
    out_bits = n if is_output else plan.resolution_bits[index + 1]
    steps = (2**out_bits - 1) * (2 if centred else 1)  # codes from the one for 0 to the largest
    if bound is not None and plan.border == "shift":
        # The activation ends at `bound`, and so must the codes: the weights take the factor that the shift cannot.
        exponent = math.log2(count * steps / bound)
        step = 2.0 ** (math.ceil(exponent - SNAP) - exponent)
        scale, count = scale * step, count * step
    quantized = quantize_weights(weight, scale, n)
    if centred_inputs:
        bias = bias + dequantize(quantized.codes, "sign_magnitude", n).sum(axis=1) * scale * centre
    if is_output:
        layer = described(neuron=Linear(), output_scale=count)
        counts = quantize_bias(bias, count, index)
        return LoweredLayer(layer, quantized, counts, bias / count, 0.0, count, count, pools)
    multiplier, shift = requantizer_factor(count * steps / setting.output_range, plan.border)
    unit = count * 2.0**shift / multiplier
    offset = (2**out_bits - 1) * 2.0**shift / multiplier if centred else 0.0
    bias = bias - offset * count
    match _encoding(plan, index):
        case "unipolar":
            neuron = Relu(multiplier=multiplier, shift=shift, output_bits=out_bits)
        case "sign_magnitude":
            neuron = Clamp(multiplier=multiplier, shift=shift, output_bits=out_bits, output_encoding="sign_magnitude")
        case other:
            unknown_kind(other, "export")
    layer = described(neuron=neuron, output_scale=unit)
    counts = quantize_bias(bias, count, index)
    return LoweredLayer(layer, quantized, counts, bias / count, offset, count, unit * steps, pools)


def lower_all(plan: Plan, settings: Sequence[Setting]) -> list[LoweredLayer]:
    """All layers, each reading the range that the one before it really got."""
    lowered: list[LoweredLayer] = []
    reach = plan.inputs.peak
    for index, setting in enumerate(settings):
        lowered.append(lower_layer(plan, index, reach, setting))
        reach = lowered[-1].output_range
    return lowered


def assemble(plan: Plan, lowered: Sequence[LoweredLayer]) -> NetworkSpec:
    """The network of these layers."""
    layers: list[Layer] = []
    weights: list[np.ndarray] = []
    biases: list[np.ndarray] = []
    for each in lowered:
        for pool in each.pools:
            layers.append(pool)
            weights.append(np.zeros(pool.weight_shape, np.int64))
            biases.append(np.zeros(pool.bias_shape, np.int64))
        layers.append(each.layer)
        weights.append(each.weights.codes.reshape(each.layer.weight_shape))
        biases.append(each.bias)
    return NetworkSpec(
        name=plan.name,
        **plan.inputs.fields(plan.floats.features, plan.resolution_bits[0], plan.floats.in_shape),
        layers=tuple(layers),
        weights=tuple(weights),
        biases=tuple(biases),
    )
