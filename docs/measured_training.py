"""Write the tables of the training page from the committed accuracy figures; a test holds that they agree.

Usage: python docs/measured_training.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "accuracy"
PAGE = ROOT / "docs" / "explanation" / "training.md"
MARKS = "<!-- measured: python docs/measured_training.py -->\n", "\n\n<!-- measured ends -->"
HEAD = [
    "| {} | L | seeds | float | exact integers | difference, points | 95 % interval |",
    "|---|---|---|---|---|---|---|",
]
PAIRS = {
    "sobol": "Sobol 1 × 2",
    "lfsr": "LFSR × its bit reversal",
    "bipolar": "bipolar (XNOR), Sobol 1 × 2",
    "or": "OR, Sobol 1 × 2, shifted by lane",
    "van_der_corput": "van der Corput × counter",
}


def table(first: str, part: dict[str, dict[str, dict[str, Any]]]) -> list[str]:
    """One row a name and stream length, ascending."""
    rows = [HEAD[0].format(first), HEAD[1]]
    for name, lengths in part.items():
        for length, row in sorted(lengths.items(), key=lambda item: int(item[0])):
            low, high = row["difference_95"]
            assert row["integers_compared"] > 0, "a row of unchecked integers"
            assert row["integers_different"] == 0, "the exported integers are not the trained ones"
            rows.append(
                f"| {PAIRS.get(name, name)} | {length} | {row['seeds']} | {row['float_mean']:.2f} % "
                f"| {row['accuracy_mean']:.2f} % | {row['difference_mean']:+.2f} | {low:+.2f} to {high:+.2f} |"
            )
    return rows


def measured() -> str:
    """The tables, each with what it is."""
    result = json.loads((RESULTS / "accuracy.json").read_text(encoding="utf-8"))
    cost = json.loads((RESULTS / "epoch_cost.json").read_text(encoding="utf-8"))
    rows = [row for part in ("networks", "pairs", "rounded") for each in result[part].values() for row in each.values()]
    compared = sum(row["integers_compared"] for row in rows)
    order = {name: result["pairs"][name] for name in PAIRS if name in result["pairs"]}
    parts = [
        f"{result['epochs']} epochs, 450 test images; {compared:,} integers of exported networks "
        "compared with the training forward's, none differs. Default pair, trained at each length (the spiking network "
        "over 4 steps, at most 100 epochs):",
        "",
        *table("network", result["networks"]),
        "",
        "The same float networks exported as they are, without any further training:",
        "",
        *table("network", result["rounded"]),
        "",
        "64-32-10, other ways to make and add streams, trained at each length:",
        "",
        *table("streams", order),
        "",
        f"An epoch through the exact integers over the same float epoch, batch {cost['batch_size']}, medians of the "
        "ratios of neighbours in one run (`python benchmarks/epoch_cost.py`):",
        "",
        "| network | " + " | ".join(f"L = {n}" for n in _lengths(cost)) + " |",
        "|---|" + "---|" * len(_lengths(cost)),
    ]
    for name, row in cost["networks"].items():
        parts.append(f"| {name} | " + " | ".join(f"{row[n]['ratio']:.2f}" for n in _lengths(cost)) + " |")
    return "\n".join(parts)


def _lengths(cost: dict[str, Any]) -> list[str]:
    return sorted(next(iter(cost["networks"].values())), key=int)


def page() -> str:
    """The page as it should be."""
    return filled(PAGE, MARKS, measured())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
