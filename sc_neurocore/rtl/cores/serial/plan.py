"""What is known of a serial core before its gates: widths, program, timing, and what it can be loaded with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....spec.encoding import element_width
from ....spec.errors import OptionError, SpecError
from ....spec.network import NetworkSpec
from ...components.activation.output_stage import (
    LoadableOutputStage,
    OutputStage,
    Stateless,
    folded_rounding,
    multiplier,
    stateless,
)
from ...components.arithmetic.closed_form_multiplier import product_latency
from ...components.arithmetic.sequential_products import GroupedProduct
from ...components.memory.memories import CHUNK
from ...components.ports.core_ports import output_shape
from ...components.signals import index_shape
from ...loading.load_map import check_loadable, description
from ...loading.setting import shift_of
from ...plan.accumulator_range import AccumulatorRange
from ...plan.closed_forms import check_closed_forms
from ...plan.supported import known_layers
from .program import SerialProgram, Word, WordFormat, program_clocks, program_latency


def checked_bits(bits_per_clock: int, longest: int) -> int:
    """The stream bits per clock of a serial core whose longest stream has `longest` bits.

    Raises:
        OptionError: no power of two from 1 to `longest`.
    """
    legal = isinstance(bits_per_clock, int) and not isinstance(bits_per_clock, bool)
    if not legal or not 1 <= bits_per_clock <= longest or bits_per_clock & (bits_per_clock - 1):
        rule = f"a power of two from 1 (one bit a clock) to {longest} (the whole stream)"
        raise OptionError(f"stream_bits_per_cycle of architecture 'serial' must be {rule}; got {bits_per_clock!r}")
    return bits_per_clock


def checked_memory(memory: str, *, loadable: bool) -> str:
    """The kind of a loadable core's program memory.

    Raises:
        OptionError: it is unknown, or the core is not loadable.
    """
    if memory not in ("block", "spram"):
        raise OptionError(f"memory must be block or spram, got {memory!r}")
    if memory == "spram" and not loadable:
        raise OptionError("memory 'spram' has no initial contents: it is for loadable cores only")
    return memory


def _loadable_output_stage(neuron: Stateless, width: int, start_limit: int) -> LoadableOutputStage:
    """A stage for the shifts whose rounding a total may begin with."""
    return LoadableOutputStage(neuron, width, start_limit.bit_length() if multiplier(neuron) == 1 else None)


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


class SerialPlan:
    """The numbers that a serial core is built from; see `SerialCore` for what the core does.

    Args:
        network: what to build; every layer has a closed form.
        bits_per_clock: stream bits per clock, a power of two; None takes the whole stream.
        loadable: the program is written at run time.
        memory: "block", or "spram" where loadable.

    Raises:
        SpecError: a layer's products have no closed form.
        OptionError: `bits_per_clock` is no power of two up to the longest stream, or `memory` is another kind.
    """

    architecture = "serial"
    range_type = AccumulatorRange

    def __init__(
        self,
        network: NetworkSpec,
        *,
        bits_per_clock: int | None = None,
        loadable: bool = False,
        memory: str = "block",
    ) -> None:
        check_closed_forms(network, self.architecture)
        self.network, layers = network, known_layers(network)
        self.longest = max(layer.stream_length for layer in layers)
        whole = self.longest if bits_per_clock is None else bits_per_clock
        self.bits_per_clock = checked_bits(whole, self.longest)
        self.loadable, self.memory = loadable, checked_memory(memory, loadable=loadable)
        self.initialised = memory != "spram"
        self.streaming = self.bits_per_clock == 1
        parts = zip(layers, network.weights, network.biases, strict=True)
        self.ranges = [self.range_type(*part) for part in parts]
        self.n = max(layer.resolution_bits for layer in layers)
        self.with_signs = any(each.with_signs for each in self.ranges)
        neurons = [stateless(each.layer.neuron) for each in self.ranges]
        if loadable:
            self.width, self.preload_limits = total_limits(network)
            limits = zip(neurons, self.preload_limits, strict=True)
            self.output_stages = [_loadable_output_stage(neuron, self.width, limit) for neuron, limit in limits]
        else:
            self.width = max(each.width for each in self.ranges)
            self.output_stages = [OutputStage(neuron, self.width) for neuron in neurons]
        self.write_behind = max((stage.latency for stage in self.output_stages[:-1]), default=0)
        self.grouped = None
        if 1 < self.bits_per_clock < self.longest:
            self.grouped = GroupedProduct(self.n, self.bits_per_clock.bit_length() - 1)
        # from the clock that reads an element: in it, through partial products and product
        self.read_ahead = 1 if self.streaming else 2 + (self.grouped.lead if self.grouped else self._product_latency())
        self.program = self._program(self.ranges, [self._preloads(each) for each in self.ranges])
        self.words = self.program.words()
        self.capacity = len(self._densest() if loadable else self.words)
        self.format = WordFormat(self.width, self.n, self.program.elements, len(layers))
        self.input_bits = element_width(network.input.encoding, network.input.resolution_bits)
        self.output_shape = output_shape(network)
        if loadable:
            self.load_map = SerialLoadMap(self)

    def _program(self, totals: Sequence[AccumulatorRange], starts: Sequence[Sequence[int]]) -> SerialProgram:
        behind, latency = self.write_behind, self.output_stages[-1].latency
        return SerialProgram(self.network, totals, starts, self.read_ahead, behind, latency)

    def _densest(self) -> list[Word]:
        """The longest program of this shape: one without zero weights. Where a weight of 0 is left out, no word of the
        others comes later than there, though words that do nothing may take its place.
        """
        layers = known_layers(self.network)
        weights = [np.full((layer.neurons, layer.inputs), 2**layer.resolution_bits - 1) for layer in layers]
        totals = [AccumulatorRange(layer, each, each[:, 0]) for layer, each in zip(layers, weights, strict=True)]
        return self._program(totals, [[0] * layer.neurons for layer in layers]).words()

    @property
    def max_cycles_per_inference(self) -> int:
        """Clocks of all words with the largest weights everywhere; what a loadable core takes at most."""
        return program_clocks(self._densest(), self.bits_per_clock)

    def _product_latency(self) -> int:
        return product_latency(self.n)

    def _preloads(self, totals: AccumulatorRange) -> list[int]:
        if self.with_signs:  # the accumulator subtracts
            return totals.preloads(0 * totals.stream_correction(), self.width)
        if self.grouped:
            correction = totals.grouped_correction(self.grouped.j)
        else:
            correction = totals.stream_correction() if self.streaming else totals.complement_correction(self.n)
        return totals.preloads(correction, self.width)

    def words_of(self, network: NetworkSpec) -> list[Word]:
        """The program of a network that this core can compute: its own or, if it is loadable, any of its shape."""
        layers = zip(known_layers(network), network.weights, network.biases, strict=True)
        totals = [self.range_type(*parts) for parts in layers]
        return self._program(totals, [self._preloads(each) for each in totals]).words()

    def rows(self, network: NetworkSpec) -> list[int]:
        """The rows of the program memory for a network; rows of 0 follow a program shorter than the memory."""
        rows = self.format.rows(self.words_of(network))
        return rows + [0] * (self.capacity - len(rows))

    def loaded_shift(self, network: NetworkSpec, i: int) -> int:
        """The shift of a network's layer i as this core's stage takes it: a greater one gives the same results."""
        return min(shift_of(known_layers(network)[i].neuron) or 0, self.output_stages[i].shift_limit)

    @property
    def latency_cycles(self) -> int:
        """From the last input beat to the first output beat."""
        return program_latency(self.words, self.bits_per_clock)

    @property
    def cycles_per_inference(self) -> int:
        """Clocks of all words."""
        return program_clocks(self.words, self.bits_per_clock)

    @property
    def fields(self) -> list[tuple[str, int]]:
        """Names and widths of the program memory's fields, from the low bits up."""
        return self.format.fields


