"""The numbers that one layer of a folded core is built from: what is counted in a clock, how wide, how late."""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Shape, signed, unsigned

from ...spec.encoding import element_width
from ...spec.generator import Generator
from ...spec.layer import WeightedLayer
from ..components.activation.neurons import neuron_latency
from ..components.arithmetic.accumulators import Accumulator, Bias
from ..components.arithmetic.closed_form_multiplier import product_latency
from ..components.arithmetic.parallel_counter import counter_latency
from ..components.arithmetic.sign_magnitude import sign_magnitude
from ..components.signals import index_shape
from ..loading.load_words import DATA_LIMIT
from . import single_port
from .closed_forms import closed_factor
from .core_plan import LayerPlan
from .estimates import Device, block_memories, chain_tables, partial_product_tables, rom_tables
from .folding import Folding, memory_is_cheaper
from .windows import WindowNumbers


def group_clocks(length: int, processing_elements: int, halvings: int = 0) -> int:
    """Clocks of a group: of its streams, and as many as results leave one per clock.

    Args:
        length: clocks of the whole streams.
        processing_elements: neurons of a group.
        halvings: how often the streams are halved.
    """
    return max(length >> halvings, processing_elements)


class FoldedLayerNumbers:
    """Base: `how.neurons_in_parallel` neurons of a layer at a time, in groups of `clocks` clocks.

    Args:
        layer: the description.
        weights: codes (neurons, inputs).
        biases: (neurons,).
        how: the plan of the layer.
        steps: time steps of a sample.
        bias_limit: the largest magnitude of a bias that the layer must take.
        halvings: how often a stream may be halved at most.
        windows: of a layer on a map.
    """

    addressed = False
    """Whether elements are asked for one at a time."""
    told_halvings = False
    """Whether the datapath itself, not its sequencer alone, must know how often a stream is halved."""
    with_signs = False
    """Whether a count may be negative."""
    scale = 1
    """What a count is multiplied by before the offset: 2 for ones of bipolar streams."""
    latency: int
    """Clocks from an enabled clock to its counts."""
    clocks: int
    """Clocks of a group."""
    max_counts: list[int]
    """The largest magnitude of each processing element's count."""
    counted: int
    """The largest magnitude of a neuron's total, before its bias, as the contract has it."""

    def __init__(
        self,
        layer: WeightedLayer,
        weights: np.ndarray,
        biases: np.ndarray,
        how: LayerPlan,
        *,
        steps: int = 1,
        bias_limit: int = 0,
        halvings: int = 0,
        windows: WindowNumbers | None = None,
    ) -> None:
        self.layer, self.biases, self.how, self.steps, self.max_halvings = layer, biases, how, steps, halvings
        self.loadable, self.words, self.windows = how.writable, how.stream_bits_per_cycle, windows
        keep_zeros, parts = self.loadable or layer.bipolar, 1 if windows is None else windows.groups
        self.folding = Folding(weights, how.neurons_in_parallel, keep_zeros=keep_zeros, parts=parts)
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        self.code_bits = layer.resolution_bits + layer.signed_weights
        self.address_shape = self._address_shape()
        self.input_bits = self.address_shape.width
        # the address of a weight in its processing element: the number of the group, then of the input
        self.row_bits = self.input_bits + (self.folding.groups - 1).bit_length()
        self._count()
        self.weight_address_bits = self.row_bits + (self.weight_memories - 1).bit_length()
        inputs = layer.inputs
        self.lowest_offset = min(self.offset(np.full(inputs, -1)), self.offset(np.zeros(inputs)))
        self.bias_limit = min(bias_limit, DATA_LIMIT + self.lowest_offset) if self.loadable else bias_limit
        self.magnitude = self.counted + self.bias_limit
        self.offsets = [int(b) + self.offset(row) for b, row in zip(biases, weights, strict=True)]
        self.total_latency = self.latency + Accumulator.latency
        self.result_latency = Bias.latency + neuron_latency(layer.neuron, steps, loadable=self.loadable)

    @property
    def weight_memories(self) -> int:
        """How many memories of their own weights are written to: one a processing element."""
        return self.folding.processing_elements

    @property
    def weight_data_bits(self) -> int:
        """Bits of a word that is written to one of them."""
        return self.code_bits

    @property
    def weight_words(self) -> int:
        """Words that a load writes to them."""
        return self.layer.neurons * self.layer.inputs

    def _address_shape(self) -> Shape:
        """Of what names an input that is asked for."""
        return index_shape(self.layer.inputs)

    def _count(self) -> None:
        """Set what is counted in a clock."""
        raise NotImplementedError

    def count_shape(self, pe: int) -> Shape:
        """Shape of a processing element's count."""
        bits = self.max_counts[pe].bit_length()
        return signed(bits + 1) if self.with_signs else unsigned(bits)

    def offset(self, weights: np.ndarray) -> int:
        """What the total of a neuron with these weights must be corrected by, beside its bias."""
        return -self.counted if self.scale == 2 else 0

    def row(self, group: int, number: int) -> int:
        """The row of a weight in its processing element."""
        return group << self.input_bits | number

    def image(self, weights: np.ndarray) -> list[tuple[int, int]]:
        """(address, code) of every weight, as they are to be loaded."""
        n, places = self.layer.resolution_bits, [self.folding.place(i) for i in range(len(weights))]
        return [
            (pe << self.row_bits | self.row(group, j), sign_magnitude(code, n))
            for (group, pe), row in zip(places, weights.tolist(), strict=True)
            for j, code in enumerate(row)
        ]

    def passes(self, begin: int, sink_vacant: int, halvings: int) -> tuple[int, int, int]:
        """One vector through the layer: when its buffer is vacant, its sequencer idle, and its sink full.

        Args:
            begin: the first clock of the first group.
            sink_vacant: the first clock in which the sink may be reserved.
            halvings: how often the streams are halved.
        """
        groups, pes = self.folding.groups, self.folding.processing_elements
        period = group_clocks(self.clocks, pes, halvings)
        first_end, granted = begin + period - 1, max(begin, sink_vacant)
        last_end = first_end if groups == 1 else max(first_end, granted) + (groups - 1) * period
        hand_on = last_end + self.total_latency + 1
        if groups == 1:
            hand_on = max(hand_on, granted + 1)
        in_last_group = self.folding.neurons - (groups - 1) * pes
        return last_end + 3, max(last_end, granted) + 1, hand_on + in_last_group + self.result_latency

    def area(self, device: Device) -> tuple[float, int]:
        """Tables and block memories. Fitted to counts of the committed digits networks, 1 to all neurons at a time."""
        width = self.count_shape(0).width + self.clocks.bit_length()
        settled = 3 * self._result_width + self.layer.neurons * width / 32
        settled += 2 * self.steps.bit_length() if self.layer.neuron.keeps_state else 0
        tables, memories = self._products_area(device)
        return 75 + 75 * self.loadable + settled + 2 * self.folding.processing_elements * width + tables, memories

    @property
    def _result_width(self) -> int:
        bits = self.layer.output_bits
        if bits is None or self.layer.output_encoding is None:
            return Shape.cast(range(-self.magnitude, self.magnitude + 1)).width
        return element_width(self.layer.output_encoding, bits)

    def _products_area(self, device: Device) -> tuple[float, int]:
        """Of what is before the totals."""
        raise NotImplementedError

    def _element_memories(self, device: Device) -> int:
        layer, pes = self.layer, self.folding.processing_elements
        memories = block_memories(layer.inputs, self.element_bits, device)
        return memories + pes * block_memories(self.folding.groups * layer.inputs, self.code_bits, device)


