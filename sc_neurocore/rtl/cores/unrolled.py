# amaranth: UnusedElaboratable=no
"""The network core, architecture `unrolled`: a sample a beat in, its outputs a beat out, in every clock; its layers."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, ResetSignal, Shape, Signal, Value, signed, unsigned
from amaranth.lib.wiring import In, Out

from ..components.activation.output_stage import FlaggedOutputStage
from ..components.arithmetic.sign_magnitude import with_sign_above
from ..components.block import Block
from ..components.ports.core_ports import core_ports, input_bits, output_shape
from ..components.signals import delayed, port_bits, register
from ..plan.unrolled.adder_graph import Sum, Table, width_of
from ..plan.unrolled_plan import ADDERS_PER_CLOCK, UnrolledLayerNumbers, UnrolledPlan


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


class UnrolledCore(Block):
    """Function    one beat with the codes of a sample in, one beat with the last layer's outputs out.

    Structure   port → layer 0 → layer 1 … → port, each a pipeline of constant gates; beside it one bit a clock that
                says which vectors are of a sample. Nothing is stored but in the pipeline.
    Frames      of one beat. A beat without `tlast` begins a frame of a wrong length: all its beats, up to the one with
                `tlast`, are discarded, and `frame_error` is high until reset.
    Latency     `timing.core_timing(self)`, also stated in the manifest.
    Throughput  a sample in every clock. While an output waits the whole pipeline stands, `s_axis_tready` is low.
    Reset       `rst`, synchronous: drops all samples. `tready` and `tvalid` are low under it.

    Ports
        as `core_ports.core_ports`, with a whole sample and all outputs a beat

    Args:
        plan: what to build.
    """

    def __init__(self, plan: UnrolledPlan) -> None:
        self.plan, self.network = plan, plan.network
        self.layers = [UnrolledLayer(numbers) for numbers in plan.numbers]
        super().__init__(core_ports(self.network, plan.beat))

    def build(self, m: Module) -> None:
        advance, accepted, good = Signal(), Signal(), Signal()
        within, error = Signal(), Signal()
        presence = delayed(m, good, "of_sample", self.plan.timing().latency_cycles, enable=advance, reset=True)
        m.d.comb += [
            advance.eq(~presence | self.m_axis_tready),
            accepted.eq(self.s_axis_tvalid & self.s_axis_tready),
            good.eq(self.s_axis_tvalid & self.s_axis_tlast & ~within),
            self.s_axis_tready.eq(advance & ~ResetSignal()),
            self.m_axis_tvalid.eq(presence & ~ResetSignal()),
            self.m_axis_tlast.eq(1),
            self.frame_error.eq(error),
        ]
        with m.If(accepted):
            m.d.sync += within.eq(~self.s_axis_tlast)
            with m.If(~self.s_axis_tlast):
                m.d.sync += error.eq(1)
        elements: Value = self._elements()
        for i, layer in enumerate(self.layers):
            m.submodules[f"layer{i}"] = layer
            m.d.comb += [layer.enable.eq(advance), layer.elements.eq(elements)]
            elements = layer.results
        m.d.comb += self.m_axis_tdata.eq(self._outputs(elements))

    def _elements(self) -> Value:
        """The codes of the input port's beat, each from the low bits of its bytes."""
        width = input_bits(self.network)
        slot = port_bits(width)
        return Value.cast(
            Cat(self.s_axis_tdata[i * slot : i * slot + width] for i in range(self.network.input.features))
        )

    def _outputs(self, results: Value) -> Value:
        """The last layer's results, each extended to whole bytes."""
        shape = output_shape(self.network)
        slot, width = port_bits(shape.width), self.layers[-1].numbers.result_bits
        parts = []
        for i in range(self.network.output_neurons):
            part = results[i * width : (i + 1) * width]
            high = part[-1] if shape.signed else Const(0, 1)
            parts += [part, *[high] * (slot - width)] if width < slot else [part[:slot]]
        return Value.cast(Cat(parts))
