"""What the datapaths of all layers have in common: from elements to what each neuron in work counts, clock by clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from amaranth.hdl import Module, Value, unsigned
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Member, Out

from ..components.arithmetic.sign_magnitude import sign_magnitude
from ..components.block import Block, flags_in
from ..components.signals import index_shape
from ..components.streams.weight_streams import RomWeights, SharedWeights
from ..plan.folded_layers import FoldedLayerNumbers
from ..plan.folding import Folding


class Datapath(Block):
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
        write_data            in   1, `weight_address_bits`, `weight_data_bits`   of loadable weights

    Args:
        numbers: what the layer is built from.
    """

    def __init__(self, numbers: FoldedLayerNumbers) -> None:
        self.numbers, self.layer, self.folding = numbers, numbers.layer, numbers.folding
        self.addressed, self.loadable, self.words = numbers.addressed, numbers.loadable, numbers.words
        self.element_bits, self.with_signs = numbers.element_bits, numbers.with_signs
        self.bipolar, self.signed_inputs = self.layer.bipolar, self.layer.signed_inputs
        ports: dict[str, Member] = flags_in("enable", "restart", "sample_end")
        if numbers.max_halvings and numbers.told_halvings:
            ports["halvings"] = In(index_shape(numbers.max_halvings + 1))
        ports["group_index"] = In(index_shape(self.folding.groups))
        if self.addressed:
            ports |= {"address": Out(numbers.address_shape), "element": In(self.element_bits)}
        else:
            ports["elements"] = In(self.layer.inputs * self.element_bits)
        if self.loadable:
            bits = numbers.weight_address_bits
            ports |= {"write": In(1), "write_address": In(bits), "write_data": In(numbers.weight_data_bits)}
        super().__init__(
            ports | {f"count_{pe}": Out(numbers.count_shape(pe)) for pe in range(self.folding.processing_elements)}
        )

    def _writes(self, number: int) -> Value:
        """Whether this memory of weights is written: that of a processing element, or a part of all their codes."""
        memory = self.write_address[self.numbers.row_bits :]
        return self.write & (memory == number) if len(memory) else self.write

    def _weight_memory(self, m: Module, pe: int, codes: list[int], row: Value, **attrs: str) -> Value:
        """A processing element's codes in a memory of its own: that of a row, 1 clock after its number."""
        rows = [sign_magnitude(code, self.layer.resolution_bits) for code in codes]
        rows += [0] * (2 - len(rows))  # a memory of one row would have no address
        memory = Memory(shape=unsigned(self.numbers.code_bits), depth=len(rows), init=rows, attrs=attrs)
        m.submodules[f"memory_{pe}"] = memory
        port = memory.read_port()
        m.d.comb += [port.en.eq(1), port.addr.eq(row)]
        if self.loadable:
            write = memory.write_port()
            m.d.comb += [
                write.en.eq(self._writes(pe)),
                write.addr.eq(self.write_address[: self.numbers.row_bits]),
                write.data.eq(self.write_data),
            ]
        return port.data

    def _make_weights(
        self, folding: Folding, *, in_memory: bool, numbers: Sequence[int] | None = None
    ) -> SharedWeights | RomWeights:
        """What makes the streams of these weights.

        Args:
            folding: the weights, and which neuron is computed where and when.
            in_memory: whether their codes are in a memory.
            numbers: what a load calls the folding's inputs; None: their places.
        """
        generator, n = self.layer.weight_generator, self.layer.resolution_bits
        if not in_memory:
            return SharedWeights(generator, n, folding, words=self.words)
        kind = {"with_signs": self.layer.signed_weights, "loadable": self.loadable}
        return RomWeights(generator, n, folding, words=self.words, numbers=numbers, **kind)

    def _connect_weights(self, m: Module, weights: Any, word: Value) -> None:
        """The words of their source, the group in work, and the load bus where they are in a memory, `RomWeights`."""
        m.d.comb += [weights.word.eq(word), weights.group_index.eq(self.group_index)]
        if not self.loadable:
            return
        row_bits = self.numbers.row_bits
        m.d.comb += [
            weights.write_column.eq(self.write_address[: self.numbers.input_bits]),
            weights.write_group.eq(self.write_address[self.numbers.input_bits : row_bits]),
            weights.write_data.eq(self.write_data),
        ]
        m.d.comb += [
            getattr(weights, f"write_{pe}").eq(self._writes(pe)) for pe in range(self.folding.processing_elements)
        ]
