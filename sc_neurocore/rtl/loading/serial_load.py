"""What a loadable serial core can be loaded with, and the load words of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...spec.errors import SpecError
from ...spec.network import NetworkSpec
from ..components.activation.output_stage import folded_rounding, stateless
from ..components.memory.program_memory import CHUNK
from ..plan.known_layers import known_layers
from ..plan.shapes import index_shape
from .load_map import check_loadable, description

if TYPE_CHECKING:
    from ..cores.serial.core import SerialCore


def total_limits(network: NetworkSpec) -> tuple[int, list[int]]:
    """Bits of the totals of a core for this network and any that may be loaded; what a total may begin with, by layer.

    A product is at most |k|, at most 2^n - 1. The width is what inputs · (2^n - 1) and the network's own largest start
    (|bias| and the rounding that is folded into it) need; the limit is the largest start that this width holds, in a
    linear layer also the largest bias that keeps the network's output width.
    """
    spans, width, layers = [], 0, known_layers(network)
    for layer, biases in zip(layers, network.biases, strict=True):
        spans.append(layer.inputs * (2**layer.resolution_bits - 1))
        own = int(np.abs(biases.astype(np.int64)).max()) + folded_rounding(stateless(layer.neuron))
        width = max(width, layer.resolution_bits + 1, (spans[-1] + own).bit_length() + 1)
    limits = [2 ** (width - 1) - 1 - span for span in spans]
    last = layers[-1]
    if last.output_bits is None:
        limits[-1] = min(limits[-1], 2 ** (network.output_width - 1) - 1 - last.inputs * last.stream_length)
    return width, limits


class SerialLoadMap:
    """The address is a section and an index in it: row r of the program in the sections of its parts of 31 bits, then
    a section of the shifts, where the index is the number of a layer; `linear` has none.

    An image writes the whole memory: a network with zero weights has a shorter program, and rows of 0 behind it.
    """

    def __init__(self, core: SerialCore) -> None:
        self.core = core
        self.parts = -(-core.format.row_bits // CHUNK)
        self.shifts = [i for i, border in enumerate(core.borders) if not border.linear]
        """Numbers of the layers with a shift."""
        self.index_bits = index_shape(max(core.capacity, len(core.borders))).width
        self.address_bits = self.index_bits + (self.parts + bool(self.shifts) - 1).bit_length()
        self.words = core.capacity * self.parts + len(self.shifts)
        """Data words of a whole image; each of its addresses is written once."""

    @property
    def start_limits(self) -> list[int]:
        """By layer, the largest |bias| + rounding 2^(shift - 1), without the latter for linear and multiplied ones."""
        return self.core.start_limits

    def image(self, network: NetworkSpec) -> list[tuple[int, int]]:
        """(address, data) that make the core compute `network`, in ascending order.

        Raises:
            SpecError: the network differs from the one that the core was generated for in more than weights, biases
                and shifts, or a bias is too large.
        """
        check_loadable(description(self.core.network), network)
        for i, (layer, biases) in enumerate(zip(known_layers(network), network.biases, strict=True)):
            rounding, limit = folded_rounding(stateless(layer.neuron)), self.start_limits[i]
            largest = int(np.abs(biases.astype(np.int64)).max())
            if largest + rounding > limit:
                what = f"layers[{i}].bias: |bias|" + (" + the rounding 2^(shift - 1)" if rounding else "")
                told = f"{largest} + {rounding}" if rounding else str(largest)
                raise SpecError(f"{what} must be at most {limit}, what the totals of this core hold; got {told}")
        rows = self.core.rows(network)
        found = []
        for part in range(self.parts):
            for index, row in enumerate(rows):
                bits = row >> (part * CHUNK) & (2**CHUNK - 1)
                found.append((part << self.index_bits | index, bits - (bits >> (CHUNK - 1) << CHUNK)))
        shifts = self.parts << self.index_bits
        return found + [(shifts | i, self.core.loaded_shift(network, i)) for i in self.shifts]
