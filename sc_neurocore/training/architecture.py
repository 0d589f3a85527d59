"""From a recipe to layer descriptions: encodings, borders and scales of a trained network, without its weights."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Literal

from ..spec.errors import OptionError
from ..spec.layer import Clamp, DenseLayer, Linear, Relu
from ..spec.values import count_value
from .config import TrainConfig

InputEncoding = Literal["unipolar", "sign_magnitude", "bipolar"]


def layers_of(
    config: TrainConfig, features: int, classes: int, input_encoding: InputEncoding
) -> tuple[DenseLayer, ...]:
    """The layers of a network with `hidden` borders h = clip((x·w + b) / 2^s, …) and linear outputs.

    The border is a plain shift (multiplier 1) wherever a count is worth less than a code; its factor is the power of
    two nearest to the exact one, and training absorbs the rest.

    Args:
        config: sizes, stream length, generators, border shift.
        features: inputs of the first layer.
        classes: neurons of the last.
        input_encoding: encoding of the network's inputs.
    """
    sizes = (features, *config.hidden, classes)
    hidden_encoding: InputEncoding = "bipolar" if config.encoding == "bipolar" else "unipolar"
    if (input_encoding == "bipolar") != (config.encoding == "bipolar"):
        raise OptionError(
            f"input_encoding {input_encoding!r} does not go with encoding {config.encoding!r} of the weights"
        )
    layers = []
    for i, (inputs, neurons) in enumerate(pairwise(sizes)):
        layer = DenseLayer(
            inputs=inputs,
            neurons=neurons,
            resolution_bits=config.bits,
            stream_length=config.stream_length,
            input_encoding=input_encoding if i == 0 else hidden_encoding,
            weight_encoding=config.encoding,
            input_generator=config.input_generator,
            weight_generator=config.weight_generator,
            accumulator=config.accumulator,
            neuron=Linear(),
            output_scale=1.0,
        )
        scale = count_value(layer)
        changes: dict[str, Any] = {"output_scale": scale}
        if i < len(config.hidden):
            changes = _border(config, scale)
        layers.append(DenseLayer(**(dict(layer) | changes)))
    return tuple(layers)


def _border(config: TrainConfig, scale: float) -> dict[str, Any]:
    """Neuron and output scale of a hidden layer whose counts are worth `scale`."""
    bipolar = config.encoding == "bipolar"
    units = 2 ** (config.bits - 1) if bipolar else 2**config.bits - 1
    exponent = round(math.log2(scale * units)) - config.border_shift
    factor = {"multiplier": 2 ** max(0, exponent), "shift": max(0, -exponent), "output_bits": config.bits}
    if factor["multiplier"] >= 2**15 or factor["shift"] > 46:
        raise OptionError(
            f"stream_length {config.stream_length} with {config.bits} resolution_bits needs a border factor of "
            f"2^{exponent}; take a stream_length nearer to 2^resolution_bits"
        )
    neuron = Clamp(output_encoding="bipolar", **factor) if bipolar else Relu(**factor)
    return {"neuron": neuron, "output_scale": 1 / units}


def bias_scale(layer: DenseLayer) -> float:
    """Counts per unit of a trained bias: the power of two nearest to 1 / count_value; scaling by it makes no error."""
    return 2.0 ** round(-math.log2(count_value(layer)))
