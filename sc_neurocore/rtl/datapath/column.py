"""Datapaths that take one input at a time, architecture `column`: an element is broadcast to all neurons in work."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ..components.arithmetic.closed_form_multiplier import ClosedFormMultiplier, Radix2PartialProducts, shared_inputs
from ..components.arithmetic.parallel_counter import ParallelCounter
from ..components.memory.memories import ProgramMemory
from ..components.signals import delayed, index_shape, register, select_row
from ..components.streams.generators import add_generators
from ..components.streams.sources import add_source, make_source
from ..plan import single_port
from ..plan.folded_layers import ClosedFormNumbers, StreamedNumbers
from .base import Datapath


class ColumnDatapath(Datapath):
    """Base: elements asked for one after the other, `clocks_per_input` clocks each, with the weights of it.

    Function    `_place` counts inputs, `_row` the memory rows (group by group); the element and the codes are there
                one clock after their numbers.
    Halvings    as `RowSequencer`: an input's stream is stopped after `clocks_per_input` / 2^k clocks.
    Ports and reset as `Datapath`, and `halvings` where there are any.
    """

    def _walk(self, m: Module) -> tuple[Value, Signal]:
        """Whether this clock is its input's last, and the row of the weights."""
        chunk = Signal(index_shape(self.numbers.clocks_per_input))
        place = Signal(index_shape(self.layer.inputs))
        row = Signal(self.numbers.row_bits)
        ended = Signal()
        ends = [Const((self.numbers.clocks_per_input >> k) - 1) for k in range(self.numbers.max_halvings + 1)]
        end = select_row(ends, self.halvings) if self.numbers.max_halvings else ends[0]
        m.d.comb += [ended.eq(chunk == end), self.address.eq(place)]
        with m.If(self.enable):
            m.d.sync += chunk.eq(Mux(ended, 0, chunk + 1))
            with m.If(ended):
                m.d.sync += [place.eq(Mux(self.restart, 0, place + 1)), row.eq(Mux(self.sample_end, 0, row + 1))]
        return ended, row

    def _codes(self, m: Module, row: Value) -> list[Value]:
        """The processing elements' codes of a row, 1 clock after it: magnitude, and the sign above it."""
        if self.numbers.single_port:
            return self._codes_side_by_side(m, row)
        codes = self.folding.codes
        return [
            self._weight_memory(m, pe, codes[:, pe].flatten().tolist(), row, ram_style="block")
            for pe in range(self.folding.processing_elements)
        ]

    def _codes_side_by_side(self, m: Module, row: Value) -> list[Value]:
        """The same from single-port memory, which is read whenever it is not written."""
        numbers = self.numbers
        memory = ProgramMemory([0] * numbers.rows, numbers.side_by_side, "spram", chunk=single_port.BITS)
        m.submodules.weights = memory
        m.d.comb += [
            memory.enable.eq(~self.write),
            memory.address.eq(row),
            memory.write.eq(Cat(self._writes(part) for part in range(numbers.weight_memories))),
            memory.write_address.eq(self.write_address[: numbers.row_bits]),
            memory.part.eq(self.write_data),
        ]
        return [memory.data.word_select(pe, numbers.code_bits) for pe in range(self.folding.processing_elements)]


