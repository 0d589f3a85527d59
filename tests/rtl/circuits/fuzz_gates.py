"""Random circuits in gates with stalls, resets and frames of wrong lengths: every bit, count and state is the model's.

    python tests/rtl/circuits/fuzz_gates.py --out FILE [--circuits N] [--clocks N] [--batch N]

The Verilog of `batch` circuits at a time runs in one compiled model, each circuit driven and judged as a co-simulation
drives and judges it. Finished circuits are kept in build/circuits_gates.jsonl: an interrupted run goes on from there.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from support.circuits.oracle import OPERATORS
from support.circuits.random_circuits import FORMAT, random_circuit
from support.verilog.circuit_batch import play

from sc_neurocore.cosim.circuit_run import circuit_script, random_circuit_codes
from sc_neurocore.cosim.core_under_test import CoreUnderTest
from sc_neurocore.cosim.design import CircuitDesign
from sc_neurocore.cosim.verdict.compare import compare
from sc_neurocore.rtl.circuits.ports import STREAM_LATENCY, circuit_timing
from sc_neurocore.spec.circuit import CircuitSpec

EPISODE_CLOCKS = 4_000
"""Some clocks that the episodes take, so that the main run need not be as long."""


def try_circuits(seeds: Sequence[int], clocks: int) -> list[dict]:
    """What was found of the circuits of these seeds, each driven for about `clocks` clocks."""
    designs, scripts, frames, streams = [], [], [], []
    for seed in seeds:
        tree, _ = random_circuit(seed)
        named = {key: value for key, value in tree.items() if key not in FORMAT} | {"name": f"drawn{seed}"}
        design = CircuitDesign(CircuitSpec.model_validate(named))
        evaluation = circuit_timing(design.circuit).cycles_per_inference
        samples = max(4, (clocks - EPISODE_CLOCKS) // (evaluation + 4))
        codes = random_circuit_codes(design, samples, np.random.default_rng([seed, 0xF2]))
        stated = CoreUnderTest((), None, {"streams": {"latency_cycles": STREAM_LATENCY}})
        script, expected, shown = circuit_script(design, codes, stated, stall=bool(seed % 4), seed=seed)
        designs.append(design)
        scripts.append(script)
        frames.append(expected)
        streams.append(shown)
    with tempfile.TemporaryDirectory(prefix="sc-circuits-") as folder:
        records = play(designs, scripts, frames, Path(folder))
    found = []
    for seed, design, script, record, values, shown in zip(
        seeds, designs, scripts, records, frames, streams, strict=True
    ):
        latency = circuit_timing(design.circuit).latency_cycles if design.output_neurons else None
        findings = compare(design, script, record, values, latency=latency, streams=shown)
        found.append(
            {
                "seed": seed,
                "clocks": record.cycles,
                "values": findings.values_compared + findings.episode_values_compared,
                "stalled": bool(seed % 4),
                "resets": len(script.segments),
                "kinds": sorted({node.kind for node in design.circuit.nodes}),
                "passed": findings.passed,
                "reasons": findings.reasons[:3],
            }
        )
    return found


def summary(rows: Sequence[dict]) -> dict:
    """The rows as one result."""
    kinds = Counter(kind for row in rows for kind in row["kinds"])
    return {
        "circuits": len(rows),
        "clocks": sum(row["clocks"] for row in rows),
        "values_compared": sum(row["values"] for row in rows),
        "resets": sum(row["resets"] for row in rows),
        "stalled_throughout": sum(row["stalled"] for row in rows),
        "circuits_with_each_kind": {kind: kinds[kind] for kind in OPERATORS},
        "failed": [{key: row[key] for key in ("seed", "reasons")} for row in rows if not row["passed"]],
    }


def main() -> int:
    """Run what is not done yet, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--circuits", type=int, default=320)
    parser.add_argument("--clocks", type=int, default=36_000, help="of each circuit, about")
    parser.add_argument("--batch", type=int, default=20, help="circuits in one compiled model")
    parser.add_argument("--kept", type=Path, default=Path("build/circuits_gates.jsonl"))
    options = parser.parse_args()
    options.kept.parent.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in options.kept.read_text().splitlines()] if options.kept.exists() else []
    started = time.monotonic()
    left = [seed for seed in range(options.circuits) if seed not in {row["seed"] for row in rows}]
    for first in range(0, len(left), options.batch):
        found = try_circuits(left[first : first + options.batch], options.clocks)
        with options.kept.open("a") as kept:
            kept.writelines(json.dumps(row) + "\n" for row in found)
        rows += found
        failed = sum(not row["passed"] for row in rows)
        clocks = sum(row["clocks"] for row in rows)
        print(
            f"{len(rows)} of {options.circuits} circuits, {clocks:,} clocks, {failed} failed, "
            f"{time.monotonic() - started:.0f} s",
            flush=True,
        )
    result = {"command": "make circuits-gates"} | summary(sorted(rows, key=lambda row: row["seed"]))
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    return 1 if result["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
