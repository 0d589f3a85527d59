"""The neurons in gates (contract §6), one component a file."""

from __future__ import annotations

from ...spec.layer import Clamp, Linear, Relu
from .clamp import ClampNeuron
from .linear import LinearNeuron
from .relu import ReluNeuron
from .requantizer import Requantizer

__all__ = ["ClampNeuron", "LinearNeuron", "ReluNeuron", "Requantizer", "make_neuron"]


def make_neuron(neuron: Linear | Relu | Clamp, magnitude: int) -> LinearNeuron | ReluNeuron | ClampNeuron:
    """The component for a described neuron whose biased count stays within ±`magnitude`."""
    if isinstance(neuron, Linear):
        return LinearNeuron(magnitude)
    if isinstance(neuron, Relu):
        return ReluNeuron(magnitude, neuron.multiplier, neuron.shift, neuron.output_bits)
    return ClampNeuron(magnitude, neuron.multiplier, neuron.shift, neuron.output_bits, neuron.output_encoding)
