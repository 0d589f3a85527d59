"""Write the table of unbounded proofs from the committed figures; a test holds that they agree.

Usage: python docs/measured_formal.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "hdl" / "formal" / "proofs.json"
PAGE = ROOT / "docs" / "explanation" / "proofs.md"
MARKS = "<!-- measured: python docs/measured_formal.py -->\n", "\n\n<!-- measured ends -->"


def figures() -> list[str]:
    """How many there are, and a row a proof."""
    result: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    rows, run = result["rows"], result["from_scratch"]
    cores = {row["block"] for row in rows if row["property"] == "value" and row["block"].startswith("core ")}
    lines = [
        f"{result['proofs']} properties of {result['blocks']} blocks are proved without a bound, {len(cores)} cores "
        f"give the reference's results for ever. All of it from scratch, with covers and planted bugs, took "
        f"{run['seconds']:,} s on two cores, {run['processor_seconds']:,} s of one processor (load of the machine "
        f"{run['load'][0]:.1f} before, {run['load'][1]:.1f} after it).",
        "",
        "| block | what holds for ever | engine | s | could fail after | bug found after |",
        "|---|---|---|--:|--:|--:|",
    ]
    lines += [
        f"| {row['block']} | {row['meaning']} | {row['engine']} | {row['seconds']:.1f} | {row['cover_after']} clocks | "
        f"{row['bug_after']} clocks |"
        for row in rows
    ]
    return lines


def page() -> str:
    """The page with the figures of today."""
    return filled(PAGE, MARKS, "\n" + "\n".join(figures()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
