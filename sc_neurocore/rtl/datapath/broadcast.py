# amaranth: UnusedElaboratable=no
"""What the column layers share: ports, memories and products; how totals are handed on is theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib.wiring import In, Out

from ..components.arithmetic.sign_magnitude import sign_magnitude
from ..components.block import Block, flags_in, flags_out
from ..components.memory.memories import Rom
from ..components.signals import delayed, index_shape, register
from ..plan.closed_forms import closed_form
from ..plan.column_plan import ColumnLayerNumbers


class BroadcastDatapath(Block):
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
        numbers: what the layer is built from.
    """

    def __init__(self, numbers: ColumnLayerNumbers) -> None:
        self.numbers, self.layer, self.weights, self.output = numbers, numbers.layer, numbers.weights, numbers.output
        self.accumulator_range, self.depth = numbers.accumulator_range, numbers.depth
        super().__init__(
            flags_in("push", "last", "abandon", "sink_ready", "taken")
            | flags_out("ready", "valid", "ends")
            | {"index": In(index_shape(self.layer.inputs)), "number": Out(index_shape(self.layer.neurons))}
            | {"element": In(numbers.element_bits), "data": Out(numbers.output_stage.shape)}
        )

    def _send(
        self, m: Module, sequencer: Any, take: Signal, flags: Value, number: Value, clocks: int, busy: Value
    ) -> None:
        """Results leave beside their flags (there is one; it is a vector's last) and numbers.

        Args:
            m: the module that gets the gates.
            sequencer: whose shifts they are.
            take: driven: the chain of totals may move.
            flags: `clocks` clocks before the result.
            number: of the neuron, as early.
            clocks: registers of flags and number.
            busy: whether a result is on its way before them.
        """
        for clock in range(clocks):
            flags = register(m, flags, f"flags_{clock}", enable=take, reset=True)
            number = register(m, number, f"number_{clock}", enable=take)
            busy = busy | flags[0]
        m.d.comb += [self.valid.eq(flags[0]), self.ends.eq(flags[1]), self.number.eq(number)]
        if self.output:
            m.d.comb += [take.eq(~self.valid | self.taken), sequencer.sink_ready.eq(1)]
        else:
            m.d.comb += [take.eq(1), sequencer.sink_ready.eq(self.sink_ready & ~busy)]
        m.d.comb += sequencer.take.eq(take)

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
        products = delayed(m, rom.data, "products", max(1, self.numbers.memory_clocks - 1))
        m.d.comb += [rom.enable.eq(1), rom.address.eq(Cat(self.element, self.index))]
        return [Value.cast(products[lane * n : (lane + 1) * n]) for lane in range(neurons)]

    def _weight_rows(self) -> tuple[list[int], int]:
        """The weights of each element, lane 0 lowest, and the bits of a lane: its sign only where any lane has one."""
        n = self.layer.resolution_bits
        word = n + bool((self.weights < 0).any())
        return [
            sum(sign_magnitude(int(k), n) << (i * word) for i, k in enumerate(column)) for column in self.weights.T
        ], word
