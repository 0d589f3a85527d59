"""Write the figures of the regression into the page of evidence; a test holds it.

Usage: python docs/measured_regress.py
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "explanation" / "evidence.md"
MARKS = "<!-- measured: python docs/measured_regress.py -->\n", "\n\n<!-- measured ends -->"
WAYS = {
    "verilator": "Verilator",
    "icarus": "Icarus Verilog",
    "amaranth": "Amaranth's simulator",
    "netlist": "mapped to an UP5K, in Icarus Verilog",
}


def regression() -> list[str]:
    """How many networks there are, a row a simulator, and a row a kind of port."""
    result: dict[str, Any] = json.loads((RESULTS / "regress.json").read_text(encoding="utf-8"))
    total, rows = result["totals"], result["rows"]
    lines = [
        f"`make regress`: {total['networks']:,} random networks, of which {total['passed']:,} passed, "
        f"{total['cycles']:,} clocks, {total['values_compared']:,} values compared, {total['mismatches']:,} different.",
        "",
        "| simulated by | networks | passed | clocks | values |",
        "|---|--:|--:|--:|--:|",
    ]
    for way, name in WAYS.items():
        own = [row for row in rows if row["way"] == way]
        passed = sum(row["verdict"] == "PASS" for row in own)
        clocks, values = (sum(row[key] for row in own) for key in ("cycles", "values_compared"))
        lines.append(f"| {name} | {len(own):,} | {passed:,} | {clocks:,} | {values:,} |")
    lines += ["", "| ports | networks | passed | clocks |", "|---|--:|--:|--:|"]
    for ports, count in Counter(row["ports"] for row in rows).most_common():
        own = [row for row in rows if row["ports"] == ports]
        passed, clocks = sum(row["verdict"] == "PASS" for row in own), sum(row["cycles"] for row in own)
        lines.append(f"| {ports} | {count:,} | {passed:,} | {clocks:,} |")
    return lines


def page() -> str:
    """The page with the figures of today."""
    return filled(PAGE, MARKS, "\n" + "\n".join(regression()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
