"""What a loadable layer and a loadable core can be loaded with, and where each number goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from amaranth.hdl import Shape

from ...spec.errors import SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer, WeightedLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ...spec.network import NetworkSpec
from ..components.signals import index_shape
from ..plan.folded_layers import FoldedLayerNumbers
from ..plan.supported import known_layers, sums_steps, weighted_layers
from .load_words import DATA_LIMIT, setting_of


class LayerLoad:
    """The address is a section and an index in it: a weight as `FoldedLayerNumbers.image` has it, the number of a
    neuron, or 0.

    An offset is a bias and what the products leave to be corrected (`FoldedLayerNumbers.offset`). `setting_of` says
    what the setting is.

    Args:
        numbers: of the layer, which say where a weight goes.
    """

    sections = ("weights", "offsets", "setting")

    def __init__(self, numbers: FoldedLayerNumbers) -> None:
        self.numbers, self.layer, self.bias_limit = numbers, numbers.layer, numbers.bias_limit
        self.index_bits = max(numbers.weight_address_bits, index_shape(self.layer.neurons).width)
        self.address_bits = self.index_bits + 2
        setting = setting_of(self.layer.neuron)
        self.setting_bits = 0 if setting is None else setting.bits
        # at least -1 … 0: a memory has bits
        self.offset_shape = Shape.cast(range(min(numbers.lowest_offset - self.bias_limit, -1), self.bias_limit + 1))

    @staticmethod
    def setting(layer: WeightedLayer) -> int:
        """The value of a layer's setting; 0 where there is none."""
        setting = setting_of(layer.neuron)
        return 0 if setting is None else setting.value

    @property
    def words(self) -> int:
        """Data words of the layer."""
        return self.numbers.weight_words + self.layer.neurons + (self.setting_bits > 0)

    def check(self, name: str, layer: WeightedLayer, biases: np.ndarray) -> None:
        """Refuse numbers that the gates do not take.

        Args:
            name: of the layer, for the message.
            layer: its description.
            biases: (neurons,).

        Raises:
            SpecError: a bias is too large.
        """
        magnitude = int(np.abs(biases.astype(np.int64)).max())
        if magnitude > self.bias_limit:
            rule = f"must be at most {self.bias_limit} in magnitude, what a loadable core of this network takes"
            raise SpecError(f"{name}.bias {rule}; got {magnitude}")

    def image(self, name: str, layer: WeightedLayer, weights: np.ndarray, biases: np.ndarray) -> list[tuple[int, int]]:
        """(address, data) of a layer's words.

        Args:
            name: of the layer, for a message.
            layer: its description.
            weights: codes (neurons, inputs).
            biases: (neurons,).

        Raises:
            SpecError: as `check`.
        """
        self.check(name, layer, biases)
        value = self.setting(layer)
        words = self.numbers.image(weights)
        offsets = [int(b) + self.numbers.offset(row) for b, row in zip(biases, weights, strict=True)]
        words += [(1 << self.index_bits | i, offset) for i, offset in enumerate(offsets)]
        if self.setting_bits:
            # a threshold may need all 31 bits; the gates take them as they are
            words.append((2 << self.index_bits, value - 2 * DATA_LIMIT if value >= DATA_LIMIT else value))
        return words


class LoadMap:
    """The address is the number of a layer with weights and, below it, an address of that layer (`LayerLoad`).

    Raises:
        SpecError: the network's own numbers are larger than what can be loaded.
    """

    def __init__(self, network: NetworkSpec, layers: Sequence[LayerLoad]) -> None:
        self.built, self.layers = description(network), layers
        for load, each in zip(layers, weighted_layers(network), strict=True):
            load.check(f"layers[{each.number}]", each.layer, each.biases)
        self.layer_bits = max(layer.address_bits for layer in layers)
        self.address_bits = self.layer_bits + (len(layers) - 1).bit_length()
        self.words = sum(layer.words for layer in layers)
        """Data words of a whole image; each of its addresses is written once."""

    def image(self, network: NetworkSpec) -> list[tuple[int, int]]:
        """(address, data) that make the core compute `network`, in ascending order.

        Raises:
            SpecError: the network differs from the one that the core was generated for in more than what is loaded.
        """
        check_loadable(self.built, network)
        image: list[tuple[int, int]] = []
        for i, (load, each) in enumerate(zip(self.layers, weighted_layers(network), strict=True)):
            words = load.image(f"layers[{each.number}]", each.layer, each.weights, each.biases)
            image += [(i << self.layer_bits | address, data) for address, data in words]
        return sorted(image)


def description(network: NetworkSpec) -> dict[str, Any]:
    """What of a network is in the gates and not loaded: all but name, scales, weights, biases, shifts, thresholds.

    Gates take an input in its order, so that its shape is none of it, either; what layers on maps say of theirs is.
    """
    head = network.input.model_dump(mode="json", exclude={"scale", "per_feature", "shape"})
    layers = []
    known_layers(network)
    for layer in network.layers:
        fields = layer.model_dump(mode="json", exclude={"output_scale"})
        match layer:
            case DenseLayer() | Conv2dLayer():
                setting = setting_of(layer.neuron)
                if setting is not None:
                    del fields["neuron"][setting.field]
            case MaxPool2dLayer() | AvgPool2dLayer():
                pass
            case other:
                unknown_kind(other, "rtl loads")
        layers.append(fields)
    return {"input": head, "output": network.output.model_dump(mode="json"), "layers": layers}


def check_loadable(built_for: dict[str, Any], network: NetworkSpec) -> None:
    """Refuse a network that a core whose network has the description `built_for` cannot become.

    Raises:
        SpecError: naming what differs.
    """
    ours = description(network)
    _must_equal("number of layers", len(ours["layers"]), len(built_for["layers"]))
    parts = [
        ("input", ours["input"], built_for["input"]),
        ("output", ours["output"], built_for["output"]),
    ]
    for i, (mine, theirs) in enumerate(zip(ours["layers"], built_for["layers"], strict=True)):
        parts.append((f"layers[{i}]", mine, theirs))
    for name, mine, theirs in parts:
        for key in mine:
            _must_equal(f"{name}.{key}", mine[key], theirs.get(key))


def _must_equal(name: str, value: Any, expected: Any) -> None:
    if value != expected:
        raise SpecError(f"{name} must be {expected!r} as in the network that the core was generated for, got {value!r}")


def bias_limit(network: NetworkSpec, i: int, *, loadable: bool) -> int:
    """The largest magnitude of a bias that layer i must take.

    The largest there is. Where biases are loaded, at least as large as the counts (beyond that a neuron would be
    saturated, whatever its inputs), but a linear output stays within the port's bits.

    Args:
        network: the network of the core.
        i: number of the layer, all kinds counted.
        loadable: whether biases are written at run time.
    """
    layer = next(each.layer for each in weighted_layers(network) if each.number == i)
    magnitude = int(np.abs(network.biases[i].astype(np.int64)).max())
    if not loadable:
        return magnitude
    counts = layer.inputs * layer.stream_length
    room = (1 << (counts + max(magnitude, counts)).bit_length()) - 1
    if i == len(network.layers) - 1 and layer.output_bits is None:
        steps = network.time_steps if sums_steps(network) else 1
        room = ((1 << (network.output_width - 1)) - 1) // steps
    return min(room - counts, 2**30 - 1)
