# amaranth: UnusedElaboratable=no
"""A layer of neurons, dense or on windows: some neurons at a time, group after group."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.lib.wiring import In, Out

from ..components.activation.neurons import LifNeuron, make_neuron
from ..components.arithmetic.accumulators import Accumulator, Bias, LoadableBias
from ..components.block import Block, flags_in, flags_out
from ..components.ports.output_frames import ResultShifter
from ..components.signals import cyclic, index_shape, register, select_row
from ..datapath.make import DATAPATHS
from ..loading.load_map import LayerLoad
from ..plan.folded_layers import FoldedLayerNumbers, group_clocks
from .window_sequencer import WindowSequencer


class RowSequencer(Block):
    """Runs `groups` times through a stream of `length` positions for every sample.

    Function    a sample begins when the elements are there (`full`) and the sink does not still wait for results of
                the sample before (`reserved`). The first group may run while the sink holds older results; as soon as
                it is free it is reserved, and only then the next group begins: one group of results at most waits in
                the result shifter.
    Timing      a group takes max(length, processing_elements) clocks and begins with the idle ones, if any: so the
                results of one group have been handed on, one per clock, before the next group's are ready. `active`
                and the rest follow `full` by 1 clock.
    Throughput  groups follow each other without a gap once the sink is reserved.
    Halvings    with `halvings` = h > 0 a stream may be stopped early: it has length / 2^k positions, k from the port,
                which stays while a sample is in work.
    Reset       to idle.

    Ports
        full, reserved, vacant  in   1   elements are there; sink waits for results; sink is neither full nor reserved
        reserve                 out  1   strobe: the sink is to wait for this sample's results
        active                  out  1   this clock is a position of the stream
        first, last             out  1   the first, the last position of a group
        group_index             out      number of the group
        sample_end              out  1   `last` of the last group
        halvings                in       0 … h, where h > 0

    Args:
        groups: of neurons, one after the other.
        processing_elements: neurons of a group.
        length: clocks of a group.
        halvings: how often the stream may be halved at most.
    """

    def __init__(self, groups: int, processing_elements: int, length: int, *, halvings: int = 0) -> None:
        self.groups, self.processing_elements = groups, processing_elements
        self.length, self.max_halvings = length, halvings
        super().__init__(
            flags_in("full", "reserved", "vacant")
            | ({"halvings": In(index_shape(halvings + 1))} if halvings else {})
            | flags_out("reserve", "active", "first", "last", "sample_end")
            | {"group_index": Out(index_shape(groups))}
        )

    def _by_halvings(self, clocks: Callable[[int], int]) -> Value:
        """A number of clocks for each number of halvings."""
        if not self.max_halvings:
            return Const(clocks(0))
        return select_row([Const(clocks(k)) for k in range(self.max_halvings + 1)], self.halvings)

    def build(self, m: Module) -> None:
        periods = [group_clocks(self.length, self.processing_elements, k) for k in range(self.max_halvings + 1)]
        idle = [period - (self.length >> k) for k, period in enumerate(periods)]
        idle_clocks = self._by_halvings(lambda k: idle[k])
        busy = Signal()
        running = Signal()
        tick = Signal(index_shape(periods[0]))
        current_group = Signal(index_shape(self.groups))
        over = Signal()
        granted = Signal()
        m.d.comb += [
            self.active.eq(running & (tick >= idle_clocks) if any(idle) else running),
            self.first.eq(running & (tick == idle_clocks)),
            self.last.eq(running & (tick == self._by_halvings(lambda k: periods[k] - 1))),
            self.sample_end.eq(self.last & (current_group == self.groups - 1)),
            self.group_index.eq(current_group),
            self.reserve.eq(busy & self.vacant),
            granted.eq(self.reserved | self.vacant),
            over.eq(self.last | ~running),
        ]
        with m.If(~busy), m.If(self.full & ~self.reserved):
            m.d.sync += [busy.eq(1), running.eq(1), tick.eq(0), current_group.eq(0)]
        with m.Elif(over):
            m.d.sync += [running.eq(0), tick.eq(0)]
            with m.If(granted):
                with m.If(current_group == self.groups - 1):
                    m.d.sync += busy.eq(0)
                with m.Else():
                    m.d.sync += [running.eq(1), current_group.eq(current_group + 1)]
        with m.Else():
            m.d.sync += tick.eq(tick + 1)


class FoldedLayer(Block):
    """A layer of the contract, §3 to §6: streams, products, exact counts, bias, neuron.

    Function    for the elements of one vector the outputs of all neurons, in their order; on a map for one window after
                the other, row of outputs by row.
    Datapath    what is done in one clock: all inputs (`ParallelDatapath`, `OrDatapath`), one of them
                (`StreamedDatapath`, `ClosedFormDatapath`), or the one that a select word names (`MuxDatapath`).
    Pipeline    counts `numbers.latency` clocks after a position begins, totals 1 later; then the processing elements'
                totals leave one per clock through bias (1) and neuron.
    Latency     as `FoldedLayerNumbers.passes` says.
    Throughput  one vector in groups · max(clocks of a group, lanes) clocks and the pipeline's depth.
    Reset       drops the vector in work; state that reset does not touch is data without a flag.
    Restart     the sources restart at every group: a result depends on its own vector alone, and with `lif` on those
                of its sample's `steps`.

    Ports
        elements | address, element   as `Datapath`
        full              in   1   elements are there
        vacate            out  1   strobe: elements have been read (of windows: `leave`, as `WindowSequencer`)
        another           in   1   as `WindowSequencer`, of windows
        reserved, vacant  in   1   state of the sink
        reserve           out  1
        push, data        out  1, one result
        commit            out  1   with the push of the last neuron (of windows: of the row's last position)
        load_write, load_address, load_data   in   1, `load.address_bits`, 32   where the weights are loadable
        halvings                              in   0 … `halvings`   where streams may be stopped early

    Args:
        numbers: what the layer is built from.
    """

    def __init__(self, numbers: FoldedLayerNumbers) -> None:
        self.numbers, self.layer, self.folding = numbers, numbers.layer, numbers.folding
        self.load = LayerLoad(numbers) if numbers.loadable else None
        self.datapath = DATAPATHS[type(numbers)](numbers)
        self.neuron = make_neuron(
            *(self.layer.neuron, numbers.magnitude, self.layer.out_elements, numbers.steps), loadable=numbers.loadable
        )
        ports = flags_in("full", "reserved", "vacant") | flags_out("reserve", "push", "commit")
        ports |= flags_out("vacate") if numbers.windows is None else {"leave": Out(1), "another": In(1)}
        names = ("address", "element") if numbers.addressed else ("elements",)
        ports |= {name: self.datapath.signature.members[name] for name in names}
        if self.load is not None:
            ports |= {"load_write": In(1), "load_address": In(self.load.address_bits), "load_data": In(32)}
        if numbers.max_halvings:
            ports["halvings"] = In(index_shape(numbers.max_halvings + 1))
        super().__init__(ports | {"data": Out(self.neuron.result.shape())})

    def build(self, m: Module) -> None:
        halvings = self.numbers.max_halvings
        m.submodules.sequencer = sequencer = self._sequencer()
        m.submodules.lanes = datapath = self.datapath
        m.d.comb += [
            *(getattr(sequencer, name).eq(getattr(self, name)) for name in ("full", "reserved", "vacant")),
            self.reserve.eq(sequencer.reserve),
            datapath.group_index.eq(sequencer.group_index),
            datapath.enable.eq(sequencer.active),
            datapath.restart.eq(sequencer.last | ~sequencer.active),
            datapath.sample_end.eq(sequencer.sample_end),
        ]
        if halvings:
            m.d.comb += sequencer.halvings.eq(self.halvings)
            if self.numbers.told_halvings:
                m.d.comb += datapath.halvings.eq(self.halvings)
        if datapath.addressed:
            m.d.comb += [self.address.eq(datapath.address), datapath.element.eq(self.element)]
        else:
            m.d.comb += datapath.elements.eq(self.elements)
        active, first, last, sample_end = (
            self._delays(m, getattr(sequencer, name), name) for name in ("active", "first", "last", "sample_end")
        )
        if isinstance(sequencer, WindowSequencer):
            m.d.comb += [self.leave.eq(sequencer.leave), sequencer.another.eq(self.another)]
        else:
            m.d.comb += self.vacate.eq(sample_end[2])
        totals = [self._accumulate(m, pe, active[-2], first[-2]) for pe in range(self.folding.processing_elements)]
        self._hand_on(m, totals, last[-1])

    def _sequencer(self) -> RowSequencer | WindowSequencer:
        numbers = self.numbers
        if numbers.windows is not None:
            return WindowSequencer(numbers)
        sizes = (self.folding.groups, self.folding.processing_elements, numbers.clocks)
        return RowSequencer(*sizes, halvings=numbers.max_halvings)

    def _delays(self, m: Module, flag: Value, name: str) -> list[Value]:
        """The flag, and the flag 1, 2 … `total_latency` clocks later."""
        chain = [flag]
        for clocks in range(1, self.numbers.total_latency + 1):
            chain.append(register(m, chain[-1], f"{name}_{clocks}", reset=True))
        return chain

    def _accumulate(self, m: Module, pe: int, valid: Value, first: Value) -> Signal:
        accumulator = Accumulator(self.numbers.max_counts[pe], self.numbers.clocks, with_signs=self.numbers.with_signs)
        m.submodules[f"accumulator_{pe}"] = accumulator
        count = getattr(self.datapath, f"count_{pe}")
        m.d.comb += [accumulator.count.eq(count), accumulator.valid.eq(valid), accumulator.first.eq(first)]
        return accumulator.total

    def _bias(self, total: Shape) -> Bias | LoadableBias:
        sizes = (total, self.numbers.scale, self.numbers.offsets, self.numbers.magnitude)
        return Bias(*sizes) if self.load is None else LoadableBias(*sizes, self.load.offset_shape)

    def _connect_load(self, m: Module, bias: LoadableBias) -> None:
        """The load bus to weights, offsets and what the neuron has of its own."""
        load: Any = self.load
        strobe = {section: Signal(name=f"load_{section}") for section in load.sections}
        for number, section in enumerate(load.sections):
            m.d.comb += strobe[section].eq(self.load_write & (self.load_address[load.index_bits :] == number))
        m.d.comb += [
            self.datapath.write.eq(strobe["weights"]),
            self.datapath.write_address.eq(self.load_address),
            self.datapath.write_data.eq(self.load_data),
            bias.write.eq(strobe["offsets"]),
            bias.write_index.eq(self.load_address),
            bias.write_data.eq(self.load_data),
        ]
        if load.setting_bits:
            setting = Signal(load.setting_bits, init=load.setting(self.layer), reset_less=True)
            with m.If(strobe["setting"]):
                m.d.sync += setting.eq(self.load_data)
            m.d.comb += self.neuron.setting.eq(setting)

    def _hand_on(self, m: Module, totals: list[Signal], ready: Value) -> None:
        """The processing elements' totals one after the other through bias and neuron into the sink."""
        neurons, pes = self.folding.neurons, self.folding.processing_elements
        widest = max((total.shape() for total in totals), key=lambda shape: shape.width)
        aligned = [Signal(widest, name=f"aligned_{pe}") for pe in range(pes)]
        m.d.comb += [copy.eq(total) for copy, total in zip(aligned, totals, strict=True)]
        m.submodules.shifter = shifter = ResultShifter(pes, widest)
        m.submodules.bias = bias = self._bias(widest)
        m.submodules.neuron = self.neuron
        held = Signal()
        shift = Signal()
        at_end = Signal()
        group_end = Signal()
        neuron_index = Signal(index_shape(neurons))
        lane_index = Signal(index_shape(pes))
        m.d.comb += [
            shift.eq(held & self.reserved),
            at_end.eq(neuron_index == neurons - 1),
            group_end.eq(self._part_end(m, shift, at_end) | (lane_index == pes - 1)),
            shifter.totals.eq(Cat(aligned)),
            shifter.load.eq(ready),
            shifter.shift.eq(shift),
            # fewer positions, each worth more: so bias and neuron are the same as for the whole stream
            bias.total.eq(shifter.first << self.halvings if self.numbers.max_halvings else shifter.first),
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
        if isinstance(bias, LoadableBias):  # reads a clock ahead
            following = Mux(at_end, 0, neuron_index + 1)
            m.d.comb += bias.index.eq(Mux(shift, following, neuron_index))
            self._connect_load(m, bias)
        else:
            m.d.comb += bias.index.eq(neuron_index)
        push, commit = shift, self._row_end(m, shift & at_end)
        for clocks in range(self.numbers.result_latency):
            push = register(m, push, f"push_{clocks}", reset=True)
            commit = register(m, commit, f"commit_{clocks}", reset=True)
            if clocks == Bias.latency - 1 and isinstance(self.neuron, LifNeuron):
                m.d.comb += self.neuron.valid.eq(push)
        m.d.comb += [self.push.eq(push), self.commit.eq(commit)]

    def _part_end(self, m: Module, shift: Signal, at_end: Signal) -> Value:
        """Whether a neuron is the last of its part of the folding, so that its group of neurons ends with it."""
        if self.folding.parts == 1:
            return at_end
        size = self.folding.neurons_of_part
        return cyclic(m, "in_part", size, shift) == size - 1

    def _row_end(self, m: Module, position_end: Value) -> Value:
        """Of the ends of positions those that end a row of outputs; a vector has one position."""
        if self.numbers.windows is None or self.numbers.windows.out_columns == 1:
            return position_end
        columns = self.numbers.windows.out_columns
        return position_end & (cyclic(m, "row_position", columns, position_end) == columns - 1)
