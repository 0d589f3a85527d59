# amaranth: UnusedElaboratable=no
"""A dense layer, architecture `column`: one input at a time, broadcast to all neurons, a whole stream per clock."""

from __future__ import annotations

from itertools import pairwise

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib.wiring import Out

from ..components.activation.output_stage import OutputStage
from ..components.arithmetic.accumulators import PreloadAccumulator
from ..components.arithmetic.closed_form_multiplier import ClosedFormMultiplier, Radix2PartialProducts, shared_inputs
from ..components.block import Block, flags_in, flags_out
from ..components.memory.memories import Rom
from ..components.signals import delayed, index_shape
from ..datapath.broadcast import BroadcastDatapath


class ColumnSequencer(Block):
    """Takes a vector, waits until its products are added, shifts `neurons` totals out while starting values shift in.

    Function    `loading` until `last` or `abandon`; when all products are added and the sink has room (`sink_ready`;
                not asked after `abandon`), the chain of accumulators is shifted `neurons` times. `count` numbers the
                starting value to be read for each shift, one clock ahead; `shift` says that the chain's head and the
                starting value are there; it takes place with `take`. After an abandoned vector, and after reset, the
                shifts are silent: they bring the starting values alone.
    Latency     from the push with `last` to the first `shift`: depth + 1 clocks, if the sink has room. `depth`: clocks
                from a push to the clock that adds its product.
    Throughput  one vector in elements + neurons clocks where `take` is constant: elements enter the pipeline while the
                last totals leave. With `may_stall` the first element waits for the last shift to be taken.
    Reset       to silent shifts.

    Ports
        last, abandon         in   1   strobes, never both
        sink_ready, take      in   1
        loading               out  1   elements may come
        count                 out      0 … neurons - 1
        step                  out  1   `count` is used in this clock
        shift, silent, ends  out  1   ends: the last of a vector's shifts
        same_shift            out  1   as `shift` but under reset, from a register of its own

    Args:
        neurons: of the layer: totals in the chain.
        depth: clocks from a push to the clock that adds its product.
        may_stall: whether results may have to wait to be taken.
    """

    def __init__(self, neurons: int, depth: int, *, may_stall: bool) -> None:
        self.neurons, self.depth, self.may_stall = neurons, depth, may_stall
        super().__init__(
            flags_in("last", "abandon", "sink_ready", "take")
            | flags_out("loading", "step", "shift", "same_shift", "silent", "ends")
            | {"count": Out(index_shape(neurons))}
        )

    def build(self, m: Module) -> None:
        count = Signal(index_shape(self.neurons))
        counting = Signal(init=1)
        silent = Signal(init=1)
        loading, doomed, waiting = Signal(), Signal(), Signal()
        shift, ends = Signal(), Signal()
        same_shift = Signal(reset_less=True)  # without reset it is another register than `shift`, also to synthesis
        at_end, step, reload = Signal(), Signal(), Signal()
        m.d.comb += [
            at_end.eq(count == self.neurons - 1),
            step.eq(counting & (~shift | self.take)),
            reload.eq(
                shift & ends & self.take
                if self.may_stall
                else step & (count == self.neurons - min(self.depth, self.neurons))
            ),
            self.count.eq(count),
            self.step.eq(step),
            self.shift.eq(shift),
            self.same_shift.eq(same_shift),
            self.silent.eq(silent),
            self.ends.eq(ends),
            self.loading.eq(loading),
        ]
        ended = self.last | self.abandon
        ended = delayed(m, ended, "ended", self.depth - 2, reset=True)
        with m.If(reload):
            m.d.sync += loading.eq(1)
        with m.If(self.last | self.abandon):
            m.d.sync += [loading.eq(0), doomed.eq(self.abandon)]
        with m.If(ended):
            m.d.sync += waiting.eq(1)
        with m.If(waiting & (self.sink_ready | doomed)):
            m.d.sync += [waiting.eq(0), counting.eq(1), silent.eq(doomed)]
        with m.If(step):
            m.d.sync += [count.eq(count + 1), ends.eq(at_end)]
            with m.If(at_end):
                m.d.sync += [count.eq(0), counting.eq(0)]
        with m.If(step | self.take):
            m.d.sync += [shift.eq(step), same_shift.eq(step)]


