"""What was done to files, calls, disks and processes, from the committed results, in one paragraph of the README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"


def _result(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def paragraph() -> str:
    """How much was tried, and how much went wrong."""
    fuzz, crash, signals, caches = map(_result, ("fuzz", "crash", "signals", "caches"))
    total = fuzz["total"]
    tried = total["cases"] - total["unchanged"]
    kinds = ("crash", "hang", "memory", "traceback", "wrong", "reach")
    found = sum(total[kind] for kind in kinds)
    killed = sum(row["points"] for row in crash["rows"] if row["fault"].startswith("killed"))
    bad, ill = crash["wrong"], len(signals["wrong"])
    right = caches["caches"] - len(caches["wrong"])
    return (
        f"Of {tried:,} malformed files, calls and commands {found or 'none'} brought a crash, a hang, a traceback, "
        f"more than 512 MB or a wrong acceptance (`make fuzz`). Verbs were cut short at {crash['points']:,} points, "
        f"{killed} of them with the real tools; the old or the new result was there and the next run completed it at "
        f"{f'all but {bad}' if bad else 'each'} (`make crash`). Of {signals['signals']} signals at random times "
        f"{ill or 'none'} left a child or a temporary file (`make signals`), and {right} of {caches['caches']} damaged "
        "caches of kernels gave the same integers (`make caches`). The results are `benchmarks/results/fuzz.json`, "
        "`crash.json`, `signals.json` and `caches.json`; [what is trusted](SECURITY.md)."
    )
