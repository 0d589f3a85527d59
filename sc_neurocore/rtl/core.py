# amaranth: UnusedElaboratable=no
"""The network core: all layers between two AXI4-Stream ports (contract §9)."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec.encoding import element_width
from ..spec.network import NetworkSpec
from .dense_row import DenseRow
from .element_buffer import ElementBuffer
from .frame_reader import FrameReader
from .frame_writer import FrameWriter
from .shapes import port_bits
from .sign_magnitude import SignMagnitude
from .step_repeater import StepRepeater
from .step_sum import StepSum


class NetworkCore(wiring.Component):
    """Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.

    Structure   frame reader → buffer → layer 0 → buffer → layer 1 … → frame writer. Each buffer and the writer is
                vacant, reserved or full; a layer runs when its buffer is full, so layers work on successive samples
                at the same time. With several time steps each frame is a step (or is used in all of them), `lif` layers
                keep their states from step to step, and the outputs of the steps leave frame by frame or as one sum.
    Latency     `timing.core_timing(self)`, also stated in the manifest.
    Throughput  as the slowest of input port, layers and output port allows; stated in the manifest.
    Reset       `rst`, synchronous: drops all frames and state. `tready` and `tvalid` are low under it.

    Ports
        clk, rst                                  in        clock, reset (made by the generator, not in this signature)
        s_axis_tdata, s_axis_tvalid, s_axis_tlast in        8·k, 1, 1
        s_axis_tready                             out  1
        m_axis_tdata, m_axis_tvalid, m_axis_tlast out       8·k, 1, 1
        m_axis_tready                             in   1
        frame_error                               out  1    a frame of a wrong length came; high until reset
    """

    def __init__(self, network: NetworkSpec, neurons_in_parallel: Sequence[int]) -> None:
        self.network = network
        parts = zip(network.layers, network.weights, network.biases, neurons_in_parallel, strict=True)
        self.layers = [DenseRow(*part, network.time_steps) for part in parts]
        self.input_bits = element_width(network.input.encoding, network.input.resolution_bits)
        self.sums_steps = network.time_steps > 1 and network.output.reduce == "sum"
        self.output_shape = Shape(network.output_width, signed=network.output_signed)
        super().__init__(
            {
                "s_axis_tdata": In(port_bits(self.input_bits)),
                "s_axis_tvalid": In(1),
                "s_axis_tready": Out(1),
                "s_axis_tlast": In(1),
                "m_axis_tdata": Out(port_bits(self.output_shape.width)),
                "m_axis_tvalid": Out(1),
                "m_axis_tready": In(1),
                "m_axis_tlast": Out(1),
                "frame_error": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.reader = reader = FrameReader(self.network.input.features, self.input_bits)
        for name in ("tdata", "tvalid", "tlast"):
            m.d.comb += getattr(reader, name).eq(getattr(self, f"s_axis_{name}"))
        m.d.comb += [self.s_axis_tready.eq(reader.tready), self.frame_error.eq(reader.error)]
        writer: FrameReader | DenseRow = reader
        for i, layer in enumerate(self.layers):
            m.submodules[f"layer{i}"] = layer
            m.submodules[f"buffer{i}"] = buffer = ElementBuffer(layer.layer.inputs, layer.element_bits)
            m.d.comb += [
                buffer.push.eq(writer.push),
                buffer.commit.eq(writer.commit),
                buffer.data.eq(self._element(m, i, writer.data)),
                buffer.vacate.eq(self._when_read(m, i, layer.vacate)),
                layer.full.eq(buffer.full),
                layer.elements.eq(buffer.elements),
            ]
            if isinstance(writer, FrameReader):
                m.d.comb += writer.ready.eq(~buffer.full)
            else:
                self._connect_sink(m, writer, buffer)
            writer = layer
        m.submodules.writer = sink = FrameWriter(self.layers[-1].folding.neurons, self.output_shape)
        last = self.layers[-1]
        if self.sums_steps:
            self._sum_steps(m, last, sink)
        else:
            m.d.comb += [sink.push.eq(last.push), sink.commit.eq(last.commit), sink.data.eq(last.data)]
            self._connect_sink(m, last, sink)
        for name in ("tdata", "tvalid", "tlast"):
            m.d.comb += getattr(self, f"m_axis_{name}").eq(getattr(sink, name))
        m.d.comb += sink.tready.eq(self.m_axis_tready)
        return m

    @staticmethod
    def _connect_sink(m: Module, layer: DenseRow, sink: ElementBuffer | FrameWriter | StepSum) -> None:
        m.d.comb += [
            sink.reserve.eq(layer.reserve),
            layer.reserved.eq(sink.reserved),
            layer.vacant.eq(sink.vacant),
        ]

    def _when_read(self, m: Module, i: int, read: Signal) -> Value:
        """When layer i's buffer may be written again; the input's lasts for all steps where it is repeated."""
        if i or not self.network.input.repeat:
            return read
        m.submodules.repeater = repeater = StepRepeater(self.network.time_steps)
        m.d.comb += repeater.read.eq(read)
        return repeater.vacate

    def _sum_steps(self, m: Module, last: DenseRow, sink: FrameWriter) -> None:
        steps, result = self.network.time_steps, last.data.shape()
        m.submodules.step_sum = total = StepSum(last.folding.neurons, steps, result, self.output_shape)
        m.d.comb += [total.push.eq(last.push), total.commit.eq(last.commit), total.data.eq(last.data)]
        self._connect_sink(m, last, total)
        m.d.comb += [
            sink.push.eq(total.sum_push),
            sink.commit.eq(total.sum_commit),
            sink.data.eq(total.sum_data),
            sink.reserve.eq(total.sum_reserve),
            total.sum_vacant.eq(sink.vacant),
        ]

    def _element(self, m: Module, i: int, code: Signal) -> Value:
        """A code as layer i's buffer keeps it: signed ones as magnitude with the sign above it."""
        layer = self.layers[i].layer
        if layer.input_encoding != "sign_magnitude":
            return code
        m.submodules[f"magnitude{i}"] = split = SignMagnitude(layer.resolution_bits)
        m.d.comb += split.code.eq(code)
        return Cat(split.magnitude, split.negative)
