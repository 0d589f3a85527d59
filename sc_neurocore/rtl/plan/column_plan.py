"""The plan of a column core of closed forms: every neuron adds up one input after the other, no vector is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ...spec.encoding import element_width
from ...spec.errors import OptionError, SpecError
from ...spec.layer import WeightedLayer
from ...spec.network import NetworkSpec
from ..components.activation.output_stage import OutputStageNumbers, stateless
from ..components.arithmetic.closed_form_multiplier import product_latency
from ..components.arithmetic.radix4_multiplier import digit_latency
from ..options import OF_CLOSED_FORMS, CoreOptions
from .closed_forms import AccumulatorRange, check_closed_forms, why_network_has_no_closed_form
from .core_plan import CorePlan, LayerPlan
from .estimates import Device, block_memories, chain_tables, partial_product_tables
from .supported import known_layers
from .timing import CoreTiming, steady

TABLE_ROWS = 16_384
"""Rows of a product table, 2^n per input; beyond them it would cost more memory than any small device has."""


def table_possible(layer: WeightedLayer) -> bool:
    """Whether a layer's products may come from a table: its inputs have no sign, and there are not too many rows."""
    return not layer.signed_inputs and layer.inputs << layer.resolution_bits <= TABLE_ROWS


class ColumnLayerNumbers:
    """The numbers that one layer of a column core is built from.

    Args:
        layer: the description.
        weights: codes (neurons, inputs).
        biases: (neurons,).
        how: the plan of the layer.
        output: whether it is the last layer.
    """

    range_type: ClassVar[type[AccumulatorRange]] = AccumulatorRange

    def __init__(
        self, layer: WeightedLayer, weights: np.ndarray, biases: np.ndarray, how: LayerPlan, *, output: bool
    ) -> None:
        self.layer, self.weights, self.how, self.output = layer, weights, how, output
        self.accumulator_range = self.range_type(layer, weights, biases)
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        self.table, self.logic = how.multiplier == "table", how.weight_storage == "logic"
        # behind a block memory of an overlapping layer stand two registers
        self.memory_clocks = 1 if not how.double_buffered else 2 if self.logic else 3
        self.product_latency = 1 if self.table else self._computed_latency()
        self.depth = self.memory_clocks + self.product_latency
        neuron = stateless(self.accumulator_range.layer.neuron)
        self.output_stage = OutputStageNumbers(neuron, self.accumulator_range.width)
        # results of the last layer may have to wait to be taken
        self.early = 0 if output else min(self.depth, layer.neurons - how.double_buffered)
        """Shifts before the last one at which the layer takes elements (or, double-buffered, totals) again."""

    def _computed_latency(self) -> int:
        """Clocks from a row of weights to their products."""
        return (digit_latency if self.how.double_buffered else product_latency)(self.layer.resolution_bits)

    def area(self, device: Device) -> tuple[float, int]:
        """Tables and block memories."""
        n, width, neurons = self.layer.resolution_bits, self.accumulator_range.width, self.layer.neurons
        total = (2 * width if self.accumulator_range.with_signs else width) + n
        product = 0 if self.table else chain_tables(n)
        if self.how.double_buffered:  # the chain beside accumulators that restart, and products of two bits at a time
            total = width + total * device.adders_are_tables
            product *= 1 if device.adders_are_tables else 1.7
        tables = neurons * (product + total) + 2 * self.output_stage.bits + 20
        tables += 0 if self.table else partial_product_tables(n)
        tables += neurons * (n + 1) * self.layer.inputs / 16 * self.logic
        rows, word = (self.layer.inputs << n, n) if self.table else (self.layer.inputs, n + 1)
        if self.logic:
            return tables, 0
        return tables, block_memories(rows, neurons * word, device) + block_memories(neurons, width, device)


