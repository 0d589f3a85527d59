# amaranth: UnusedElaboratable=no
"""Lanes that take all inputs at once, architecture `row`: product bits side by side, counted exactly."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Value

from ..components.arithmetic.parallel_counter import ParallelCounter
from ..components.arithmetic.products import AndProducts, SignedProducts, XnorProducts
from ..components.signals import delayed, register
from ..components.streams.generators import add_generators
from ..components.streams.sources import add_source, make_source
from ..components.streams.weight_streams import RomWeights, SharedWeights
from ..plan.folded_layers import ParallelNumbers
from .base import Datapath


class ParallelDatapath(Datapath):
    """Processing elements of the accumulator `parallel_counter`: `bits_per_clock` positions of all streams per clock.

    Function    products by AND with complements for negative weights, by AND with signs beside them, or by XNOR; a
                tree of adders counts those of each processing element. Where the stream does not fill the last clock,
                its bits are 0.
    Pipeline    sources 0, streams 2, products 3, counts 3 + C clocks after a position (C: the counter's latency).
    Ports, throughput and reset as `Datapath`.
    """

    numbers: ParallelNumbers

    def build(self, m: Module) -> None:
        x, x_negative = self._input_streams(m)
        weights = self._weight_streams(m)
        beyond = self._beyond(m)
        for pe in range(self.folding.processing_elements):
            m.d.comb += getattr(self, f"count_{pe}").eq(self._count(m, pe, weights, x, x_negative, beyond))

    def _beyond(self, m: Module) -> list[Value]:
        """For each word of a clock whether it is past the stream's end, when its stream bits are there."""
        words_of_last = self.layer.stream_length - (self.numbers.clocks - 1) * self.words
        if words_of_last == self.words:
            return [Const(0, 1)] * self.words
        last = delayed(m, self.enable & self.restart, "last", 2)
        return [Const(0, 1)] * words_of_last + [last] * (self.words - words_of_last)

    def _input_streams(self, m: Module) -> tuple[list[Value], Value]:
        """Stream bits of the inputs' magnitudes, word by word, and their signs beside them."""
        layer, n, width = self.layer, self.layer.resolution_bits, self.element_bits
        if layer.input_generator is None:  # spikes: each is its own stream, constant over all positions
            return [self.elements] * self.words, Const(0, 0)
        source = make_source(layer.input_generator.source, n, self.words)
        word = add_source(m, "input_source", source, enable=self.enable, restart=self.restart)
        elements = [self.elements.word_select(j, width) for j in range(layer.inputs)]
        codes = [Value.cast(element[:n]) for element in elements]
        bits = add_generators(m, "input_generator", layer.input_generator, n, codes, word, self.words)
        return bits, Value.cast(Cat(element[n:] for element in elements))

    def _weight_streams(self, m: Module) -> SharedWeights | RomWeights:
        layer = self.layer
        source = make_source(layer.weight_generator.source, layer.resolution_bits, self.words)
        word = add_source(m, "weight_source", source, enable=self.enable, restart=self.restart)
        m.submodules.weights = weights = self._make_weights(self.folding, in_memory=self.numbers.in_memory)
        self._connect_weights(m, weights, word)
        return weights

    def _count(
        self,
        m: Module,
        pe: int,
        weights: SharedWeights | RomWeights,
        x: list[Value],
        x_negative: Value,
        beyond: list[Value],
    ) -> Value:
        """Its products and their counter; the count, `counter_latency` clocks after the products."""
        active, words = self.folding.active_inputs[pe], self.words
        negative = getattr(weights, f"negative_{pe}")
        w = weights.stream_bits(pe)
        many = len(active)
        products: AndProducts | SignedProducts | XnorProducts
        if self.bipolar:
            products = XnorProducts(many * words)
        elif self.with_signs:
            products = SignedProducts(many * words)
            m.d.comb += [
                products.x_negative.eq(Cat(x_negative[j] for j in active).replicate(words)),
                products.w_negative.eq(negative.replicate(words)),
            ]
        else:
            products = AndProducts(many * words)
            m.d.comb += products.negative.eq(negative.replicate(words))
        counter = ParallelCounter(many * words, with_signs=self.with_signs)
        m.submodules[f"products_{pe}"], m.submodules[f"counter_{pe}"] = products, counter
        ended = [Value.cast(flag.replicate(many)) for flag in beyond]
        past = any(not isinstance(flag, Const) for flag in beyond)
        active_bits = [Value.cast(Cat(x[i][j] for j in active)) for i in range(words)]
        m.d.comb += [
            products.x.eq(
                Cat(bits & ~end for bits, end in zip(active_bits, ended, strict=True)) if past else Cat(active_bits)
            ),
            # XNOR counts a position beyond the end as 0 where x is 0 and w is 1
            products.w.eq(w | Cat(ended) if past and self.bipolar else w),
            counter.bits.eq(products.bits),
        ]
        if isinstance(products, SignedProducts):
            m.d.comb += counter.negative.eq(products.negative)
        count: Value = counter.count
        for clocks in range(
            counter.latency, self.numbers.counter_latency
        ):  # those with fewer inputs wait for the widest
            count = register(m, count, f"waiting_{pe}_{clocks}", shape=counter.shape)
        return count
