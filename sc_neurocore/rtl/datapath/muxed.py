# amaranth: UnusedElaboratable=no
"""The `mux` accumulator's products: one input per position, named by the select word (contract §5)."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...spec.source import Source
from ..components.signals import delayed, select_row
from ..components.streams.generators import add_generators, make_generator
from ..components.streams.sources import add_source, make_source
from .base import Datapath


class MuxDatapath(Datapath):
    """Processing elements of the accumulator `mux`: σ·p of the input j = u(t) of the select source, or 0; one position
    per clock.

    Function    the select word chooses one element, and in each processing element's memory the weight of (group, j):
                so it has one generator and one product, however many inputs there are. Where j is no input the memory
                holds code 0, whose stream is 0; bipolar streams count +1 and -1, and there nothing.
    Latency     3 clocks from a position to its counts.
    Ports, throughput and reset as `Datapath`; `addressed`: the select word is the address.
    """

    def build(self, m: Module) -> None:
        select = self._word(m, "select", self.layer.accumulator.select, self.layer.select_bits)
        x, x_negative = self._input(m, select)
        is_input = delayed(m, select < self.layer.inputs, "named", 2)
        weights, negatives = self._weights(m, select)
        for pe in range(self.folding.processing_elements):
            if self.bipolar:
                counts, negative = is_input, x ^ weights[pe]
            else:
                counts, negative = x & weights[pe], x_negative ^ negatives[pe]
            count = Signal(self.numbers.count_shape(pe), name=f"held_count_{pe}", reset_less=True)
            m.d.sync += count.eq(Cat(counts, counts & negative).as_signed())
            m.d.comb += getattr(self, f"count_{pe}").eq(count)

    def _word(self, m: Module, name: str, source: Source, n: int) -> Value:
        return add_source(m, name, make_source(source, n), enable=self.enable, restart=self.restart)

    def _element(self, m: Module, word: Value) -> Value:
        """The element that the word names, 1 clock after it."""
        if self.addressed:
            m.d.comb += self.address.eq(word)
            return self.element
        element = Signal(self.element_bits, reset_less=True)
        elements = [self.elements.word_select(j, self.element_bits) for j in range(self.layer.inputs)]
        m.d.sync += element.eq(select_row(elements, word))
        return element

    def _input(self, m: Module, word: Value) -> tuple[Value, Value]:
        """Stream bit and sign of the input that the word names, 2 clocks after the word."""
        layer, n = self.layer, self.layer.resolution_bits
        element = self._element(m, word)
        sign: Value = Value.cast(element[-1]) if self.signed_inputs else Const(0, 1)
        negative = delayed(m, sign, "x_negative", 1)
        if layer.input_generator is None:
            return delayed(m, Value.cast(element[0]), "x", 1), negative
        source = self._word(m, "input_source", layer.input_generator.source, n)
        return add_generators(m, "input_generator", layer.input_generator, n, [Value.cast(element[:n])], source)[
            0
        ], negative

    def _weights(self, m: Module, word: Value) -> tuple[Value, list[Value]]:
        """Stream bits of all weights of the input that the word names, and their signs, 2 clocks after it."""
        n, folding, generator = self.layer.resolution_bits, self.folding, self.layer.weight_generator
        word_of_weights = self._word(m, "weight_source", generator.source, n)
        m.submodules.weight_generator = streams = make_generator(generator, n, folding.processing_elements)
        m.d.comb += streams.word.eq(word_of_weights)
        codes, negatives = [], []
        padding = [0] * (2 ** len(word) - self.layer.inputs)
        for pe in range(folding.processing_elements):
            rows = [code for group in folding.codes[:, pe].tolist() for code in group + padding]
            code = self._weight_memory(m, pe, rows, Value.cast(Cat(word, self.group_index)))
            codes.append(code[:n])
            negatives.append(delayed(m, code[n:].any(), f"w_negative_{pe}", 1))
        m.d.comb += streams.codes.eq(Cat(codes))
        return streams.bits, negatives
