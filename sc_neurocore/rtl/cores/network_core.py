# amaranth: UnusedElaboratable=no
"""The network core: all layers between two AXI4-Stream ports (contract §9)."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib.wiring import In, Member

from ..components.activation.time_step_accumulator import TimeStepAccumulator
from ..components.arithmetic.sign_magnitude import with_sign_above
from ..components.block import Block, connect_ports
from ..components.memory.element_buffers import ElementBuffer, ElementMemory
from ..components.ports.core_ports import STREAM, core_ports, input_bits, load_ports, output_shape
from ..components.ports.input_frames import FrameReader, StepRepeater
from ..components.ports.output_frames import FrameWriter, MapWriter, RowCollector
from ..components.signals import index_shape, port_bits
from ..components.windows.window_buffers import MapMemory
from ..loading.load_gates import LoadInterlock
from ..plan.folded_layers import FoldedLayerNumbers
from ..plan.folded_plan import FoldedPlan
from ..plan.windows import PoolNumbers
from .folded_layer import FoldedLayer
from .map_layers import Convolution, PoolLayer

Layer = FoldedLayer | Convolution | PoolLayer
Buffer = ElementBuffer | ElementMemory | MapMemory


def make_layer(numbers: FoldedLayerNumbers | PoolNumbers) -> Layer:
    """The gates of one layer."""
    if isinstance(numbers, PoolNumbers):
        return PoolLayer(numbers)
    return FoldedLayer(numbers) if numbers.windows is None else Convolution(numbers)


class NetworkCore(Block):
    """Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.

    Structure   frame reader → buffer → layer 0 → buffer → layer 1 … → frame writer. Each buffer and the writer is
                vacant, reserved or full; a layer runs when its buffer is full, so layers work on successive samples
                at the same time. With several time steps each frame is a step (or is used in all of them), `lif` layers
                keep their states from step to step, and the outputs of the steps leave frame by frame or as one sum.
    Maps        a layer on windows has a memory of its map's rows for a buffer; it begins with the first rows and hands
                on rows, so that the layers of one sample work at the same time. The input's map is there as a whole.
    Layers      architecture `row`: all inputs at a time, from buffers side by side. `column`: one input at a time, from
                buffers in memories; `serial`: the same for one neuron.
    Loading     `loadable`: weights, biases, shifts and thresholds are written through the load ports, while `hold` and
                `idle` are high; `load_map` says where.
    Anytime     `anytime`: every stream stops after 1 / 2^k of its positions, k from the port `halvings`, which stays
                while a sample is in work; counts are multiplied by 2^k, so that biases and neurons are the same.
    Latency     `timing.core_timing(self)`, also stated in the manifest.
    Throughput  as the slowest of input port, layers and output port allows; stated in the manifest.
    Reset       `rst`, synchronous: drops all frames and state, but nothing that was loaded. `tready` and `tvalid` are
                low under it.

    Ports
        as `ports.core_ports`, and `ports.load_ports` where loadable
        halvings  in   0 … `plan.halvings`   where there are any

    Args:
        plan: what to build.
    """

    def __init__(self, plan: FoldedPlan) -> None:
        self.plan, self.network, self.loadable, self.load_map = plan, plan.network, plan.loadable, plan.load_map
        self.initialised = plan.initialised
        self.layers = [make_layer(numbers) for numbers in plan.stages]
        ports: dict[str, Member] = core_ports(self.network, plan.beat)
        if self.load_map is not None:
            ports |= load_ports(self.load_map.address_bits)
        if plan.halvings:
            ports["halvings"] = In(index_shape(plan.halvings + 1))
        super().__init__(ports)

    def build(self, m: Module) -> None:
        first = self.plan.stages[0]
        observed = self.loadable or first.windows is not None or first.addressed
        reader = FrameReader(*self._beats(), observed=observed)
        m.submodules.reader = reader
        connect_ports(m, self, reader, STREAM, "s_axis_")
        m.d.comb += self.frame_error.eq(reader.error)
        writer: FrameReader | Layer = reader
        stop = Signal()
        for i, layer in enumerate(self.layers):
            m.submodules[f"layer{i}"] = layer
            m.submodules[f"buffer{i}"] = buffer = self._buffer(m, i, layer)
            m.d.comb += [
                buffer.push.eq(writer.push),
                buffer.commit.eq(self._committed(m, i, writer, buffer)),
                buffer.data.eq(self._element(m, i, writer.data) if i else self._elements(m, writer.data)),
            ]
            if isinstance(layer, FoldedLayer) and not isinstance(buffer, MapMemory):
                m.d.comb += [buffer.vacate.eq(self._when_read(m, i, layer.vacate)), layer.full.eq(buffer.full)]
            if isinstance(writer, FrameReader):
                room = buffer.vacant if isinstance(buffer, MapMemory) else ~buffer.full
                m.d.comb += writer.ready.eq(room & ~stop if self.loadable else room)
                if not isinstance(buffer, ElementBuffer):
                    m.d.comb += buffer.drop.eq(writer.drop)
            elif not self._in_rows(i, buffer):
                self._connect_sink(m, writer, buffer)
            writer = layer
        last, rows = self.layers[-1], self.network.layers[-1].out_shape[0]
        m.submodules.writer = sink = self._writer()
        if self.plan.sums_steps:
            self._sum_steps(m, last, sink, rows)
        else:
            m.d.comb += [sink.push.eq(last.push), sink.commit.eq(last.commit), sink.data.eq(last.data)]
            self._connect_sink(m, last, sink)
        connect_ports(m, self, sink, STREAM, "m_axis_")
        if self.loadable:
            self._connect_load(m, reader, stop)
        if self.plan.halvings:
            m.d.comb += [layer.halvings.eq(self.halvings) for layer in self.layers if isinstance(layer, FoldedLayer)]

    def _writer(self) -> FrameWriter | MapWriter:
        rows, columns, channels = self.network.layers[-1].out_shape
        if self.plan.ends_in_map:
            return MapWriter(rows, columns * channels, output_shape(self.network))
        return FrameWriter(channels, output_shape(self.network))

    def _buffer(self, m: Module, i: int, layer: Layer) -> Buffer:
        """Where a layer's elements wait: in a memory where they are asked for one at a time, by rows where it is on a
        map.
        """
        bits = layer.numbers.element_bits
        if not isinstance(layer, FoldedLayer):
            windows = layer.numbers.windows
            assert windows is not None
            rows = MapMemory(windows.units, windows.unit_elements, bits)
            m.d.comb += [
                rows.address.eq(layer.address),
                rows.release.eq(layer.release),
                layer.element.eq(rows.element),
                layer.held.eq(rows.held),
            ]
            return rows
        inputs, together = layer.layer.inputs, 1 if i else self.plan.elements_per_beat
        if not layer.numbers.addressed:
            buffer = ElementBuffer(-(-inputs // together), bits * together)
            m.d.comb += layer.elements.eq(buffer.elements)  # without what fills up the last beat
        else:
            buffer = ElementMemory(inputs, bits, len(layer.address))
            m.d.comb += [buffer.address.eq(layer.address), layer.element.eq(buffer.element)]
        return buffer

    def _in_rows(self, i: int, buffer: Buffer) -> bool:
        """Whether the vector of layer i comes in several rows."""
        return not isinstance(buffer, MapMemory) and i > 0 and self.network.layers[i - 1].out_shape[0] > 1

    def _committed(self, m: Module, i: int, writer: FrameReader | Layer, buffer: Buffer) -> Value:
        """When what a buffer takes is complete: a row, or the rows of a vector, each reserved and committed alone."""
        if isinstance(writer, FrameReader) or not self._in_rows(i, buffer):
            return writer.commit
        m.submodules[f"rows{i}"] = collector = RowCollector(self.network.layers[i - 1].out_shape[0])
        m.d.comb += [collector.commit.eq(writer.commit), collector.full.eq(buffer.full)]
        self._connect_sink(m, writer, collector)
        return collector.complete

    def _connect_load(self, m: Module, reader: FrameReader, stop: Signal) -> None:
        steps = self.network.time_steps
        frames = 1 if self.network.input.repeat else steps
        # where a map has a single window, those of several samples wait as well
        capacity = sum(2 if isinstance(layer, FoldedLayer) else 8 for layer in self.layers) + 2
        gate = LoadInterlock(frames, 1 if self.plan.sums_steps else steps, capacity)
        m.submodules.gate = gate
        m.d.comb += [
            gate.hold.eq(self.hold),
            gate.at_start.eq(reader.at_start),
            gate.commit.eq(reader.commit),
            gate.sent.eq(self.m_axis_tvalid & self.m_axis_tready & self.m_axis_tlast),
            stop.eq(gate.stop),
            self.idle.eq(gate.idle),
        ]
        assert self.load_map is not None
        bits = self.load_map.layer_bits
        for i, layer in enumerate(x for x in self.layers if not isinstance(x, PoolLayer)):
            number: Value = self.load_address[bits:]
            m.d.comb += [
                layer.load_write.eq(self.load_write & (number == i) if len(number) else self.load_write),
                layer.load_address.eq(self.load_address),  # its low bits
                layer.load_data.eq(self.load_data),
            ]

    @staticmethod
    def _connect_sink(
        m: Module, layer: Layer, sink: Buffer | RowCollector | FrameWriter | MapWriter | TimeStepAccumulator
    ) -> None:
        m.d.comb += [
            sink.reserve.eq(layer.reserve),
            layer.reserved.eq(sink.reserved),
            layer.vacant.eq(sink.vacant),
        ]

    def _when_read(self, m: Module, i: int, strobe: Signal) -> Value:
        """When layer i's buffer may be written again; the input's lasts for all steps where it is repeated."""
        if i or not self.network.input.repeat:
            return strobe
        m.submodules.repeater = repeater = StepRepeater(self.network.time_steps)
        m.d.comb += repeater.read.eq(strobe)
        return repeater.vacate

    def _sum_steps(self, m: Module, last: Layer, sink: FrameWriter | MapWriter, rows: int) -> None:
        steps, result, elements = self.network.time_steps, last.data.shape(), self.network.output_neurons
        m.submodules.step_sum = total = TimeStepAccumulator(elements, steps, result, output_shape(self.network), rows)
        m.d.comb += [total.push.eq(last.push), total.commit.eq(last.commit), total.data.eq(last.data)]
        self._connect_sink(m, last, total)
        m.d.comb += [
            sink.push.eq(total.sum_push),
            sink.commit.eq(total.sum_commit),
            sink.data.eq(total.sum_data),
            sink.reserve.eq(total.sum_reserve),
            total.sum_vacant.eq(sink.vacant),
        ]

    def _beats(self) -> tuple[int, int]:
        """Beats of an input frame, and bits of one: an element's, or, of several, those of whole bytes."""
        together, bits = self.plan.elements_per_beat, input_bits(self.network)
        return -(-self.network.input.features // together), bits if together == 1 else together * port_bits(bits)

    def _elements(self, m: Module, data: Signal) -> Value:
        """The codes of a beat as the first layer's buffer keeps them."""
        together, bits = self.plan.elements_per_beat, input_bits(self.network)
        if together == 1:
            return self._element(m, 0, data)
        size = port_bits(bits)
        codes = (data[k * size : k * size + bits] for k in range(together))
        return Value.cast(Cat(self._element(m, 0, Value.cast(code), f"_{k}") for k, code in enumerate(codes)))

    def _element(self, m: Module, i: int, code: Value, which: str = "") -> Value:
        """A code as layer i's buffer keeps it: signed ones as magnitude with the sign above it; a pool's as it is."""
        numbers = self.plan.stages[i]
        if isinstance(numbers, PoolNumbers):
            return code
        layer = numbers.layer
        if not layer.signed_inputs:
            return code
        return with_sign_above(m, f"magnitude{i}{which}", code, layer.resolution_bits)
