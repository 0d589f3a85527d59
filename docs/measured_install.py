"""Write how large the extras are into the page on installation; a test holds it.

Usage: python docs/measured_install.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "install_sizes.json"
PAGE = ROOT / "docs" / "how-to" / "install.md"
MARKS = "<!-- measured: python docs/measured_install.py -->\n", "\n<!-- measured ends -->"
NOTHING = "–"
"""In the table, the row of what is brought without extras."""


def table(text: str, megabytes: dict[str, float]) -> str:
    """A table with the sizes of today in its last column.

    Args:
        text: its lines.
        megabytes: by extra, "" for none.
    """

    def sized(row: re.Match[str]) -> str:
        extra = "" if row["extra"] == NOTHING else row["extra"].strip("`")
        return f"{row['before']} {round(megabytes[extra], -1 if megabytes[extra] >= 100 else None):,.0f} |"

    return re.sub(rf"^(?P<before>\| (?P<extra>`\w+`|{NOTHING}) .*\|) [\d,]+ \|$", sized, text, flags=re.MULTILINE)


def source(result: dict[str, Any]) -> str:
    """How and when that was measured."""
    return (
        "Megabytes (a million bytes) are of installed files, without compiled Python files, beyond those of the first "
        f"row; what extras share is in each. `python benchmarks/install_sizes.py` added them up on "
        f"{result['measured_on']}, {result['system']}, in the environment of `constraints.txt`, from the list of files "
        "that each distribution keeps (`benchmarks/results/install_sizes.json`)."
    )


def page() -> str:
    """The page with the figures of today."""
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    start, end = MARKS
    between = PAGE.read_text(encoding="utf-8").split(start)[1].split(end)[0]
    rows = "\n".join(line for line in between.splitlines() if line.startswith("|"))
    return filled(PAGE, MARKS, f"\n{table(rows, result['megabytes'])}\n\n{source(result)}\n")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
