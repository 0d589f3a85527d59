"""The `mux` accumulator's products: one input a position, named by the select word (contract §5)."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..spec.encoding import element_width
from ..spec.layer import DenseLayer, Mux
from .chosen import chosen
from .folding import Folding
from .generators import make_generator
from .shapes import index_shape
from .sources import make_source


class MuxedLanes(wiring.Component):
    """From elements to what each lane counts at each position: σ·p of the input j = u(t) of the select source, or 0.

    Function    the select word chooses one element, and in each lane's memory the weight of (group, j): so a lane has
                one generator and one product, however many inputs there are. Where j is no input the memory holds code
                0, whose stream is 0; bipolar streams count +1 and -1, and there nothing.
    Latency     3 clocks from a position to its counts.
    Throughput  one position a clock; `group_index` may change at any clock.
    Reset       none: nothing but the pipeline holds state; `restart` loads the sources.

    Ports
        elements         in   inputs · element bits
        group_index      in   bits for the number of groups
        enable, restart  in   1   as `SequenceSource`
        count_P          out  signed, 2   of lane P: -1, 0 or 1
    """

    latency = 3

    def __init__(self, layer: DenseLayer, accumulator: Mux, folding: Folding) -> None:
        self.layer, self.select, self.folding = layer, accumulator.select, folding
        self.bipolar = layer.weight_encoding == "bipolar"
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        ports = {"elements": In(layer.inputs * self.element_bits), "group_index": In(index_shape(folding.groups))}
        ports |= {"enable": In(1), "restart": In(1)}
        super().__init__(ports | {f"count_{lane}": Out(signed(2)) for lane in range(folding.lanes)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.select = select = make_source(self.select, self.layer.select_bits)
        m.d.comb += [select.enable.eq(self.enable), select.restart.eq(self.restart)]
        x, x_negative = self._input(m, select.word)
        named = self._held(m, select.word < self.layer.inputs, 2, "named")
        weights, negatives = self._weights(m, select.word)
        for lane in range(self.folding.lanes):
            if self.bipolar:
                counts, negative = named, x ^ weights[lane]
            else:
                counts, negative = x & weights[lane], x_negative ^ negatives[lane]
            count = Signal(signed(2), name=f"held_count_{lane}", reset_less=True)
            m.d.sync += count.eq(Cat(counts, counts & negative).as_signed())
            m.d.comb += getattr(self, f"count_{lane}").eq(count)
        return m

    def _input(self, m: Module, word: Value) -> tuple[Value, Value]:
        """Stream bit and sign of the input that the word names, 2 clocks after the word."""
        layer, n, width = self.layer, self.layer.resolution_bits, self.element_bits
        element = Signal(width, reset_less=True)
        m.d.sync += element.eq(chosen([self.elements.word_select(j, width) for j in range(layer.inputs)], word))
        sign: Value = Value.cast(element[-1]) if layer.input_encoding == "sign_magnitude" else Const(0, 1)
        negative = self._held(m, sign, 1, "x_negative")
        if layer.input_generator is None:
            return self._held(m, element[0], 1, "x"), negative
        m.submodules.input_source = source = make_source(layer.input_generator.source, n)
        m.submodules.input_generator = generator = make_generator(layer.input_generator, n, 1)
        m.d.comb += [
            source.enable.eq(self.enable),
            source.restart.eq(self.restart),
            generator.word.eq(source.word),
            generator.codes.eq(element[:n]),
        ]
        return generator.bits, negative

    def _weights(self, m: Module, word: Value) -> tuple[Value, list[Value]]:
        """Stream bits of all lanes' weights of the input that the word names, and their signs, 2 clocks after it."""
        n, folding, generator = self.layer.resolution_bits, self.folding, self.layer.weight_generator
        with_signs = self.layer.weight_encoding == "sign_magnitude"
        m.submodules.weight_source = source = make_source(generator.source, n)
        m.submodules.weight_generator = streams = make_generator(generator, n, folding.lanes)
        m.d.comb += [source.enable.eq(self.enable), source.restart.eq(self.restart), streams.word.eq(source.word)]
        codes, negatives = [], []
        padding = [0] * (2 ** len(word) - self.layer.inputs)
        for lane in range(folding.lanes):
            rows = [code for group in folding.codes[:, lane].tolist() for code in group + padding]
            rows = [abs(code) | (code < 0) << n for code in rows]
            memory = Memory(shape=unsigned(n + with_signs), depth=len(rows), init=rows)
            m.submodules[f"memory_{lane}"] = memory
            port = memory.read_port()
            m.d.comb += [port.en.eq(1), port.addr.eq(Cat(word, self.group_index))]
            codes.append(port.data[:n])
            sign: Value = port.data[n:].any()
            negatives.append(self._held(m, sign, 1, f"w_negative_{lane}"))
        m.d.comb += streams.codes.eq(Cat(codes))
        return streams.bits, negatives

    @staticmethod
    def _held(m: Module, value: Value, clocks: int, name: str) -> Value:
        for clock in range(clocks):
            after = Signal(name=f"{name}_{clock}", reset_less=True)
            m.d.sync += after.eq(value)
            value = after
        return value
