"""The plan of a serial core: widths, program, clocks, and what it can be loaded with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...spec.errors import OptionError, SpecError
from ...spec.network import NetworkSpec
from ..components.activation.output_stage import OutputStageNumbers, folded_rounding, multiplier, stateless
from ..components.arithmetic.closed_form_multiplier import product_latency
from ..components.arithmetic.sequential_products import group_lead
from ..components.memory.memories import CHUNK, bank_sizes
from ..components.signals import index_shape
from ..loading.load_map import check_loadable, description
from ..loading.load_words import shift_of
from ..options import CoreOptions
from .closed_forms import AccumulatorRange, check_closed_forms, why_network_has_no_closed_form
from .core_plan import CorePlan, LayerPlan
from .estimates import Device, block_memories, chain_tables, partial_product_tables, written_memory
from .serial_program import SerialProgram, Word, WordFormat, program_clocks, program_latency
from .supported import known_layers
from .timing import CoreTiming


def checked_bits(bits_per_clock: int, longest: int) -> int:
    """The stream bits per clock of a serial core whose longest stream has `longest` bits.

    Raises:
        OptionError: no power of two from 1 to `longest`.
    """
    is_integer = isinstance(bits_per_clock, int) and not isinstance(bits_per_clock, bool)
    if not is_integer or not 1 <= bits_per_clock <= longest or bits_per_clock & (bits_per_clock - 1):
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


class SerialNumbers:
    """The numbers that a serial core is built from; see `SerialCore` for what the core does.

    Args:
        network: what to build; every layer has a closed form.
        bits_per_clock: stream bits per clock, a power of two up to the longest stream.
        loadable: the program is written at run time.
        range_type: what the totals are; those of another product have others.
        latency_type: clocks of a product of so many bits from its weight.
    """

    def __init__(
        self,
        network: NetworkSpec,
        bits_per_clock: int,
        *,
        loadable: bool,
        range_type: type[AccumulatorRange] = AccumulatorRange,
        latency_type: Callable[[int], int] = product_latency,
    ) -> None:
        self.network, self.bits_per_clock, self.range_type = network, bits_per_clock, range_type
        layers = known_layers(network)
        self.streaming = bits_per_clock == 1
        self.ranges = self._ranges(network)
        self.n = max(layer.resolution_bits for layer in layers)
        self.with_signs = any(each.with_signs for each in self.ranges)
        neurons = [stateless(each.layer.neuron) for each in self.ranges]
        self.width, limits = max(each.width for each in self.ranges), [None] * len(layers)
        if loadable:
            # by layer, the largest |bias| + rounding 2^(shift - 1), without the latter for linear and multiplied ones
            self.width, self.preload_limits = total_limits(network)
            # shifts whose rounding a total may begin with
            parts = zip(neurons, self.preload_limits, strict=True)
            limits = [limit.bit_length() if multiplier(neuron) == 1 else None for neuron, limit in parts]
        self.output_stages = [
            OutputStageNumbers(neuron, self.width, loadable=loadable, shift_limit=limit)
            for neuron, limit in zip(neurons, limits, strict=True)
        ]
        self.write_behind = max((stage.latency for stage in self.output_stages[:-1]), default=0)
        grouped = 1 < bits_per_clock < max(layer.stream_length for layer in layers)
        self.group_bits = bits_per_clock.bit_length() - 1 if grouped else 0
        """A clock has a group of 2^group_bits positions; 0: one of them, or all."""
        # from the clock that reads an element: in it, through partial products and product
        latency = group_lead(self.group_bits) if grouped else latency_type(self.n)
        self.read_ahead = 1 if self.streaming else 2 + latency
        self.program = self._program(self.ranges, [self._preloads(each) for each in self.ranges])
        self.words = self.program.words()
        self.densest = self._densest() if loadable else self.words
        self.capacity = len(self.densest)
        self.format = WordFormat(self.width, self.n, self.program.elements, len(layers))

    def _ranges(self, network: NetworkSpec) -> list[AccumulatorRange]:
        parts = zip(known_layers(network), network.weights, network.biases, strict=True)
        return [self.range_type(*each) for each in parts]

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

    def _preloads(self, totals: AccumulatorRange) -> list[int]:
        if self.with_signs:  # the accumulator subtracts
            return totals.preloads(0 * totals.stream_correction(), self.width)
        if self.group_bits:
            correction = totals.grouped_correction(self.group_bits)
        else:
            correction = totals.stream_correction() if self.streaming else totals.complement_correction(self.n)
        return totals.preloads(correction, self.width)

    def words_of(self, network: NetworkSpec) -> list[Word]:
        """The program of a network that this core can compute: its own or, if it is loadable, any of its shape."""
        totals = self._ranges(network)
        return self._program(totals, [self._preloads(each) for each in totals]).words()

    def rows(self, network: NetworkSpec) -> list[int]:
        """The rows of the program memory for a network; rows of 0 follow a program shorter than the memory."""
        rows = self.format.rows(self.words_of(network))
        return rows + [0] * (self.capacity - len(rows))

    def loaded_shift(self, network: NetworkSpec, i: int) -> int:
        """The shift of a network's layer i as this core's stage takes it: a greater one gives the same results."""
        return min(shift_of(known_layers(network)[i].neuron) or 0, self.output_stages[i].shift_limit)


@dataclass(frozen=True, kw_only=True)
class SerialPlan(CorePlan):
    """One product unit that runs a program: a neuron, an input, one, some or all of its stream bits at a time."""

    purpose = (
        "one product unit, one memory of elements and one program for all layers: less than a third of the tables of a "
        "folded core that has one neuron at a time in each layer, and weights of 0 take no clock"
    )

    @property
    def clock(self) -> str:
        return "serial"

    @classmethod
    def of(
        cls,
        network: NetworkSpec,
        *,
        bits_per_clock: int | None = None,
        loadable: bool = False,
        memory: str = "block",
    ) -> SerialPlan:
        """The plan of these numbers.

        Args:
            network: what to build; every layer has a closed form.
            bits_per_clock: stream bits per clock, a power of two; None takes the whole stream.
            loadable: the program is written at run time.
            memory: "block", or "spram" where loadable.

        Raises:
            SpecError: a layer's products have no closed form.
            OptionError: `bits_per_clock` is no power of two up to the longest stream, or `memory` is another kind.
        """
        check_closed_forms(network, "serial")
        layers = known_layers(network)
        longest = max(layer.stream_length for layer in layers)
        bits = checked_bits(longest if bits_per_clock is None else bits_per_clock, longest)
        single = checked_memory(memory, loadable=loadable) == "spram"
        plans = [
            LayerPlan(
                *(1, "one", min(bits, layer.stream_length)),
                multiplier="closed_form" if bits >= layer.stream_length else "stream",
                weight_storage="single_port" if single else "block",
                writable=loadable,
            )
            for layer in layers
        ]
        return cls(network=network, layers=tuple(plans))

    @classmethod
    def proposed(cls, network: NetworkSpec, options: CoreOptions) -> SerialPlan | None:
        """Closed forms, as many stream bits per clock for all layers, a power of two."""
        bits = options.stream_bits(network)
        if set(options.architectures(network)) != {"serial"} or options.anytime or isinstance(bits, list):
            return None
        options.neurons(network)  # refuses several
        if options.elements_per_beat not in (None, 1):
            return None
        if why_network_has_no_closed_form(network) is not None or (bits or 1) & ((bits or 1) - 1):
            return None  # groups of positions are powers of two
        return cls.of(network, bits_per_clock=bits, loadable=options.loadable, memory=options.memory)

    @classmethod
    def candidates(cls, network: NetworkSpec, options: CoreOptions) -> Iterator[SerialPlan]:
        """One stream bit per clock, or all."""
        if why_network_has_no_closed_form(network) is None:
            for bits in (1, None):
                yield cls.of(network, bits_per_clock=bits, loadable=options.loadable, memory=options.memory)

    @property
    def bits_per_clock(self) -> int:
        """Stream bits per clock of the layer with the longest stream."""
        return max(layer.stream_bits_per_cycle for layer in self.layers)

    @cached_property
    def numbers(self) -> SerialNumbers:
        """Widths and the program."""
        return SerialNumbers(self.network, self.bits_per_clock, loadable=self.loadable)

    @cached_property
    def load_map(self) -> SerialLoadMap | None:
        """The program's parts, and the shifts."""
        return SerialLoadMap(self.numbers) if self.loadable else None

    @property
    def choice(self) -> dict[str, Any]:
        """Stream bits, and the memory of a program that is written."""
        memory = {"memory": "block" if self.initialised else "spram"} if self.loadable else {}
        return {"architecture": "serial", "stream_bits_per_cycle": self.bits_per_clock} | memory

    @property
    def max_cycles_per_inference(self) -> int:
        """Clocks of all words with the largest weights everywhere; what a loadable core takes at most."""
        return program_clocks(self.numbers.densest, self.bits_per_clock)

    @property
    def manifest_entries(self) -> dict[str, Any]:
        """Of clocks that depend on the weights that are loaded."""
        if not self.loadable:
            return {}
        empty = self.network.replace(weights=[0 * weights for weights in self.network.weights])
        cycles = {
            "depend_on": "the loaded weights; latency_cycles and cycles_per_inference are those of this network",
            "cycles_per_inference_minimum": program_clocks(self.numbers.words_of(empty), self.bits_per_clock),
            "cycles_per_inference_maximum": self.max_cycles_per_inference,
            "formula": "one clock a word of the program: input beats, results, weights other than 0, and waits for"
            " elements on their way; a weight k takes max(1, ceil(|k| / stream_bits_per_cycle)) clocks",
        }
        return {"cycles": cycles}

    def timing(self, halvings: int = 0) -> CoreTiming:
        """By adding up the program's words: exact, it depends on the weights, not on the data."""
        words, bits = self.numbers.words, self.bits_per_clock
        return CoreTiming(program_latency(words, bits), program_clocks(words, bits))

    def area(self, device: Device) -> tuple[float, int]:
        """Of the product unit, the program and the elements."""
        core, n, j = self.numbers, self.numbers.n, self.numbers.group_bits
        width, operand = core.format.row_bits, j + 1 if j else 1 if core.streaming else n
        product = 3 * n + 1 if core.streaming else chain_tables(j or n) + partial_product_tables(j or n)
        product += 3 * (n - j) + j + 1 if j else 0
        total = (2 * core.width if core.with_signs else core.width) + operand
        output_stages = sum((5 if self.loadable else 2) * stage.bits for stage in core.output_stages[:-1])
        tables = 16 + 30 * self.loadable + index_shape(core.capacity).width + product + total + output_stages
        memories = block_memories(core.program.elements, n, device)
        if not self.initialised:
            return tables, memories
        if self.loadable:
            choice, blocks = written_memory(core.capacity, width, device)
            return tables + choice, memories + blocks
        banks = bank_sizes(core.capacity)
        parts = len(banks) if len(banks) > 1 else -(-core.capacity // (device.memory_bits // 2))
        blocks = sum(block_memories(rows, width, device) for rows in banks)
        return tables + (parts - 1) * width, memories + blocks


class SerialLoadMap:
    """The address is a section and an index in it: row r of the program in the sections of its parts of 31 bits, then
    a section of the shifts, where the index is the number of a layer; `linear` has none.

    An image writes the whole memory: a network with zero weights has a shorter program, and rows of 0 behind it.
    """

    def __init__(self, numbers: SerialNumbers) -> None:
        self.numbers, self.preload_limits = numbers, numbers.preload_limits
        self.parts = -(-numbers.format.row_bits // CHUNK)
        self.shifts = [i for i, stage in enumerate(numbers.output_stages) if not stage.linear]
        """Numbers of the layers with a shift."""
        self.index_bits = index_shape(max(numbers.capacity, len(numbers.output_stages))).width
        self.address_bits = self.index_bits + (self.parts + bool(self.shifts) - 1).bit_length()
        self.words = numbers.capacity * self.parts + len(self.shifts)
        """Data words of a whole image; each of its addresses is written once."""

    def image(self, network: NetworkSpec) -> list[tuple[int, int]]:
        """(address, data) that make the core compute `network`, in ascending order.

        Raises:
            SpecError: the network differs from the one that the core was generated for in more than weights, biases
                and shifts, or a bias is too large.
        """
        check_loadable(description(self.numbers.network), network)
        for i, (layer, biases) in enumerate(zip(known_layers(network), network.biases, strict=True)):
            rounding, limit = folded_rounding(stateless(layer.neuron)), self.preload_limits[i]
            magnitude = int(np.abs(biases.astype(np.int64)).max())
            if magnitude + rounding > limit:
                what = f"layers[{i}].bias: |bias|" + (" + the rounding 2^(shift - 1)" if rounding else "")
                value = f"{magnitude} + {rounding}" if rounding else str(magnitude)
                raise SpecError(f"{what} must be at most {limit}, what the totals of this core hold; got {value}")
        rows = self.numbers.rows(network)
        words = []
        for part in range(self.parts):
            for index, row in enumerate(rows):
                bits = row >> (part * CHUNK) & (2**CHUNK - 1)
                words.append((part << self.index_bits | index, bits - (bits >> (CHUNK - 1) << CHUNK)))
        shifts = self.parts << self.index_bits
        return words + [(shifts | i, self.numbers.loaded_shift(network, i)) for i in self.shifts]