class DenseColumn(BroadcastDatapath):
    """A layer of the default pair (contract §3 to §6), `closed_forms.why_no_closed_form_core` is None.

    Function    for the elements of one vector, in order, the outputs of all neurons, in order.
    Pipeline    weight row and partial products 1 clock after the push, products `product_latency` later, then added.
                The accumulators are a chain: results leave at neuron 0's end while the next vector's starting values
                (bias, rounding, correction for complements) enter at the other. No element and no result is stored
                elsewhere.
    Products    in logic, one `ClosedFormMultiplier` per neuron; or, with `table`, from a memory of 2^n rows per input,
                which holds every product that there is (unsigned inputs only).
    Latency     `depth` + 1 clocks and the output stage's from the push with `last` to the first result, if the sink
                has room.
    Throughput  one vector in elements + neurons clocks; the last layer's also waits for its results to be taken.
    Reset       drops the vector in work; starting values are loaded again, `neurons` + 1 clocks long.

    Ports
        as `BroadcastDatapath`

    Args:
        numbers: what the layer is built from.
    """

    def build(self, m: Module) -> None:
        n, totals_range = self.layer.resolution_bits, self.accumulator_range
        m.submodules.sequencer = sequencer = ColumnSequencer(self.layer.neurons, self.depth, may_stall=self.output)
        m.d.comb += [
            self.ready.eq(sequencer.loading),
            sequencer.last.eq(self.last),
            sequencer.abandon.eq(self.abandon),
        ]
        load, choose, enable = Signal(), Signal(), Signal()
        m.d.comb += [
            load.eq(sequencer.shift & sequencer.take),
            choose.eq(sequencer.same_shift & sequencer.take),
            enable.eq(load | delayed(m, self.push, "push", self.depth, reset=True)),
        ]
        totals = self._table_accumulators(m) if self.numbers.table else self._accumulators(m, self._partial_products(m))
        for total in totals:
            m.d.comb += [total.load.eq(load), total.choose.eq(choose), total.enable.eq(enable)]
        preloads = totals_range.preloads(totals_range.complement_correction(n))
        # the chain has one more place, whose first value is there after reset: a block memory is slow to begin with
        m.submodules.starts = rom = Rom([*preloads[1:], preloads[0]], totals_range.width)
        waiting = Signal(totals_range.width, init=preloads[0])
        with m.If(load):
            m.d.sync += waiting.eq(rom.data)
        m.d.comb += [
            *(rom.enable.eq(sequencer.step), rom.address.eq(sequencer.count), totals[-1].value.eq(waiting)),
            *(each.value.eq(following.total) for each, following in pairwise(totals)),
        ]
        self._hand_on(m, sequencer, totals[0].total)

    def _partial_products(self, m: Module) -> Value | None:
        """The input's partial products; its sign when the products are there, or None."""
        n = self.layer.resolution_bits
        m.submodules.shares = self.partial_products = Radix2PartialProducts(n)
        m.d.comb += self.partial_products.x.eq(self.element[:n])
        if not self.accumulator_range.with_signs:
            return None
        return delayed(m, self.element[n], "negative_input", self.depth)

    def _accumulators(self, m: Module, negative_input: Value | None) -> list[PreloadAccumulator]:
        n, width = self.layer.resolution_bits, self.accumulator_range.width
        rows, word = self._weight_rows()
        m.submodules.weights = rom = Rom(rows, self.layer.neurons * word)
        m.d.comb += [rom.enable.eq(1), rom.address.eq(self.index)]
        accumulators = []
        for neuron in range(self.layer.neurons):
            code = rom.data[neuron * word : (neuron + 1) * word]
            product = ClosedFormMultiplier(n)
            total = PreloadAccumulator(n, width, with_signs=self.accumulator_range.with_signs)
            m.submodules[f"product_{neuron}"], m.submodules[f"total_{neuron}"] = product, total
            m.d.comb += [
                product.k.eq(code[:n]),
                *shared_inputs(self.partial_products, product),
                total.product.eq(product.product),
            ]
            negative: Value = Signal(name=f"never_{neuron}")
            if word > n:
                negative = delayed(m, code[n], f"negative_{neuron}", product.latency)
            if negative_input is not None:
                negative = negative ^ negative_input
            m.d.comb += total.negative.eq(negative)
            accumulators.append(total)
        return accumulators

    def _table_accumulators(self, m: Module) -> list[PreloadAccumulator]:
        accumulators = []
        for neuron, products in enumerate(self._table_products(m)):
            total = PreloadAccumulator(self.layer.resolution_bits, self.accumulator_range.width)
            m.submodules[f"total_{neuron}"] = total
            m.d.comb += [total.product.eq(products), total.negative.eq(0)]
            accumulators.append(total)
        return accumulators

    def _hand_on(self, m: Module, sequencer: ColumnSequencer, head: Value) -> None:
        """The chain's head through the output stage, with its flags beside it."""
        take = Signal()
        numbers = self.numbers.output_stage
        # a linear one holds no result and has no register to enable
        m.submodules.border = stage = OutputStage(numbers.neuron, numbers.width)
        m.d.comb += [stage.total.eq(head), stage.enable.eq(take), self.data.eq(stage.result)]
        flags: Value = Value.cast(Cat(sequencer.shift & ~sequencer.silent, sequencer.ends))
        self._send(m, sequencer, take, flags, self._number(m, sequencer), stage.latency, Value.cast(flags[0]))

    def _number(self, m: Module, sequencer: ColumnSequencer) -> Value:
        number = Signal(index_shape(self.layer.neurons), reset_less=True)
        if not self.output:
            with m.If(sequencer.step):
                m.d.sync += number.eq(sequencer.count)
        return number
