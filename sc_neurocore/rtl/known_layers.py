"""The layers of a network, for whatever makes gates of them."""

from __future__ import annotations

from ..spec.encoding import Encoding
from ..spec.kinds import unknown_kind
from ..spec.layer import DenseLayer
from ..spec.network import NetworkSpec


def known_layers(network: NetworkSpec) -> tuple[DenseLayer, ...]:
    """The layers, of kinds and encodings that have gates; whoever makes gates of the parts of a layer checks those.

    Raises:
        OptionError: a layer or a code is of another kind.
    """
    layers = network.dense_layers("rtl")
    for layer in layers:
        for encoding in (layer.input_encoding, layer.weight_encoding, layer.output_encoding):
            if encoding is not None:
                _check_encoding(encoding)
    return layers


def sums_steps(network: NetworkSpec) -> bool:
    """Whether the outputs of several time steps leave as one sum.

    Raises:
        OptionError: the network reduces them in an unknown way.
    """
    match network.output.reduce:
        case "sum":
            return network.time_steps > 1
        case "none":
            return False
        case other:
            unknown_kind(other, "rtl output.reduce")


def _check_encoding(encoding: Encoding) -> None:
    """What gates ask of a code beside its name are its facts: sign, range, zero, width."""
    match encoding:
        case "unipolar" | "bipolar" | "sign_magnitude" | "spike":
            return
        case other:
            unknown_kind(other, "rtl encodings")
