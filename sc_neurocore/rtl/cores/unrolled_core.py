# amaranth: UnusedElaboratable=no
"""The network core, architecture `unrolled`: a sample a beat in, its outputs a beat out, in every clock."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, ResetSignal, Signal, Value

from ..components.block import Block
from ..components.ports.core_ports import core_ports, input_bits, output_shape
from ..components.signals import delayed, port_bits
from ..plan.unrolled_plan import UnrolledPlan
from .unrolled_layer import UnrolledLayer


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
        held = delayed(m, good, "of_sample", self.plan.timing().latency_cycles, enable=advance, reset=True)
        m.d.comb += [
            advance.eq(~held | self.m_axis_tready),
            accepted.eq(self.s_axis_tvalid & self.s_axis_tready),
            good.eq(self.s_axis_tvalid & self.s_axis_tlast & ~within),
            self.s_axis_tready.eq(advance & ~ResetSignal()),
            self.m_axis_tvalid.eq(held & ~ResetSignal()),
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
