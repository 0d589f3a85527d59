"""What was done to files, calls and disks, from the committed results, in one paragraph of the README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"


def _result(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def paragraph() -> str:
    """How much was tried, and how much went wrong."""
    fuzz, crash = map(_result, ("fuzz", "crash"))
    total = fuzz["total"]
    tried = total["cases"] - total["unchanged"]
    found = sum(total[kind] for kind in ("crash", "hang", "memory", "traceback", "wrong", "reach"))
    bad = crash["wrong"]
    return (
        f"Of {tried:,} malformed files, calls and commands {found or 'none'} brought a crash, a hang, a traceback, "
        f"more than 512 MB or a wrong acceptance (`make fuzz`). Verbs were cut short, or run twice at once, at "
        f"{crash['points']:,} points; the old or the new result was there, and the next run completed it, at "
        f"{f'all but {bad}' if bad else 'each'} (`make crash`). The commands made `benchmarks/results/fuzz.json` and "
        "`crash.json`; [what is trusted](SECURITY.md)."
    )
