"""All components of `sc_neurocore.rtl` side by side in one Verilog module, so that one build serves all their benches.

Port p of part q is the port q_p of the module `parts`; parts share the clock and the reset and nothing else.
"""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Module, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from sc_neurocore.rtl.accumulator import Accumulator
from sc_neurocore.rtl.and_products import AndProducts
from sc_neurocore.rtl.bias import Bias
from sc_neurocore.rtl.block_rom import BlockRom
from sc_neurocore.rtl.border import Border
from sc_neurocore.rtl.collapsed_product import CollapsedProduct
from sc_neurocore.rtl.column_sequencer import ColumnSequencer
from sc_neurocore.rtl.countdown_product import CountdownProduct
from sc_neurocore.rtl.data_memory import DataMemory
from sc_neurocore.rtl.element_buffer import ElementBuffer
from sc_neurocore.rtl.folding import Folding
from sc_neurocore.rtl.frame_reader import FrameReader
from sc_neurocore.rtl.frame_writer import FrameWriter
from sc_neurocore.rtl.generators import ComparatorGenerator, WeightedBinaryGenerator
from sc_neurocore.rtl.input_shares import InputShares
from sc_neurocore.rtl.loadable_accumulator import LoadableAccumulator
from sc_neurocore.rtl.neurons import ClampNeuron, LifNeuron, LinearNeuron, ReluNeuron, Requantizer
from sc_neurocore.rtl.numbered_reader import NumberedReader
from sc_neurocore.rtl.parallel_counter import ParallelCounter
from sc_neurocore.rtl.result_shifter import ResultShifter
from sc_neurocore.rtl.rom_weights import RomWeights
from sc_neurocore.rtl.row_sequencer import RowSequencer
from sc_neurocore.rtl.shared_weights import SharedWeights
from sc_neurocore.rtl.sign_magnitude import SignMagnitude
from sc_neurocore.rtl.signed_products import SignedProducts
from sc_neurocore.rtl.sources import CounterSource, LfsrFullSource, LfsrSource, SobolSource, VanDerCorputSource
from sc_neurocore.rtl.step_repeater import StepRepeater
from sc_neurocore.rtl.step_sum import StepSum
from sc_neurocore.rtl.xnor_products import XnorProducts
from sc_neurocore.spec import DEFAULT_WEIGHT_GENERATOR, Clamp, Lif, Relu

N = 4
WEIGHTS = np.array([[3, -7, 0], [15, 1, -15], [0, -2, 8], [9, 9, -1], [-4, 6, 2]])
"""Codes (neurons, inputs) of the weight banks: with two lanes three groups, the last one short."""
OFFSETS = (5, -700, 0)

LIF = Lif(leak_shift=2, v_threshold=100, comparator="gt", reset="subtract", state_bits=9)


def make_parts() -> dict[str, wiring.Component]:
    """Fresh components by the names of their parts."""
    folding = Folding(WEIGHTS, lanes=2, keep_zeros=False)
    return {
        "counter": CounterSource(8, skip=250),
        "van_der_corput": VanDerCorputSource(8),
        "lfsr": LfsrSource(8, seed=1),
        "lfsr_full": LfsrFullSource(8, seed=0, skip=3),
        "sobol": SobolSource(8, dimension=3, reverse=True),
        "comparator": ComparatorGenerator(N, 16, inclusive=False),
        "comparator_inclusive": ComparatorGenerator(N, 16, inclusive=True),
        "weighted_binary": WeightedBinaryGenerator(N, 16),
        "shared_weights": SharedWeights(DEFAULT_WEIGHT_GENERATOR, N, folding),
        "rom_weights": RomWeights(DEFAULT_WEIGHT_GENERATOR, N, folding, with_signs=True),
        "and_products": AndProducts(16),
        "signed_products": SignedProducts(16),
        "xnor_products": XnorProducts(16),
        "parallel_counter": ParallelCounter(20),
        "signed_counter": ParallelCounter(20, with_signs=True),
        "accumulator": Accumulator(20, 9, with_signs=True),
        "shifter": ResultShifter(4, unsigned(6)),
        "bias": Bias(unsigned(8), 2, OFFSETS, 2000),
        "requantizer": Requantizer(2000, 5, 4),
        "linear": LinearNeuron(2000),
        "relu": ReluNeuron(2000, 5, 4, 6),
        "clamp_signed": ClampNeuron(2000, 5, 4, 6, "sign_magnitude"),
        "clamp_bipolar": ClampNeuron(2000, 1, 0, 6, "bipolar"),
        "magnitude": SignMagnitude(N),
        "lif": LifNeuron(2000, LIF, neurons=3, steps=4),
        "step_repeater": StepRepeater(3),
        "step_sum": StepSum(2, 3, signed(5), signed(7)),
        "sequencer": RowSequencer(groups=3, lanes=2, length=5),
        "element_buffer": ElementBuffer(3, 4),
        "reader": FrameReader(3, 5),
        "writer": FrameWriter(3, signed(5)),
        "input_shares": InputShares(6, 2),
        "collapsed_product": CollapsedProduct(6, 2),
        "countdown_product": CountdownProduct(4),
        "loadable": LoadableAccumulator(4, 9),
        "loadable_signed": LoadableAccumulator(4, 9, with_signs=True),
        "block_rom": BlockRom([5, 0, 63, 17, 40], 6),
        "data_memory": DataMemory(5, 4),
        "border_relu": Border(Relu(shift=2, output_bits=4), 9),
        "border_clamp": Border(Clamp(shift=2, multiplier=5, output_bits=4, output_encoding="sign_magnitude"), 9),
        "border_bipolar": Border(Clamp(shift=1, output_bits=4, output_encoding="bipolar"), 9),
        "numbered_reader": NumberedReader(3, 5),
        "column_sequencer": ColumnSequencer(3, 2, may_stall=True),
    }


class Parts(wiring.Component):
    """The module `parts`."""

    def __init__(self) -> None:
        self.parts = make_parts()
        super().__init__(
            {
                f"{name}_{port}": member
                for name, part in self.parts.items()
                for port, member in part.signature.members.items()
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Every port of a part is one of the module."""
        m = Module()
        for name, part in self.parts.items():
            m.submodules[name] = part
            for port, member in part.signature.members.items():
                inner, outer = getattr(part, port), getattr(self, f"{name}_{port}")
                m.d.comb += inner.eq(outer) if member.flow is In else outer.eq(inner)
        return m
