# amaranth: UnusedElaboratable=no
"""The network core, architecture `column`: all layers between two AXI4-Stream ports, no vector stored (contract §9)."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Cat, Module, ResetSignal, Signal, Value

from ..components.arithmetic.sign_magnitude import with_sign_above
from ..components.block import Block, connect_ports
from ..components.ports.core_ports import STREAM, core_ports, input_bits
from ..components.ports.input_frames import NumberedReader
from ..plan.column_plan import ColumnPlan
from .dense_column import DenseColumn
from .overlap_column import OverlapColumn


class ColumnCore(Block):
    """Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.

    Structure   reader → layer 0 → layer 1 … → port. Each layer takes its elements as they come and holds its totals
                until the next one has room; the last layer's totals wait for the output port. Layers work on
                successive samples at the same time. With `overlap` each layer takes the next sample while it hands on
                the results of this one, for a second register per neuron.
    Latency     `timing.core_timing(self)`, also stated in the manifest.
    Throughput  as the slowest layer: its inputs and its neurons, one per clock; with `overlap` the larger of the two,
                and a few clocks where it is the neurons.
    Reset       `rst`, synchronous: drops all frames and state. `tready` and `tvalid` are low under it, and without
                `overlap` also `tready` for the clocks that the layers take to load their starting values: a frame's
                latency is always the same.

    Ports
        as `ports.core_ports`

    Args:
        plan: what to build.
    """

    layer_types: ClassVar[dict[bool, type[DenseColumn | OverlapColumn]]] = {False: DenseColumn, True: OverlapColumn}
    """Of a layer, by whether it is double-buffered."""

    def __init__(self, plan: ColumnPlan) -> None:
        self.plan, self.network = plan, plan.network
        self.layers = [self.layer_types[numbers.how.double_buffered](numbers) for numbers in plan.numbers]
        super().__init__(core_ports(self.network))

    def build(self, m: Module) -> None:
        m.submodules.reader = reader = NumberedReader(self.network.input.features, input_bits(self.network))
        connect_ports(m, self, reader, STREAM, "s_axis_")
        m.d.comb += self.frame_error.eq(reader.error)
        first = self.layers[0]
        ready: Value = first.ready
        if self.plan.waits_after_reset:
            warm = Signal()
            with m.If(Cat(layer.ready for layer in self.layers).all()):
                m.d.sync += warm.eq(1)
            ready = ready & warm
        m.d.comb += [
            reader.ready.eq(ready),
            first.push.eq(reader.push),
            first.index.eq(reader.index),
            first.element.eq(self._element(m, 0, reader.data)),
            first.last.eq(reader.last),
            first.abandon.eq(reader.abandon),
        ]
        for i, layer in enumerate(self.layers):
            m.submodules[f"layer{i}"] = layer
            if i == 0:
                continue
            before = self.layers[i - 1]
            m.d.comb += [
                before.sink_ready.eq(layer.ready),
                layer.push.eq(before.valid),
                layer.index.eq(before.number),
                layer.element.eq(self._element(m, i, before.data)),
                layer.last.eq(before.valid & before.ends),
            ]
        last = self.layers[-1]
        m.d.comb += [
            self.m_axis_tdata.eq(last.data),
            self.m_axis_tvalid.eq(last.valid & ~ResetSignal()),
            self.m_axis_tlast.eq(last.ends),
            last.taken.eq(self.m_axis_tready),
        ]

    def _element(self, m: Module, i: int, code: Signal) -> Value:
        """A code as layer i takes it: signed ones as magnitude with the sign above it."""
        layer = self.layers[i].layer
        if not layer.signed_inputs:
            return code
        return with_sign_above(m, f"magnitude{i}", code, layer.resolution_bits)
