# amaranth: UnusedElaboratable=no
"""The neurons in gates (contract §6), one component a file."""

from __future__ import annotations

from ...spec.layer import Clamp, Lif, Linear, Relu
from .clamp import ClampNeuron
from .lif import LifNeuron
from .linear import LinearNeuron
from .relu import ReluNeuron
from .requantizer import Requantizer

__all__ = ["ClampNeuron", "LifNeuron", "LinearNeuron", "ReluNeuron", "Requantizer", "make_neuron"]


def make_neuron(
    neuron: Linear | Relu | Clamp | Lif, magnitude: int, neurons: int = 1, steps: int = 1, *, loadable: bool = False
) -> LinearNeuron | ReluNeuron | ClampNeuron | LifNeuron:
    """The component for a described neuron whose biased count stays within ±`magnitude`.

    A `lif` keeps the states of all `neurons` of its layer over the `steps` of a sample; the others keep nothing.
    `loadable`: the shift, or the threshold, comes from a port `setting`; a linear neuron has neither.
    """
    if isinstance(neuron, Lif):
        return LifNeuron(magnitude, neuron, neurons, steps, loadable=loadable)
    if isinstance(neuron, Linear):
        return LinearNeuron(magnitude)
    shift = None if loadable else neuron.shift
    if isinstance(neuron, Relu):
        return ReluNeuron(magnitude, neuron.multiplier, shift, neuron.output_bits)
    return ClampNeuron(magnitude, neuron.multiplier, shift, neuron.output_bits, neuron.output_encoding)
