# amaranth: UnusedElaboratable=no
"""The network core, architecture `column`: all layers between two AXI4-Stream ports, no vector stored (contract §9)."""

from __future__ import annotations

from functools import partial

from amaranth.hdl import Cat, Module, ResetSignal, Signal, Value
from amaranth.lib import wiring

from ...spec.errors import OptionError, SpecError
from ...spec.layer import DenseLayer
from ...spec.network import NetworkSpec
from ..components.arithmetic.sign_magnitude import SignMagnitude
from ..components.ports.core_ports import core_ports, output_shape
from ..components.ports.input_frames import NumberedReader
from ..plan.closed_forms import check_closed_forms
from ..plan.supported import known_layers
from .dense_column import DenseColumn
from .overlap_column import OverlapColumn

TABLE_ROWS = 16_384
"""Rows of a product table, 2^n per input; beyond them it would cost more memory than any small device has."""


def table_possible(layer: DenseLayer) -> bool:
    """Whether a layer's products may come from a table: its inputs have no sign, and there are not too many rows."""
    return not layer.signed_inputs and layer.inputs << layer.resolution_bits <= TABLE_ROWS


class ColumnCore(wiring.Component):
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
        network: what to build; every layer has a closed form.
        product_table: read products from block memory instead of computing them.
        overlap: add up one vector while the one before is handed on.
        logic_weights: with `overlap`: weights in logic instead of block memory.
    """

    architecture = "column"
    layer_type = DenseColumn

    def __init__(
        self,
        network: NetworkSpec,
        *,
        product_table: bool = False,
        overlap: bool = False,
        logic_weights: bool = False,
    ) -> None:
        check_closed_forms(network, self.architecture)
        layers = known_layers(network)
        for i, layer in enumerate(layers):
            if product_table and not table_possible(layer):
                rule = f"unipolar inputs and at most {TABLE_ROWS:,} rows, 2^resolution_bits an input"
                given = f"{layer.input_encoding}, {layer.inputs << layer.resolution_bits:,} rows"
                raise SpecError(f"product_table needs {rule}; layers[{i}] has {given}")
        if logic_weights and (product_table or not overlap):
            given = [name for name, there in (("overlap", overlap), ("product_table", product_table)) if there]
            raise OptionError(f"logic_weights needs overlap and no product_table; got {', '.join(given) or 'neither'}")
        self.network, self.overlap = network, overlap
        parts = list(zip(layers, network.weights, network.biases, strict=True))
        layer_type = partial(OverlapColumn, logic=logic_weights) if overlap else self.layer_type
        self.layers: list[DenseColumn | OverlapColumn] = [
            layer_type(*part, output=i == len(parts) - 1, table=product_table) for i, part in enumerate(parts)
        ]
        self.input_bits = self.layers[0].element_bits
        self.output_shape = output_shape(network)
        super().__init__(core_ports(network))

    @property
    def waits_after_reset(self) -> bool:
        """Whether a later layer has so many neurons to load that the first frame would meet it unready."""
        return not self.overlap and any(layer.layer.neurons > self.layers[0].layer.neurons for layer in self.layers[1:])

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.reader = reader = NumberedReader(self.network.input.features, self.input_bits)
        for name in ("tdata", "tvalid", "tlast"):
            m.d.comb += getattr(reader, name).eq(getattr(self, f"s_axis_{name}"))
        m.d.comb += [self.s_axis_tready.eq(reader.tready), self.frame_error.eq(reader.error)]
        first = self.layers[0]
        ready: Value = first.ready
        if self.waits_after_reset:
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
        return m

    def _element(self, m: Module, i: int, code: Signal) -> Value:
        """A code as layer i takes it: signed ones as magnitude with the sign above it."""
        layer = self.layers[i].layer
        if not layer.signed_inputs:
            return code
        m.submodules[f"magnitude{i}"] = split = SignMagnitude(layer.resolution_bits)
        m.d.comb += split.code.eq(code)
        return Value.cast(Cat(split.magnitude, split.negative))