class ParallelNumbers(FoldedLayerNumbers):
    """All inputs at a time, counted by trees of adders."""

    def _count(self) -> None:
        self.with_signs, self.scale = self.layer.signed_inputs, 2 if self.layer.bipolar else 1
        self.clocks = -(-self.layer.stream_length // self.words)
        self.counted = self.layer.inputs * self.layer.stream_length
        self.in_memory = self.loadable or memory_is_cheaper(self.folding, self.layer.resolution_bits)
        self.max_counts = [len(active) * self.words for active in self.folding.active_inputs]
        self.counter_latency = max(map(counter_latency, self.max_counts))
        self.latency = 3 + self.counter_latency

    def offset(self, weights: np.ndarray) -> int:
        """As `AndProducts` and `XnorProducts` say; positions beyond the stream's end count like the others there."""
        if self.scale == 2 or self.with_signs:
            return super().offset(weights)
        return -int((weights < 0).sum()) * self.clocks * self.words

    def _products_area(self, device: Device) -> tuple[float, int]:
        n, folding, words = self.layer.resolution_bits, self.folding, self.words
        products = sum(len(inputs) for inputs in folding.active_inputs)
        if self.in_memory:
            weights = products * ((n + 1) * rom_tables(folding.groups) + words * n * 2 / 3)
        else:
            weights = words * (folding.distinct * n / 2 + products * (folding.groups - 1) / 2)
        return self.layer.inputs * words * n * 0.6 + weights + products * words * 2.5, 0


class OrNumbers(ParallelNumbers):
    """All inputs at a time, their union taken; inputs of one phase share a source."""

    def _count(self) -> None:
        super()._count()
        self.with_signs, self.latency = True, 4 if self.words == 1 else 5
        self.counted = self.layer.stream_length
        self.max_counts = [self.words] * self.folding.processing_elements

    def offset(self, weights: np.ndarray) -> int:
        """Nothing: signs are counted as they are."""
        return 0

    def _products_area(self, device: Device) -> tuple[float, int]:
        tables, memories = super()._products_area(device)
        layer, sources = self.layer, 0
        if layer.input_generator is not None:
            sources = len(phases(layer.input_generator, layer.inputs, layer.resolution_bits))
        return tables + 2 * layer.resolution_bits * self.words * sources, memories


class MuxNumbers(FoldedLayerNumbers):
    """The one input that a select word names, one position per clock."""

    with_signs = True
    latency = 3

    def _address_shape(self) -> Shape:
        """The select word's."""
        return unsigned(self.layer.select_bits)

    def _count(self) -> None:
        self.addressed = self.how.inputs_in_parallel == "one"
        self.clocks = self.counted = self.layer.stream_length
        self.max_counts = [1] * self.folding.processing_elements

    def _products_area(self, device: Device) -> tuple[float, int]:
        n, folding = self.layer.resolution_bits, self.folding
        if self.addressed:
            return 4 * n + folding.processing_elements * (n + 5), self._element_memories(device)
        weights = folding.processing_elements * folding.groups * 2**self.layer.select_bits * self.code_bits / 16
        return self.layer.inputs * self.element_bits * 2 / 3 + weights + folding.processing_elements * (n + 6), 0


class StreamedNumbers(FoldedLayerNumbers):
    """One input after the other, its stream run.

    Weights in single-port memory (`how.weight_storage`) are written as they lie there: a row of all processing
    elements' codes, in parts as wide as such a memory.
    """

    addressed = told_halvings = True

    @property
    def single_port(self) -> bool:
        """Whether all processing elements' codes lie side by side in single-port memory."""
        return self.how.weight_storage == "single_port"

    @property
    def rows(self) -> int:
        """Rows of codes: an input of a group each."""
        return self.folding.groups * self.layer.inputs

    @property
    def side_by_side(self) -> int:
        """Bits of all processing elements' codes."""
        return self.folding.processing_elements * self.code_bits

    @property
    def weight_memories(self) -> int:
        return -(-self.side_by_side // single_port.BITS) if self.single_port else super().weight_memories

    @property
    def weight_data_bits(self) -> int:
        return min(single_port.BITS, self.side_by_side) if self.single_port else super().weight_data_bits

    @property
    def weight_words(self) -> int:
        return self.rows * self.weight_memories if self.single_port else super().weight_words

    def image(self, weights: np.ndarray) -> list[tuple[int, int]]:
        words = super().image(weights)
        if not self.single_port:
            return words
        rows = [0] * self.rows
        for address, code in words:
            pe, row = divmod(address, 1 << self.row_bits)
            rows[row] |= code << (pe * self.code_bits)
        mask = 2**single_port.BITS - 1
        return [
            (part << self.row_bits | number, row >> (part * single_port.BITS) & mask)
            for part in range(self.weight_memories)
            for number, row in enumerate(rows)
        ]

    def _element_memories(self, device: Device) -> int:
        if self.single_port:
            return block_memories(self.layer.inputs, self.element_bits, device)
        return super()._element_memories(device)

    def _count(self) -> None:
        self.with_signs, self.scale = self.layer.signed_weights, 2 if self.layer.bipolar else 1
        self.max_counts = [self.words] * self.folding.processing_elements
        # the sign is applied in a clock of its own where there is more than one bit
        self.latency = 3 + counter_latency(self.words) + (self.with_signs and self.words > 1)
        self.clocks_per_input = -(-self.layer.stream_length // self.words)
        self.clocks = self.layer.inputs * self.clocks_per_input
        self.row_bits = index_shape(self.rows).width  # groups one after the other
        self.counted = self.layer.inputs * self.layer.stream_length

    def row(self, group: int, number: int) -> int:
        return group * self.layer.inputs + number

    def _products_area(self, device: Device) -> tuple[float, int]:
        n, pes = self.layer.resolution_bits, self.folding.processing_elements
        return 4 * n * self.words + pes * ((n + 2) * self.words + 3), self._element_memories(device)


class ClosedFormNumbers(StreamedNumbers):
    """One input after the other, its whole stream in a clock."""

    def _count(self) -> None:
        super()._count()
        factor, n = closed_factor(self.layer), self.layer.resolution_bits
        assert factor is not None, "asked by whoever chooses the multiplier"
        self.factor, self.spikes = factor, self.layer.input_generator is None
        self.max_counts = [(2**n - 1) * factor] * self.folding.processing_elements
        self.product_latency = 1 if self.spikes else product_latency(n)
        self.latency = 3 + self.product_latency

    def _products_area(self, device: Device) -> tuple[float, int]:
        n, pes = self.layer.resolution_bits, self.folding.processing_elements
        product = n if self.spikes else chain_tables(n)
        return partial_product_tables(n) + pes * (product + 2 * n), self._element_memories(device)


def phases(generator: Generator, inputs: int, n: int) -> dict[int, list[int]]:
    """The inputs by the position at which they begin to read the source: (skip + j·lane_skip) mod its period.

    Args:
        generator: whose source is read.
        inputs: how many lanes read it.
        n: bits of a word.
    """
    source = generator.source
    period = source.period(n)
    inputs_of: dict[int, list[int]] = {}
    for j in range(inputs):
        inputs_of.setdefault((source.skip + j * source.lane_skip) % period, []).append(j)
    return inputs_of
