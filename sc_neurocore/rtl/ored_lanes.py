"""The `or` accumulator's products: the union of the positive ones less the union of the negative ones (contract §5)."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec.encoding import element_width
from ..spec.generator import Generator
from ..spec.layer import DenseLayer
from ..spec.source import Lfsr
from .folding import Folding, memory_is_cheaper
from .generators import make_generator
from .rom_weights import RomWeights
from .shapes import index_shape
from .shared_weights import SharedWeights
from .signed_products import SignedProducts
from .sources import make_source


def phases(generator: Generator, inputs: int, n: int) -> dict[int, list[int]]:
    """The inputs by the position at which they begin to read the source: (skip + j·lane_skip) mod its period."""
    source = generator.source
    period = 2**n - isinstance(source, Lfsr)
    found: dict[int, list[int]] = {}
    for j in range(inputs):
        found.setdefault((source.skip + j * source.lane_skip) % period, []).append(j)
    return found


class OredLanes(wiring.Component):
    """From elements to what each lane counts at each position: [any product of sign +] - [any product of sign -].

    Function    as a layer of a parallel counter, but input j and its weights read their sources j·`lane_skip` positions
                further on: each distinct phase has a source of its own, and the inputs of one phase share it.
    Latency     4 clocks from a position to its counts.
    Throughput  one position a clock; `group_index` may change at any clock.
    Reset       none: nothing but the pipeline holds state; `restart` loads the sources.

    Ports
        elements         in   inputs · element bits
        group_index      in   bits for the number of groups
        enable, restart  in   1   as `SequenceSource`
        count_P          out  signed, 2   of lane P: -1, 0 or 1
    """

    latency = 4

    def __init__(self, layer: DenseLayer, folding: Folding) -> None:
        self.layer, self.folding = layer, folding
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        ports = {"elements": In(layer.inputs * self.element_bits), "group_index": In(index_shape(folding.groups))}
        ports |= {"enable": In(1), "restart": In(1)}
        super().__init__(ports | {f"count_{lane}": Out(signed(2)) for lane in range(folding.lanes)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        x, x_negative = self._inputs(m)
        banks = self._weights(m)
        for lane in range(self.folding.lanes):
            columns = [inputs[j] for inputs, bank in banks for j in bank.folding.columns[lane]]
            m.submodules[f"products_{lane}"] = products = SignedProducts(len(columns))
            m.d.comb += [
                products.x.eq(Cat(x[j] for j in columns)),
                products.x_negative.eq(Cat(x_negative[j] for j in columns)),
                products.w.eq(Cat(getattr(bank, f"bits_{lane}") for _, bank in banks)),
                products.w_negative.eq(Cat(getattr(bank, f"negative_{lane}") for _, bank in banks)),
            ]
            positive, negative = Signal(name=f"positive_{lane}"), Signal(name=f"negative_{lane}")
            m.d.comb += [
                positive.eq((products.bits & ~products.negative).any()),
                negative.eq((products.bits & products.negative).any()),
            ]
            count = Signal(signed(2), name=f"held_count_{lane}", reset_less=True)
            m.d.sync += count.eq(Cat(positive ^ negative, negative & ~positive).as_signed())
            m.d.comb += getattr(self, f"count_{lane}").eq(count)
        return m

    def _word(self, m: Module, generator: Generator, phase: int, name: str) -> Value:
        source = make_source(generator.source.model_copy(update={"skip": phase}), self.layer.resolution_bits)
        m.submodules[name] = source
        m.d.comb += [source.enable.eq(self.enable), source.restart.eq(self.restart)]
        return source.word

    def _inputs(self, m: Module) -> tuple[list[Value], list[Value]]:
        """Stream bits of the inputs' magnitudes, 2 clocks after a position, and their signs."""
        layer, n, width = self.layer, self.layer.resolution_bits, self.element_bits
        elements = [self.elements.word_select(j, width) for j in range(layer.inputs)]
        signed_inputs = layer.input_encoding == "sign_magnitude"
        signs: list[Value] = [Value.cast(element[n]) if signed_inputs else Const(0, 1) for element in elements]
        if layer.input_generator is None:  # spikes: each is its own stream, constant over all positions
            return [Value.cast(element[0]) for element in elements], signs
        bits: list[Value] = list(elements)
        for phase, inputs in phases(layer.input_generator, layer.inputs, n).items():
            generator = make_generator(layer.input_generator, n, len(inputs))
            m.submodules[f"input_generator_{phase}"] = generator
            m.d.comb += [
                generator.word.eq(self._word(m, layer.input_generator, phase, f"input_source_{phase}")),
                generator.codes.eq(Cat(elements[j][:n] for j in inputs)),
            ]
            for i, j in enumerate(inputs):
                bits[j] = Value.cast(generator.bits[i])
        return bits, signs

    def _weights(self, m: Module) -> list[tuple[list[int], SharedWeights | RomWeights]]:
        """The inputs of each phase and their weights' streams, 2 clocks after a position."""
        layer, n, generator = self.layer, self.layer.resolution_bits, self.layer.weight_generator
        with_signs = layer.weight_encoding == "sign_magnitude"
        banks: list[tuple[list[int], SharedWeights | RomWeights]] = []
        for phase, inputs in phases(generator, layer.inputs, n).items():
            folding = Folding(self.folding.weights[:, inputs], self.folding.lanes, keep_zeros=False)
            if memory_is_cheaper(folding, n):
                bank: SharedWeights | RomWeights = RomWeights(generator, n, folding, with_signs=with_signs)
            else:
                bank = SharedWeights(generator, n, folding)
            m.submodules[f"weights_{phase}"] = bank
            m.d.comb += [
                bank.word.eq(self._word(m, generator, phase, f"weight_source_{phase}")),
                bank.group_index.eq(self.group_index),
            ]
            banks.append((inputs, bank))
        return banks
