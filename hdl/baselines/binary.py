"""The binary reference core: the shell of the serial and column cores around an exact multiplier.

What a binary designer would build of the same weights: a = sum of x·k + bias·2^n, exact, and a border that shifts by
n bits more. One product a clock, as the collapsed stream; ports, frames, memories and borders are the same components.
It computes other integers than the contract: here only area and clock are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from amaranth.hdl import EnableInserter, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sc_neurocore.rtl import ColumnCore, SerialCore
from sc_neurocore.rtl.block_rom import BlockRom
from sc_neurocore.rtl.border import folded_rounding
from sc_neurocore.rtl.dense_column import DenseColumn
from sc_neurocore.rtl.loadable_accumulator import LoadableAccumulator
from sc_neurocore.rtl.totals import Totals
from sc_neurocore.spec.layer import DenseLayer, Linear


class ExactProduct(wiring.Component):
    """product = x · k, 1 clock later; synthesis builds it from tables, or from a multiplier block where it may.

    Ports
        x, k     in   n
        product  out  2n
    """

    def __init__(self, n: int) -> None:
        super().__init__({"x": In(n), "k": In(n), "product": Out(2 * n)})

    def elaborate(self, platform: object) -> Module:
        """One multiplication, one register."""
        m = Module()
        product = Signal(self.product.shape(), reset_less=True)
        m.d.sync += product.eq(self.x * self.k)
        m.d.comb += self.product.eq(product)
        return m


@dataclass(frozen=True)
class ExactTotals(Totals):
    """Totals of exact products: 2^n times finer than counts."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> None:
        n, neuron = layer.resolution_bits, layer.neuron
        if not isinstance(neuron, Linear):
            neuron = neuron.model_copy(update={"shift": neuron.shift + n})
        object.__setattr__(self, "layer", layer.model_copy(update={"neuron": neuron}))
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "biases", biases.astype(np.int64) << n)

    @property
    def width(self) -> int:
        """Bits, two's complement, of every total."""
        n = self.layer.resolution_bits
        weights = self.weights.astype(np.int64) * (2**n - 1)
        start = self.biases + folded_rounding(self.layer.neuron)
        high = int((start + np.maximum(weights, 0).sum(axis=1)).max())
        low = int((start - np.maximum(-weights, 0).sum(axis=1)).min())
        return max(2 * n, max(high, 0).bit_length(), (-low - 1).bit_length() if low < 0 else 0) + 1

    def complement_correction(self, bits: int) -> np.ndarray:
        """4^n - 1 for each negative weight: a product has 2n bits."""
        return (self.weights < 0).sum(axis=1).astype(np.int64) * (4**self.layer.resolution_bits - 1)


class BinaryColumn(DenseColumn):
    """A column layer of unsigned inputs with an exact multiplier a neuron."""

    def _make_totals(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> Totals:
        return ExactTotals(layer, weights, biases)

    def _computed_latency(self) -> int:
        return 1

    def _shares(self, m: Module) -> Value | None:
        held = Signal(self.layer.resolution_bits, name="x", reset_less=True)
        m.d.sync += held.eq(self.element)
        self.x = held
        return None

    def _lanes(self, m: Module, negative_input: Value | None) -> list[LoadableAccumulator]:
        n, word = self.layer.resolution_bits, self.layer.resolution_bits + 1
        codes = np.abs(self.weights.astype(np.int64)) | (self.weights < 0).astype(np.int64) << n
        rows = [sum(int(code) << (i * word) for i, code in enumerate(column)) for column in codes.T]
        m.submodules.weights = rom = BlockRom(rows, self.layer.neurons * word)
        m.d.comb += [rom.enable.eq(1), rom.address.eq(self.index)]
        accumulators = []
        for lane in range(self.layer.neurons):
            code = rom.data[lane * word : (lane + 1) * word]
            product, total = ExactProduct(n), LoadableAccumulator(2 * n, self.totals.width)
            m.submodules[f"product_{lane}"], m.submodules[f"total_{lane}"] = product, total
            negative = self._later(m, code[n], f"negative_{lane}", self.product_latency, data=True)
            m.d.comb += [product.x.eq(self.x), product.k.eq(code[:n]), total.product.eq(product.product)]
            m.d.comb += total.negative.eq(negative)
            accumulators.append(total)
        return accumulators


class BinaryColumnCore(ColumnCore):
    """The column core with exact multipliers; the upper bits of a linear output beyond the port are not shown."""

    layer_type = BinaryColumn


class BinarySerialCore(SerialCore):
    """The serial core with one exact multiplier; unsigned inputs."""

    totals_type = ExactTotals

    def _product_latency(self) -> int:
        return 1

    def _product(
        self, m: Module, stages: list[dict[str, Value]], element: Value, go: Value
    ) -> tuple[Value, Value, Value]:
        held = Signal(self.n, name="x", reset_less=True)
        product = ExactProduct(self.n)
        m.submodules.multiplier = EnableInserter(go)(product)
        with m.If(go):
            m.d.sync += held.eq(element[: self.n])
        m.d.comb += [product.x.eq(held), product.k.eq(stages[2]["payload"][: self.n])]
        return product.product, Value.cast(1), Value.cast(stages[-1]["payload"][self.n])
