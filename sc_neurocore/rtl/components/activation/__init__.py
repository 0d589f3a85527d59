# amaranth: UnusedElaboratable=no
"""The neurons in gates (contract §6), one component a file."""

from __future__ import annotations

from ....spec.kinds import unknown_kind
from ....spec.layer import Clamp, Lif, Linear, Neuron, Relu
from .clamp import ClampNeuron
from .lif import LifNeuron
from .linear import LinearNeuron
from .relu import ReluNeuron
from .requantizer import Requantizer

__all__ = ["ClampNeuron", "LifNeuron", "LinearNeuron", "ReluNeuron", "Requantizer", "make_neuron"]


def make_neuron(
    neuron: Neuron, magnitude: int, neurons: int = 1, steps: int = 1, *, loadable: bool = False
) -> LinearNeuron | ReluNeuron | ClampNeuron | LifNeuron:
    """The component for a described neuron whose biased count stays within ±`magnitude`.

    A `lif` keeps the states of all `neurons` of its layer over the `steps` of a sample; the others keep nothing.
    `loadable`: the shift, or the threshold, comes from a port `setting`; a linear neuron has neither.

    Raises:
        OptionError: there is no component for this kind of neuron.
    """
    match neuron:
        case Linear():
            return LinearNeuron(magnitude)
        case Relu(multiplier=multiplier, shift=shift, output_bits=bits):
            return ReluNeuron(magnitude, multiplier, None if loadable else shift, bits)
        case Clamp(multiplier=multiplier, shift=shift, output_bits=bits):
            return ClampNeuron(magnitude, multiplier, None if loadable else shift, bits, neuron.output_encoding)
        case Lif():
            return LifNeuron(magnitude, neuron, neurons, steps, loadable=loadable)
        case other:
            unknown_kind(other, "rtl neurons")