@dataclass(frozen=True, kw_only=True)
class ColumnPlan(CorePlan):
    """All neurons at a time, one input after the other, a whole stream in a clock; totals leave as a chain."""

    purpose = (
        "each input goes to all neurons as it comes, and their totals leave as a chain: it saves the buffers between "
        "layers, the result shifters and the additions of biases of a folded core"
    )

    @property
    def clock(self) -> str:
        return "column"

    @classmethod
    def of(
        cls,
        network: NetworkSpec,
        *,
        product_table: bool = False,
        overlap: bool = False,
        logic_weights: bool = False,
    ) -> ColumnPlan:
        """The plan of these options.

        Args:
            network: what to build; every layer has a closed form.
            product_table: read products from block memory instead of computing them.
            overlap: add up one vector while the one before is handed on.
            logic_weights: with `overlap`: weights in logic instead of block memory.

        Raises:
            SpecError: a layer has no closed form, or no product table.
            OptionError: `logic_weights` without `overlap` or with a table.
        """
        check_closed_forms(network, "column")
        layers = known_layers(network)
        for i, layer in enumerate(layers):
            if product_table and not table_possible(layer):
                rule = f"unipolar inputs and at most {TABLE_ROWS:,} rows, 2^resolution_bits an input"
                requests = f"{layer.input_encoding}, {layer.inputs << layer.resolution_bits:,} rows"
                raise SpecError(f"product_table needs {rule}; layers[{i}] has {requests}")
        if logic_weights and (product_table or not overlap):
            requests = [name for name, there in (("overlap", overlap), ("product_table", product_table)) if there]
            raise OptionError(
                f"logic_weights needs overlap and no product_table; got {', '.join(requests) or 'neither'}"
            )
        multiplier, storage = "table" if product_table else "closed_form", "logic" if logic_weights else "block"
        plans = [
            LayerPlan(x.neurons, "one", x.stream_length, multiplier, storage, double_buffered=overlap) for x in layers
        ]
        return cls(network=network, layers=tuple(plans))

    @classmethod
    def proposed(cls, network: NetworkSpec, options: CoreOptions) -> ColumnPlan | None:
        """Constant weights of closed forms, every neuron at a time and whole streams."""
        if set(options.architectures(network)) != {"column"} or options.anytime or options.loadable:
            return None
        if options.elements_per_beat not in (None, 1):
            return None
        layers = known_layers(network)
        takes_all_bits = options.stream_bits(network) in (None, max(layer.stream_length for layer in layers))
        if why_network_has_no_closed_form(network) is not None or not takes_all_bits:
            return None
        if options.neurons(network) != tuple(layer.neurons for layer in layers):
            return None
        return cls.of(network, **{name: getattr(options, name) for name in OF_CLOSED_FORMS})

    @classmethod
    def candidates(cls, network: NetworkSpec, options: CoreOptions) -> Iterator[ColumnPlan]:
        """With and without overlap, weights in logic, tables."""
        if why_network_has_no_closed_form(network) is not None or options.loadable:
            return
        kinds: list[dict[str, bool]] = [{}, {"overlap": True}, {"overlap": True, "logic_weights": True}]
        if all(table_possible(layer) for layer in known_layers(network)):
            kinds += [{"product_table": True}, {"product_table": True, "overlap": True}]
        yield from (cls.of(network, **kind) for kind in kinds)

    @cached_property
    def numbers(self) -> tuple[ColumnLayerNumbers, ...]:
        """Of the layers."""
        network, last = self.network, len(self.layers) - 1
        parts = zip(known_layers(network), network.weights, network.biases, self.layers, strict=True)
        return tuple(ColumnLayerNumbers(*part, output=i == last) for i, part in enumerate(parts))

    @property
    def waits_after_reset(self) -> bool:
        """Whether a later layer has so many neurons to load that the first frame would meet it unready."""
        peak = max(layer.neurons_in_parallel for layer in self.layers)
        return not self.layers[0].double_buffered and peak > self.layers[0].neurons_in_parallel

    @property
    def choice(self) -> dict[str, Any]:
        """Neurons and stream bits of all layers, and which of the flags are set."""
        how, layers = self.layers[0], self.layers
        flags = (how.multiplier == "table", how.double_buffered, how.weight_storage == "logic")
        return {
            "architecture": "column",
            "neurons_in_parallel": [layer.neurons_in_parallel for layer in layers],
            "stream_bits_per_cycle": max(layer.stream_bits_per_cycle for layer in layers),
        } | {name: True for name, value in zip(OF_CLOSED_FORMS, flags, strict=True) if value}

    def area(self, device: Device) -> tuple[float, int]:
        """The layers', and the ports'."""
        areas = [layer.area(device) for layer in self.numbers]
        return 30.0 + sum(tables for tables, _ in areas), sum(memories for _, memories in areas)

    def timing(self, halvings: int = 0) -> CoreTiming:
        """By following the first samples through the layers."""
        return steady(*self.follow(8 + 4 * len(self.layers)))

    def follow(self, samples: int) -> tuple[list[int], list[tuple[int, int]]]:
        """What `steady` takes, without stalls on either port.

        The recurrences are those of `ColumnSequencer` and `OverlapSequencer`: `ready[i]` is the first clock in which
        layer i takes elements of the next vector, `released[i]` the first in which its chain of totals can be claimed
        again, `quiet[i]` the first in which it may ask whether its sink has room.
        """
        layers = self.numbers
        # without overlap silent shifts come after reset: steps in clocks 0 …, each shift one clock after its step
        free_from = [0 if x.how.double_buffered else 1 + x.layer.neurons - x.early for x in layers]
        if self.waits_after_reset:
            free_from[0] = max(free_from) + 1
        released, quiet = [0] * len(layers), [0] * len(layers)
        loaded, sent = [], []
        for _ in range(samples):
            last = free_from[0] + layers[0].layer.inputs - 1
            loaded.append(last)
            first_out = end = 0
            for i, layer in enumerate(layers):
                neurons, buffered = layer.layer.neurons, layer.how.double_buffered
                granted = max(last, released[i]) if buffered else last
                shift = granted + layer.depth + 1
                if not layer.output:
                    room = (free_from[i + 1], quiet[i])
                    shift = max(shift, *(clock + (1 if buffered else 2) for clock in room))
                released[i] = shift + neurons - layer.early
                free_from[i] = granted + 1 if buffered else released[i]
                first_out = shift + buffered + layer.output_stage.latency
                end = quiet[i] = first_out + neurons
                last = end - 1
            sent.append((first_out, end))
        return loaded, sent
