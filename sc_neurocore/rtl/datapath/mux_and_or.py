# amaranth: UnusedElaboratable=no
"""Products of the accumulators that are no counters: `mux` and `or` (contract §5)."""

from __future__ import annotations

from itertools import product

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed

from ...spec.generator import Generator
from ...spec.source import Source
from ..components.arithmetic.products import SignedProducts
from ..components.signals import delayed, register, select_row
from ..components.streams.generators import add_generators, make_generator
from ..components.streams.sources import add_source, make_source
from ..components.streams.weight_streams import RomWeights, SharedWeights
from ..plan.folded_layers import phases
from ..plan.folding import Folding, memory_is_cheaper
from .base import Datapath


class MuxDatapath(Datapath):
    """Processing elements of the accumulator `mux`: σ·p of the input j = u(t) of the select source, or 0; one position
    per clock.

    Function    the select word chooses one element, and in each processing element's memory the weight of (group, j):
                so it has one generator and one product, however many inputs there are. Where j is no input nothing
                counts: fixed weights have code 0 there, whose stream is 0; a bipolar stream is never all 0, and what a
                load that is too long wrote there may be any code, so that their products are held at 0.
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
                counts = counts & is_input if self.loadable else counts
            count = Cat(counts, counts & negative).as_signed()
            count = register(m, count, f"held_count_{pe}", shape=self.numbers.count_shape(pe))
            m.d.comb += getattr(self, f"count_{pe}").eq(count)

    def _word(self, m: Module, name: str, source: Source, n: int) -> Value:
        return add_source(m, name, make_source(source, n), enable=self.enable, restart=self.restart)

    def _element(self, m: Module, word: Value) -> Value:
        """The element that the word names, 1 clock after it."""
        if self.addressed:
            m.d.comb += self.address.eq(word)
            return self.element
        elements = [self.elements.word_select(j, self.element_bits) for j in range(self.layer.inputs)]
        return register(m, select_row(elements, word), "element", shape=self.element_bits)

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


_Bank = tuple[list[int], SharedWeights | RomWeights]
"""Inputs of one phase, and the streams of their weights."""


class OrDatapath(Datapath):
    """Processing elements of the accumulator `or`: [any product of sign +] - [any product of sign -].

    Throughput  `bits_per_clock` positions per clock.

    Function    as a layer of a parallel counter, but input j and its weights read their sources j·`lane_skip` positions
                further on: each distinct phase has a source of its own, and the inputs of one phase share it. Where the
                stream does not fill the last clock, nothing is counted.
    Latency     4 clocks from a position to its counts; 5 where more than one is counted in a clock.
    Ports, throughput and reset as `Datapath`.
    """

    def build(self, m: Module) -> None:
        x, x_negative = self._inputs(m)
        banks = self._weights(m)
        words_of_last = self.layer.stream_length - (self.numbers.clocks - 1) * self.words
        last = delayed(m, self.enable & self.restart, "last", 3) if words_of_last < self.words else Const(0, 1)
        for pe in range(self.folding.processing_elements):
            counts = []
            for i in range(self.words):
                count = self._count(m, pe, i, x[i], x_negative, banks)
                count = Mux(last, 0, count) if i >= words_of_last else count
                counts.append(register(m, count, f"held_count_{pe}" + f"_{i}" * (i > 0), shape=signed(2)))
            if self.words > 1:
                total = sum(counts[1:], start=counts[0])
                counts = [register(m, total, f"sum_{pe}", shape=self.numbers.count_shape(pe))]
            m.d.comb += getattr(self, f"count_{pe}").eq(counts[0])

    def _count(self, m: Module, pe: int, i: int, x: list[Value], x_negative: list[Value], banks: list[_Bank]) -> Value:
        """What processing element `pe` counts at word i of a clock, 3 clocks after it: -1, 0 or 1 in two bits."""
        name = f"{pe}" + f"_{i}" * (i > 0)
        active = [inputs[j] for inputs, bank in banks for j in bank.folding.active_inputs[pe]]
        weights, signs = [], []
        for _, bank in banks:
            many = len(bank.folding.active_inputs[pe])
            weights.append(bank.stream_bits(pe).word_select(i, many))
            signs.append(getattr(bank, f"negative_{pe}"))
        m.submodules[f"products_{name}"] = products = SignedProducts(len(active))
        m.d.comb += [
            products.x.eq(Cat(x[j] for j in active)),
            products.x_negative.eq(Cat(x_negative[j] for j in active)),
            products.w.eq(Cat(weights)),
            products.w_negative.eq(Cat(signs)),
        ]
        positive, negative = Signal(name=f"positive_{name}"), Signal(name=f"negative_{name}")
        m.d.comb += [
            positive.eq((products.bits & ~products.negative).any()),
            negative.eq((products.bits & products.negative).any()),
        ]
        return Cat(positive ^ negative, negative & ~positive).as_signed()

    def _words(self, m: Module, generator: Generator, phase: int, name: str) -> Value:
        """The words of a source that begins at `phase`, side by side."""
        source = make_source(generator.source, self.layer.resolution_bits, self.words, skip=phase)
        return add_source(m, name, source, enable=self.enable, restart=self.restart)

    def _inputs(self, m: Module) -> tuple[list[list[Value]], list[Value]]:
        """For each word of a clock the stream bits of the inputs' magnitudes, 2 clocks after it, and their signs."""
        layer, n, width = self.layer, self.layer.resolution_bits, self.element_bits
        elements = [self.elements.word_select(j, width) for j in range(layer.inputs)]
        signs: list[Value] = [Value.cast(element[n]) if self.signed_inputs else Const(0, 1) for element in elements]
        if layer.input_generator is None:  # spikes: each is its own stream, constant over all positions
            return [[Value.cast(element[0]) for element in elements]] * self.words, signs
        bits: list[list[Value]] = [list(elements) for _ in range(self.words)]
        for phase, inputs in phases(layer.input_generator, layer.inputs, n).items():
            words = self._words(m, layer.input_generator, phase, f"input_source_{phase}")
            codes, name = [Value.cast(elements[j][:n]) for j in inputs], f"input_generator_{phase}"
            lanes = add_generators(m, name, layer.input_generator, n, codes, words, self.words)
            for i, place in product(range(self.words), range(len(inputs))):
                bits[i][inputs[place]] = Value.cast(lanes[i][place])
        return bits, signs

    def _weights(self, m: Module) -> list[_Bank]:
        """The inputs of each phase and their weights' streams, 2 clocks after a position."""
        layer, n, generator = self.layer, self.layer.resolution_bits, self.layer.weight_generator
        banks: list[_Bank] = []
        for phase, inputs in phases(generator, layer.inputs, n).items():
            kind = {"keep_zeros": self.loadable, "parts": self.folding.parts}
            folding = Folding(self.folding.weights[:, inputs], self.folding.processing_elements, **kind)
            in_memory = self.loadable or memory_is_cheaper(folding, n)
            bank = self._make_weights(folding, in_memory=in_memory, numbers=inputs)
            m.submodules[f"weights_{phase}"] = bank
            self._connect_weights(m, bank, self._words(m, generator, phase, f"weight_source_{phase}"))
            banks.append((inputs, bank))
        return banks
