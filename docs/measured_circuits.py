"""Write the tables about circuits, in the tutorial and on the page about speed, from the committed figures.

A test holds that they agree.

Usage: python docs/measured_circuits.py
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "hdl" / "baselines" / "images.json"
SPEED = ROOT / "benchmarks" / "results" / "circuits_speed.json"
MARKS = "<!-- measured: python docs/measured_circuits.py -->\n", "\n\n<!-- measured circuits end -->"
NAMES = {"gamma": "gamma correction", "roberts": "edges", "mean": "mean filter"}


def images() -> str:
    """Three operations on a photograph: errors, areas, clocks."""
    rows = json.loads(IMAGES.read_text(encoding="utf-8"))["rows"]
    gates = [row["gates"] for row in rows.values()]
    assert all(each["verdict"] == "PASS" for each in gates), "gates differ from the model"
    lines = [
        f"Every window of the photograph passed the gates of its circuit: {sum(each['samples'] for each in gates):,} "
        f"evaluations, {sum(each['cycles'] for each in gates):,} clocks, and no count was another than the model's. "
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


def speed() -> str:
    """Operators against the reference and a loop in PyTorch."""
    result = json.loads(SPEED.read_text(encoding="utf-8"))
    targets, threads = result["targets"], result["threads"]
    lines = [
        f"{result['statement']}, {threads} thread{'s' * (threads > 1)}, medians of {result['rounds']} rounds, "
        f"PyTorch {result['versions']['torch']}; the targets are {targets['reference']:.0f} times the reference and "
        f"{targets['torch']:.0f} times the loop, and are {'met' if result['met'] else '**missed**'}:",
        "",
        "| operator | `fast`, ms | loop in PyTorch, ms | loop / `fast` | reference, ms | reference / `fast` |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for kind, row in result["operators"].items():
        keys = ("fast_ms", "torch_ms", "torch_over_fast", "reference_ms", "reference_over_fast")
        lines.append(f"| `{kind}` | {' | '.join(_three_digits(row[key]) for key in keys)} |")
    return "\n".join(lines)


def _three_digits(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


PAGES: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "tutorials" / "circuits.md": images,
    ROOT / "docs" / "explanation" / "speed.md": speed,
}


def page(path: Path) -> str:
    """A page as it should be."""
    return filled(path, MARKS, PAGES[path]())


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(page(each), encoding="utf-8")
