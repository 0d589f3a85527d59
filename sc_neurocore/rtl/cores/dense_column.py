# amaranth: UnusedElaboratable=no
"""A dense layer, architecture `column`: one input at a time, broadcast to all neurons, a whole stream in one clock."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from amaranth.hdl import Cat, Module, Signal, Value

from ...spec.layer import DenseLayer
from ..components.arithmetic.closed_form_multiplier import ClosedFormMultiplier, product_latency
from ..components.arithmetic.preload_accumulator import PreloadAccumulator
from ..components.arithmetic.radix2_partial_products import Radix2PartialProducts
from ..components.memory.block_rom import BlockRom
from ..datapath.broadcast import BroadcastDatapath
from ..plan.shapes import index_shape
from .column_sequencer import ColumnSequencer

TERMS_A_STAGE = 3
"""Gated additions between two registers: of 12 ns on a UP5K, which its carry chains and block RAM take anyway."""


class DenseColumn(BroadcastDatapath):
    """A layer of the default pair (contract §3 to §6), `default_pair.why_not_collapsed` is None.

    Function    for the elements of one vector, in order, the outputs of all neurons, in order.
    Pipeline    weight row and shares 1 clock after the push, products `product_latency` later, then added. The
                accumulators are a chain: results leave at neuron 0's end while the next vector's starting values (bias,
                rounding, correction for complements) enter at the other. No element and no result is stored elsewhere.
    Products    in logic, one `ClosedFormMultiplier` a neuron; or, with `table`, from a memory of 2^n rows an input,
                which holds every product that there is (unsigned inputs only).
    Latency     `depth` + 1 + border clocks from the push with `last` to the first result, if the sink has room.
    Throughput  one vector in elements + neurons clocks; the last layer's also waits for its results to be taken.
    Reset       drops the vector in work; starting values are loaded again, `neurons` + 1 clocks long.

    Ports
        as `BroadcastDatapath`
    """

    def __init__(
        self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray, *, output: bool, table: bool = False
    ) -> None:
        super().__init__(layer, weights, biases, output=output, table=table)
        self.sequencer = ColumnSequencer(layer.neurons, self.depth, may_stall=output)
        self.latency = self.depth + 1 + self.border.latency

    def _computed_latency(self) -> int:
        return product_latency(self.layer.resolution_bits, TERMS_A_STAGE)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        n = self.layer.resolution_bits
        m.submodules.sequencer = sequencer = self.sequencer
        m.d.comb += [
            self.ready.eq(sequencer.loading),
            sequencer.last.eq(self.last),
            sequencer.abandon.eq(self.abandon),
        ]
        load, choose, enable = Signal(), Signal(), Signal()
        m.d.comb += [
            load.eq(sequencer.shift & sequencer.take),
            choose.eq(sequencer.same_shift & sequencer.take),
            enable.eq(load | self._later(m, self.push, "push", self.depth)),
        ]
        totals = self._table_lanes(m) if self.table else self._lanes(m, self._shares(m))
        for total in totals:
            m.d.comb += [total.load.eq(load), total.choose.eq(choose), total.enable.eq(enable)]
        starts = self.totals.starts(self.totals.complement_correction(n))
        # the chain has one more place, whose first value is there after reset: a block memory is slow to begin with
        m.submodules.starts = rom = BlockRom([*starts[1:], starts[0]], self.totals.width)
        waiting = Signal(self.totals.width, init=starts[0])
        with m.If(load):
            m.d.sync += waiting.eq(rom.data)
        m.d.comb += [rom.enable.eq(sequencer.step), rom.address.eq(sequencer.count), totals[-1].value.eq(waiting)]
        m.d.comb += [lane.value.eq(later.total) for lane, later in pairwise(totals)]
        self._hand_on(m, totals[0].total)
        return m

    def _shares(self, m: Module) -> Value | None:
        """The input's shares; its sign when the products are there, or None."""
        n = self.layer.resolution_bits
        m.submodules.shares = self.shares = Radix2PartialProducts(n, TERMS_A_STAGE)
        m.d.comb += self.shares.x.eq(self.element[:n])
        if not self.totals.with_signs:
            return None
        return self._later(m, self.element[n], "negative_input", self.depth, data=True)

    def _lanes(self, m: Module, negative_input: Value | None) -> list[PreloadAccumulator]:
        n, width = self.layer.resolution_bits, self.totals.width
        rows, word = self._weight_rows()
        m.submodules.weights = rom = BlockRom(rows, self.layer.neurons * word)
        m.d.comb += [rom.enable.eq(1), rom.address.eq(self.index)]
        accumulators = []
        for lane in range(self.layer.neurons):
            code = rom.data[lane * word : (lane + 1) * word]
            product = ClosedFormMultiplier(n, TERMS_A_STAGE)
            total = PreloadAccumulator(n, width, with_signs=self.totals.with_signs)
            m.submodules[f"product_{lane}"], m.submodules[f"total_{lane}"] = product, total
            m.d.comb += [product.k.eq(code[:n]), product.leading.eq(self.shares.leading)]
            m.d.comb += [getattr(product, f"share_{q}").eq(getattr(self.shares, f"share_{q}")) for q in range(2, n)]
            m.d.comb += total.product.eq(product.product)
            negative: Value = Signal(name=f"never_{lane}")
            if word > n:
                negative = self._later(m, code[n], f"negative_{lane}", product.latency, data=True)
            if negative_input is not None:
                negative = negative ^ negative_input
            m.d.comb += total.negative.eq(negative)
            accumulators.append(total)
        return accumulators

    def _table_lanes(self, m: Module) -> list[PreloadAccumulator]:
        accumulators = []
        for lane, products in enumerate(self._table_products(m)):
            total = PreloadAccumulator(self.layer.resolution_bits, self.totals.width)
            m.submodules[f"total_{lane}"] = total
            m.d.comb += [total.product.eq(products), total.negative.eq(0)]
            accumulators.append(total)
        return accumulators

    def _hand_on(self, m: Module, head: Value) -> None:
        """The chain's head through the border, with its flags beside it."""
        sequencer = self.sequencer
        take = Signal()
        # a linear border holds no result and has no register to enable
        m.submodules.border = border = self.border
        m.d.comb += [border.total.eq(head), border.enable.eq(take), self.data.eq(border.result)]
        flags: Value = Value.cast(Cat(sequencer.shift & ~sequencer.silent, sequencer.ends))
        busy = Value.cast(flags[0])
        number: Value = self._number(m)
        for clock in range(self.border.latency):
            held = Signal(2, name=f"flags_{clock}")
            later = Signal(number.shape(), name=f"number_{clock}", reset_less=True)
            with m.If(take):
                m.d.sync += [held.eq(flags), later.eq(number)]
            flags, number, busy = held, later, busy | held[0]
        m.d.comb += [self.valid.eq(flags[0]), self.ends.eq(flags[1]), self.number.eq(number)]
        if self.output:
            m.d.comb += [take.eq(~self.valid | self.taken), sequencer.sink_ready.eq(1)]
        else:
            m.d.comb += [take.eq(1), sequencer.sink_ready.eq(self.sink_ready & ~busy)]
        m.d.comb += sequencer.take.eq(take)

    def _number(self, m: Module) -> Value:
        number = Signal(index_shape(self.layer.neurons), reset_less=True)
        if not self.output:
            with m.If(self.sequencer.step):
                m.d.sync += number.eq(self.sequencer.count)
        return number
