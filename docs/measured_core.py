"""Write the figures of the changed Python core into the page of evidence; a test holds it.

Usage: python docs/measured_core.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "core_mutants.json"
PAGE = ROOT / "docs" / "explanation" / "evidence.md"
MARKS = "<!-- measured: python docs/measured_core.py -->\n", "\n\n<!-- core ends -->"
ROOMS = {
    "spec": "`spec`",
    "reference": "`bitstream`, the reference",
    "engines": "`accel` and `inference`, the engines",
    "export": "`export`",
    "all": "all",
}


def changes() -> list[str]:
    """A row a room, and each change that no test notices."""
    result: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    lines = ["| drawn in | changes | noticed | change nothing | not noticed | noticed of those that change something |"]
    lines.append("|---|--:|--:|--:|--:|--:|")
    for room, name in ROOMS.items():
        total = result["totals"][room]
        lines.append(
            f"| {name} | {total['made']} | {total['killed']} | {total['equivalent']} | {total['survived']} | "
            f"{100 * total['killed_of_real']:.1f} % |"
        )
    lines += ["", "Not noticed:", ""]
    for row in result["rows"]:
        if row["verdict"] == "survived":
            lines.append(
                f"* `{row['file']}`, line {row['line']}, `{row['change']}`: {row['why'].removeprefix('gap: ')}"
            )
    return lines


def page() -> str:
    """The page with the figures of today."""
    return filled(PAGE, MARKS, "\n" + "\n".join(changes()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
