"""What the engines and all that is built on them ask of a kind, each question closed and asked once a layer.

The questions stand here, the arithmetic that follows from an answer where it is done. A kind without a case, which the
description alone knows, is refused by name.
"""

from __future__ import annotations

from typing import Literal

from ..spec.encoding import Encoding
from ..spec.generator import Comparator, Generator, WeightedBinary
from ..spec.kinds import strict, unknown_kind
from ..spec.layer import Accumulator, Clamp, DenseLayer, Lif, Linear, MapShape, Mux, Neuron, Or, ParallelCounter, Relu
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..spec.network import NetworkSpec
from ..spec.source import Source


def selects(generator: Generator) -> bool:
    """Whether a word selects a bit of the code, so that a stream is linear in the bits, rather than a level."""
    match generator:
        case Comparator():
            return False
        case WeightedBinary():
            return True
        case other:
            unknown_kind(other, "accel")


def linear_in_bits(generator: Generator | None) -> bool:
    """Whether a stream is linear in the bits of its code; None stands for a spike, which is its own one bit."""
    return generator is None or selects(generator)


def select_source(accumulator: Accumulator) -> Source | None:
    """The source whose word names the one input that counts at a position (`mux`); None where all inputs count."""
    match accumulator:
        case Mux(select=select):
            return select
        case ParallelCounter() | Or():
            return None
        case other:
            unknown_kind(other, "accel")


def unites(accumulator: Accumulator) -> bool:
    """Whether products of one sign count once a position (`or`), so that a count is no sum of products."""
    match accumulator:
        case Or():
            return True
        case ParallelCounter() | Mux():
            return False
        case other:
            unknown_kind(other, "accel")


def stateful(neuron: Neuron) -> Lif | None:
    """The neuron where it keeps a membrane state, else None."""
    match neuron:
        case Lif():
            return neuron
        case Linear() | Relu() | Clamp():
            return None
        case other:
            unknown_kind(other, "accel")


def requantizing(neuron: Neuron) -> Relu | Clamp | None:
    """The neuron where its output is a code by multiplier, shift and clip, else None."""
    match neuron:
        case Relu() | Clamp():
            return neuron
        case Linear() | Lif():
            return None
        case other:
            unknown_kind(other, "accel")


def subtracts(reset: Literal["subtract", "zero"]) -> bool:
    """Whether a spike takes the threshold from the state, rather than all of it."""
    match reset:
        case "subtract":
            return True
        case "zero":
            return False
        case other:
            unknown_kind(other, "accel")


def sums_steps(reduce: Literal["none", "sum"]) -> bool:
    """Whether the outputs of the time steps are added up."""
    match reduce:
        case "sum":
            return True
        case "none":
            return False
        case other:
            unknown_kind(other, "accel")


def weights_beside(input_encoding: Encoding) -> Literal["sign_magnitude", "bipolar"]:
    """The encoding of signed weights that such inputs have a product with."""
    match input_encoding:
        case "unipolar" | "sign_magnitude" | "spike":
            return "sign_magnitude"
        case "bipolar":
            return "bipolar"
        case other:
            unknown_kind(other, "accel")


def code_scale(encoding: Encoding, n: int) -> float:
    """Codes per unit of value: dc / dv (contract §1)."""
    match encoding:
        case "bipolar":
            return 2.0 ** (n - 1)
        case "unipolar" | "sign_magnitude":
            return 2.0**n - 1
        case "spike":
            return 1.0
        case other:
            unknown_kind(other, "accel")


def lowest_value(encoding: Encoding) -> float:
    """The least real value that an encoding stands for, where the largest is 1 (contract §1)."""
    match encoding:
        case "unipolar" | "spike":
            return 0.0
        case "bipolar" | "sign_magnitude":
            return -1.0
        case other:
            unknown_kind(other, "accel")


def map_before(layer: Layer) -> MapShape | None:
    """Rows, columns and channels of the map that a layer takes as a map; None of a dense one, to which it is flat."""
    match layer:
        case DenseLayer():
            return None
        case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
            return layer.in_shape
        case other:
            unknown_kind(other, "accel")


def positions(layer: Layer) -> int:
    """Places at which a layer's neurons, or its window, are evaluated: one of a dense layer."""
    match layer:
        case DenseLayer():
            return 1
        case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
            return layer.positions
        case other:
            unknown_kind(other, "accel")


def check_encoding(encoding: Encoding | None, room: str) -> None:
    """Refuse an encoding that the engines were not written for, whatever the description says of it."""
    match encoding:
        case "unipolar" | "bipolar" | "sign_magnitude" | "spike" | None:
            pass
        case other:
            unknown_kind(other, room)


def known_layers(network: NetworkSpec, room: str) -> tuple[Layer, ...]:
    """The layers of a network whose layers, encodings, neurons and reduction the engines run.

    Args:
        network: any network.
        room: who asks, as the subject of a message: "engine packed".

    Raises:
        OptionError: a part is unknown; the message names it.
    """
    for layer in network.layers:
        for encoding in (layer.input_encoding, getattr(layer, "weight_encoding", None), layer.output_encoding):
            check_encoding(encoding, room)
        match layer:
            case DenseLayer() | Conv2dLayer():
                lif = stateful(layer.neuron)
                if lif is not None:
                    strict(lif.comparator)
                    subtracts(lif.reset)
            case MaxPool2dLayer() | AvgPool2dLayer():
                pass
            case other:
                unknown_kind(other, room)
    sums_steps(network.output.reduce)
    return network.layers
