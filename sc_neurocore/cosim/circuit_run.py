"""What a co-simulation of a circuit has of its own: its gates, its samples, and what they must make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..circuits import run as run_circuit
from ..rtl.circuits.circuit_core import CircuitCore
from ..rtl.circuits.ports import STREAM_LATENCY, check_circuit_name, circuit_ports
from ..rtl.emit.generate import generate
from .core_under_test import CoreUnderTest, hash_of, manifest_beside
from .design import CircuitDesign
from .drivers.ports import PORTS
from .simulators.tools import Simulator
from .testplan.coverage import Coverage
from .testplan.scenario import EPISODE_SAMPLES, build_script
from .testplan.script import Script
from .testplan.stimulus import Stimulus
from .verdict.streams import Streams

_CLOCKS = {True: (6_000, 2_500), False: (400, 400)}
"""Whether the simulator is compiled: clocks, at most, of a run with every sample that there is, and of the samples that
are spread over all others."""
_FEWEST = 8
"""Of these, at least."""


def circuit_core(
    design: CircuitDesign,
    folder: Path,
    verilog: tuple[Path, tuple[Path, ...]] | None,
    simulator: Simulator,
    say: Callable[[str], None],
) -> CoreUnderTest:
    """The gates of a circuit, generated, or as their Verilog lies in a folder.

    Args:
        design: what they claim to compute.
        folder: gets the Verilog that is generated.
        verilog: a folder with Verilog and perhaps a manifest, and the files as they were taken from there.
        simulator: one that takes no Verilog gets the component itself.
        say: called with one line per step.
    """
    streams = tuple(name for name in circuit_ports(design.circuit) if name not in PORTS)
    if verilog is not None:
        rtl, sources = verilog
        return CoreUnderTest(sources, hash_of(sources), manifest_beside(rtl, design), stream_ports=streams)
    if not simulator.takes_verilog:
        check_circuit_name(design.circuit)
        core = CircuitCore(design.circuit)
        frames = {"latency_cycles": core.timing.latency_cycles} if design.output_neurons else {}
        stated = {**frames, "streams": {"latency_cycles": STREAM_LATENCY}}
        return CoreUnderTest((), None, stated, core, stream_ports=streams)
    say("cosim: generating the Verilog")
    manifest = generate(design.circuit, folder)
    sources = (folder / manifest["verilog"],)
    return CoreUnderTest(sources, hash_of(sources), manifest, stream_ports=streams)


def circuit_stimulus(
    design: CircuitDesign, user: np.ndarray | None, samples: int, seed: int, *, is_compiled: bool
) -> Stimulus:
    """The user's codes, directed ones and random ones.

    Directed: all 0, all at full scale, each input alone at 1, half and full scale; then every sample that there is,
    where these are few and short, or else samples whose codes are spread over those of each input.

    Args:
        design: whose inputs they are.
        user: the user's codes, checked, or None.
        samples: number of random ones.
        seed: of these.
        is_compiled: the simulator is quick; others get fewer samples.
    """
    inputs, full_scale = len(design.circuit.inputs), 2**design.circuit.resolution_bits - 1
    rows = [np.zeros(inputs, dtype=np.int64), np.full(inputs, full_scale)]
    for place in range(inputs) if inputs > 1 else ():
        for level in dict.fromkeys((1, (full_scale + 1) // 2, full_scale)):
            rows.append(np.where(np.arange(inputs) == place, level, 0))
    rng = np.random.default_rng([seed, 0xC1])
    rows += [*_spread(design, np.random.default_rng([seed, 0xC2]), *_CLOCKS[is_compiled])]
    parts = {
        "user": np.zeros((0, inputs), dtype=np.int64) if user is None else user,
        "directed": np.stack(rows).astype(np.int64),
        "random": random_circuit_codes(design, samples, rng),
    }
    none = np.zeros((0, inputs), dtype=np.int64)
    return Stimulus(
        np.concatenate(list(parts.values())), {name: len(part) for name, part in parts.items()}, Coverage(none)
    )


def _spread(design: CircuitDesign, rng: np.random.Generator, all_clocks: int, budget: int) -> np.ndarray:
    """Every sample in an order that is drawn, or samples in which each input has as many different codes as there is
    time for: each once before any comes twice, from all parts of the range.

    Args:
        design: whose inputs they are.
        rng: draws.
        all_clocks: of every sample that there is, at most.
        budget: clocks of the others, about.
    """
    inputs, codes = len(design.circuit.inputs), 2**design.circuit.resolution_bits
    clocks = _sample_clocks(design)
    if codes**inputs * clocks <= all_clocks:
        axes = np.meshgrid(*[np.arange(codes)] * inputs, indexing="ij")
        return rng.permutation(np.stack(axes, axis=-1).reshape(-1, inputs))
    count = max(_FEWEST, min(budget // clocks, 2 * codes))
    columns = []
    for _ in range(inputs):
        edges = np.linspace(0, codes, min(count, codes) + 1).astype(np.int64)
        turns = [rng.permutation(rng.integers(edges[:-1], edges[1:])) for _ in range(-(-count // codes))]
        columns.append(np.concatenate(turns)[:count])
    return np.stack(columns, axis=1)


def _sample_clocks(design: CircuitDesign) -> int:
    """Clocks that a sample takes, about."""
    return design.circuit.stream_length + len(design.circuit.inputs) + design.output_neurons


def random_circuit_codes(design: CircuitDesign, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Uniformly random codes `(samples, inputs)`.

    Args:
        design: whose inputs they are.
        samples: how many.
        rng: draws them.
    """
    return rng.integers(0, 2**design.circuit.resolution_bits, (samples, len(design.circuit.inputs)), dtype=np.int64)


def circuit_script(
    design: CircuitDesign, codes: np.ndarray, core: CoreUnderTest, *, stall: bool, seed: int, is_compiled: bool = False
) -> tuple[Script, np.ndarray, Streams]:
    """The script, and the model's frames and streams for the main run and then the episodes.

    Args:
        design: what is verified.
        codes: of the main run.
        core: the gates.
        stall: stall both sides in the main run, too.
        seed: of everything random.
        is_compiled: the bench is the compiled harness.
    """
    episodes = random_circuit_codes(design, EPISODE_SAMPLES, np.random.default_rng([seed, 0xE9]))
    episodes[-1] = 0
    frames, streams = expected_outputs(design, np.concatenate([codes, episodes]))
    clocks = _sample_clocks(design)
    script = build_script(
        design,
        codes,
        episodes,
        stall=stall,
        seed=seed,
        latency=design.circuit.stream_length + STREAM_LATENCY,
        quiet_limit=1_000 + 4 * clocks,
        is_compiled=is_compiled,
    )
    stated = core.manifest.get("streams")
    latency = stated.get("latency_cycles") if isinstance(stated, dict) else None
    return script, frames, Streams(design.streams, streams, design.output_neurons, latency)


def expected_outputs(design: CircuitDesign, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The model's output frames, int64 (samples, numbers), and streams, uint8 (samples, positions, streams).

    Args:
        design: what is computed.
        codes: (samples, inputs).
    """
    results: dict[str, Any] = run_circuit(design.circuit, codes)
    circuit, rows = design.circuit, len(codes)
    frames = [results[output.name] for output in circuit.frame_outputs]
    streams = [results[name] for name in design.streams]
    return (
        np.stack(frames, axis=1) if frames else np.zeros((rows, 0), dtype=np.int64),
        np.stack(streams, axis=2) if streams else np.zeros((rows, circuit.stream_length, 0), dtype=np.uint8),
    )
