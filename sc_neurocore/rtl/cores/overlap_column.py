# amaranth: UnusedElaboratable=no
"""A dense layer of architecture `column` that adds up one vector while it hands on the results of the one before."""

from __future__ import annotations

from itertools import pairwise

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import Out

from ..components.activation.output_stage import OutputStage
from ..components.arithmetic.accumulators import RestartingAccumulator
from ..components.arithmetic.closed_form_multiplier import shared_inputs
from ..components.arithmetic.radix4_multiplier import Radix4Multiplier, Radix4PartialProducts
from ..components.block import Block, flags_in, flags_out
from ..components.memory.memories import Rom
from ..components.signals import delayed, index_shape
from ..datapath.broadcast import BroadcastDatapath


class OverlapSequencer(Block):
    """Takes vectors without a pause; lets each one's totals be copied into the chain, and the chain shift them out.

    Function    a vector claims the chain with its `last`, or waits for it: until then no element of the next vector is
                taken (`ready` is low), so that none of its products can reach the totals before they are copied.
                `copy` strobes `depth` clocks after the grant, at the earliest with the last product; then, when the
                sink has room, the chain is shifted `neurons` times: `shift` says that its head is the value of neuron
                `count`, and that it moves. An abandoned vector is one whose `last` never comes.
    Early       where nothing stalls the shifts (`take` always high) the chain is given up `early` shifts before the
                end: the next copy comes that much later.
    Latency     from the push with `last` to the first `shift`: depth + 1 clocks, if chain and sink are free. `depth`:
                clocks from a push to the clock that adds its product.
    Throughput  one vector in the larger of its elements and neurons + 1 clocks, or neurons + depth + 1 if `may_stall`;
                and as the sink has room.
    Reset       to an idle chain; vectors may come in the next clock.

    Ports
        last              in   1   strobe: this push completes a vector
        sink_ready        in   1   whoever takes the results has room for all of them
        take              in   1   the chain may move
        ready             out  1   elements may come
        copy_next, copy   out  1   copy, and the same a clock earlier
        shift             out  1   never with copy
        ends              out  1   of a shift: a vector's last
        count             out      0 … neurons - 1

    Args:
        neurons: of the layer: totals in the chain.
        depth: clocks from a push to the clock that adds its product.
        may_stall: whether results may have to wait to be taken.
    """

    def __init__(self, neurons: int, depth: int, *, may_stall: bool) -> None:
        self.neurons, self.depth = neurons, depth
        self.early = 0 if may_stall else min(depth, neurons - 1)
        super().__init__(
            flags_in("last", "sink_ready", "take")
            | flags_out("ready", "copy_next", "copy", "shift", "ends")
            | {"count": Out(index_shape(neurons))}
        )

    def build(self, m: Module) -> None:
        claimed, pending, loaded, shifting = Signal(), Signal(), Signal(), Signal()
        complete, granted, starts = Signal(), Signal(), Signal()
        count = Signal(index_shape(self.neurons))
        at_end, at_release = self._reached(m, "at_end", 0), self._reached(m, "at_release", self.early)
        copy_next = delayed(m, granted, "granted", self.depth - 1, reset=True)
        copy = Signal()
        m.d.sync += copy.eq(copy_next)
        m.d.comb += [
            complete.eq(pending | self.last),
            granted.eq(complete & ~claimed),
            starts.eq((copy | loaded) & self.sink_ready),
            self.ready.eq(~pending),
            self.copy_next.eq(copy_next),
            self.copy.eq(copy),
            self.shift.eq(shifting & self.take),
            self.count.eq(count),
            self.ends.eq(at_end),
        ]
        m.d.sync += [
            pending.eq(complete & claimed),
            claimed.eq(Mux(claimed, ~(self.shift & at_release), complete)),
            loaded.eq((copy | loaded) & ~self.sink_ready),
            shifting.eq(starts | (shifting & ~(self.take & at_end))),
        ]
        with m.If(self.shift):
            m.d.sync += count.eq(Mux(at_end, 0, count + 1))

    def _reached(self, m: Module, name: str, left: int) -> Signal:
        """Whether `left` shifts come after the one that `count` numbers, from a register of its own."""
        reached = Signal(name=name, init=left == self.neurons - 1)
        with m.If(self.shift):
            m.d.sync += reached.eq(self.count == (self.neurons - 2 - left) % self.neurons)
        return reached


SMALL = 64
"""Starting values that are not worth a block memory: a bit of as many is four tables of an ECP5."""


