# amaranth: UnusedElaboratable=no
"""Rough areas of cores, good enough to choose one: `synth` measures them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...spec.kinds import unknown_kind
from ...spec.layer import Mux, Or, ParallelCounter
from ...spec.network import NetworkSpec
from ..components.signals import index_shape
from ..cores.column_core import ColumnCore
from ..cores.folded_layer import FoldedLayer
from ..cores.network_core import NetworkCore
from ..cores.serial.core import SerialCore
from ..datapath.base import Datapath
from ..datapath.column import ClosedFormDatapath, StreamedDatapath
from ..datapath.ored import phases
from .folding import memory_is_cheaper
from .timing import core_timing


@dataclass(frozen=True)
class Device:
    """What a device has, and the clock that its cores reach at least, as measured on the committed networks."""

    tables: int
    memories: int
    memory_bits: int
    widest: int
    """Bits of a block memory's word at its smallest depth."""
    clock_mhz: dict[str, float]
    """By architecture; "folded" is a column or serial core of any streams."""
    scale: float
    """4-input tables per table of an iCE40."""


DEVICES = {
    "up5k": Device(5_280, 30, 4_096, 16, {"serial": 45.0, "column": 42.0, "row": 38.0, "folded": 45.0}, 1.0),
    "hx8k": Device(7_680, 32, 4_096, 16, {"serial": 95.0, "column": 85.0, "row": 105.0, "folded": 110.0}, 1.0),
    "ecp5-25k": Device(24_288, 56, 18_432, 36, {"serial": 70.0, "column": 80.0, "row": 105.0, "folded": 100.0}, 1.35),
}


@dataclass(frozen=True)
class Estimate:
    """What a core would take, roughly: tables within a quarter or so, memories within a few."""

    options: dict[str, Any]
    """Of `build_core`."""
    tables: int
    memories: int
    cycles: int
    rate: float
    """Inferences a second."""

    def text(self) -> str:
        """One phrase."""
        words = [self.options["architecture"]]
        if "neurons_in_parallel" in self.options:
            words.append(f"{' + '.join(map(str, self.options['neurons_in_parallel']))} neurons at a time")
        if "stream_bits_per_cycle" in self.options:
            words.append(f"{self.options['stream_bits_per_cycle']} stream bits a clock")
        name = ", ".join(words) + " with a product table" * ("product_table" in self.options)
        name += ", overlapping" * ("overlap" in self.options) + ", weights in logic" * ("logic_weights" in self.options)
        return f"{name}: about {self.tables:,} tables, {self.memories} block memories, {self.rate:,.0f}/s"


def estimate(
    network: NetworkSpec, core: NetworkCore | ColumnCore | SerialCore, device: Device, options: dict[str, Any]
) -> Estimate:
    """What a core would take on a device.

    Args:
        network: what the core computes.
        core: not yet elaborated.
        device: with its memories and clocks.
        options: of `build_core` that describe the core.
    """
    kind = options["architecture"]
    if isinstance(core, SerialCore):
        tables, memories = _serial(core, device)
    elif isinstance(core, ColumnCore):
        tables, memories = _column(core, device)
    else:
        tables, memories = _folded(network, core, device)
        kind = "row" if kind == "row" else "folded"
    cycles = core_timing(core).cycles_per_inference
    return Estimate(options, round(tables * device.scale), memories, cycles, device.clock_mhz[kind] * 1e6 / cycles)


