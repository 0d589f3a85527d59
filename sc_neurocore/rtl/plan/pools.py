"""The numbers that a pool is built from."""

from __future__ import annotations

import math

from amaranth.hdl import Shape, signed, unsigned

from ...spec.encoding import code_range, element_width, is_signed, zero_code
from ...spec.kinds import unknown_kind
from ...spec.layer import Relu
from ...spec.maps import AvgPool2dLayer, MaxPool2dLayer
from ..components.activation.neurons import neuron_latency
from .estimates import Device, written_memory
from .windows import WindowNumbers


class PoolNumbers:
    """One window element per clock, its largest or its sum.

    Args:
        layer: the description.
        windows: of the layer.

    Raises:
        OptionError: the kind of pool has no gates.
    """

    def __init__(self, layer: MaxPool2dLayer | AvgPool2dLayer, windows: WindowNumbers) -> None:
        self.layer, self.windows = layer, windows
        self.element_bits = element_width(layer.encoding, layer.resolution_bits)
        self.shape: Shape = (signed if is_signed(layer.encoding) else unsigned)(self.element_bits)
        self.zero = zero_code(layer.encoding, layer.resolution_bits)
        match layer:
            case MaxPool2dLayer():
                self.averages, self.scaling, self.latency = False, (1, 0), 1
            case AvgPool2dLayer(multiplier=multiplier, shift=shift):
                neuron = Relu(multiplier=multiplier, shift=shift, output_bits=layer.resolution_bits)
                self.averages, self.scaling, self.latency = True, (multiplier, shift), 1 + neuron_latency(neuron)
            case other:
                unknown_kind(other, "rtl pools")

    @property
    def magnitude(self) -> int:
        """The largest magnitude of a sum of a window's codes."""
        low, high = code_range(self.layer.encoding, self.layer.resolution_bits)
        return math.prod(self.layer.kernel) * max(high - self.zero, self.zero - low)

    def area(self, device: Device) -> tuple[float, int]:
        """Tables and block memories, roughly."""
        tables, memories = walk_area(self.windows, self.element_bits, device)
        sums = self.magnitude.bit_length() if self.averages else self.element_bits
        return tables + 3 * sums + 20, memories


def walk_area(windows: WindowNumbers, bits: int, device: Device) -> tuple[float, int]:
    """Tables and block memories of a map's memory and the walk over it, roughly.

    Args:
        windows: of the layer.
        bits: of an element.
        device: whose tables and memories they are.
    """
    tables, memories = written_memory(windows.units * windows.unit_elements, bits, device)
    return tables + 8 * (windows.units * windows.unit_elements).bit_length() + 60, memories
