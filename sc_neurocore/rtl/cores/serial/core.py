# amaranth: UnusedElaboratable=no
"""The network core, architecture `serial`: one product unit and a program, the smallest of all (contract §9)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from amaranth.hdl import Module, ResetSignal, Signal, Value
from amaranth.lib import wiring

from ....spec.encoding import element_width
from ....spec.errors import OptionError
from ....spec.network import NetworkSpec
from ...components.activation.loadable_output_stage import LoadableOutputStage
from ...components.activation.output_stage import OutputStage, Stateless, multiplier, stateless
from ...components.arithmetic.closed_form_multiplier import product_latency
from ...components.arithmetic.grouped_product import GroupedProduct
from ...components.arithmetic.preload_accumulator import PreloadAccumulator
from ...components.memory.data_memory import DataMemory
from ...components.ports.core_ports import core_ports, load_ports, output_shape
from ...loading.serial_load import SerialLoadMap, total_limits
from ...loading.setting import shift_of
from ...plan.accumulator_range import AccumulatorRange
from ...plan.default_pair import check_collapsible
from ...plan.known_layers import known_layers
from .elements import write_elements
from .fetch import fetch, filled, load_shifts
from .frames import take_frames, take_frames_or_hold
from .products import collapsed_product, grouped_product, streamed_product
from .program import Op, SerialProgram, Word, program_clocks, program_latency
from .word_format import WordFormat

TERMS_A_STAGE = 3
"""Gated additions between two registers, see `DenseColumn`."""


def checked_bits(bits_per_clock: int, longest: int) -> int:
    """The stream bits a clock of a serial core whose longest stream has `longest` bits.

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


def _loadable_border(neuron: Stateless, width: int, start_limit: int) -> LoadableOutputStage:
    """A border for the shifts whose rounding a total may begin with."""
    return LoadableOutputStage(neuron, width, start_limit.bit_length() if multiplier(neuron) == 1 else None)


