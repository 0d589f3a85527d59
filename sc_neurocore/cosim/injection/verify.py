"""A core with faults against the model with the same faults, output for output."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...accel.faults import run
from ...accel.faults.description import check_faults
from ...accel.faults.philox import round_keys
from ...rtl import generate, plan_core
from ...rtl.plan.folded_layers import FoldedLayerNumbers, ParallelNumbers
from ...spec.codes import check_codes
from ...spec.coerce import integer
from ...spec.entrance import entrance
from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from ..core_under_test import CoreUnderTest, hash_of, quiet_limit
from ..simulators.block_files import Expected
from ..simulators.build import simulate
from ..simulators.tools import find_simulator
from ..testplan.scenario import EPISODE_SAMPLES, build_script
from ..verdict.compare import Comparison, compare
from .masks import SITES, layer_masks
from .saboteur import sabotage, write_masks


@dataclass(frozen=True)
class InjectionResult:
    """How the comparison ended."""

    comparison: Comparison
    cycles: int
    flips: int
    """Bits that were flipped in the gates."""
    changed: int
    """Outputs that differ from those without faults."""
    rtl_sha256: str | None
    """Of the core before anything was flipped in it."""

    @property
    def passed(self) -> bool:
        """Whether all outputs are the model's, and there was something to see."""
        return self.comparison.passed and self.flips > 0


@entrance
def run_with_faults(
    network: NetworkSpec,
    codes: Any,
    faults: Any,
    *,
    seed: int = 0,
    simulator: str = "auto",
    stall: bool = True,
    progress: Callable[[str], None] | None = None,
    **architecture: Any,
) -> InjectionResult:
    """Drive the emitted Verilog of a network with flips at its nets, and hold every output against the model's.

    The nets are those of streams and products in cores of architecture `row`: a row of masks for each clock in which a
    position is processed, the very flips that `accel.faults.run` draws, is put between each net and what it drives.

    Args:
        network: dense layers under parallel counters, without weights 0 (whose products have no gates).
        codes: integer samples, as `infer` takes them.
        faults: flips of `input`, `weight` and `product`.
        seed: of the faults.
        simulator: "auto", "verilator" or "icarus".
        stall: stall both sides of the core at random.
        progress: called with one line per step.
        **architecture: further options of `rtl.generate`: `neurons_in_parallel`, `stream_bits_per_cycle`.

    Raises:
        OptionError: a fault or network whose nets are not known.
        CodesError: `codes` do not fit the network.
        ToolError: no usable simulator.
    """
    some, seed = check_faults(faults), integer("seed", seed, 0, 2**64 - 1)
    for fault in some:
        if fault.site not in SITES or fault.kind != "flip":
            raise OptionError(f"faults must be flips of {', '.join(SITES)} to be made in gates, got {fault.text}")
    samples = check_codes(network, codes)
    options = {"architecture": "row", **architecture}
    plan: Any = plan_core(network, **options)
    layers = [_parallel_numbers(number, numbers) for number, numbers in enumerate(plan.numbers)]
    tool = find_simulator(simulator, verilog=True)
    expected = run(network, samples, list(some), seed=seed)
    clean, flips = run(network, samples, ()), 0
    with tempfile.TemporaryDirectory(prefix="sc-faults-") as folder:
        work = Path(folder)
        manifest = generate(network, work / "rtl", **options)
        core = CoreUnderTest((work / "rtl" / manifest["verilog"],), None, manifest)
        digest, text = hash_of(core.sources), core.sources[0].read_text()
        for number, numbers in enumerate(layers):
            masks = layer_masks(numbers, number, some, round_keys(seed), len(samples), network.time_steps)
            flips += int(masks.sum())
            file = work / f"masks{number}.hex"
            write_masks(file, masks)
            width, elements = numbers.layer.inputs * numbers.words, numbers.folding.processing_elements
            text = sabotage(text, network.name, number, elements, width, file, len(masks))
        core.sources[0].write_text(text)
        script = build_script(
            network,
            samples,
            np.repeat(samples[:1], EPISODE_SAMPLES, axis=0),
            stall=stall,
            seed=seed % 2**32,
            latency=manifest["latency_cycles"],
            quiet_limit=quiet_limit(network, core),
        )
        script.segments = script.segments[:1]  # rows of masks are counted from the first sample on: one reset alone
        (work / "simulation").mkdir()
        expectation = Expected(expected, network.output_signed, network.output_neurons)
        block = expectation if tool.name == "verilator" else None
        record = simulate(
            script, core.sources, network.name, tool, work / "simulation", expected=block, progress=progress
        )
        comparison = compare(network, script, record, expected)
    return InjectionResult(comparison, record.cycles, flips, int((expected != clean).sum()), digest)


def _parallel_numbers(number: int, numbers: FoldedLayerNumbers) -> ParallelNumbers:
    """The layer, whose nets are known and all there."""
    if type(numbers) is not ParallelNumbers:
        raise OptionError(
            f"layer {number} must count all inputs at once by a parallel counter; its gates are of "
            f"{type(numbers).__name__}"
        )
    every = tuple(range(numbers.layer.inputs))
    if any(active != every for active in numbers.folding.active_inputs):
        raise OptionError(f"layer {number} has weights 0 whose products have no gates, hence no nets to be flipped")
    return numbers
