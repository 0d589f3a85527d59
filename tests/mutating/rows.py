"""What is committed of the changes: a row each, and how many were noticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SURVIVORS = Path(__file__).with_name("survivors.json")
"""By the name of a change that no test notices, why: "equivalent: ..." where it changes nothing that can be seen."""
ROOMS = {
    "spec": ("spec",),
    "reference": ("bitstream",),
    "engines": ("accel", "inference"),
    "export": ("export",),
}
"""Where changes are drawn, as many in each."""


def key_of(row: dict[str, Any]) -> str:
    """The name of a change, which no other has."""
    return f"{row['file']}:{row['line']}:{row['column']}: {row['change']}"


def known_survivors() -> dict[str, str]:
    """Why no test notices a change, by its name."""
    return json.loads(SURVIVORS.read_text(encoding="utf-8"))


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows together, and by room."""
    result: dict[str, Any] = {}
    for room in (*ROOMS, "all"):
        own = [row for row in rows if room in (row["room"], "all")]
        count = {
            verdict: sum(row["verdict"] == verdict for row in own) for verdict in ("killed", "equivalent", "survived")
        }
        real = len(own) - count["equivalent"]
        result[room] = {
            "made": len(own),
            **count,
            "killed_of_real": round(count["killed"] / real, 4) if real else None,
        }
    return result


def document(rows: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    """What is committed; what is known of survivors is told with them."""
    known, told = known_survivors(), []
    for row in rows:
        why = known.get(key_of(row)) if row["verdict"] != "killed" else None
        verdict = "equivalent" if why is not None and why.startswith("equivalent: ") else row["verdict"]
        told.append(row | {"verdict": verdict} | ({} if why is None else {"why": why}))
    return {
        "command": "make core-mutants",
        "seed": seed,
        "totals": totals(told),
        "rows": told,
    }
