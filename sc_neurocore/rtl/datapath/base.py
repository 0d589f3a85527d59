"""What the datapaths of all layers have in common: from elements to what each neuron in work counts, clock by clock."""

from __future__ import annotations

from typing import Any

import numpy as np
from amaranth.hdl import Module, Shape, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Member, Out

from ...spec.encoding import element_width
from ...spec.layer import DenseLayer
from ..components.arithmetic.sign_magnitude import sign_magnitude
from ..components.signals import index_shape
from ..plan.folding import Folding


class Datapath(wiring.Component):
    """Base of the datapaths: `folding.processing_elements` neurons of a layer at a time, in groups of `clocks` clocks.

    Function    in each clock with `enable` one or more positions of the streams of one or more inputs; `count_P` is
                what the product bits of processing element P in that clock add up to. A derived class says how.
    Latency     `latency` clocks from an enabled clock to its counts.
    Throughput  a group in `clocks` clocks.
    Reset       of counters alone; whatever else they hold is data without a flag.

    Ports
        elements              in   inputs · element bits   all inputs side by side, where not `addressed`
        address               out  number of an input      where `addressed`: an element is asked for …
        element               in   element bits            … and there one clock later
        group_index           in   bits for the number of groups
        enable                in   1   this clock is one of a group
        restart               in   1   with a group's last clock, and between groups
        sample_end            in   1   with the last clock of the last group
        count_P               out  as `count_shape`
        write, write_address,
        write_data            in   1, `weight_address_bits`, code bits   of loadable weights

    Args:
        layer: the description.
        folding: which neuron is computed where and when.
        addressed: elements are asked for one at a time.
        loadable: weights are written at run time.
        more: ports of a derived class.
    """

    latency: int
    clocks: int
    """Clocks of a group."""
    max_counts: list[int]
    """The largest magnitude of each processing element's count."""
    with_signs: bool
    """Whether a count may be negative."""
    magnitude: int
    """The largest magnitude of a neuron's total, before its bias, as the contract has it."""
    scale = 1
    """What a count is multiplied by before the offset: 2 for ones of bipolar streams."""

    def __init__(
        self,
        layer: DenseLayer,
        folding: Folding,
        *,
        addressed: bool,
        loadable: bool,
        more: dict[str, Member] | None = None,
    ) -> None:
        self.layer, self.folding = layer, folding
        self.addressed, self.loadable = addressed, loadable
        self.bipolar = layer.bipolar
        self.signed_weights, self.signed_inputs = layer.signed_weights, layer.signed_inputs
        self.element_bits = element_width(layer.input_encoding, layer.resolution_bits)
        self.code_bits = layer.resolution_bits + self.signed_weights
        ports: dict[str, Member] = {name: In(1) for name in ("enable", "restart", "sample_end")}
        ports |= more or {}
        ports["group_index"] = In(index_shape(folding.groups))
        if addressed:
            ports |= {"address": Out(self._address_shape()), "element": In(self.element_bits)}
        else:
            ports["elements"] = In(layer.inputs * self.element_bits)
        if loadable:
            bits = self.weight_address_bits
            ports |= {"write": In(1), "write_address": In(bits), "write_data": In(self.code_bits)}
        super().__init__(
            ports | {f"count_{pe}": Out(self.count_shape(pe)) for pe in range(folding.processing_elements)}
        )

    def count_shape(self, pe: int) -> Shape:
        """Shape of a processing element's count."""
        bits = self.max_counts[pe].bit_length()
        return signed(bits + 1) if self.with_signs else unsigned(bits)

    def offset(self, weights: np.ndarray) -> int:
        """What the total of a neuron with these weights must be corrected by, beside its bias."""
        return -self.magnitude if self.scale == 2 else 0

    @property
    def weight_address_bits(self) -> int:
        """Bits of the address of a loadable weight."""
        return self._row_bits + (self.folding.processing_elements - 1).bit_length()

    @property
    def _row_bits(self) -> int:
        """Bits of the address of a weight in its processing element: the number of the group, then of the input."""
        return self._input_bits + (self.folding.groups - 1).bit_length()

    @property
    def _input_bits(self) -> int:
        return index_shape(self.layer.inputs).width

    def _row(self, group: int, number: int) -> int:
        return group << self._input_bits | number

    def image(self, weights: np.ndarray) -> list[tuple[int, int]]:
        """(address, code) of every weight, as they are to be loaded."""
        pes, n = self.folding.processing_elements, self.layer.resolution_bits
        return [
            (i % pes << self._row_bits | self._row(i // pes, j), sign_magnitude(code, n))
            for i, row in enumerate(weights.tolist())
            for j, code in enumerate(row)
        ]

    def _address_shape(self) -> Shape:
        return index_shape(self.layer.inputs)

    def _writes(self, pe: int) -> Value:
        """Whether a weight of this processing element is written."""
        pe_bits = self.write_address[self._row_bits :]
        return self.write & (pe_bits == pe) if len(pe_bits) else self.write

    def _weight_memory(self, m: Module, pe: int, codes: list[int], row: Value, **attrs: str) -> Value:
        """A processing element's codes in a memory of its own: that of a row, 1 clock after its number."""
        rows = [sign_magnitude(code, self.layer.resolution_bits) for code in codes]
        rows += [0] * (2 - len(rows))  # a memory of one row would have no address
        memory = Memory(shape=unsigned(self.code_bits), depth=len(rows), init=rows, attrs=attrs)
        m.submodules[f"memory_{pe}"] = memory
        port = memory.read_port()
        m.d.comb += [port.en.eq(1), port.addr.eq(row)]
        if self.loadable:
            write = memory.write_port()
            m.d.comb += [
                write.en.eq(self._writes(pe)),
                write.addr.eq(self.write_address[: self._row_bits]),
                write.data.eq(self.write_data),
            ]
        return port.data

    def connect_load(self, m: Module, weights: Any) -> None:
        """The load bus to weights in a memory by group and input, `RomWeights`."""
        row_bits = self._row_bits
        m.d.comb += [
            weights.write_column.eq(self.write_address[: self._input_bits]),
            weights.write_group.eq(self.write_address[self._input_bits : row_bits]),
            weights.write_data.eq(self.write_data),
        ]
        m.d.comb += [
            getattr(weights, f"write_{pe}").eq(self._writes(pe)) for pe in range(self.folding.processing_elements)
        ]
