# amaranth: UnusedElaboratable=no
"""A dense layer, architecture `unrolled`: a vector in and a vector out in every clock."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Shape, Signal, Value, signed, unsigned
from amaranth.lib.wiring import In, Out

from ..components.activation.output_stage import FlaggedOutputStage
from ..components.arithmetic.sign_magnitude import with_sign_above
from ..components.block import Block
from ..components.signals import register
from ..plan.unrolled.adder_graph import Sum, Table, width_of
from ..plan.unrolled_plan import ADDERS_PER_CLOCK, UnrolledLayerNumbers


class UnrolledLayer(Block):
    """A layer of the default pair with constant weights (contract §3 to §6).

    Function    the outputs of all neurons for a vector of codes. A term is a table of up to four bits of the vector;
                terms and sums that several neurons have are there once; zero weights have no gates.
    Pipeline    elements in a register where they come from the port or have signs; a register behind every
                `ADDERS_PER_CLOCK` adders; the output stage's registers.
    Latency     `numbers.latency` clocks, counted with `enable`.
    Throughput  one vector in each clock with `enable`; without it everything stays.
    Reset       none: registers hold data only; whoever reads the results knows which are of a sample.

    Ports
        enable    in   1
        elements  in   `element_bits` each, element 0 lowest
        results   out  bits of a result each, neuron 0 lowest

    Args:
        numbers: what the layer is built from.
    """

    def __init__(self, numbers: UnrolledLayerNumbers) -> None:
        self.numbers, self.layer, self.graph = numbers, numbers.layer, numbers.graph
        self.result_shape = numbers.output_stages[0].shape if not numbers.linear else signed(numbers.result_bits)
        inputs, neurons = self.layer.inputs * numbers.element_bits, self.layer.neurons * numbers.result_bits
        super().__init__({"enable": In(1), "elements": In(inputs), "results": Out(neurons)})

    def build(self, m: Module) -> None:
        self._later: dict[tuple[int, int], Value] = {}
        self._bits = self._elements(m)
        self._values: dict[int, Value] = {}
        for number in self.graph.live():
            node = self.graph.nodes[number]
            match node:
                case Table():
                    self._values[number] = self._table(m, number, node)
                case Sum():
                    self._values[number] = self._sum(m, number, node)
        results = []
        for neuron, number in enumerate(self.graph.outputs):
            total = self._at(m, number, self.numbers.adder_clocks)
            results.append(self._result(m, neuron, total))
        m.d.comb += self.results.eq(Cat(results))

    def _elements(self, m: Module) -> Value:
        """The bits that tables read: of signed codes magnitudes with the signs above them."""
        n, width = self.layer.resolution_bits, self.numbers.element_bits
        bits: Value = self.elements
        if self.layer.signed_inputs:
            codes = enumerate(self.elements.word_select(j, width) for j in range(self.layer.inputs))
            bits = Value.cast(Cat(with_sign_above(m, f"magnitude_{j}", code, n) for j, code in codes))
        return register(m, bits, "elements_0", enable=self.enable) if self.numbers.takes else bits

    def _table(self, m: Module, number: int, node: Table) -> Value:
        """A table's value: its truths, each looked up with the bits that it depends on."""
        low, high = node.range
        if low == high:
            return Const(low, self._shape(node))
        index = Cat(self._bits[bit] for bit in node.bits)
        size = len(node.values)
        inputs = {sum(1 << i for i in range(size) if i >> place & 1): place for place in range(len(node.bits))}
        outputs: list[Value] = []
        for truth in node.truths():
            if truth in (0, (1 << size) - 1):
                outputs.append(Const(truth & 1, 1))
            elif truth in inputs:
                outputs.append(Value.cast(self._bits[node.bits[inputs[truth]]]))
            else:
                # what is looked up in has its highest bit set: it is written as wide as it is
                inverted = not truth >> (size - 1)
                place = Value.cast(Const(truth ^ -inverted % (1 << size), size).bit_select(index, 1))
                outputs.append(~place if inverted else place)
        value = Signal(self._shape(node), name=f"table_{number}")
        m.d.comb += value.eq(Cat(outputs))
        return value

    def _sum(self, m: Module, number: int, node: Sum) -> Value:
        """A sum in the clock of its level."""
        clock = (node.level - 1) // ADDERS_PER_CLOCK
        left, right = self._at(m, node.left, clock), self._at(m, node.right, clock)
        value = Signal(self._shape(node), name=f"sum_{number}")
        m.d.comb += value.eq(left - right if node.subtracts else left + right)
        return value

    def _at(self, m: Module, number: int, clock: int) -> Value:
        """A node's value so many clocks after the elements, through as many registers as it is early."""
        node = self.graph.nodes[number]
        own = max(0, node.level - 1) // ADDERS_PER_CLOCK
        low, high = node.range
        if clock == own or low == high:
            return self._values[number]
        if (number, clock) not in self._later:
            before = self._at(m, number, clock - 1)
            name = f"{'sum' if isinstance(node, Sum) else 'table'}_{number}_clock_{clock}"
            self._later[number, clock] = register(m, before, name, enable=self.enable, shape=self._shape(node))
        return self._later[number, clock]

    def _shape(self, node: Table | Sum) -> Shape:
        return signed(width_of(node)) if node.range[0] < 0 else unsigned(width_of(node))

    def _result(self, m: Module, neuron: int, total: Value) -> Value:
        """A neuron's output, as wide as all of the layer's."""
        numbers = self.numbers.output_stages[neuron]
        m.submodules[f"border_{neuron}"] = stage = FlaggedOutputStage(numbers.neuron, numbers.width)
        m.d.comb += [stage.total.eq(total), stage.enable.eq(self.enable)]
        result = Signal(self.result_shape, name=f"result_{neuron}")
        m.d.comb += result.eq(stage.result)
        return result