class SerialCore(wiring.Component):
    """Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.

    Structure   program memory → data memory → product → total → border → data memory or output port. The program is a
                word for each input beat, weight other than 0, stored result and output beat (`SerialProgram`), run over
                and over; the pipeline stands still while a port keeps its word waiting.
    Product     S = `bits_per_clock`, a power of two. 1: one position of the stream a clock, |k| clocks for a weight k
                (`CountdownProduct`). The longest stream_length: the whole stream in one clock (`ClosedFormMultiplier`).
                Between them: ceil(|k| / S) clocks (`GroupedProduct`); a layer of a stream that is not longer than S
                has one clock a product. All give the same integers.
    Loadable    with `loadable` the program is in a memory that is written (`ProgramMemory`), shifts are in registers;
                both begin as the network's, but for the program in `memory` "spram". Any network of the same
                description with other weights, biases and shifts becomes a program of its own (`SerialLoadMap`).
                While `hold` is high and the core idle, the program waits before its first word, which is read anew.
    Latency     `timing.core_timing(self)`, exact: it depends on the weights, not on the data.
    Throughput  one frame in the clocks of all words.
    Reset       `rst`, synchronous: the program starts anew. `tready` and `tvalid` are low under it. What was loaded
                stays.

    Ports
        as `ports.core_ports`; with `loadable` those of `ports.load_ports`, too
    """

    architecture = "serial"
    totals_type = AccumulatorRange

    def __init__(
        self,
        network: NetworkSpec,
        *,
        bits_per_clock: int | None = None,
        loadable: bool = False,
        memory: str = "block",
    ) -> None:
        """`bits_per_clock`: None takes the whole stream.

        Raises:
            SpecError: a layer's products have no closed form.
            OptionError: `bits_per_clock` is no power of two up to the longest stream, or `memory` is another kind.
        """
        check_collapsible(network, self.architecture)
        self.network, layers = network, known_layers(network)
        self.longest = max(layer.stream_length for layer in layers)
        whole = self.longest if bits_per_clock is None else bits_per_clock
        self.bits_per_clock = checked_bits(whole, self.longest)
        self.loadable, self.memory = loadable, checked_memory(memory, loadable=loadable)
        self.initialised = memory != "spram"
        self.streaming = self.bits_per_clock == 1
        parts = zip(layers, network.weights, network.biases, strict=True)
        self.totals = [self.totals_type(*part) for part in parts]
        self.n = max(layer.resolution_bits for layer in layers)
        self.with_signs = any(totals.with_signs for totals in self.totals)
        neurons = [stateless(totals.layer.neuron) for totals in self.totals]
        if loadable:
            self.width, self.start_limits = total_limits(network)
            limits = zip(neurons, self.start_limits, strict=True)
            self.borders = [_loadable_border(neuron, self.width, limit) for neuron, limit in limits]
        else:
            self.width = max(totals.width for totals in self.totals)
            self.borders = [OutputStage(neuron, self.width) for neuron in neurons]
        self.write_behind = max((border.latency for border in self.borders[:-1]), default=0)
        self.grouped = None
        if 1 < self.bits_per_clock < self.longest:
            self.grouped = GroupedProduct(self.n, self.bits_per_clock.bit_length() - 1, TERMS_A_STAGE)
        # from the clock that reads an element: in it, through shares and product
        self.read_ahead = 1 if self.streaming else 2 + (self.grouped.lead if self.grouped else self._product_latency())
        self.program = self._program(self.totals, [self._starts(totals) for totals in self.totals])
        self.words = self.program.words()
        self.capacity = len(self._densest() if loadable else self.words)
        self.format = WordFormat(self.width, self.n, self.program.elements, len(layers))
        self.input_bits = element_width(network.input.encoding, network.input.resolution_bits)
        self.output_shape = output_shape(network)
        ports = core_ports(network)
        if loadable:
            self.load_map = SerialLoadMap(self)
            ports |= load_ports(self.load_map.address_bits)
        super().__init__(ports)

    def _program(self, totals: Sequence[AccumulatorRange], starts: Sequence[Sequence[int]]) -> SerialProgram:
        behind, latency = self.write_behind, self.borders[-1].latency
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
    def most_cycles_per_inference(self) -> int:
        """Clocks of all words with the largest weights everywhere; what a loadable core takes at most."""
        return program_clocks(self._densest(), self.bits_per_clock)

    def _product_latency(self) -> int:
        return product_latency(self.n, TERMS_A_STAGE)

    def _starts(self, totals: AccumulatorRange) -> list[int]:
        if self.with_signs:  # the accumulator subtracts
            return totals.starts(0 * totals.stream_correction(), self.width)
        if self.grouped:
            correction = totals.grouped_correction(self.grouped.j)
        else:
            correction = totals.stream_correction() if self.streaming else totals.complement_correction(self.n)
        return totals.starts(correction, self.width)

    def words_of(self, network: NetworkSpec) -> list[Word]:
        """The program of a network that this core can compute: its own or, if it is loadable, any of its shape."""
        layers = zip(known_layers(network), network.weights, network.biases, strict=True)
        totals = [self.totals_type(*parts) for parts in layers]
        return self._program(totals, [self._starts(each) for each in totals]).words()

    def rows(self, network: NetworkSpec) -> list[int]:
        """The rows of the program memory for a network; rows of 0 follow a program shorter than the memory."""
        rows = self.format.rows(self.words_of(network))
        return rows + [0] * (self.capacity - len(rows))

    def loaded_shift(self, network: NetworkSpec, i: int) -> int:
        """The shift of a network's layer i as this core's border takes it: a greater one gives the same results."""
        return min(shift_of(known_layers(network)[i].neuron) or 0, self.borders[i].shift_limit)

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

    def elaborate(self, platform: object) -> Module:
        m = Module()
        go, restart = Signal(), Signal()
        fetched = fetch(m, self, go, restart)
        stages = [fetched]
        advance = Signal() if self.grouped else go  # the last stage sees a word as often as it has groups
        for stage in range(self.read_ahead):
            moves = advance if stage == self.read_ahead - 1 else go
            stages.append(self._next_stage(m, stages[-1], stage, moves, restart))
        now = stages[-1]
        is_load, is_store, is_out = Signal(), Signal(), Signal()
        m.d.comb += [
            is_load.eq(now["op"] == Op.LOAD),
            is_store.eq(now["op"] == Op.STORE),
            is_out.eq(now["op"] == Op.OUT),
        ]
        memory = DataMemory(self.program.elements, self.n + self.with_signs)
        m.submodules.elements = memory
        m.d.comb += [memory.enable.eq(go), memory.read_address.eq(fetched["address"])]
        if self.loadable:
            load_shifts(m, self)
        if self.grouped:
            parts = grouped_product(m, self.grouped, stages, memory.data, go, advance, with_signs=self.with_signs)
        else:
            parts = self._product(m, stages, memory.data, go)
        bits, done, negative = parts
        total = PreloadAccumulator(len(bits), self.width, with_signs=self.with_signs)
        m.submodules.accumulator = total
        m.d.comb += [
            total.enable.eq(~(is_out & ~self.m_axis_tready)),
            total.load.eq(now["op"].any()),
            total.choose.eq(now["choose"]),
            total.value.eq(now["payload"]),
            total.product.eq(bits),
            total.negative.eq(negative),
        ]
        goes = ~(is_load & ~self.s_axis_tvalid) & ~(is_out & ~self.m_axis_tready)
        counting = stages[-2] if self.grouped else now
        finished = done | counting["op"].any()
        if self.loadable and (self.grouped or self.streaming):
            finished = finished | ~filled(m, fetched["known"], restart, len(stages) - (2 if self.grouped else 1))
        if self.grouped:
            m.d.comb += [advance.eq(goes), go.eq(advance & finished)]
        else:
            m.d.comb += go.eq(goes & finished)
        if self.loadable:
            sent = is_out & self.m_axis_tready & now["last"]
            take_frames_or_hold(m, self, is_load, now["last"], sent, restart)
        else:
            take_frames(m, self, is_load, now["last"], restart)
        write_elements(m, self, memory, total.total, now, is_load & self.s_axis_tvalid, is_store)
        m.submodules.last_border = output = self.borders[-1]
        m.d.comb += [
            output.enable.eq(1),
            output.total.eq(total.total),
            self.m_axis_tdata.eq(output.result),
            self.m_axis_tvalid.eq(is_out & ~ResetSignal()),
            self.m_axis_tlast.eq(now["last"]),
        ]
        return m

    def _next_stage(self, m: Module, word: dict[str, Value], stage: int, go: Value, restart: Value) -> dict[str, Value]:
        """The word one clock later; after a restart the words on their way do nothing."""
        after: dict[str, Value] = {}
        for name in ("payload", "address", "layer", "last"):
            if name not in word:
                continue
            held = Signal(len(word[name]), name=f"{name}_{stage}", reset_less=True)
            with m.If(go):
                m.d.sync += held.eq(word[name])
            after[name] = held
        op = Signal(2, name=f"op_{stage}")
        with m.If(go):
            m.d.sync += op.eq(word["op"])
        with m.If(restart | ~word["known"] if "known" in word else restart):
            m.d.sync += op.eq(0)
        # beside the operation, in a register that synthesis takes for another one: see `PreloadAccumulator`
        choose = Signal(name=f"choose_{stage}", reset_less=True)
        with m.If(go):
            m.d.sync += choose.eq(word["op"].any())
        return after | {"op": op, "choose": choose}

    def _product(
        self, m: Module, stages: list[dict[str, Value]], element: Value, go: Value
    ) -> tuple[Value, Value, Value]:
        """Product bits for the accumulator, whether they are the last, and their sign."""
        if self.streaming:
            return streamed_product(m, stages, element, go, self.n, with_signs=self.with_signs)
        return collapsed_product(m, stages, element, go, self.n, TERMS_A_STAGE, with_signs=self.with_signs)
