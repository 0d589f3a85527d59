"""Write the README's measured tables from the committed artifacts; a test holds that README says the same.

Usage: python docs/measured.py
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ACCURACY = ROOT / "benchmarks" / "results" / "accuracy" / "accuracy.json"
README = ROOT / "README.md"
START, END = "<!-- measured: python docs/measured.py -->\n", "\n\n<!-- measured ends -->"
RESOURCES = ROOT / "hdl" / "synth" / "resources.json"


def accuracy_table() -> list[str]:
    """One row a network and stream length."""
    rows = [
        "| network | bits a stream | float | exact integers | difference, points | 95 % interval |",
        "|---|---|---|---|---|---|",
    ]
    for network, lengths in json.loads(ACCURACY.read_text(encoding="utf-8"))["networks"].items():
        for length, row in lengths.items():
            low, high = row["difference_95"]
            assert row["integers_compared"] > 0, "a row of unchecked integers"
            assert row["integers_different"] == 0, "the exported integers are not the trained ones"
            rows.append(
                f"| {network} | {length} | {row['float_mean']:.2f} % | {row['accuracy_mean']:.2f} % "
                f"| {row['difference_mean']:+.2f} | {low:+.2f} to {high:+.2f} |"
            )
    return rows


def resources_table() -> list[str]:
    """One row a device and folding."""
    rows = [
        "| device | neurons in parallel | LUTs | flip-flops | clock | cycles | inferences a second |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in json.loads(RESOURCES.read_text(encoding="utf-8")):
        lanes = ", ".join(str(lane) for lane in row["neurons_in_parallel"])
        placed = row["fmax_mhz"] is not None
        clock = f"{row['fmax_mhz']:.0f} MHz" if placed else "does not fit" if row["fits"] is False else "not routed"
        rate = f"{row['inferences_per_second']:,}" if placed else "–"
        rows.append(
            f"| {row['device']} | {lanes} | {row['luts']:,} | {row['ffs']:,} | {clock} "
            f"| {row['cycles_per_inference']} | {rate} |"
        )
    return rows


def measured() -> str:
    """Both tables, each with what it is and the command that made it."""
    parts = [
        "Accuracy on 450 test images of scikit-learn's digits, means over 10 seeds; every network is trained through "
        "its own integers. `make accuracy` made `benchmarks/results/accuracy/accuracy.json`:",
        "",
        *accuracy_table(),
        "",
        "The 64-32-10 core with 16 bits a stream. Area and clock are estimates of Yosys and nextpnr, no device was "
        "involved. `python hdl/synth/measure.py` made `hdl/synth/resources.json`:",
        "",
        *resources_table(),
    ]
    return "\n".join(parts)


def readme() -> str:
    """The README as it should be."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(START)
    return before + START + measured() + END + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
