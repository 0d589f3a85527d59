"""How many faults in the gates co-simulations see: mutants of small cores of every architecture; `make mutants`.

A core's row is written as soon as it is scored, and a core whose row is there, of the same network, gates and settings,
is not run again. What survives is proved to be the same core, or stands in the row with cell and line.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from support.networks.small_cores import several

from sc_neurocore.cosim import run
from sc_neurocore.spec import OptionError, SpecError
from sc_neurocore.spec.files.atomic import json_text, write_atomic

RESULT = Path(__file__).parents[2] / "benchmarks" / "results" / "mutants.json"
SETTINGS: dict[str, Any] = {"samples": 64, "stall": "random", "search_seconds": 4.0, "seed": 0}


def score(name: str, mutants: int) -> dict[str, Any]:
    """The row of one core."""
    network, options = several()[name]
    before = _seconds()
    with tempfile.TemporaryDirectory(prefix="sc-mutants-") as folder:
        result = run(network, folder, simulator="verilator", mutants=mutants, **SETTINGS, **options)
    assert result.passed, (name, result.reason)
    row = {"core": name, "network_sha256": network.sha256, "rtl_sha256": result.report["rtl_sha256"]}
    row |= {"asked": mutants, "settings": SETTINGS, "cycles": result.report["cycles"]}
    return row | result.report["gate_mutants"] | {"cpu_seconds": round(_seconds() - before, 1)}


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows together."""
    keys = ("made", "killed", "equivalent", "unresolved")
    added: dict[str, Any] = {key: sum(row[key] for row in rows) for key in keys}
    share = added["killed"] / max(1, added["made"] - added["equivalent"])
    return {"cores": len(rows), **added, "killed_of_different": round(share, 5)}


def _seconds() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def main() -> int:
    """Score cores until all have their rows, or the time is over; status 1 where a survivor is left."""
    parser = argparse.ArgumentParser(description="Mutants of gates: killed, proved the same, or listed.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--mutants", type=int, default=150, help="of each core")
    parser.add_argument("--only", nargs="*", choices=list(several()), default=list(several()))
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no further core after that time")
    options = parser.parse_args()
    rows: dict[str, Any] = {}
    if options.out.exists():
        rows = {row["core"]: row for row in json.loads(options.out.read_text(encoding="utf-8"))["rows"]}
    began = time.monotonic()
    for place, name in enumerate(options.only, 1):
        network, _ = several()[name]
        done = rows.get(name, {})
        same = (done.get("network_sha256"), done.get("asked"), done.get("settings"))
        if same == (network.sha256, options.mutants, SETTINGS) or time.monotonic() - began > 60 * options.minutes:
            continue
        try:
            rows[name] = score(name, options.mutants)
        except (OptionError, SpecError) as error:
            print(f"{place}/{len(options.only)} {name}: {error}", flush=True)
            continue
        row = rows[name]
        print(
            f"{place}/{len(options.only)} {name:16} {row['made']:4} made {row['killed']:4} killed "
            f"{row['equivalent']:3} the same {row['unresolved']:3} left, {row['cpu_seconds']} s",
            flush=True,
        )
        written = [rows[key] for key in several() if key in rows]
        text = json_text({"command": "make mutants", **totals(written), "rows": written})
        write_atomic(options.out, text)
    print(totals(list(rows.values())))
    return int(any(row["unresolved"] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
