"""All components of `sc_neurocore.rtl` side by side in one Verilog module, so that one build serves all their benches.

Port p of part q is the port q_p of the module `parts`; parts share the clock and the reset and nothing else.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from amaranth.hdl import Module, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from sc_neurocore.rtl.components.activation.neurons import (
    ClampNeuron,
    LifNeuron,
    LinearNeuron,
    Requantizer,
)
from sc_neurocore.rtl.components.activation.output_stage import LoadableOutputStage, OutputStage
from sc_neurocore.rtl.components.activation.time_step_accumulator import TimeStepAccumulator
from sc_neurocore.rtl.components.arithmetic.accumulators import (
    Accumulator,
    Bias,
    LoadableBias,
    PreloadAccumulator,
    RestartingAccumulator,
)
from sc_neurocore.rtl.components.arithmetic.closed_form_multiplier import ClosedFormMultiplier, Radix2PartialProducts
from sc_neurocore.rtl.components.arithmetic.parallel_counter import ParallelCounter
from sc_neurocore.rtl.components.arithmetic.products import AndProducts, SignedProducts, XnorProducts
from sc_neurocore.rtl.components.arithmetic.radix4_multiplier import Radix4Multiplier, Radix4PartialProducts
from sc_neurocore.rtl.components.arithmetic.sequential_products import CountdownProduct, GroupedProduct
from sc_neurocore.rtl.components.arithmetic.sign_magnitude import SignMagnitude
from sc_neurocore.rtl.components.memory.element_buffers import ElementBuffer, ElementMemory
from sc_neurocore.rtl.components.memory.memories import DataMemory, ProgramMemory, Rom
from sc_neurocore.rtl.components.ports.input_frames import FrameReader, NumberedReader, StepRepeater
from sc_neurocore.rtl.components.ports.output_frames import FrameWriter, ResultShifter
from sc_neurocore.rtl.components.streams.generators import ComparatorGenerator, WeightedBinaryGenerator
from sc_neurocore.rtl.components.streams.sources import (
    CounterSource,
    LfsrFullSource,
    LfsrSource,
    SobolSource,
    VanDerCorputSource,
)
from sc_neurocore.rtl.components.streams.weight_streams import RomWeights, SharedWeights
from sc_neurocore.rtl.control.axi_lite import AxiLiteSlave
from sc_neurocore.rtl.control.controlled_core import AxiLiteControl, ControlledCore
from sc_neurocore.rtl.control.registers import CoreFacts, Field, Register
from sc_neurocore.rtl.cores.dense_column import ColumnSequencer
from sc_neurocore.rtl.cores.folded_layer import RowSequencer
from sc_neurocore.rtl.cores.network_core import NetworkCore
from sc_neurocore.rtl.cores.overlap_column import OverlapSequencer
from sc_neurocore.rtl.loading.load_gates import LoadDecoder, LoadInterlock, StreamLoader
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.rtl.plan.folding import Folding
from sc_neurocore.spec import (
    DEFAULT_WEIGHT_GENERATOR,
    Clamp,
    DenseLayer,
    InputSpec,
    Lif,
    Linear,
    NetworkSpec,
    OutputSpec,
    Relu,
)
from sc_neurocore.spec import ParallelCounter as ExactCount

N = 4
WEIGHTS = np.array([[3, -7, 0], [15, 1, -15], [0, -2, 8], [9, 9, -1], [-4, 6, 2]])
"""Codes (neurons, inputs) of the weight banks: with two lanes three groups, the last one short."""
OFFSETS = (5, -700, 0)

LIF = Lif(leak_shift=2, v_threshold=100, comparator="gt", reset="subtract", state_bits=9)

PROGRAM = [7, 2**40 - 1, 0x5A_1234_5678, 1 << 31]
"""Rows of 40 bits: a part of 31 bits and one of 9."""

LOAD = SimpleNamespace(address_bits=5, words=3)
"""What a stream loader knows of the core behind it."""

HASH = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"

FACTS = CoreFacts(
    name="bench",
    sha256=HASH,
    loadable=True,
    initialised=True,
    load_words=18,
    input_elements=3,
    input_bits=5,
    input_signed=True,
    output_elements=2,
    output_bits=9,
    output_signed=False,
    time_steps=4,
    repeat=True,
    sums_steps=False,
)
"""Of a core with two words of its own at addresses of four bits; behind them the hash in sixteen halves."""

REGISTERS = (
    Register("identity", 0x00, (Field("value", 0, 32, "constant", "", 0x12345678),), ""),
    Register("words", 0x20, (Field("value", 0, 32, "loaded", ""),), "", 2, (0xA0000001, 0xB0000002)),
    Register("status", 0x40, (Field("low", 0, 3, "status", ""), Field("high", 8, 16, "status", "")), ""),
    Register("command", 0x44, (Field("do", 0, 1, "pulse", ""),), ""),
)


def sums(weights=((3, -5, 7), (-2, 15, 1)), biases=(4, -9)) -> NetworkSpec:
    """A network of spikes x whose outputs are Σ_j x_j w_ij + b_i: a whole period makes |w| ones of a weight."""
    layer = DenseLayer(
        inputs=3,
        neurons=2,
        resolution_bits=N,
        stream_length=2**N,
        input_encoding="spike",
        weight_encoding="sign_magnitude",
        input_generator=None,
        weight_generator=DEFAULT_WEIGHT_GENERATOR,
        accumulator=ExactCount(),
        neuron=Linear(),
        output_scale=1.0,
    )
    return NetworkSpec(
        name="sums",
        input=InputSpec(features=3, encoding="spike", resolution_bits=N, scale=1.0),
        output=OutputSpec(),
        layers=(layer,),
        weights=(np.array(weights),),
        biases=(np.array(biases),),
    )


def make_parts() -> dict[str, wiring.Component]:
    """Fresh components by the names of their parts."""
    folding = Folding(WEIGHTS, processing_elements=2, keep_zeros=False)
    single = Folding(WEIGHTS, processing_elements=len(WEIGHTS), keep_zeros=False)
    return {
        "counter": CounterSource(8, skip=250),
        "van_der_corput": VanDerCorputSource(8),
        "lfsr": LfsrSource(8, seed=1),
        "lfsr_full": LfsrFullSource(8, seed=0, skip=3),
        "sobol": SobolSource(8, dimension=3, reverse=True),
        "counter_words": CounterSource(8, skip=250, words=4),
        "van_der_corput_words": VanDerCorputSource(8, skip=1, words=3),
        "lfsr_words": LfsrSource(8, seed=1, words=4),
        "lfsr_full_words": LfsrFullSource(8, seed=0, skip=3, words=3),
        "sobol_words": SobolSource(8, dimension=3, skip=7, reverse=True, words=5),
        "comparator": ComparatorGenerator(N, 16, inclusive=False),
        "comparator_inclusive": ComparatorGenerator(N, 16, inclusive=True),
        "weighted_binary": WeightedBinaryGenerator(N, 16),
        "shared_weights": SharedWeights(DEFAULT_WEIGHT_GENERATOR, N, folding),
        "rom_weights": RomWeights(DEFAULT_WEIGHT_GENERATOR, N, folding, with_signs=True),
        "shared_weights_words": SharedWeights(DEFAULT_WEIGHT_GENERATOR, N, folding, words=3),
        "shared_weights_single": SharedWeights(DEFAULT_WEIGHT_GENERATOR, N, single, words=2),
        "rom_weights_words": RomWeights(
            DEFAULT_WEIGHT_GENERATOR, N, folding, with_signs=True, words=3, loadable=True, numbers=(4, 9, 300)
        ),
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
        "relu": ClampNeuron(2000, 5, 4, 6, "unipolar"),
        "clamp_signed": ClampNeuron(2000, 5, 4, 6, "sign_magnitude"),
        "clamp_bipolar": ClampNeuron(2000, 1, 0, 6, "bipolar"),
        "magnitude": SignMagnitude(N),
        "lif": LifNeuron(2000, LIF, neurons=3, steps=4),
        "requantizer_set": Requantizer(2000, 5, None),
        "relu_set": ClampNeuron(2000, 1, None, 6, "unipolar"),
        "clamp_signed_set": ClampNeuron(2000, 5, None, 6, "sign_magnitude"),
        "clamp_bipolar_set": ClampNeuron(2000, 1, None, 6, "bipolar"),
        "lif_set": LifNeuron(2000, LIF, neurons=3, steps=4, loadable=True),
        "step_repeater": StepRepeater(3),
        "step_sum": TimeStepAccumulator(2, 3, signed(5), signed(7)),
        "sequencer": RowSequencer(groups=3, processing_elements=2, length=5),
        "sequencer_halving": RowSequencer(groups=2, processing_elements=3, length=8, halvings=3),
        "element_buffer": ElementBuffer(3, 4),
        "element_memory": ElementMemory(3, 4),
        "reader": FrameReader(3, 5),
        "reader_observed": FrameReader(3, 5, observed=True),
        "writer": FrameWriter(3, signed(5)),
        "input_shares": Radix2PartialProducts(6, 2),
        "collapsed_product": ClosedFormMultiplier(6, 2),
        "countdown_product": CountdownProduct(4),
        "grouped_product": GroupedProduct(6, 3),
        "grouped_product_late": GroupedProduct(6, 4, terms_per_stage=1),
        "loadable": PreloadAccumulator(4, 9),
        "loadable_signed": PreloadAccumulator(4, 9, with_signs=True),
        "block_rom": Rom([5, 0, 63, 17, 40], 6),
        "data_memory": DataMemory(5, 4),
        "output_stage_relu": OutputStage(Relu(shift=2, output_bits=4), 9),
        "output_stage_clamp": OutputStage(
            Clamp(shift=2, multiplier=5, output_bits=4, output_encoding="sign_magnitude"), 9
        ),
        "output_stage_bipolar": OutputStage(Clamp(shift=1, output_bits=4, output_encoding="bipolar"), 9),
        "numbered_reader": NumberedReader(3, 5),
        "column_sequencer": ColumnSequencer(3, 2, may_stall=True),
        "digit_shares": Radix4PartialProducts(5),
        "digit_product": Radix4Multiplier(5),
        "restarting": RestartingAccumulator(4, 9),
        "restarting_signed": RestartingAccumulator(4, 9, with_signs=True),
        "logic_rom": Rom([5, 0, 63, 17, 40], 6, logic=True),
        "overlap_sequencer": OverlapSequencer(3, 2, may_stall=True),
        "loadable_bias": LoadableBias(unsigned(8), 2, OFFSETS, 2000, signed(11)),
        "loadable_output_stage_relu": LoadableOutputStage(Relu(shift=0, output_bits=4), 9),
        "loadable_output_stage_clamp": LoadableOutputStage(
            Clamp(shift=0, multiplier=5, output_bits=4, output_encoding="sign_magnitude"), 9
        ),
        "loadable_output_stage_bipolar": LoadableOutputStage(
            Clamp(shift=0, output_bits=4, output_encoding="bipolar"), 9
        ),
        "program_block": ProgramMemory(PROGRAM, 40, "block"),
        "program_spram": ProgramMemory(PROGRAM, 40, "spram"),
        "sample_gate": LoadInterlock(2, 3, 2),
        "decoder": LoadDecoder(5, 6),
        "loader": StreamLoader(LOAD, initialised=True),
        "axi_slave": AxiLiteSlave(REGISTERS),
        "axi_control": AxiLiteControl(FACTS, 4),
        "core_stream": ControlledCore(NetworkCore(FoldedPlan.of(sums(), [1], loadable=True)), "stream"),
        "core_axi": ControlledCore(NetworkCore(FoldedPlan.of(sums(), [2], loadable=True)), "axi-lite"),
    }


KEPT = (
    "rom_weights_words",
    "program_block",
    "loadable_bias",
    "loader",
    "axi_slave",
    "axi_control",
    "core_stream",
    "core_axi",
)
"""Parts that hold from their configuration on what reset does not touch."""


def kept_inputs() -> list[str]:
    """The input ports of `KEPT`: from the first clock on they must be known, or unknown values would be loaded."""
    made = make_parts()
    return [
        f"{name}_{port}" for name in KEPT for port, member in made[name].signature.members.items() if member.flow is In
    ]


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