class SerialLoadMap:
    """The address is a section and an index in it: row r of the program in the sections of its parts of 31 bits, then
    a section of the shifts, where the index is the number of a layer; `linear` has none.

    An image writes the whole memory: a network with zero weights has a shorter program, and rows of 0 behind it.
    """

    def __init__(self, plan: SerialPlan) -> None:
        self.plan = plan
        self.parts = -(-plan.format.row_bits // CHUNK)
        self.shifts = [i for i, stage in enumerate(plan.output_stages) if not stage.linear]
        """Numbers of the layers with a shift."""
        self.index_bits = index_shape(max(plan.capacity, len(plan.output_stages))).width
        self.address_bits = self.index_bits + (self.parts + bool(self.shifts) - 1).bit_length()
        self.words = plan.capacity * self.parts + len(self.shifts)
        """Data words of a whole image; each of its addresses is written once."""

    @property
    def preload_limits(self) -> list[int]:
        """By layer, the largest |bias| + rounding 2^(shift - 1), without the latter for linear and multiplied ones."""
        return self.plan.preload_limits

    def image(self, network: NetworkSpec) -> list[tuple[int, int]]:
        """(address, data) that make the core compute `network`, in ascending order.

        Raises:
            SpecError: the network differs from the one that the core was generated for in more than weights, biases
                and shifts, or a bias is too large.
        """
        check_loadable(description(self.plan.network), network)
        for i, (layer, biases) in enumerate(zip(known_layers(network), network.biases, strict=True)):
            rounding, limit = folded_rounding(stateless(layer.neuron)), self.preload_limits[i]
            largest = int(np.abs(biases.astype(np.int64)).max())
            if largest + rounding > limit:
                what = f"layers[{i}].bias: |bias|" + (" + the rounding 2^(shift - 1)" if rounding else "")
                value = f"{largest} + {rounding}" if rounding else str(largest)
                raise SpecError(f"{what} must be at most {limit}, what the totals of this core hold; got {value}")
        rows = self.plan.rows(network)
        words = []
        for part in range(self.parts):
            for index, row in enumerate(rows):
                bits = row >> (part * CHUNK) & (2**CHUNK - 1)
                words.append((part << self.index_bits | index, bits - (bits >> (CHUNK - 1) << CHUNK)))
        shifts = self.parts << self.index_bits
        return words + [(shifts | i, self.plan.loaded_shift(network, i)) for i in self.shifts]
