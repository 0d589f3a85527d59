"""Measure what the digits core takes on each device, for several foldings: resources.json, the table of hdl/README.md.

Usage: python hdl/synth/measure.py            measure all rows (half an hour on two cores) and write resources.json
       python hdl/synth/measure.py up5k       measure the rows of one target, keep the others
       python hdl/synth/measure.py --table    print resources.json as Markdown
       python hdl/synth/measure.py --stale    which rows are of gates that are no longer generated? status 1

The network is tests/golden/digits: 64-32-10, n = 4, L = 16, default pair. Figures are estimates of Yosys and nextpnr.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from sc_neurocore import load_network, rtl, synth

FILE = Path(__file__).with_name("resources.json")
NETWORK = Path(__file__).resolve().parents[2] / "tests" / "golden" / "digits"
FOLDINGS = ((16, 10), (1, 1), (4, 2))
SEEDS = (1,)  # another seed moves the clock by some 5 %
KEPT = (
    "target",
    "device",
    "luts",
    "ffs",
    "brams",
    "dsps",
    "cells",
    "fits",
    "fmax_mhz",
    "fmax_per_seed_mhz",
    "seeds",
    "cycles_per_inference",
    "inferences_per_second",
    "note",
    "network_sha256",
    "rtl_sha256",
    "tools",
)


def measure(targets: list[str]) -> None:
    """Run the flow for all foldings on these targets; each row is written as soon as it is there."""
    network = load_network(NETWORK)
    for folding in FOLDINGS:
        for target in targets:
            with tempfile.TemporaryDirectory() as name:
                found = synth.run(
                    network,
                    Path(name) / "synth",
                    target=target,
                    seeds=SEEDS,
                    neurons_in_parallel=folding,
                    progress=lambda line: print(line, file=sys.stderr, flush=True),
                )
            row = {"neurons_in_parallel": list(folding)} | {key: found[key] for key in KEPT}
            row["rtl_sha256"] = found["gates_sha256"]  # which no change of a comment changes
            old = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
            rows = [each for each in old if (each["target"], each["neurons_in_parallel"]) != (target, list(folding))]
            rows = sorted([*rows, row], key=lambda each: (each["target"], each["neurons_in_parallel"]))
            FILE.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| target | neurons in parallel | LUT4 | FF | BRAM | DSP | cells | fmax, MHz | cycles | inferences/s |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        folding = " + ".join(map(str, row["neurons_in_parallel"]))
        clock = "does not fit" if row["fits"] is False else f"{row['fmax_mhz']:.1f}"
        rate = "–" if row["inferences_per_second"] is None else f"{row['inferences_per_second']:,}"
        counts = " | ".join(f"{row[key]:,}" for key in ("luts", "ffs", "brams", "dsps", "cells"))
        lines.append(f"| {row['target']} | {folding} | {counts} | {clock} | {row['cycles_per_inference']} | {rate} |")
    return "\n".join(lines)


def stale(rows: list[dict[str, Any]]) -> list[str]:
    """One line for each row whose Verilog is not what is generated today."""
    network = load_network(NETWORK)
    lines = []
    with tempfile.TemporaryDirectory() as name:
        hashes = {
            folding: rtl.generate(network, Path(name) / f"{i}", neurons_in_parallel=folding)["gates_sha256"]
            for i, folding in enumerate(FOLDINGS)
        }
    for row in rows:
        if row["rtl_sha256"] != hashes.get(tuple(row["neurons_in_parallel"])):
            lines.append(f"{row['target']}, neurons in parallel {row['neurons_in_parallel']}: other gates")
    return lines


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print(table(json.loads(FILE.read_text(encoding="utf-8"))))
        return 0
    if arguments == ["--stale"]:
        lines = stale(json.loads(FILE.read_text(encoding="utf-8")))
        print("\n".join(lines) or "all rows are of today's gates")
        return 1 if lines else 0
    if not set(arguments) <= set(synth.TARGETS):
        print(__doc__)
        return 2
    measure(arguments or [name for name, target in synth.TARGETS.items() if target.nextpnr and name != "ecp5-85k"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
