"""From a recipe to layer descriptions: encodings, requantizers and scales of a trained network, without its weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ..accel.kinds import code_scale, weights_beside
from ..spec.encoding import Encoding, is_spike
from ..spec.errors import OptionError
from ..spec.kinds import unknown_kind
from ..spec.layer import Clamp, DenseLayer, Lif, Linear, MapShape, Neuron, Relu, WeightedLayer
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..spec.values import count_value
from .config import TrainConfig
from .layer_list import Conv, Dense, Pool, Word, on_maps

InputEncoding = Literal["unipolar", "sign_magnitude", "bipolar"]

SCALE_BITS = 10
"""Fraction bits of a requantizer's learned factor: it is a multiple of 2^-10 of its start."""

SCALE_LIMIT = 2**15 - 1
"""Largest multiplier, and largest learned threshold."""

SCALE_RANGE = (2.0**-8, 2.0**4)
"""Learned factors are held in it: below, a multiplier would have two bits; above, it could leave its range."""

MOST_CHANNELS = 4
"""Of images that are moved."""

SQRT_HALF = np.float32(0.5**0.5)


def input_encoding_for(config: TrainConfig, signed: bool) -> InputEncoding:
    """Encoding of the network's inputs: unipolar unless features are `signed`, bipolar in a bipolar network."""
    match config.encoding:
        case "bipolar":
            return "bipolar"
        case "sign_magnitude":
            return "sign_magnitude" if signed else "unipolar"
        case other:
            unknown_kind(other, "training")


def hidden_encoding(config: TrainConfig) -> Literal["unipolar", "bipolar", "spike"]:
    """Encoding of the hidden layers' outputs."""
    match config.neuron:
        case "lif":
            return "spike"
        case "relu":
            pass
        case other:
            unknown_kind(other, "training")
    match config.encoding:
        case "bipolar":
            return "bipolar"
        case "sign_magnitude":
            return "unipolar"
        case other:
            unknown_kind(other, "training")


def start_factor(neuron: Neuron) -> int | None:
    """What a learned factor of a layer multiplies: multiplier or threshold; None: the layer learns none."""
    match neuron:
        case Linear():
            return None
        case Relu() | Clamp():
            return neuron.multiplier
        case Lif():
            return neuron.v_threshold
        case other:
            unknown_kind(other, "training")


def layers_of(
    config: TrainConfig,
    features: int,
    classes: int,
    input_encoding: InputEncoding,
    scales: Sequence[float] | None = None,
) -> tuple[Layer, ...]:
    """The layers of a network with hidden values h = clip((x·w + b) / 2^s, …) or spikes, and linear outputs.

    Pools stand where the recipe has them. The requantizer is a plain shift (multiplier 1) wherever a count is worth
    less than a code; its factor is the power of two nearest to the exact one, and training absorbs the rest.

    Args:
        config: sizes, stream length, generators, border shift or threshold.
        features: inputs of the first layer.
        classes: neurons of the last.
        input_encoding: encoding of the network's inputs.
        scales: learned factors of the hidden layers; None: the requantizers that training starts from, written with
            the shifts in which the factors are learned.
    """
    activation = hidden_encoding(config)
    if weights_beside(input_encoding) != config.encoding:
        raise OptionError(
            f"input_encoding {input_encoding!r} does not go with encoding {config.encoding!r} of the weights"
        )
    words = config.words(classes)
    shape, encoding, unit = _sample_map(config, words, features), input_encoding, 1.0
    layers: list[Layer] = []
    hidden = 0  # layers with weights so far
    for i, word in enumerate(words):
        match word:
            case Pool():
                layers.append(_pool(word, shape, encoding, config.bits, unit))
            case Conv() | Dense():
                layer = _open_layer(word, config, shape, encoding)
                changes: dict[str, Any] = {"output_scale": count_value(layer)}
                if i < len(words) - 1:
                    factor = None if scales is None else scales[hidden]
                    changes = (
                        _lif_fields(config, layer, factor)
                        if is_spike(activation)
                        else _requantizer_fields(config, count_value(layer), factor)
                    )
                layers.append(type(layer)(**(dict(layer) | changes)))
                encoding, hidden = activation, hidden + 1
            case other:
                unknown_kind(other, "training")
        shape, unit = layers[-1].out_shape, layers[-1].output_scale
    return tuple(layers)


