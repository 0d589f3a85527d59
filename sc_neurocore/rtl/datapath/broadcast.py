# amaranth: UnusedElaboratable=no
"""What the column layers share: ports, memories and products; how totals are handed on is theirs."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from amaranth.hdl import Cat, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...spec.encoding import element_width
from ...spec.layer import DenseLayer
from ..components.activation.output_stage import OutputStage, stateless
from ..components.arithmetic.sign_magnitude import sign_magnitude
from ..components.memory.memories import Rom
from ..components.signals import delayed, index_shape
from ..plan.accumulator_range import AccumulatorRange
from ..plan.closed_forms import closed_form


class BroadcastDatapath(wiring.Component):
    """A layer of the default pair (contract §3 to §6), `closed_forms.why_no_closed_form_core` is None: up to its
    totals.

    Pipeline    weight row `memory_clocks` after the push, products `product_latency` later, added in clock `depth`.
    Products    in logic, one per neuron; or, with `table`, from a memory of 2^n rows per input, which holds every
                product that there is (unsigned inputs only).

    Ports
        ready                     out  1   elements may come
        push, index, element      in   1, number of the element, its code (sign_magnitude: the sign above the magnitude)
        last, abandon             in   1   with a push: it completes the vector; the vector is not to be used
        sink_ready                in   1   whoever takes the results has room for all of them (not of the last layer)
        taken                     in   1   the result may go (of the last layer)
        valid, number, data       out  1, number of the neuron, its result
        ends                      out  1   with the last neuron's result

    Args:
        layer: the description.
        weights: codes (neurons, inputs).
        biases: (neurons,).
        output: whether it is the last layer.
        table: whether products come from a memory.
    """

    memory_clocks = 1
    """From a push to the row of weights, or of products, that it reads."""

    def __init__(
        self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray, *, output: bool, table: bool = False
    ) -> None:
        self.layer, self.weights, self.output, self.table = layer, weights, output, table
        self.accumulator_range = self._make_range(layer, weights, biases)
        n, neurons = layer.resolution_bits, layer.neurons
        self.element_bits = element_width(layer.input_encoding, n)
        self.product_latency = 1 if table else self._computed_latency()
        self.depth = self.memory_clocks + self.product_latency
        self.output_stage = OutputStage(stateless(self.accumulator_range.layer.neuron), self.accumulator_range.width)
        flags_in = {name: In(1) for name in ("push", "last", "abandon", "sink_ready", "taken")}
        flags_out = {name: Out(1) for name in ("ready", "valid", "ends")}
        numbers = {"index": In(index_shape(layer.inputs)), "number": Out(index_shape(neurons))}
        data = {"element": In(self.element_bits), "data": Out(self.output_stage.shape)}
        super().__init__(flags_in | flags_out | numbers | data)

    @abstractmethod
    def _computed_latency(self) -> int:
        """Clocks from a row of weights to their products."""

    def _make_range(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray) -> AccumulatorRange:
        """What the accumulators add up; another product has other totals."""
        return AccumulatorRange(layer, weights, biases)

    def _table_products(self, m: Module) -> list[Value]:
        """Each lane's products, complemented where the weight is negative, from a memory and at least one register."""
        n, neurons = self.layer.resolution_bits, self.layer.neurons
        signs = np.where(self.weights.T < 0, 2**n - 1, 0)
        rows = []
        for magnitudes, flips in zip(np.abs(self.weights.T.astype(np.int64)), signs, strict=True):
            for x in range(2**n):
                products = closed_form(magnitudes, x, n) ^ flips
                rows.append(sum(int(product) << (i * n) for i, product in enumerate(products)))
        m.submodules.products = rom = Rom(rows, neurons * n)
        products = delayed(m, rom.data, "products", max(1, self.memory_clocks - 1))
        m.d.comb += [rom.enable.eq(1), rom.address.eq(Cat(self.element, self.index))]
        return [Value.cast(products[lane * n : (lane + 1) * n]) for lane in range(neurons)]

    def _weight_rows(self) -> tuple[list[int], int]:
        """The weights of each element, lane 0 lowest, and the bits of a lane: its sign only where any lane has one."""
        n = self.layer.resolution_bits
        word = n + bool((self.weights < 0).any())
        return [
            sum(sign_magnitude(int(k), n) << (i * word) for i, k in enumerate(column)) for column in self.weights.T
        ], word