class StreamedDatapath(ColumnDatapath):
    """Processing elements that run the streams of one input after the other, `bits_per_clock` positions per clock.

    Function    any generators. The products of a clock are counted; a count of a negative product is subtracted.
                Where the stream does not fill an input's last clock, its products are 0.
    Pipeline    sources 0, element and weights 1, streams 2, products 3, counts 3 + C clocks after a position.
    Ports, throughput and reset as `Datapath`.
    """

    numbers: StreamedNumbers

    def build(self, m: Module) -> None:
        n, layer = self.layer.resolution_bits, self.layer
        ended, row = self._walk(m)
        restart = ended | ~self.enable
        codes = self._codes(m, row)
        x, x_negative = self._input(m, restart)
        source = make_source(layer.weight_generator.source, n, self.words)
        word = add_source(m, "weight_source", source, enable=self.enable, restart=restart)
        magnitudes = [Value.cast(code[:n]) for code in codes]
        streams = add_generators(m, "weight_generator", layer.weight_generator, n, magnitudes, word, self.words)
        words_of_last = layer.stream_length - (self.numbers.clocks_per_input - 1) * self.words
        beyond = delayed(m, ended, "last", 2) if words_of_last < self.words else Const(0, 1)
        for pe in range(self.folding.processing_elements):
            bits = []
            for i in range(self.words):
                w = streams[i][pe]
                bit = ~(x[i] ^ w) if self.bipolar else x[i] & w
                bits.append(Value.cast(bit & ~beyond if i >= words_of_last else bit)[0])
            products = register(m, Cat(bits), f"products_{pe}", shape=self.words)
            negative: Value = Const(0, 1)
            if self.with_signs:
                negative = delayed(m, Value.cast(codes[pe][n]), f"w_negative_{pe}", 1) ^ x_negative
                negative = delayed(m, negative, f"negative_{pe}", 1)
            m.d.comb += getattr(self, f"count_{pe}").eq(self._count(m, pe, products, negative))

    def _input(self, m: Module, restart: Value) -> tuple[list[Value], Value]:
        """Stream bits of the element, word by word, and its sign, 2 clocks after its position."""
        layer, n = self.layer, self.layer.resolution_bits
        sign: Value = Value.cast(self.element[n]) if self.signed_inputs else Const(0, 1)
        negative = delayed(m, sign, "x_negative", 1) if self.signed_inputs else sign
        if layer.input_generator is None:
            return [delayed(m, self.element[0], "x", 1)] * self.words, negative
        source = make_source(layer.input_generator.source, n, self.words)
        word = add_source(m, "input_source", source, enable=self.enable, restart=restart)
        return add_generators(
            m, "input_generator", layer.input_generator, n, [self.element[:n]], word, self.words
        ), negative

    def _count(self, m: Module, pe: int, products: Signal, negative: Value) -> Value:
        if self.words == 1:
            return Cat(products, products & negative).as_signed() if self.with_signs else products
        m.submodules[f"counter_{pe}"] = counter = ParallelCounter(self.words)
        m.d.comb += counter.bits.eq(products)
        if not self.with_signs:
            return counter.count
        negative = delayed(m, negative, f"counted_negative_{pe}", counter.latency)
        return delayed(m, Mux(negative, -counter.count, counter.count), f"signed_{pe}", 1)


class ClosedFormDatapath(ColumnDatapath):
    """Processing elements that take the whole stream of one input in one clock (`closed_forms.closed_factor`).

    Function    the default pair: `Radix2PartialProducts` and one `ClosedFormMultiplier` per processing element. A
                spike: the weight's ones over the whole stream, its code times the periods in it, or nothing.
    Pipeline    element and weights 1, partial products 2, products 2 + P, counts 3 + P clocks after an input's number.
    Ports, throughput and reset as `Datapath`.
    """

    numbers: ClosedFormNumbers

    def build(self, m: Module) -> None:
        n = self.layer.resolution_bits
        _, row = self._walk(m)
        codes = self._codes(m, row)
        sign: Value = Value.cast(self.element[n]) if self.signed_inputs else Const(0, 1)
        x_negative = delayed(m, sign, "x_negative", 1 + self.numbers.product_latency) if self.signed_inputs else sign
        products = self._spiked(m, codes) if self.numbers.spikes else self._multiplied(m, codes)
        for pe, product in enumerate(products):
            count: Value = product * self.numbers.factor if self.numbers.factor > 1 else product
            if self.with_signs:
                negative = (
                    delayed(m, Value.cast(codes[pe][n]), f"negative_{pe}", 1 + self.numbers.product_latency)
                    ^ x_negative
                )
                count = Mux(negative, -count, count)
            count = register(m, count, f"held_count_{pe}", shape=self.numbers.count_shape(pe))
            m.d.comb += getattr(self, f"count_{pe}").eq(count)

    def _spiked(self, m: Module, codes: list[Value]) -> list[Value]:
        n = self.layer.resolution_bits
        spike = delayed(m, self.element[0], "spike", 1)
        ones = (delayed(m, Value.cast(code[:n]), f"ones_{pe}", 1) for pe, code in enumerate(codes))
        return [delayed(m, Mux(spike, k, 0), f"product_{pe}", 1) for pe, k in enumerate(ones)]

    def _multiplied(self, m: Module, codes: list[Value]) -> list[Value]:
        n = self.layer.resolution_bits
        m.submodules.shares = shares = Radix2PartialProducts(n)
        m.d.comb += shares.x.eq(self.element[:n])
        products: list[Value] = []
        for pe, code in enumerate(codes):
            m.submodules[f"product_{pe}"] = product = ClosedFormMultiplier(n)
            m.d.comb += [
                product.k.eq(delayed(m, Value.cast(code[:n]), f"k_{pe}", 1)),
                *shared_inputs(shares, product),
            ]
            products.append(product.product)
        return products
