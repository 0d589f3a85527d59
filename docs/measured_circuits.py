"""Write the tables of the tutorial on circuits from the committed figures; a test holds that they agree.

Usage: python docs/measured_circuits.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "hdl" / "baselines" / "images.json"
PAGE = ROOT / "docs" / "tutorials" / "circuits.md"
START, END = "<!-- measured: python docs/measured_circuits.py -->\n", "\n\n<!-- measured ends -->"
NAMES = {"gamma": "gamma correction", "roberts": "edges", "mean": "mean filter"}


def measured() -> str:
    """The paragraph and the tables."""
    rows = json.loads(FIGURES.read_text(encoding="utf-8"))["rows"]
    gates = [row["gates"] for row in rows.values()]
    assert all(each["verdict"] == "PASS" for each in gates), "gates differ from the model"
    lines = [
        f"The photograph passed the gates: {sum(each['samples'] for each in gates):,} evaluations, "
        f"{sum(each['cycles'] for each in gates):,} clocks, and no count was another than the model's. "
        "Errors are of the whole photograph, of values between 0 and 1:",
        "",
        "| | streams: mean error | largest | binary: mean error | largest |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, row in rows.items():
        cells = [
            f"{row['errors'][kind][which]:.4f}"
            for kind in ("streams", "binary")
            for which in ("mean_error", "largest_error")
        ]
        lines.append(f"| {NAMES[name]} | {' | '.join(cells)} |")
    lines += [
        "",
        "| | device | streams: tables, flip-flops | clocks | MHz | binary: tables, flip-flops | clocks | MHz "
        "| ports and buffer alone | time, streams / binary |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [_row(name, target, row) for name, row in rows.items() for target in row["area"]["streams"]]
    return "\n".join(lines)


def _row(name: str, target: str, row: dict[str, Any]) -> str:
    cells = [NAMES[name], target]
    seconds = {}
    for kind in ("streams", "binary"):
        area, clocks = row["area"][kind][target], row["cycles"][kind]
        cells += [_area(area, target), f"{clocks:,}", f"{area['fmax_mhz']:.0f}"]
        seconds[kind] = clocks / area["fmax_mhz"]
    cells += [_area(row["area"]["ports and buffer"][target], target), f"{seconds['streams'] / seconds['binary']:.0f}"]
    return f"| {' | '.join(cells)} |"


def _area(area: dict[str, Any], target: str) -> str:
    """Tables of four inputs, two of them in each carry cell of an ECP5, and flip-flops."""
    return f"{area['luts'] + 2 * area['carries'] * target.startswith('ecp5')}, {area['ffs']}"


def page() -> str:
    """The page as it should be."""
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    return before + START + measured() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