def _sample_map(config: TrainConfig, words: Sequence[Word], features: int) -> MapShape:
    """The map of the network's input."""
    if not on_maps(words):
        return 1, 1, features
    shape = config.image_shape
    if shape is None or len(shape) not in (2, 3) or math.prod(shape) != features:
        raise OptionError(f"layers on maps need an image_shape of the data's {features} features, got {shape}")
    return shape[0], shape[1], shape[2] if len(shape) > 2 else 1


def _open_layer(
    word: Conv | Dense, config: TrainConfig, shape: MapShape, encoding: Encoding
) -> DenseLayer | Conv2dLayer:
    """A layer with weights whose neuron and output scale are still to be said."""
    fields: dict[str, Any] = {
        "resolution_bits": config.bits,
        "stream_length": config.stream_length,
        "input_encoding": encoding,
        "weight_encoding": config.encoding,
        "input_generator": None if is_spike(encoding) else config.input_generator,
        "weight_generator": config.weight_generator,
        "accumulator": config.accumulator,
        "neuron": Linear(),
        "output_scale": 1.0,
    }
    match word:
        case Dense(neurons):
            return DenseLayer(inputs=math.prod(shape), neurons=neurons, **fields)
        case Conv(channels, kernel, stride, padding, groups):
            window = {"kernel": kernel, "stride": stride, "padding": (padding,) * 4, "groups": groups}
            return Conv2dLayer(in_shape=shape, out_channels=channels, **window, **fields)
        case other:
            unknown_kind(other, "training")


def _pool(word: Pool, shape: MapShape, encoding: Encoding, bits: int, unit: float) -> MaxPool2dLayer | AvgPool2dLayer:
    """A pool of codes worth `unit`; an average is the sum times the nearest multiple of a power of two to its share."""
    fields: dict[str, Any] = {
        "in_shape": shape,
        "kernel": word.kernel,
        "stride": word.stride,
        "encoding": encoding,
        "resolution_bits": bits,
    }
    if not word.average:
        return MaxPool2dLayer(**fields, output_scale=unit)
    multiplier, shift = average_factor(math.prod(word.kernel))
    scale = unit * 2.0**shift / (math.prod(word.kernel) * multiplier)
    return AvgPool2dLayer(**fields, multiplier=multiplier, shift=shift, output_scale=scale)


def with_image_shape(config: TrainConfig, features: int, sample_shape: tuple[int, ...]) -> TrainConfig:
    """The recipe with the images' shape in it, that of the data where the recipe names none.

    Args:
        config: the recipe; where no image is moved and no layer takes a map it is returned as it is.
        features: features of a sample.
        sample_shape: axes of the data's samples; empty where they have none.

    Raises:
        OptionError: no legal shape is known.
    """
    if not config.needs_image_shape:
        return config
    shape = config.image_shape or sample_shape
    size = 1
    for axis in shape:
        size *= axis
    is_image = len(shape) == 2 or (len(shape) == 3 and (shape[2] <= MOST_CHANNELS or not config.pixel_shift))
    if not is_image or size != features or min(shape[:2]) <= config.pixel_shift:
        who = f"pixel_shift {config.pixel_shift} needs" if config.pixel_shift else "layers on maps need"
        rule = f" larger than the shift, at most {MOST_CHANNELS} channels," if config.pixel_shift else ""
        raise OptionError(
            f"{who} an image_shape (height, width) or (height, width, channels){rule} of {features} features; got "
            f"{shape or None}"
        )
    return config.replace(image_shape=shape)


def average_factor(elements: int) -> tuple[int, int]:
    """Multiplier and shift nearest to 1 / elements: exact of a power of two, else with a relative error of 2^-15."""
    shift = (elements - 1).bit_length()
    if 2**shift == elements:
        return 1, shift
    return round(2 ** (shift + 14) / elements), shift + 14


