"""Gates against the model on random networks with convolutions and pools, in Verilator; `make map-gates`.

Every network has architectures, neurons and stream bits drawn for each of its layers; every second one that two loads
can tell apart is loadable. Each run has stalls on both sides, resets, frames of a wrong length and, where weights are
loaded, loads between samples. A network's row is written as soon as it is verified and is not run again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from support.networks.map_cores import map_network_for_gates, random_options, without_large_biases
from support.networks.specs import spec_of

from sc_neurocore.cosim import run
from sc_neurocore.cosim.testplan.loads.decoy import decoy_network
from sc_neurocore.cosim.testplan.stimulus import directed
from sc_neurocore.rtl import plan_core
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.files.atomic import json_text, write_atomic

RESULT = Path(__file__).parents[2] / "benchmarks" / "results" / "map_gates.json"
CYCLES = 120_000
"""Of the main run of a network, about; the episodes come beside it."""


def case(seed: int) -> tuple[NetworkSpec, dict[str, Any]]:
    """A network, and the options of its core."""
    net = map_network_for_gates(seed)
    smaller = without_large_biases(net)
    loaded = spec_of(smaller.description, smaller.tensors)
    loadable = seed % 2 == 1 and decoy_network(loaded, directed(loaded)[:64])[1] > 0
    options = random_options(net, seed)
    if not loadable:
        return spec_of(net.description, net.tensors), options
    return loaded, options | {"weights": "loadable", "control": ("stream", "axi-lite")[seed // 2 % 2]}


def score(seed: int) -> dict[str, Any]:
    """The row of one network."""
    network, options = case(seed)
    clocks = plan_core(network, **options).timing().cycles_per_inference
    samples = int(np.clip(CYCLES // clocks, 8, 400))
    with tempfile.TemporaryDirectory(prefix="sc-maps-") as folder:
        kind = {"simulator": "verilator", "stall": "random" if seed % 3 else "none", "search_seconds": 0}
        result = run(network, folder, samples=samples, seed=seed, **kind, **options)
    report = result.report
    return {
        "seed": seed,
        "layers": [layer.kind for layer in network.layers],
        "time_steps": network.time_steps,
        "network_sha256": network.sha256,
        "options": options,
        "verdict": report["verdict"],
        "reason": report["reason"],
        "cycles": report["cycles"],
        "values_compared": report["values_compared"],
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows together."""
    return {
        "networks": len(rows),
        "passed": sum(row["verdict"] == "PASS" for row in rows),
        "loadable": sum("weights" in row["options"] for row in rows),
        "cycles": sum(row["cycles"] for row in rows),
        "values_compared": sum(row["values_compared"] for row in rows),
    }


def main() -> int:
    """Verify networks until all have their rows, or the time is over; status 1 where one does not pass."""
    parser = argparse.ArgumentParser(description="Gates of networks on maps against the model.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--networks", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no further network after that time")
    options = parser.parse_args()
    rows: dict[int, dict[str, Any]] = {}
    if options.out.exists():
        rows = {row["seed"]: row for row in json.loads(options.out.read_text(encoding="utf-8"))["rows"]}
    began = time.monotonic()
    for seed in range(options.networks):
        if seed in rows or time.monotonic() - began > 60 * options.minutes:
            continue
        rows[seed] = score(seed)
        found = [rows[each] for each in sorted(rows)]
        write_atomic(options.out, json_text({"totals": totals(found), "rows": found}))
        row = rows[seed]
        print(f"{seed:3} {row['verdict']} {row['cycles']:9,} cycles, {', '.join(row['layers'])}", flush=True)
    print(totals(list(rows.values())), flush=True)
    return 0 if rows and all(row["verdict"] == "PASS" for row in rows.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
