"""The layers of a network, for whatever makes gates of them: every kind in them has gates."""

from __future__ import annotations

from ...spec.encoding import Encoding
from ...spec.kinds import unknown_kind
from ...spec.layer import Accumulator, DenseLayer, Mux, Or, ParallelCounter
from ...spec.network import NetworkSpec
from ..components.streams.generators import generator_component
from ..components.streams.sources import source_component
from ..loading.setting import setting_of


def known_layers(network: NetworkSpec) -> tuple[DenseLayer, ...]:
    """The layers, looked through before any work is done.

    Raises:
        OptionError: a layer, or a part of one, is of a kind that has no gates; the message names it.
    """
    layers = network.dense_layers("rtl")
    sums_steps(network)
    for layer in layers:
        for encoding in (layer.input_encoding, layer.weight_encoding, layer.output_encoding):
            if encoding is not None:
                _check_encoding(encoding)
        all_inputs_at_once(layer.accumulator)
        setting_of(layer.neuron)
        for generator in layer.generators:
            generator_component(generator)
        for source in layer.sources:
            source_component(source)
    return layers


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
