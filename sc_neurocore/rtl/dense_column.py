# amaranth: UnusedElaboratable=no
"""A dense layer, architecture `column`: one input at a time, broadcast to all neurons, a whole stream in one clock."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec.encoding import element_width
from ..spec.layer import DenseLayer
from .block_rom import BlockRom
from .border import Border
from .collapsed_product import CollapsedProduct, product_latency
from .column_sequencer import ColumnSequencer
from .default_pair import closed_form
from .input_shares import InputShares
from .loadable_accumulator import LoadableAccumulator
from .shapes import index_shape
from .totals import Totals

TERMS_A_STAGE = 3
"""Gated additions between two registers: of 12 ns on a UP5K, which its carry chains and block RAM take anyway."""


class DenseColumn(wiring.Component):
    """A layer of the default pair (contract §3 to §6), `default_pair.why_not_collapsed` is None.

    Function    for the elements of one vector, in order, the outputs of all neurons, in order.
    Pipeline    weight row and shares 1 clock after the push, products `product_latency` later, then added. The
                accumulators are a chain: results leave at neuron 0's end while the next vector's starting values (bias,
                rounding, correction for complements) enter at the other. No element and no result is stored elsewhere.
    Products    in logic, one `CollapsedProduct` a neuron; or, with `table`, from a memory of 2^n rows an input, which
                holds every product that there is (unsigned inputs only).
    Latency     `depth` + 1 + border clocks from the push with `last` to the first result, if the sink has room.
    Throughput  one vector in elements + neurons clocks; the last layer's also waits for its results to be taken.
    Reset       drops the vector in work; starting values are loaded again, `neurons` + 1 clocks long.

    Ports
        ready                     out  1   elements may come
        push, index, element      in   1, number of the element, its code (sign_magnitude: the sign above the magnitude)
        last, abandon             in   1   with a push: it completes the vector; the vector is not to be used
        sink_ready                in   1   whoever takes the results has room for all of them (not of the last layer)
        taken                     in   1   the result may go (of the last layer)
        valid, number, data       out  1, number of the neuron, its result
        ends                     out  1   with the last neuron's result
    """

    def __init__(
        self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray, *, output: bool, table: bool = False
    ) -> None:
        self.layer, self.weights, self.output, self.table = layer, weights, output, table
        self.totals = self._make_totals(layer, weights, biases)
        n, neurons = layer.resolution_bits, layer.neurons
        self.element_bits = element_width(layer.input_encoding, n)
        self.product_latency = 1 if table else self._computed_latency()
        self.depth = 1 + self.product_latency
        self.border = Border(self.totals.layer.neuron, self.totals.width)
        self.sequencer = ColumnSequencer(neurons, self.depth, may_stall=output)
        self.latency = self.depth + 1 + self.border.latency
        flags_in = {name: In(1) for name in ("push", "last", "abandon", "sink_ready", "taken")}
        flags_out = {name: Out(1) for name in ("ready", "valid", "ends")}
        numbers = {"index": In(index_shape(layer.inputs)), "number": Out(index_shape(neurons))}
        data = {"element": In(self.element_bits), "data": Out(self.border.shape)}
        super().__init__(flags_in | flags_out | numbers | data)

    def _computed_latency(self) -> int:
        return product_latency(self.layer.resolution_bits, TERMS_A_STAGE)

    def _make_totals(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> Totals:
        """What the accumulators add up; another product has other totals."""
        return Totals(layer, weights, biases)

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

    def _later(self, m: Module, flag: Value, name: str, clocks: int, *, data: bool = False) -> Value:
        for clock in range(clocks):
            held = Signal(flag.shape(), name=f"{name}_{clock}", reset_less=data)
            m.d.sync += held.eq(flag)
            flag = held
        return flag

    def _shares(self, m: Module) -> Value | None:
        """The input's shares; its sign when the products are there, or None."""
        n = self.layer.resolution_bits
        m.submodules.shares = self.shares = InputShares(n, TERMS_A_STAGE)
        m.d.comb += self.shares.x.eq(self.element[:n])
        if not self.totals.with_signs:
            return None
        return self._later(m, self.element[n], "negative_input", self.depth, data=True)

    def _lanes(self, m: Module, negative_input: Value | None) -> list[LoadableAccumulator]:
        n, width = self.layer.resolution_bits, self.totals.width
        with_signs = bool((self.weights < 0).any())
        word = n + with_signs
        rows = [sum(_code(int(k), n) << (i * word) for i, k in enumerate(column)) for column in self.weights.T]
        m.submodules.weights = rom = BlockRom(rows, self.layer.neurons * word)
        m.d.comb += [rom.enable.eq(1), rom.address.eq(self.index)]
        accumulators = []
        for lane in range(self.layer.neurons):
            code = rom.data[lane * word : (lane + 1) * word]
            product = CollapsedProduct(n, TERMS_A_STAGE)
            total = LoadableAccumulator(n, width, with_signs=self.totals.with_signs)
            m.submodules[f"product_{lane}"], m.submodules[f"total_{lane}"] = product, total
            m.d.comb += [product.k.eq(code[:n]), product.leading.eq(self.shares.leading)]
            m.d.comb += [getattr(product, f"share_{q}").eq(getattr(self.shares, f"share_{q}")) for q in range(2, n)]
            m.d.comb += total.product.eq(product.product)
            negative: Value = Signal(name=f"never_{lane}")
            if with_signs:
                negative = self._later(m, code[n], f"negative_{lane}", product.latency, data=True)
            if negative_input is not None:
                negative = negative ^ negative_input
            m.d.comb += total.negative.eq(negative)
            accumulators.append(total)
        return accumulators

    def _table_lanes(self, m: Module) -> list[LoadableAccumulator]:
        """Products of every element with every code, complemented where the weight is negative, from a memory."""
        n = self.layer.resolution_bits
        signs = np.where(self.weights.T < 0, 2**n - 1, 0)
        rows = []
        for magnitudes, flips in zip(np.abs(self.weights.T.astype(np.int64)), signs, strict=True):
            for x in range(2**n):
                products = closed_form(magnitudes, x, n) ^ flips
                rows.append(sum(int(product) << (i * n) for i, product in enumerate(products)))
        m.submodules.products = rom = BlockRom(rows, self.layer.neurons * n)
        products = self._later(m, rom.data, "products", self.product_latency, data=True)
        m.d.comb += [rom.enable.eq(1), rom.address.eq(Cat(self.element, self.index))]
        accumulators = []
        for lane in range(self.layer.neurons):
            total = LoadableAccumulator(n, self.totals.width)
            m.submodules[f"total_{lane}"] = total
            m.d.comb += [total.product.eq(products[lane * n : (lane + 1) * n]), total.negative.eq(0)]
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


def _code(k: int, n: int) -> int:
    """A weight as the memory holds it: the magnitude, the sign above it."""
    return abs(k) | (k < 0) << n
