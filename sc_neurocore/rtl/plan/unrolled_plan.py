"""The plan of an unrolled core: every product of a network has gates of its own, and each clock takes a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...spec.encoding import element_width
from ...spec.errors import OptionError
from ...spec.layer import WeightedLayer
from ...spec.network import NetworkSpec
from ..components.activation.output_stage import OutputStageNumbers, folded_rounding, stateless
from ..options import FREE, CoreOptions
from .closed_forms import check_closed_forms, why_network_has_no_closed_form
from .core_plan import CorePlan, LayerPlan
from .estimates import DEVICES, Device
from .supported import known_layers
from .timing import CoreTiming
from .unrolled.adder_graph import AdderGraph, bits_of
from .unrolled.layer_sums import layer_graph

ADDERS_PER_CLOCK = 1
"""Adders one after the other between two registers."""
LEAST_LUTS = 3
"""What a weight takes at least, over all; a network that cannot fit by that is no candidate."""


class UnrolledLayerNumbers:
    """The numbers that one layer of an unrolled core is built from.

    Args:
        layer: the description.
        weights: codes (neurons, inputs).
        biases: (neurons,).
        first: whether it takes the sample from the port.
    """

    def __init__(self, layer: WeightedLayer, weights: np.ndarray, biases: np.ndarray, *, first: bool) -> None:
        self.layer, self.weights = layer, weights
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        self.neuron = stateless(layer.neuron)
        self.starts = [int(bias) + folded_rounding(self.neuron) for bias in biases]
        # signed codes become magnitudes, and the port's beat is taken, in a register before the tables
        self.takes = int(first or layer.signed_inputs)

    @cached_property
    def graph(self) -> AdderGraph:
        """Tables and adders up to the totals, biases and roundings in them."""
        signed, n = self.layer.signed_inputs, self.layer.resolution_bits
        return layer_graph(self.weights, self.starts, n, signed_inputs=signed)

    @cached_property
    def output_stages(self) -> list[OutputStageNumbers]:
        """Of each neuron, as wide as its own totals."""
        ranges = [self.graph.nodes[number].range for number in self.graph.outputs]
        return [OutputStageNumbers(self.neuron, bits_of(min(low, -1), high), flagged=True) for low, high in ranges]

    @property
    def linear(self) -> bool:
        """Whether totals leave as they are."""
        return self.output_stages[0].linear

    @property
    def result_bits(self) -> int:
        """Bits of a result: those of a code, or enough for every total."""
        if self.linear:
            return max(stage.width for stage in self.output_stages)
        return self.output_stages[0].shape.width

    @property
    def adder_clocks(self) -> int:
        """Registers within the sums: behind every `ADDERS_PER_CLOCK` adders that others follow."""
        return max(0, self.graph.levels - 1) // ADDERS_PER_CLOCK

    @property
    def latency(self) -> int:
        """Clocks from the elements to the results."""
        return self.takes + self.adder_clocks + self.output_stages[0].latency

    def area(self) -> float:
        """Tables, those of carry cells among them."""
        signs = self.layer.inputs * (self.layer.resolution_bits + 2) * self.layer.signed_inputs
        border = 0.0
        for stage in self.output_stages:
            factor = 0 if stage.multiplier == 1 else stage.width * stage.multiplier.bit_count()
            border += 0 if stage.linear else stage.bits + 2 + 3 * stage.symmetric + factor
        return self.graph.luts() + signs + border


@dataclass(frozen=True, kw_only=True)
class UnrolledPlan(CorePlan):
    """All products of all layers at a time, a whole sample a beat, an inference a clock."""

    purpose = (
        "constant weights become gates of their own, zeros none at all, and equal products and sums are shared: a "
        "sample goes in and a result comes out in every clock, which no core that takes one element a beat can"
    )

    @property
    def clock(self) -> str:
        return "unrolled"

    @property
    def beat(self) -> tuple[int, int]:
        return self.network.input.features, self.network.output_neurons

    @classmethod
    def of(cls, network: NetworkSpec) -> UnrolledPlan:
        """The plan of a network.

        Raises:
            SpecError: a layer has no closed form, or samples have several time steps.
        """
        check_closed_forms(network, "unrolled")
        layers = [LayerPlan(x.neurons, "all", x.stream_length, "table", "logic") for x in known_layers(network)]
        return cls(network=network, layers=tuple(layers))

    @classmethod
    def proposed(cls, network: NetworkSpec, options: CoreOptions) -> UnrolledPlan | None:
        """Constant weights of closed forms, and nothing that is said of other architectures."""
        words = options.architectures(network)
        if "unrolled" not in words:
            return None
        if set(words) != {"unrolled"}:
            raise OptionError(f"architecture 'unrolled' is one for all layers; got {words!r}")
        for name in (*FREE, "control"):
            if getattr(options, name) not in (None, False):
                raise OptionError(
                    f"{name}: not with architecture 'unrolled', which has one form; got {getattr(options, name)!r}"
                )
        if options.loadable:
            raise OptionError(
                "weights 'loadable': architecture 'unrolled' makes gates of constant weights; choose 'rom'"
            )
        return cls.of(network)

    @classmethod
    def candidates(cls, network: NetworkSpec, options: CoreOptions) -> Iterator[UnrolledPlan]:
        """The one there is, where no port of one element a beat could be fast enough."""
        device = DEVICES.get(options.target or "")
        if device is None or device.clock_mhz is None or options.min_rate is None or options.loadable:
            return
        reachable = max(device.clock_mhz.values()) * 1e6 / network.input.features
        products = sum(int(np.count_nonzero(weights)) for weights in network.weights)
        if options.min_rate <= reachable or LEAST_LUTS * products > device.tables:
            return
        if why_network_has_no_closed_form(network) is None:
            yield cls.of(network)

    @cached_property
    def numbers(self) -> tuple[UnrolledLayerNumbers, ...]:
        """Of the layers."""
        parts = zip(known_layers(self.network), self.network.weights, self.network.biases, strict=True)
        return tuple(UnrolledLayerNumbers(*part, first=i == 0) for i, part in enumerate(parts))

    @property
    def choice(self) -> dict[str, Any]:
        return {"architecture": "unrolled"}

    def area(self, device: Device) -> tuple[float, int]:
        """The layers'; tables of carry cells are among them, on whatever device."""
        return 10.0 + sum(numbers.area() for numbers in self.numbers), 0

    def timing(self, halvings: int = 0) -> CoreTiming:
        """A sample a clock."""
        return CoreTiming(latency_cycles=sum(numbers.latency for numbers in self.numbers), cycles_per_inference=1)
