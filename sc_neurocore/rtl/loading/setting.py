"""The number that a neuron has of its own and that is loaded beside weights and biases."""

from __future__ import annotations

from dataclasses import dataclass

from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Neuron, Relu

SHIFT_BITS = 6
"""Of a loadable shift, 0 … 46 (contract, limits)."""


@dataclass(frozen=True)
class Setting:
    """A field of a neuron's description, as the load words have it."""

    field: str
    value: int
    bits: int


def setting_of(neuron: Neuron) -> Setting | None:
    """The shift of `relu` and `clamp`, the threshold of `lif`; `linear` has none.

    Raises:
        OptionError: the kind of neuron has no gates.
    """
    match neuron:
        case Relu(shift=shift) | Clamp(shift=shift):
            return Setting("shift", shift, SHIFT_BITS)
        case Lif(v_threshold=threshold, state_bits=bits):
            return Setting("v_threshold", threshold, bits - 1)
        case Linear():
            return None
        case other:
            unknown_kind(other, "rtl loads")


def shift_of(neuron: Neuron) -> int | None:
    """The shift of `relu` and `clamp`, which the widths of a core depend on even where it is loaded; else None.

    Raises:
        OptionError: the kind of neuron has no gates.
    """
    match neuron:
        case Relu(shift=shift) | Clamp(shift=shift):
            return shift
        case Linear() | Lif():
            return None
        case other:
            unknown_kind(other, "rtl loads")
