"""The score of a co-simulation: of so many mutants of the gates, how many its very stimulus tells from the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.errors import ToolError
from ..design import Design
from ..simulators.block_files import Expected
from ..simulators.build import simulate_mutants
from ..simulators.tools import Simulator
from ..testplan.registers.accesses import Access
from ..testplan.registers.findings import register_findings
from ..testplan.script import Record, Script
from ..verdict.compare import compare
from ..verdict.streams import Streams
from .equivalence import prove_equivalent
from .netlist import GateMutant, mutate


@dataclass(frozen=True)
class GateMutants:
    """How the mutants of a core ended."""

    mutants: tuple[GateMutant, ...]
    killed: frozenset[int]
    """Numbers of those that this co-simulation would have failed."""
    proofs: dict[int, str]
    """Of each that survived: the engine that proved it equivalent, or else what is known of it."""
    engines: tuple[str, ...]
    cells: int
    """Of the core, as Yosys counts them before it maps them to gates."""

    def summary(self) -> dict[str, Any]:
        """What `cosim.json` says."""
        by_number = {mutant.number: mutant for mutant in self.mutants}
        survivors = {number: why for number, why in self.proofs.items() if why not in self.engines}
        return {
            "cells": self.cells,
            "made": len(self.mutants),
            "killed": len(self.killed),
            "equivalent": len(self.proofs) - len(survivors),
            "unresolved": len(survivors),
            "engines": list(self.engines),
            "survivors": [by_number[number].to_json() | {"why": why} for number, why in survivors.items()],
        }


@dataclass(frozen=True)
class MutantPlan:
    """What is to be mutated, and what it is held against."""

    design: Design
    sources: Sequence[Path]
    """The core's Verilog, which passes."""
    script: Script
    expected: np.ndarray
    """The model's outputs of the script's samples."""
    clocks: Mapping[str, int | None]
    """What the core's manifest states of them, as `compare` takes it: `latency`, `interval`."""
    count: int
    """How many mutants to draw."""
    seed: int
    """Of the draw."""
    streams: Streams | None = None
    """What the streams of a circuit must be."""
    accesses: Mapping[str, Sequence[Access]] = field(default_factory=dict)
    """Of registers, by segment; what they answer is judged, too."""


def gate_mutants(
    plan: MutantPlan, simulator: Simulator, work: Path, *, progress: Callable[[str], None] | None = None
) -> GateMutants:
    """Run the stimulus of a co-simulation on mutants of the Verilog, and try to prove those equivalent that survive.

    Args:
        plan: what is mutated, and how often.
        simulator: verilator.
        work: an existing empty folder.
        progress: told what is running.

    Raises:
        MissingExtraError: the extra `synth` is not installed.
        ToolError: Yosys or Verilator fails.
    """
    design, script = plan.design, plan.script
    mutated = mutate(plan.sources, design.name, plan.count, work, seed=plan.seed, progress=progress)
    expectation = Expected(plan.expected, design.output_signed, design.output_neurons)
    (work / "simulation").mkdir()
    numbers = [0, *(mutant.number for mutant in mutated.mutants)]
    records = simulate_mutants(
        script,
        mutated.verilog,
        design.name,
        simulator,
        work / "simulation",
        numbers,
        expected=expectation,
        progress=progress,
    )
    failed = {number for number, record in zip(numbers, records, strict=True) if not _passes(plan, record)}
    if 0 in failed:
        raise ToolError(f"the netlist that Yosys made of {design.name!r} fails without any mutant: nothing was scored")
    survivors = [mutant.number for mutant in mutated.mutants if mutant.number not in failed]
    proofs, engines = prove_equivalent(mutated.rtlil, design.name, survivors, progress=progress)
    return GateMutants(mutated.mutants, frozenset(failed), proofs, engines, mutated.cells)


def _passes(plan: MutantPlan, record: Record) -> bool:
    """Whether the judge of a co-simulation finds nothing, at the streams and at the registers where there are any."""
    findings = compare(plan.design, plan.script, record, plan.expected, streams=plan.streams, **plan.clocks)
    beats = plan.design.output_neurons
    return findings.passed and not register_findings(plan.accesses, plan.script, record, beats)