def _serial(core: SerialCore, device: Device) -> tuple[float, int]:
    n, width = core.n, sum(bits for _, bits in core.fields)
    deepest = device.memory_bits // 2
    banks = -(-core.capacity // deepest)
    product = 3 * n + 1 if core.streaming else _chain(n) + _partial_products(n)
    added = 1 if core.streaming else n
    total = (2 * core.width if core.with_signs else core.width) + added
    output_stages = sum((5 if core.loadable else 2) * stage.bits for stage in core.output_stages[:-1])
    tables = 16 + index_shape(core.capacity).width + product + total + output_stages + (banks - 1) * width
    memories = _memories(core.program.elements, n, device)
    memories += _memories(core.capacity, width, device) if core.memory == "block" else 0
    return tables, memories


def _column(core: ColumnCore, device: Device) -> tuple[float, int]:
    tables, memories = 30.0, 0
    for layer in core.layers:
        n, width, neurons = layer.layer.resolution_bits, layer.accumulator_range.width, layer.layer.neurons
        total = 2 * width + n if layer.accumulator_range.with_signs else width + n
        product = 0 if layer.table else _chain(n)
        total += width if core.overlap else 0  # the chain beside the accumulators
        if getattr(layer, "logic", False):
            tables += neurons * (n + 1) * layer.layer.inputs / 16
        tables += (
            neurons * (product + total)
            + (0 if layer.table else _partial_products(n))
            + 2 * layer.output_stage.bits
            + 20
        )
        rows, word = (layer.layer.inputs << n, n) if layer.table else (layer.layer.inputs, n + 1)
        if not getattr(layer, "logic", False):
            memories += _memories(rows, neurons * word, device) + _memories(neurons, width, device)
    return tables, memories


def _folded(network: NetworkSpec, core: NetworkCore, device: Device) -> tuple[float, int]:
    """Fitted to counts of the committed digits networks, both architectures, 1 to all neurons at a time."""
    tables, memories = 40.0, 0
    for layer in core.layers:
        datapath = layer.datapath
        width = datapath.count_shape(0).width + datapath.clocks.bit_length()
        settled = 3 * layer.neuron.result.shape().width + layer.layer.neurons * width / 32
        settled += 2 * network.time_steps.bit_length() if layer.layer.neuron.keeps_state else 0
        tables += 90 + settled + 2 * datapath.folding.processing_elements * width
        more, blocks = _one_at_a_time(datapath, device) if datapath.addressed else (_all_at_once(layer), 0)
        tables, memories = tables + more, memories + blocks
    return tables, memories


def _one_at_a_time(datapath: Datapath, device: Device) -> tuple[float, int]:
    layer, folding, n = datapath.layer, datapath.folding, datapath.layer.resolution_bits
    memories = _memories(layer.inputs, datapath.element_bits, device)
    memories += folding.processing_elements * _memories(folding.groups * layer.inputs, datapath.code_bits, device)
    if isinstance(datapath, ClosedFormDatapath):
        product = n if datapath.spikes else _chain(n)
        return _partial_products(n) + folding.processing_elements * (product + 2 * n), memories
    words = datapath.words if isinstance(datapath, StreamedDatapath) else 1
    return 4 * n * words + folding.processing_elements * ((n + 2) * words + 3), memories


def _all_at_once(layer: FoldedLayer) -> float:
    datapath, folding, n = layer.datapath, layer.folding, layer.layer.resolution_bits
    words, phases_beside = getattr(datapath, "words", 1), 0
    match layer.layer.accumulator:
        case Mux():
            weights = (
                folding.processing_elements * folding.groups * 2**layer.layer.select_bits * datapath.code_bits / 16
            )
            return layer.layer.inputs * datapath.element_bits * 2 / 3 + weights + folding.processing_elements * (n + 6)
        case Or():
            if layer.layer.input_generator is not None:
                phases_beside = len(phases(layer.layer.input_generator, layer.layer.inputs, n))
        case ParallelCounter():
            pass
        case other:
            unknown_kind(other, "rtl estimates")
    products = sum(len(inputs) for inputs in folding.active_inputs)
    if memory_is_cheaper(folding, n):
        weights = products * ((n + 1) * folding.groups / 16 + words * n * 2 / 3)
    else:
        weights = words * folding.distinct * n / 2 + products * ((folding.groups - 1) * words * 2 / 3 + 1)
    inputs = layer.layer.inputs * words * n * 0.6
    inputs += 2 * n * words * phases_beside
    return inputs + weights + products * words * 2.1


def _chain(n: int) -> int:
    """Tables of a `ClosedFormMultiplier`."""
    return 2 + sum(q + 1 for q in range(2, n))


def _partial_products(n: int) -> int:
    """Tables of an `Radix2PartialProducts`."""
    return sum(q + 1 for q in range(2, n))


def _memories(rows: int, width: int, device: Device) -> int:
    depth, word = device.memory_bits // device.widest, device.widest
    while depth < rows and word > 2:
        depth, word = depth * 2, max(1, word // 2)
    return -(-width // word) * -(-rows // depth)