class OverlapColumn(BroadcastDatapath):
    """A layer of the default pair, `closed_forms.why_no_closed_form_core` is None; `DenseColumn` for more rate and more
    area.

    Function    for the elements of one vector, in order, the outputs of all neurons, in order.
    Pipeline    row of weights or of the table `memory_clocks` after the push, products `product_latency` later, 0 where
                no element came. In the clock of a vector's last product the sums enter a chain, and the accumulators
                restart at 0. The chain's results leave at neuron 0's end; each meets its starting value (bias,
                rounding, correction for complements) there. Behind a block memory stand two registers: it takes most
                of an ECP5's clock, and the first of them must be free to stand beside it.
    Products    one `Radix4Multiplier` per neuron, of weights in block memory or, with `logic`, in tables; or a product
    table.
    Latency     `latency` clocks from the push with `last` to the first result, if chain and sink are free.
    Throughput  one vector in the larger of elements and neurons + `output_stage.latency` + 2 clocks; of the last layer
                neurons + depth + 1, and while its results wait to be taken the next vector is added up.
    Abandon     clears the accumulators with the vector's last product; the next vector may follow at once.
    Reset       drops the vectors in work; `ready` is high in the next clock.

    Ports
        as `BroadcastDatapath`

    Args:
        numbers: what the layer is built from.
    """

    def build(self, m: Module) -> None:
        m.submodules.sequencer = sequencer = OverlapSequencer(self.layer.neurons, self.depth, may_stall=self.output)
        m.d.comb += [self.ready.eq(sequencer.ready), sequencer.last.eq(self.last)]
        abandoned = delayed(m, self.abandon, "abandoned", self.depth - 1, reset=True)
        clear = Signal(init=1)  # a register, for all the accumulators that it reaches; reset goes through it, too
        m.d.sync += clear.eq(sequencer.copy_next | abandoned)
        totals = self._accumulators(m, delayed(m, self.push, "push", self.depth - 1, reset=True))
        width = self.accumulator_range.width
        chain = [Signal(width, name=f"chain_{i}", reset_less=True) for i in range(len(totals))]
        for total, place in zip(totals, chain, strict=True):
            m.d.comb += total.clear.eq(clear)
            with m.If(sequencer.copy):
                m.d.sync += place.eq(total.sum)
        with m.If(sequencer.shift):
            m.d.sync += [place.eq(later) for place, later in pairwise(chain)]
        self._hand_on(m, sequencer, chain[0])

    def _accumulators(self, m: Module, enable: Value) -> list[RestartingAccumulator]:
        """The accumulators with their products; `enable` a clock before a product that there is."""
        n, span, neurons = self.layer.resolution_bits, self.accumulator_range, self.layer.neurons
        totals = [RestartingAccumulator(n, span.width, with_signs=span.with_signs) for _ in range(neurons)]
        for neuron, total in enumerate(totals):
            m.submodules[f"total_{neuron}"] = total
        if self.numbers.table:
            for total, row in zip(totals, self._table_products(m), strict=True):
                product = Signal(n, reset_less=True)
                m.d.sync += product.eq(row)
                with m.If(~enable):
                    m.d.sync += product.eq(0)
                m.d.comb += total.product.eq(product)
            return totals
        for total, product in zip(totals, self._products(m), strict=True):
            m.d.comb += [
                total.product.eq(product.product),
                total.complemented.eq(product.complemented),
                product.enable.eq(enable),
            ]
        return totals

    def _products(self, m: Module) -> list[Radix4Multiplier]:
        n = self.layer.resolution_bits
        rows, word = self._weight_rows()
        row = self._row(m, rows, self.layer.neurons * word)
        m.submodules.shares = shares = Radix4PartialProducts(n)
        element = delayed(m, self.element, "element", self.numbers.memory_clocks - 1)
        m.d.comb += shares.x.eq(element[:n])
        flip = Value.cast(0)
        if self.accumulator_range.with_signs:
            flip = delayed(m, element[n], "negative_input", 1)
        products = []
        for neuron in range(self.layer.neurons):
            m.submodules[f"product_{neuron}"] = product = Radix4Multiplier(n)
            code = row[neuron * word : (neuron + 1) * word]
            m.d.comb += [
                product.k.eq(code[:n]),
                product.negative.eq((code[n] if word > n else 0) ^ flip),
                *shared_inputs(shares, product),
            ]
            products.append(product)
        return products

    def _row(self, m: Module, rows: list[int], width: int) -> Value:
        """The element's row of weights, `memory_clocks` after the push."""
        m.submodules.weights = rom = Rom(rows, width, logic=self.numbers.logic)
        m.d.comb += rom.enable.eq(1)
        if self.numbers.logic:
            # an address of its own: beside the reader's counter synthesis finds functions of it in the carry chain
            m.d.comb += rom.address.eq(delayed(m, self.index, "index", 1))
            return rom.data
        m.d.comb += rom.address.eq(self.index)
        return delayed(m, rom.data, "row", self.numbers.memory_clocks - 1)

    def _hand_on(self, m: Module, sequencer: OverlapSequencer, head: Value) -> None:
        """The chain's head, its starting value added, through the output stage, with its flags and number beside it."""
        numbers = self.numbers.output_stage
        take, total = Signal(), Signal(numbers.width, reset_less=True)
        m.submodules.border = stage = OutputStage(numbers.neuron, numbers.width)
        m.d.comb += [stage.total.eq(total), stage.enable.eq(take), self.data.eq(stage.result)]
        start = self._start(m, sequencer.shift)
        flags = Value.cast(Cat(sequencer.shift, sequencer.shift & sequencer.ends))
        number: Value = Value.cast(0) if self.output else sequencer.count
        with m.If(take):
            m.d.sync += total.eq(head + start)
        self._send(m, sequencer, take, flags, number, 1 + stage.latency, Value.cast(0))

    def _start(self, m: Module, step: Value) -> Signal:
        """The starting value of the neuron at the chain's head; each `step` is the next neuron's turn."""
        span = self.accumulator_range
        preloads = span.preloads(span.complement_correction(self.layer.resolution_bits))
        neurons = len(preloads)
        rom = Rom(preloads, span.width, logic=self.numbers.logic or neurons <= SMALL)
        m.submodules.starts = rom
        # the memory is read two neurons ahead; in the first clock after reset it reads neuron 1's value
        start = Signal(span.width, init=preloads[0])
        warm = Signal()
        ahead = Signal(index_shape(neurons), init=1 % neurons)
        m.d.comb += [rom.address.eq(ahead), rom.enable.eq(step | ~warm)]
        m.d.sync += warm.eq(1)
        with m.If(rom.enable):
            m.d.sync += ahead.eq(ahead + 1)
            with m.If(ahead == neurons - 1):
                m.d.sync += ahead.eq(0)
        with m.If(step):
            m.d.sync += start.eq(rom.data)
        return start
