"""The load addresses of one layer: weights, offsets, and the number that its neuron has of its own."""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Shape

from ...spec.errors import SpecError
from ...spec.layer import DenseLayer
from ..datapath.base import Datapath
from ..plan.shapes import index_shape
from .setting import setting_of

DATA_LIMIT = 2**30
"""Data of a load word are -2^30 … 2^30 - 1."""


class LayerLoad:
    """The address is a section and an index in it: a weight as `Datapath.image` has it, the number of a neuron, or 0.

    An offset is a bias and what the products leave to be corrected (`Datapath.offset`). `setting_of` says what the
    setting is.
    """

    sections = ("weights", "offsets", "setting")

    def __init__(self, layer: DenseLayer, lanes: Datapath, bias_limit: int) -> None:
        self.layer, self.lanes = layer, lanes
        self.index_bits = max(lanes.weight_address_bits, index_shape(layer.neurons).width)
        self.address_bits = self.index_bits + 2
        lowest = min(lanes.offset(np.full(layer.inputs, -1)), lanes.offset(np.zeros(layer.inputs)))
        self.bias_limit = min(bias_limit, DATA_LIMIT + lowest)
        # at least -1 … 0: a memory has bits
        self.offset_shape = Shape.cast(range(min(lowest - self.bias_limit, -1), self.bias_limit + 1))

    @property
    def setting_bits(self) -> int:
        """Bits of the setting; 0 where there is none."""
        setting = setting_of(self.layer.neuron)
        return 0 if setting is None else setting.bits

    @staticmethod
    def setting(layer: DenseLayer) -> int:
        """The value of a layer's setting; 0 where there is none."""
        setting = setting_of(layer.neuron)
        return 0 if setting is None else setting.value

    @property
    def words(self) -> int:
        """Data words of the layer."""
        return self.layer.neurons * (self.layer.inputs + 1) + (self.setting_bits > 0)

    def check(self, name: str, layer: DenseLayer, biases: np.ndarray) -> None:
        """Refuse numbers that the gates do not take.

        Raises:
            SpecError: a bias is too large.
        """
        largest = int(np.abs(biases.astype(np.int64)).max())
        if largest > self.bias_limit:
            rule = f"must be at most {self.bias_limit} in magnitude, what a loadable core of this network takes"
            raise SpecError(f"{name}.bias {rule}; got {largest}")

    def image(self, name: str, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> list[tuple[int, int]]:
        """(address, data) of a layer's words.

        Raises:
            SpecError: as `check`.
        """
        self.check(name, layer, biases)
        value = self.setting(layer)
        found = self.lanes.image(weights)
        offsets = [int(b) + self.lanes.offset(row) for b, row in zip(biases, weights, strict=True)]
        found += [(1 << self.index_bits | i, offset) for i, offset in enumerate(offsets)]
        if self.setting_bits:
            # a threshold may need all 31 bits; the gates take them as they are
            found.append((2 << self.index_bits, value - 2 * DATA_LIMIT if value >= DATA_LIMIT else value))
        return found
