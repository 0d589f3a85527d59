# amaranth: UnusedElaboratable=no
"""A dense layer, architecture `row`: all inputs in parallel, `lanes` neurons at a time, one stream position a clock."""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec.encoding import element_width
from ..spec.layer import DenseLayer, Mux, Or
from .accumulator import Accumulator
from .and_products import AndProducts
from .bias import Bias
from .folding import Folding, memory_is_cheaper
from .generators import make_generator
from .muxed_lanes import MuxedLanes
from .neurons import LifNeuron, make_neuron
from .ored_lanes import OredLanes
from .parallel_counter import ParallelCounter
from .result_shifter import ResultShifter
from .rom_weights import RomWeights
from .row_sequencer import RowSequencer
from .shapes import index_shape
from .shared_weights import SharedWeights
from .signed_products import SignedProducts
from .sources import make_source
from .xnor_products import XnorProducts


class DenseRow(wiring.Component):
    """A layer of the contract, §3 to §6: streams, products, exact counts, bias, neuron.

    Function    for the elements of one vector the outputs of all neurons, in their order.
    Accumulator parallel_counter as below; mux and or by `MuxedLanes` and `OredLanes`, which give the counts.
    Pipeline    sources 0, streams 2, products 3, counts 3 + C, totals 4 + C clocks after a position begins (C: the
                counter's latency); then the lanes' totals leave one a clock through bias (1) and neuron.
    Latency     `latency` clocks from `full` to the first `push`, if the sink is vacant; see `rtl.timing` for whole
                networks.
    Throughput  one vector in groups · max(stream_length, lanes) clocks and the pipeline's depth.
    Reset       drops the vector in work; state that reset does not touch is data without a flag.
    Restart     the sources restart at every group: a result depends on its own vector alone, and with `lif` on those
                of its sample's `steps`.

    Ports
        elements          in   inputs · element bits (sign_magnitude: the sign above the magnitude)
        full              in   1   elements are there
        vacate            out  1   strobe: elements have been read
        reserved, vacant  in   1   state of the sink
        reserve           out  1
        push, data        out  1, one result
        commit            out  1   with the push of the last neuron
    """

    def __init__(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray, lanes: int, steps: int = 1) -> None:
        self.layer = layer
        self.bipolar = layer.weight_encoding == "bipolar"
        self.signed_inputs = layer.input_encoding == "sign_magnitude"
        self.folding = Folding(weights, lanes, keep_zeros=self.bipolar)
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        self.one_bit = self._one_bit_lanes()
        if self.one_bit is None:
            self._count_in_parallel()
        else:
            self.counter_latency = self.one_bit.latency - 3
        most = 1 if self.one_bit is not None else layer.inputs  # counts a position
        self.magnitude = most * layer.stream_length + int(np.abs(biases.astype(np.int64)).max())
        self.neuron = make_neuron(layer.neuron, self.magnitude, layer.neurons, steps)
        self.offsets = [int(b) + self._products_offset(i) for i, b in enumerate(biases)]
        self.sequencer = RowSequencer(self.folding.groups, lanes, layer.stream_length)
        # 1 into the sequencer, then idle clocks and positions, streams 2, products 1, counter, total 1, shifter 1
        self.total_latency = 2 + 1 + self.counter_latency + 1
        self.latency = 1 + self.sequencer.period + self.total_latency + Bias.latency + self.neuron.latency
        flags_in = {name: In(1) for name in ("full", "reserved", "vacant")}
        flags_out = {name: Out(1) for name in ("vacate", "reserve", "push", "commit")}
        data = {"elements": In(layer.inputs * self.element_bits), "data": Out(self.neuron.result.shape())}
        super().__init__(flags_in | flags_out | data)

    def _one_bit_lanes(self) -> MuxedLanes | OredLanes | None:
        """The lanes of an accumulator that counts at most one a position."""
        accumulator = self.layer.accumulator
        if isinstance(accumulator, Mux):
            return MuxedLanes(self.layer, accumulator, self.folding)
        return OredLanes(self.layer, self.folding) if isinstance(accumulator, Or) else None

    def _count_in_parallel(self) -> None:
        n, generator = self.layer.resolution_bits, self.layer.weight_generator
        if memory_is_cheaper(self.folding, n):
            with_signs = self.layer.weight_encoding == "sign_magnitude"
            self.weights: SharedWeights | RomWeights = RomWeights(generator, n, self.folding, with_signs=with_signs)
        else:
            self.weights = SharedWeights(generator, n, self.folding)
        self.counters = [
            ParallelCounter(len(columns), with_signs=self.signed_inputs) for columns in self.folding.columns
        ]
        self.counter_latency = max(counter.latency for counter in self.counters)

    def _products_offset(self, neuron: int) -> int:
        """What the neuron's total of counts must be corrected by, as `AndProducts` and `XnorProducts` say."""
        layer = self.layer
        if self.one_bit is not None:
            return 0
        if self.bipolar:
            return -layer.inputs * layer.stream_length
        if self.signed_inputs:
            return 0
        return -int((self.folding.weights[neuron] < 0).sum()) * layer.stream_length

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.sequencer = sequencer = self.sequencer
        m.d.comb += [getattr(sequencer, name).eq(getattr(self, name)) for name in ("full", "reserved", "vacant")]
        m.d.comb += self.reserve.eq(sequencer.reserve)
        active, first, last, sample_end = (
            self._delays(m, getattr(sequencer, name), name) for name in ("active", "first", "last", "sample_end")
        )
        m.d.comb += self.vacate.eq(sample_end[2])
        if self.one_bit is not None:
            counts = self._one_bit_counts(m, self.one_bit)
        else:
            x, x_negative = self._input_streams(m)
            self._weight_streams(m)
            counts = (self._count(m, lane, x, x_negative) for lane in range(self.folding.lanes))
        totals = [self._accumulate(m, lane, count, active[-2], first[-2]) for lane, count in enumerate(counts)]
        self._hand_on(m, totals, last[-1])
        return m

    def _delays(self, m: Module, flag: Value, name: str) -> list[Value]:
        """The flag, and the flag 1, 2 … `total_latency` clocks later."""
        chain = [flag]
        for clocks in range(1, self.total_latency + 1):
            chain.append(Signal(name=f"{name}_{clocks}"))
            m.d.sync += chain[-1].eq(chain[-2])
        return chain

    def _one_bit_counts(self, m: Module, lanes: MuxedLanes | OredLanes) -> list[Signal]:
        m.submodules.one_bit_lanes = lanes
        m.d.comb += [
            lanes.elements.eq(self.elements),
            lanes.group_index.eq(self.sequencer.group_index),
            lanes.enable.eq(self.sequencer.active),
            lanes.restart.eq(self.sequencer.last | ~self.sequencer.active),
        ]
        return [getattr(lanes, f"count_{lane}") for lane in range(self.folding.lanes)]

    def _input_streams(self, m: Module) -> tuple[Value, Value]:
        """Stream bits of the inputs' magnitudes, and their signs beside them."""
        layer, n, width = self.layer, self.layer.resolution_bits, self.element_bits
        if layer.input_generator is None:  # spikes: each is its own stream, constant over all positions
            return self.elements, Const(0, 0)
        m.submodules.input_source = source = make_source(layer.input_generator.source, n)
        m.submodules.input_generator = generator = make_generator(layer.input_generator, n, layer.inputs)
        elements = [self.elements.word_select(j, width) for j in range(layer.inputs)]
        m.d.comb += [
            source.enable.eq(self.sequencer.active),
            source.restart.eq(self.sequencer.last | ~self.sequencer.active),
            generator.word.eq(source.word),
            generator.codes.eq(Cat(element[:n] for element in elements)),
        ]
        return generator.bits, Cat(element[n:] for element in elements)

    def _weight_streams(self, m: Module) -> None:
        m.submodules.weight_source = source = make_source(
            self.layer.weight_generator.source, self.layer.resolution_bits
        )
        m.submodules.weights = self.weights
        m.d.comb += [
            source.enable.eq(self.sequencer.active),
            source.restart.eq(self.sequencer.last | ~self.sequencer.active),
            self.weights.word.eq(source.word),
            self.weights.group_index.eq(self.sequencer.group_index),
        ]

    def _count(self, m: Module, lane: int, x: Value, x_negative: Value) -> Signal:
        """The lane's products and their counter; the count, `counter_latency` clocks after the products."""
        columns = self.folding.columns[lane]
        if self.bipolar:
            products: AndProducts | SignedProducts | XnorProducts = XnorProducts(len(columns))
        elif self.signed_inputs:
            products = SignedProducts(len(columns))
            m.d.comb += products.x_negative.eq(Cat(x_negative[j] for j in columns))
            m.d.comb += products.w_negative.eq(getattr(self.weights, f"negative_{lane}"))
        else:
            products = AndProducts(len(columns))
            m.d.comb += products.negative.eq(getattr(self.weights, f"negative_{lane}"))
        counter = self.counters[lane]
        m.submodules[f"products_{lane}"], m.submodules[f"counter_{lane}"] = products, counter
        m.d.comb += [
            products.x.eq(Cat(x[j] for j in columns)),
            products.w.eq(getattr(self.weights, f"bits_{lane}")),
            counter.bits.eq(products.bits),
        ]
        if isinstance(products, SignedProducts):
            m.d.comb += counter.negative.eq(products.negative)
        count = counter.count
        for clocks in range(counter.latency, self.counter_latency):  # lanes with fewer inputs wait for the widest
            delayed = Signal(counter.shape, name=f"count_{lane}_{clocks}", reset_less=True)
            m.d.sync += delayed.eq(count)
            count = delayed
        return count

    def _accumulate(self, m: Module, lane: int, count: Signal, valid: Value, first: Value) -> Signal:
        width, with_signs = (1, True) if self.one_bit is not None else (self.counters[lane].width, self.signed_inputs)
        accumulator = Accumulator(width, self.layer.stream_length, with_signs=with_signs)
        m.submodules[f"accumulator_{lane}"] = accumulator
        m.d.comb += [accumulator.count.eq(count), accumulator.valid.eq(valid), accumulator.first.eq(first)]
        return accumulator.total

    def _hand_on(self, m: Module, totals: list[Signal], ready: Value) -> None:
        """The lanes' totals one after the other through bias and neuron into the sink."""
        neurons, lanes = self.folding.neurons, self.folding.lanes
        widest = max((total.shape() for total in totals), key=lambda shape: shape.width)
        aligned = [Signal(widest, name=f"aligned_{lane}") for lane in range(lanes)]
        m.d.comb += [same.eq(total) for same, total in zip(aligned, totals, strict=True)]
        m.submodules.shifter = shifter = ResultShifter(lanes, widest)
        m.submodules.bias = bias = Bias(
            widest, 2 if self.bipolar and self.one_bit is None else 1, self.offsets, self.magnitude
        )
        m.submodules.neuron = self.neuron
        held = Signal()
        shift = Signal()
        at_end = Signal()
        group_end = Signal()
        neuron_index = Signal(index_shape(neurons))
        lane_index = Signal(index_shape(lanes))
        m.d.comb += [
            shift.eq(held & self.reserved),
            at_end.eq(neuron_index == neurons - 1),
            group_end.eq(at_end | (lane_index == lanes - 1)),
            shifter.totals.eq(Cat(aligned)),
            shifter.load.eq(ready),
            shifter.shift.eq(shift),
            bias.total.eq(shifter.first),
            bias.index.eq(neuron_index),
            self.neuron.biased.eq(bias.biased),
            self.data.eq(self.neuron.result),
        ]
        with m.If(shift):
            m.d.sync += [neuron_index.eq(neuron_index + 1), lane_index.eq(lane_index + 1)]
            with m.If(group_end):
                m.d.sync += [held.eq(0), lane_index.eq(0)]
            with m.If(at_end):
                m.d.sync += neuron_index.eq(0)
        with m.If(ready):
            m.d.sync += held.eq(1)
        push, commit = shift, shift & at_end
        for clocks in range(Bias.latency + self.neuron.latency):
            flags = Signal(name=f"push_{clocks}"), Signal(name=f"commit_{clocks}")
            m.d.sync += [flags[0].eq(push), flags[1].eq(commit)]
            push, commit = flags
            if clocks == Bias.latency - 1 and isinstance(self.neuron, LifNeuron):
                m.d.comb += self.neuron.valid.eq(push)
        m.d.comb += [self.push.eq(push), self.commit.eq(commit)]
