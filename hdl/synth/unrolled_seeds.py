"""Accuracy of the digits networks of `unrolled.json`, trained anew with seeds 0 to 4: unrolled_seeds.json.

Usage: python hdl/synth/unrolled_seeds.py           train what is missing, some ten seconds a network
       python hdl/synth/unrolled_seeds.py --table   print the file as Markdown

The networks of seed 0 are the committed ones: `sc-neurocore train --stream-length 16 --sparsity 0.7`, 0.8, and without.
Tables are the plan's estimates on an ECP5, those of carry cells among them.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore.export import export_model
from sc_neurocore.rtl.cores.architectures import plan_core
from sc_neurocore.rtl.plan.estimates import DEVICES
from sc_neurocore.training import TrainConfig, train

FILE = Path(__file__).with_name("unrolled_seeds.json")
SHARES = (0.7, 0.8, 0.0)
SEEDS = range(5)


def measured(share: float, seed: int) -> dict[str, Any]:
    """One network.

    Args:
        share: of the weights that are to be 0.
        seed: of the training.
    """
    with tempfile.TemporaryDirectory() as folder:
        model = train(TrainConfig(stream_length=16, sparsity=share, seed=seed, name="digits"), Path(folder) / "model")
    network = export_model(model).network
    plan = plan_core(network, architecture="unrolled")
    return {
        "sparsity": share,
        "seed": seed,
        "accuracy": model.accuracy["integer"],
        "nonzero": sum(int(np.count_nonzero(codes)) for codes in network.weights),
        "estimated_tables": plan.estimate(DEVICES["ecp5-25k"]).tables,
        "network_sha256": network.sha256,
    }


def rows() -> list[dict[str, Any]]:
    """What was measured."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []


def table(found: list[dict[str, Any]]) -> str:
    """Means and ranges as Markdown."""
    lines = [
        "| sparsity | seeds | accuracy, mean | range | weights not 0 | tables, estimated |",
        "|--:|--:|--:|---|---|---|",
    ]
    for share in SHARES:
        these = [row for row in found if row["sparsity"] == share]
        if not these:
            continue
        right, used, tables = ([row[key] for row in these] for key in ("accuracy", "nonzero", "estimated_tables"))
        mean = f"{100 * statistics.mean(right):.2f} % | {100 * min(right):.2f} – {100 * max(right):.2f} %"
        counts = f"{min(used):,} – {max(used):,} | {min(tables):,} – {max(tables):,}"
        lines.append(f"| {share:g} | {len(these)} | {mean} | {counts} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print(table(rows()))
        return 0
    if arguments:
        print(__doc__)
        return 2
    for share in SHARES:
        for seed in SEEDS:
            found = rows()
            if any((row["sparsity"], row["seed"]) == (share, seed) for row in found):
                continue
            found.append(measured(share, seed))
            print(found[-1], file=sys.stderr, flush=True)
            FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
