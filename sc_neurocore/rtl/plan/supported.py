"""What the gates can do: the kinds that have gates, the names of their ports, how often a stream may be halved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...spec.encoding import Encoding
from ...spec.entrance import entrance
from ...spec.errors import OptionError, SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import Accumulator, DenseLayer, Mux, Or, ParallelCounter, WeightedLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ...spec.network import NetworkSpec
from ..components.streams.generators import generator_component
from ..components.streams.sources import source_component
from ..loading.load_words import setting_of


@dataclass(frozen=True)
class Weighted:
    """A layer with weights, and where it stands in its network."""

    number: int
    """Of the layer, all kinds counted."""
    layer: DenseLayer | Conv2dLayer
    weights: np.ndarray
    """Codes (neurons, inputs), of `conv2d` the inputs of a window in their order."""
    biases: np.ndarray


def known_layers(network: NetworkSpec) -> tuple[DenseLayer | Conv2dLayer, ...]:
    """The layers with weights, all layers looked through before any work is done.

    Raises:
        OptionError: a layer, or a part of one, is of a kind that has no gates; the message names it.
    """
    return tuple(each.layer for each in weighted_layers(network))


def weighted_layers(network: NetworkSpec) -> tuple[Weighted, ...]:
    """As `known_layers`, with weights and biases.

    Raises:
        OptionError: a layer, or a part of one, is of a kind that has no gates; the message names it.
    """
    sums_steps(network)
    weighted = []
    for i, layer in enumerate(network.layers):
        match layer:
            case DenseLayer() | Conv2dLayer():
                _check_parts(layer)
                weights = network.weights[i].reshape(layer.neurons, layer.inputs)
                weighted.append(Weighted(i, layer, weights, network.biases[i]))
            case MaxPool2dLayer() | AvgPool2dLayer():
                _check_encoding(layer.encoding)
            case other:
                unknown_kind(other, "rtl")
    return tuple(weighted)


def neurons_at_a_position(layer: DenseLayer | Conv2dLayer) -> int:
    """Neurons that see the same inputs: those of a dense layer, of a convolution's group of channels.

    Raises:
        OptionError: the kind of layer has no gates.
    """
    match layer:
        case DenseLayer():
            return layer.neurons
        case Conv2dLayer():
            return layer.neurons // layer.groups
        case other:
            unknown_kind(other, "rtl")


def on_maps(network: NetworkSpec) -> str | None:
    """The first layer that works on windows of a map, in words; None where all are dense."""
    for i, layer in enumerate(network.layers):
        match layer:
            case DenseLayer():
                pass
            case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
                return f"layers[{i}] is {layer.kind!r}"
            case other:
                unknown_kind(other, "rtl")
    return None


def _check_parts(layer: WeightedLayer) -> None:
    for encoding in (layer.input_encoding, layer.weight_encoding, layer.output_encoding):
        if encoding is not None:
            _check_encoding(encoding)
    all_inputs_at_once(layer.accumulator)
    setting_of(layer.neuron)
    for generator in layer.generators:
        generator_component(generator)
    for source in layer.sources:
        source_component(source)


def sums_steps(network: NetworkSpec) -> bool:
    """Whether the outputs of several time steps leave as one sum.

    Raises:
        OptionError: the network reduces them in a way that has no gates.
    """
    match network.output.reduce:
        case "sum":
            return network.time_steps > 1
        case "none":
            return False
        case other:
            unknown_kind(other, "rtl output.reduce")


def all_inputs_at_once(accumulator: Accumulator) -> bool:
    """Whether what is counted at a position depends on all inputs together, so that none can come after another.

    Raises:
        OptionError: the kind of accumulator has no gates.
    """
    match accumulator:
        case Or():
            return True
        case ParallelCounter() | Mux():
            return False
        case other:
            unknown_kind(other, "rtl accumulators")


def _check_encoding(encoding: Encoding) -> None:
    """What gates ask of a known encoding are its facts: sign, range, zero, width."""
    match encoding:
        case "unipolar" | "bipolar" | "sign_magnitude" | "spike":
            return
        case other:
            unknown_kind(other, "rtl encodings")


_STREAM = ("tdata", "tvalid", "tready", "tlast")
PORTS = ("clk", "rst", *(f"{side}_axis_{name}" for side in "sm" for name in _STREAM), "frame_error")
"""Names of the top module's ports (contract §9)."""


@entrance
def check_supported(network: NetworkSpec) -> None:
    """Refuse what has no gates yet.

    Raises:
        SpecError: the network bears the name of one of the core's ports.
        OptionError: a layer or a code is of a kind that has no gates.
    """
    known_layers(network)
    check_name(network.name, PORTS)


def check_name(name: str, ports: Iterable[str]) -> None:
    """Refuse a name that is a port of this very core.

    Raises:
        SpecError: it is.
    """
    if name in ports:
        raise SpecError(f"name must not be that of a port of the core, got {name!r}: simulators in C refuse it")


def max_halvings(network: NetworkSpec, stream_bits: Sequence[int]) -> int:
    """The largest k for which every stream has a whole number of clocks in its first 1 / 2^k.

    Raises:
        OptionError: there is none above 0.
    """
    there = on_maps(network)
    if there is not None:
        raise OptionError(f"anytime: streams are stopped early in dense layers alone; {there}")
    halvings = []
    for i, (layer, bits) in enumerate(zip(known_layers(network), stream_bits, strict=True)):
        clocks, beyond = divmod(layer.stream_length, bits)
        if beyond or clocks % 2:
            rule = "stream_length must be an even multiple of the stream bits of a clock"
            raise OptionError(f"anytime: {rule}; layers[{i}] has {layer.stream_length} and {bits}")
        halvings.append((clocks & -clocks).bit_length() - 1)
    return min(halvings)