def _requantizer_fields(config: TrainConfig, scale: float, factor: float | None) -> dict[str, Any]:
    """Neuron and output scale of a hidden layer whose counts are worth `scale`."""
    activation = hidden_encoding(config)
    units = code_scale(activation, config.bits)
    exponent = round(math.log2(scale * units)) - config.border_shift
    shift = max(0, -exponent)
    if config.learn_scale != "none":
        shift = min(46, max(0, SCALE_BITS - exponent))
    multiplier = 2 ** (exponent + shift) if exponent + shift >= 0 else 0
    if not 0 < multiplier < 2**15 or shift > 46:
        raise OptionError(
            f"stream_length {config.stream_length} with {config.bits} resolution_bits needs a border factor of "
            f"2^{exponent}; take a stream_length nearer to 2^resolution_bits"
        )
    if factor is not None and config.learn_scale != "none":
        multiplier = scaled(multiplier, factor, config.learn_scale)
        # (a·m·2^k + 2^(s−1)) >> s is (a·m + 2^(s−k−1)) >> (s − k) for k < s, and a·m for k = s: common factors go.
        common = min(shift, (multiplier & -multiplier).bit_length() - 1)
        multiplier, shift = multiplier >> common, shift - common
    requantizer = {"multiplier": multiplier, "shift": shift, "output_bits": config.bits}
    match activation:
        case "bipolar":
            neuron = Clamp(output_encoding="bipolar", **requantizer)
        case "unipolar":
            neuron = Relu(**requantizer)
        case other:
            raise OptionError(f"a border has no codes of encoding {other!r}")
    return {"neuron": neuron, "output_scale": 1 / units}


def _lif_fields(config: TrainConfig, layer: DenseLayer | Conv2dLayer, factor: float | None) -> dict[str, Any]:
    """A `lif` neuron whose state holds whatever `time_steps` full-scale currents and as large biases add up to."""
    limit = config.time_steps * 2 * layer.inputs * layer.stream_length
    bits = min(32, limit.bit_length() + 1)
    counts = max(1, round(config.v_threshold * bias_scale(layer)))
    if factor is not None and config.learn_scale != "none":
        counts = scaled(counts, factor, config.learn_scale)
    if counts >= 2 ** (bits - 1):
        raise OptionError(
            f"v_threshold must be below what {config.time_steps} time steps can reach, {2 ** (bits - 1)} counts; it is "
            f"{counts} counts at stream_length {layer.stream_length}"
        )
    if config.leak_shift is not None and config.leak_shift >= bits:
        raise OptionError(f"leak_shift must be at most {bits - 1}, the bits of the state; got {config.leak_shift}")
    neuron = Lif(
        leak_shift=config.leak_shift,
        v_threshold=counts,
        comparator=config.comparator,
        reset=config.reset,
        state_bits=bits,
    )
    return {"neuron": neuron, "output_scale": 1.0}


def scaled(start: int, factor: float, rule: str) -> int:
    """The integer that a learned factor makes of a start value, in the float32 arithmetic of the forward pass.

    multiplier: round(start · factor), ties to even; power_of_two: the same with the power of two that is nearest to the
    factor in ratio; both clamped to 1 … 2^15 − 1.

    Args:
        start: the multiplier or threshold that training starts from.
        factor: the learned factor.
        rule: the recipe's `learn_scale`, not "none".
    """
    ratio = np.float32(factor)
    if rule == "power_of_two":
        fraction, exponent = np.frexp(ratio)
        ratio = np.ldexp(np.float32(1), exponent - (fraction < SQRT_HALF))
    return int(np.clip(np.rint(np.float32(start) * ratio), 1, SCALE_LIMIT))


def bias_scale(layer: WeightedLayer) -> float:
    """Counts per unit of a trained bias: the power of two nearest to 1 / count_value; scaling by it makes no error."""
    return 2.0 ** round(-math.log2(count_value(layer)))
