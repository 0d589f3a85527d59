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
    fuzz, crash, signals, caches = map(_result, ("fuzz", "crash", "signals", "caches"))
    total = fuzz["total"]
    tried = total["cases"] - total["unchanged"]
    found = sum(total[kind] for kind in ("crash", "hang", "memory", "traceback", "wrong", "reach"))

    def told(tried: int, wrong: int) -> str:
        return f"all but {wrong} of {tried:,}" if wrong else f"each of {tried:,}"

    return (
        f"Of {tried:,} malformed files, calls and commands {found or 'none'} brought a crash, a hang, a traceback, "
        f"more than 512 MB or a wrong acceptance (`make fuzz`). Verbs were cut short, or run twice at once; the old or "
        f"the new result was there, and the next run completed it, at {told(crash['points'], crash['wrong'])} points "
        f"(`make crash`). After {told(signals['signals'], len(signals['wrong']))} signals at random times no child, "
        f"and after the next run no temporary file, was left (`make signals`), and "
        f"{told(caches['caches'], len(caches['wrong']))} damaged caches of kernels changed no integer (`make caches`). "
        "The commands made the files of these names in `benchmarks/results`; [what is trusted](SECURITY.md)."
    )
