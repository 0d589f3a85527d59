# amaranth: UnusedElaboratable=no
"""The network core, architecture `serial`: one product unit and a program, the smallest of all (contract §9)."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, ResetSignal, Signal, Value
from amaranth.lib import wiring

from ..spec.encoding import element_width
from ..spec.errors import OptionError
from ..spec.network import NetworkSpec
from .block_rom import BlockRom
from .border import Border
from .collapsed_product import product_latency
from .data_memory import DataMemory
from .default_pair import check_collapsible
from .grouped_product import GroupedProduct
from .loadable_accumulator import LoadableAccumulator
from .ports import core_ports, output_shape
from .serial_products import collapsed_product, grouped_product, streamed_product
from .serial_program import Op, SerialProgram, Word, word_clocks
from .shapes import index_shape
from .sign_magnitude import SignMagnitude
from .totals import Totals

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


class SerialCore(wiring.Component):
    """Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.

    Structure   program memory → data memory → product → total → border → data memory or output port. The program is a
                word for each input beat, weight other than 0, stored result and output beat (`SerialProgram`), run over
                and over; the pipeline stands still while a port keeps its word waiting.
    Product     S = `bits_per_clock`, a power of two. 1: one position of the stream a clock, |k| clocks for a weight k
                (`CountdownProduct`). The longest stream_length: the whole stream in one clock (`CollapsedProduct`).
                Between them: ceil(|k| / S) clocks (`GroupedProduct`); a layer of a stream that is not longer than S
                has one clock a product. All give the same integers.
    Latency     `timing.core_timing(self)`, exact: it depends on the weights, not on the data.
    Throughput  one frame in the clocks of all words.
    Reset       `rst`, synchronous: the program starts anew. `tready` and `tvalid` are low under it.

    Ports
        as `ports.core_ports`
    """

    architecture = "serial"
    totals_type = Totals

    def __init__(
        self, network: NetworkSpec, *, bits_per_clock: int | None = None, streaming: bool | None = None
    ) -> None:
        """`streaming` is an older spelling: True for one stream bit a clock, False for the whole stream.

        Raises:
            SpecError: a layer's products have no closed form.
            OptionError: `bits_per_clock` is no power of two up to the longest stream.
        """
        check_collapsible(network, self.architecture)
        self.network = network
        self.longest = max(layer.stream_length for layer in network.layers)
        if bits_per_clock is None:
            bits_per_clock = 1 if streaming else self.longest
        self.bits_per_clock = checked_bits(bits_per_clock, self.longest)
        self.streaming = self.bits_per_clock == 1
        layers = network.layers
        parts = zip(layers, network.weights, network.biases, strict=True)
        self.totals = [self.totals_type(*part) for part in parts]
        self.n = max(layer.resolution_bits for layer in layers)
        self.with_signs = any(totals.with_signs for totals in self.totals)
        self.width = max(totals.width for totals in self.totals)
        self.borders = [Border(totals.layer.neuron, self.width) for totals in self.totals]
        self.write_behind = max((border.latency for border in self.borders[:-1]), default=0)
        self.grouped = None
        if 1 < self.bits_per_clock < self.longest:
            self.grouped = GroupedProduct(self.n, self.bits_per_clock.bit_length() - 1, TERMS_A_STAGE)
        # from the clock that reads an element: in it, through shares and product
        self.read_ahead = 1 if self.streaming else 2 + (self.grouped.lead if self.grouped else self._product_latency())
        self.program = SerialProgram(
            network,
            self.totals,
            [self._starts(totals) for totals in self.totals],
            self.read_ahead,
            self.write_behind,
            self.borders[-1].latency,
        )
        self.words = self.program.words()
        self.input_bits = element_width(network.input.encoding, network.input.resolution_bits)
        self.output_shape = output_shape(network)
        super().__init__(core_ports(network))

    def _product_latency(self) -> int:
        return product_latency(self.n, TERMS_A_STAGE)

    def _starts(self, totals: Totals) -> list[int]:
        if self.with_signs:  # the accumulator subtracts
            return totals.starts(0 * totals.stream_correction(), self.width)
        if self.grouped:
            correction = totals.grouped_correction(self.grouped.j)
        else:
            correction = totals.stream_correction() if self.streaming else totals.complement_correction(self.n)
        return totals.starts(correction, self.width)

    @property
    def latency_cycles(self) -> int:
        """From the last input beat to the first output beat."""
        ends = [i for i, word in enumerate(self.words) if word.op is Op.LOAD and word.last]
        first = next(i for i, word in enumerate(self.words) if word.op is Op.OUT)
        return sum(word_clocks(word, self.bits_per_clock) for word in self.words[ends[0] : first])

    @property
    def cycles_per_inference(self) -> int:
        """Clocks of all words."""
        return sum(word_clocks(word, self.bits_per_clock) for word in self.words)

    @property
    def fields(self) -> list[tuple[str, int]]:
        """Names and widths of the program memory's fields, from the low bits up."""
        layer_bits = (len(self.network.layers) - 2).bit_length() if len(self.network.layers) > 2 else 0
        address = index_shape(max(self.program.elements, 2)).width
        layer = [("layer", layer_bits)] if layer_bits else []
        return [("payload", self.width), ("address", address), *layer, ("op", 2), ("last", 1), ("jump", 1)]

    def _rows(self) -> list[int]:
        rows = []
        for i, word in enumerate(self.words):
            jump = i == (len(self.words) - 2) % len(self.words)
            values: dict[str, int] = {
                "payload": self._payload(word),
                "address": word.address,
                "layer": word.layer if word.op is Op.STORE else 0,
                "op": int(word.op),
                "last": int(word.last),
                "jump": int(jump),
            }
            row = shift = 0
            for name, width in self.fields:
                row |= values[name] << shift
                shift += width
            rows.append(row)
        return rows

    def _payload(self, word: Word) -> int:
        if word.op is not Op.MAC:
            return word.payload
        return abs(word.payload) | (word.payload < 0) << self.n

    def elaborate(self, platform: object) -> Module:
        m = Module()
        go, restart = Signal(), Signal()
        fetched = self._fetch(m, go, restart)
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
        if self.grouped:
            parts = grouped_product(m, self.grouped, stages, memory.data, go, advance, with_signs=self.with_signs)
        else:
            parts = self._product(m, stages, memory.data, go)
        bits, done, negative = parts
        total = LoadableAccumulator(len(bits), self.width, with_signs=self.with_signs)
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
        if self.grouped:
            m.d.comb += [advance.eq(goes), go.eq(advance & (done | stages[-2]["op"].any()))]
        else:
            m.d.comb += go.eq(goes & (done | now["op"].any()))
        self._input(m, is_load, now["last"], restart)
        self._write(m, memory, total.total, now, is_load & self.s_axis_tvalid, is_store)
        m.submodules.last_border = output = self.borders[-1]
        m.d.comb += [
            output.enable.eq(1),
            output.total.eq(total.total),
            self.m_axis_tdata.eq(output.result),
            self.m_axis_tvalid.eq(is_out & ~ResetSignal()),
            self.m_axis_tlast.eq(now["last"]),
        ]
        return m

    def _fetch(self, m: Module, go: Value, restart: Value) -> dict[str, Value]:
        """Program counter and memory: the fields of the word whose element is read in this clock."""
        fields = self.fields
        rows = self._rows()
        m.submodules.instructions = rom = BlockRom(rows, sum(width for _, width in fields))
        counter = Signal(index_shape(max(len(rows), 2)))
        known = Signal()  # the memory's word is of the address that the counter had, not of one before a restart
        word: dict[str, Value] = {}
        place = 0
        for name, width in fields:
            word[name] = rom.data[place : place + width]
            place += width
        m.d.comb += [rom.enable.eq(go), rom.address.eq(counter)]
        with m.If(go):
            m.d.sync += [counter.eq(counter + 1), known.eq(1)]
        with m.If(restart | (go & known & word["jump"])):
            m.d.sync += counter.eq(0)
        with m.If(restart):
            m.d.sync += known.eq(0)
        word["known"] = known
        return word

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
        # beside the operation, in a register that synthesis takes for another one: see `LoadableAccumulator`
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

    def _input(self, m: Module, is_load: Value, last: Value, restart: Value) -> None:
        """Frames and their lengths: a wrong one starts the program anew and is swallowed up to its end."""
        discarding, error = Signal(), Signal()
        m.d.comb += [
            self.s_axis_tready.eq(is_load & ~ResetSignal()),
            self.frame_error.eq(error),
            restart.eq(is_load & self.s_axis_tvalid & ((last ^ self.s_axis_tlast) | (discarding & self.s_axis_tlast))),
        ]
        with m.If(restart):
            m.d.sync += [discarding.eq(~self.s_axis_tlast), error.eq(1)]

    def _write(
        self, m: Module, memory: DataMemory, total: Value, now: dict[str, Value], loads: Value, stores: Value
    ) -> None:
        """Input elements and stored results into the data memory, `write_behind` clocks later."""
        layers = self.network.layers
        loaded: Value = self._aligned(m, 0, self.s_axis_tdata[: self.input_bits], "input")
        flags = Value.cast(Cat(loads, loads | stores))
        address, layer = now["address"], now.get("layer")
        for clock in range(self.write_behind):
            flags = self._held(m, flags, f"write_{clock}", reset=True)
            loaded = self._held(m, loaded, f"loaded_{clock}")
            address = self._held(m, address, f"write_address_{clock}")
            layer = None if layer is None else self._held(m, layer, f"write_layer_{clock}")
        element = Signal(memory.width)
        results = []
        for i, border in enumerate(self.borders[:-1]):
            m.submodules[f"border{i}"] = border
            m.d.comb += [border.enable.eq(1), border.total.eq(total.as_signed())]
            results.append(self._aligned(m, i + 1, self._waiting(m, i, border), f"result{i}"))
        if layer is None:
            m.d.comb += [element.eq(result) for result in results]
        else:
            with m.Switch(layer):
                for i, result in enumerate(results):
                    with m.Case(i) if i < len(results) - 1 else m.Default():
                        m.d.comb += element.eq(result)
        with m.If(flags[0]):
            m.d.comb += element.eq(loaded)
        m.d.comb += [memory.write.eq(flags[1]), memory.write_address.eq(address), memory.element.eq(element)]
        assert len(layers) == len(results) + 1

    @staticmethod
    def _held(m: Module, value: Value, name: str, *, reset: bool = False) -> Value:
        held = Signal(len(value), name=name, reset_less=not reset)
        m.d.sync += held.eq(value)
        return held

    def _waiting(self, m: Module, i: int, border: Border) -> Value:
        """The border's result, as late as the slowest border's."""
        result: Value = border.result
        for clock in range(self.write_behind - border.latency):
            held = Signal(result.shape(), name=f"result{i}_{clock}", reset_less=True)
            m.d.sync += held.eq(result)
            result = held
        return result

    def _aligned(self, m: Module, i: int, code: Value, name: str) -> Value:
        """A code of layer i's inputs as the data memory keeps it: magnitude in the high bits, the sign above it."""
        layer: Any = self.network.layers[i]
        n = layer.resolution_bits
        if layer.input_encoding != "sign_magnitude":
            return Cat(code[:n] << (self.n - n))[: self.n]
        split = SignMagnitude(n)
        m.submodules[f"magnitude_{name}"] = split
        m.d.comb += split.code.eq(code.as_signed())
        aligned = Signal(self.n + 1, name=f"aligned_{name}")
        m.d.comb += aligned.eq(Cat((split.magnitude << (self.n - n))[: self.n], split.negative))
        return aligned
