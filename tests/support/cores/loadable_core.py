"""A small loadable core of our own: spikes in, sums of signed weights out, one addition a clock."""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Module, ResetSignal, Shape, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from support.networks.one_layer import one_layer

from sc_neurocore.rtl.components.ports.core_ports import core_ports
from sc_neurocore.rtl.components.ports.input_frames import FrameReader
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.errors import SpecError

WEIGHT_BITS = 4


def sum_network(weights=((3, -5, 7), (-2, 15, 1)), biases=(4, -9), name="sums"):
    """Outputs Σ_j x_j w_ij + b_i of spikes x: whole periods of the counter make exactly |w| ones of a weight."""
    network = one_layer(
        inputs=len(weights[0]),
        neurons=len(weights),
        n=WEIGHT_BITS,
        length=2**WEIGHT_BITS,
        weights=np.array(weights),
        input_encoding="spike",
        input_generator=None,
    )
    return NetworkSpec(
        name=name,
        input=network.input,
        output=network.output,
        layers=network.layers,
        weights=network.weights,
        biases=(np.array(biases),),
    )


class SumLoadMap:
    """A row of memory a neuron: its weights, then its bias; the rest of the row is not written."""

    def __init__(self, network):
        self.features, self.neurons = network.input.features, network.output_neurons
        self.row_bits = (self.features + 1).bit_length()
        self.address_bits = self.row_bits + max(1, (self.neurons - 1).bit_length())
        self.words = self.neurons * (self.features + 1)

    def image(self, network):
        weights, biases = network.weights[0], network.biases[0]
        if weights.shape != (self.neurons, self.features):
            raise SpecError(f"network: its weights must be {(self.neurons, self.features)}, got {weights.shape}")
        rows = np.hstack([weights, biases[:, None]])
        return [(j << self.row_bits | i, int(rows[j, i])) for j in range(len(rows)) for i in range(rows.shape[1])]


class SumCore(wiring.Component):
    """One sample at a time: takes a frame of spikes, then computes and sends neuron after neuron.

    `blind` leaves the memory as it was configured, `early` says idle while the sample is still in work: what the
    controllers and the co-simulation must not pass over.
    """

    def __init__(self, network, *, initialised=True, blind=False, early=False, load=True):
        self.network, self.initialised, self.blind, self.early = network, initialised, blind, early
        self.input_bits = 1
        self.output_shape = Shape(network.output_width, signed=network.output_signed)
        self.map = SumLoadMap(network)
        ports = core_ports(network)
        if load:
            self.load_map = self.map
            ports |= {"hold": In(1), "idle": Out(1), "load_write": In(1)}
            ports |= {"load_address": In(self.map.address_bits), "load_data": In(32)}
        self.loads = load
        super().__init__(ports)

    def elaborate(self, platform):
        m = Module()
        features, neurons = self.map.features, self.map.neurons
        image = dict(self.map.image(self.network)) if self.initialised else {}
        depth = 1 << self.map.address_bits
        memory = Memory(shape=signed(32), depth=depth, init=[image.get(i, 0) for i in range(depth)])
        m.submodules.memory = memory
        read, write = memory.read_port(), memory.write_port()
        m.submodules.reader = reader = FrameReader(features, 1)
        spikes, begun = Signal(features + 1), Signal()
        neuron, place, total = Signal(range(neurons)), Signal(range(features + 2)), Signal(signed(32))
        taking = Signal()
        hold = self.hold if self.loads else 0
        m.d.comb += [
            reader.tdata.eq(self.s_axis_tdata),
            reader.tvalid.eq(self.s_axis_tvalid),
            reader.tlast.eq(self.s_axis_tlast),
            reader.ready.eq(taking & (begun | ~hold)),
            self.s_axis_tready.eq(reader.tready),
            self.frame_error.eq(reader.error),
            self.m_axis_tdata.eq(total),
            self.m_axis_tlast.eq(neuron == neurons - 1),
            read.addr.eq(place | neuron << self.map.row_bits),
            read.en.eq(1),
        ]
        if self.loads:
            m.d.comb += self.idle.eq(1 if self.early else taking & ~begun)
            m.d.comb += [write.addr.eq(self.load_address), write.data.eq(self.load_data)]
            if not self.blind:
                m.d.comb += write.en.eq(self.load_write)
        with m.If(self.s_axis_tvalid & self.s_axis_tready):
            m.d.sync += begun.eq(~self.s_axis_tlast)
        with m.If(reader.push):
            m.d.sync += spikes.eq((spikes >> 1) | (reader.data << (features - 1)))
        current = Signal(features + 1)
        with m.FSM():
            with m.State("TAKE"):
                m.d.comb += taking.eq(1)
                m.d.sync += [neuron.eq(0), place.eq(0), total.eq(0)]
                with m.If(reader.commit):
                    m.next = "SUM"
            with m.State("SUM"):
                # the bias is a weight of a spike that always comes
                m.d.sync += [place.eq(place + 1), current.eq(current >> 1)]
                with m.If(place == 0):
                    m.d.sync += current.eq(spikes[:features] | 1 << features)
                with m.Elif(current[0]):
                    m.d.sync += total.eq(total + read.data)
                with m.If(place == features + 1):
                    m.next = "SEND"
            with m.State("SEND"):
                m.d.comb += self.m_axis_tvalid.eq(~ResetSignal())
                with m.If(self.m_axis_tready):
                    m.d.sync += [neuron.eq(neuron + 1), place.eq(0), total.eq(0)]
                    m.next = "SUM"
                    with m.If(self.m_axis_tlast):
                        m.next = "TAKE"
        return m
