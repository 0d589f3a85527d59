# amaranth: UnusedElaboratable=no
"""Plans of many small networks: clocks and areas without a gate, clocks of built cores, tables beside Yosys' counts.

    python tests/rtl/plan/plan_table.py --out benchmarks/results/plans.json

Every pair of network and options that has a plan is a row. One row in `EVERY` is built and simulated. The areas are
compared with the counts of Yosys that `hdl/synth` keeps; the tests there see that they are of today's gates.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))

from support.networks.default_pair import random_default_pair  # noqa: E402  # the path above
from support.networks.random_networks import random_codes, random_network  # noqa: E402
from support.networks.specs import spec_of  # noqa: E402
from support.networks.spiking_networks import random_spiking  # noqa: E402
from support.simulation.axis import run_core, wide_beats  # noqa: E402

from sc_neurocore import load_network  # noqa: E402
from sc_neurocore.rtl import CorePlan, plan_core  # noqa: E402
from sc_neurocore.rtl.cores.architectures import gates_of  # noqa: E402
from sc_neurocore.rtl.plan.estimates import DEVICES  # noqa: E402
from sc_neurocore.spec import NetworkSpec  # noqa: E402
from sc_neurocore.spec.errors import SCError  # noqa: E402

EVERY = 4
SAMPLES = 10
"""Enough that three layers that overlap have settled."""
MOST_CLOCKS = 8_000
"""Of a simulation; cores that need more are planned only."""
WITHIN = 0.15
ACCUMULATORS = (("parallel_counter",), ("mux",), ("or",), ("mux", "parallel_counter"))
OPTIONS: tuple[dict[str, Any], ...] = (
    {"architecture": "row"},
    {"neurons_in_parallel": 1},
    {"architecture": "row", "stream_bits_per_cycle": 3},
    {"architecture": "row", "weights": "loadable", "neurons_in_parallel": 2},
    {"architecture": "row", "anytime": True},
    {"architecture": "column"},
    {"architecture": "column", "neurons_in_parallel": 2},
    {"architecture": "column", "stream_bits_per_cycle": 2},
    {"architecture": "column", "weights": "loadable"},
    {"architecture": "column", "overlap": True},
    {"architecture": "column", "overlap": True, "logic_weights": True},
    {"architecture": "column", "product_table": True},
    {"architecture": "column", "overlap": True, "product_table": True},
    {"architecture": "serial"},
    {"architecture": "serial", "stream_bits_per_cycle": 1},
    {"architecture": "serial", "stream_bits_per_cycle": 4},
    {"architecture": "serial", "weights": "loadable", "memory": "spram"},
    {"architecture": "serial", "anytime": True},
    {"architecture": ("column", "row")},
    {"architecture": ("row", "column"), "neurons_in_parallel": 2},
    {"architecture": ("row", "serial")},
    {"target": "up5k"},
    {"architecture": "unrolled"},
    {"architecture": "row", "elements_per_beat": 2},
)
"""What is asked of each network; what none of its plans does is left out."""

Case = tuple[dict[str, Any], dict[str, np.ndarray]]


def networks() -> dict[str, Case]:
    """Small networks: of the default pair, of any streams, spiking ones of any accumulator."""
    found = {f"default pair {seed}": random_default_pair(seed) for seed in range(8)}
    found |= {
        f"any streams {seed}": random_network(seed, gates=True, most_inputs=6, most_neurons=5)[:2] for seed in range(6)
    }
    return found | {f"spiking {seed}": random_spiking(seed, ACCUMULATORS[seed % 4])[:2] for seed in range(8)}


def plans(case: Case) -> Iterator[tuple[dict[str, Any], CorePlan]]:
    """The options that have a plan, and the plan."""
    network = spec_of(*case)
    for options in OPTIONS:
        try:
            yield options, plan_core(network, **options)
        except SCError:
            continue


def planned(name: str, options: dict[str, Any], plan: CorePlan) -> dict[str, Any]:
    """A row: what is known without a gate."""
    tables = {device: plan.estimate(each).tables for device, each in DEVICES.items()}
    return {"network": name, "options": options, **vars(plan.timing()), "tables": tables}


def built(case: Case, plan: CorePlan) -> dict[str, int] | None:
    """The same clocks, of the gates in Amaranth's simulator; None where they need too many, or must be loaded."""
    network, timing = plan.network, plan.timing()
    if timing.cycles_per_inference * SAMPLES > MOST_CLOCKS or not plan.initialised:
        return None
    core, codes = gates_of(plan), random_codes(case[0], np.random.default_rng(0), SAMPLES)
    rows = codes.reshape(-1, network.input.features)
    frames = SAMPLES * (1 if network.output.reduce == "sum" else network.time_steps)
    together = plan.beat[0]
    stimulus = [beat for row in rows for beat in wide_beats(row, len(core.s_axis_tdata), together)]
    limit = 2 * MOST_CLOCKS
    seen = run_core(core, stimulus, frames=frames, signed=network.output_signed, limit=limit)
    summed = network.output.reduce == "sum" and network.time_steps > 1
    needed = len(stimulus) // SAMPLES if summed else -(-network.input.features // together)
    ends = seen.sent[len(seen.sent) // SAMPLES - 1 :: len(seen.sent) // SAMPLES]
    latency = seen.valid[0] - seen.accepted[needed - 1]
    return {"latency_cycles": latency, "cycles_per_inference": ends[-1] - ends[-2]}


def counted() -> Iterator[tuple[str, str, dict[str, Any], int]]:
    """Target, network folder, options and tables of the cores that Yosys has mapped."""
    synth = ROOT / "hdl" / "synth"

    def rows(name: str) -> list[dict[str, Any]]:
        return json.loads((synth / name).read_text(encoding="utf-8"))

    for row in rows("resources.json"):
        yield row["target"], "tests/golden/digits", {"neurons_in_parallel": row["neurons_in_parallel"]}, row["luts"]
    for row in [*rows("architectures.json"), *rows("serial.json")]:
        options = dict(row["options"])
        if options.pop("loadable", False):
            options["weights"] = "loadable"
        if not row["network"].startswith("dense"):  # drawn, and in no folder
            folder = "tests/golden/digits" if row["network"] == "demo4" else f"hdl/synth/networks/{row['network']}"
            yield row["target"], folder, options, row["luts"]
    for row in rows("folded.json"):
        yield row["target"], "hdl/synth/networks/digits4", row["options"], row.get("alone", row)["luts"]


def areas() -> list[dict[str, Any]]:
    """The estimate of each core that Yosys has mapped, without its control port."""
    read: dict[str, NetworkSpec] = {}
    found = []
    for target, folder, options, luts in counted():
        if folder not in read:
            read[folder] = load_network(ROOT / folder)
        tables = plan_core(read[folder], **options).estimate(DEVICES[target]).tables
        row = {"target": target, "network": folder, "options": options}
        found.append(row | {"luts": luts, "estimate": tables, "error": round(tables / luts - 1, 3)})
    return found


def main(out: Path) -> int:
    """Write the table; status 1 where a built core has other clocks than its plan."""
    rows: list[dict[str, Any]] = []
    for name, case in networks().items():
        for options, plan in plans(case):
            row = planned(name, options, plan)
            if len(rows) % EVERY == 0:
                row["built"] = built(case, plan)
                print(f"{name}, {options}: {row['built']}", flush=True)
            rows.append(row)
    simulated = [row for row in rows if row.get("built")]
    wrong = [row for row in simulated if any(row[key] != clocks for key, clocks in row["built"].items())]
    found = areas()
    head = {
        "command": "python tests/rtl/plan/plan_table.py --out benchmarks/results/plans.json",
        "pairs": len(rows),
        "built": len(simulated),
        "with_other_clocks": len(wrong),
        "areas": len(found),
        "areas_within_15_percent": sum(abs(row["error"]) <= WITHIN for row in found),
    }
    lines = [f' "{key}": {json.dumps(value)}' for key, value in head.items()]
    for key, table in (("plans", rows), ("compared_areas", found)):
        body = ",\n  ".join(json.dumps(row) for row in table)
        lines.append(f' "{key}": [\n  {body}\n ]')
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(json.dumps(head, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    sys.exit(main(parser.parse_args().out))
