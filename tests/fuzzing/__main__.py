"""`python -m fuzzing --cases N --out FILE`, in `tests/`: all targets, in shares; an interrupted run goes on."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import environment  # noqa: F401 -- first of all that loads libraries
from .targets import TARGETS
from .trial import MEMORY, SECONDS, trials

FORMAT, FORMAT_VERSION = "sc-neurocore/fuzz", 1
MOST_TOLD = 20
"""Findings a target whose text is kept; all are counted."""


ROUNDS = 4
"""In which all targets have their turn."""


def keep(file: Path, state: dict[str, Any]) -> None:
    """Write what is done, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".new").write_text(json.dumps(state))
    file.with_suffix(".new").replace(file)


def quota(name: str, cases: int) -> int:
    """How many cases of a target a run of so many has."""
    return max(1, round(cases * TARGETS[name].share / sum(target.share for target in TARGETS.values())))


def run(
    cases: int, seed: int, out: Path, *, only: str = "", state_file: Path | None = None, minutes: float = 1e9
) -> dict[str, Any]:
    """Run all targets; returns the document.

    Args:
        cases: inputs in all.
        seed: of all.
        out: file to write.
        only: targets whose names hold this.
        state_file: what is done already; written after each child.
        minutes: no further child is begun after these.
    """
    state = json.loads(state_file.read_text()) if state_file and state_file.exists() else {}
    if state.get("seed", seed) != seed:
        raise SystemExit(f"{state_file} is of seed {state['seed']}; remove it")
    done: dict[str, Any] = state.get("targets", {})
    spent, begun = state.get("seconds", 0.0), time.monotonic()
    os.fsync = lambda handle: None  # what is written here need not outlive a power cut
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=memory) as place:
        chosen = [name for name in TARGETS if only in name]
        folders = {name: Path(place, str(i)) for i, name in enumerate(chosen)}
        for name in chosen:
            folders[name].mkdir()
            TARGETS[name].prepare(folders[name])
        for turn in range(1, ROUNDS + 1):  # a run that is cut short has met every target
            for name in chosen:
                row = done.setdefault(name, {"cases": 0, "refused": 0, "legal": 0, "unchanged": 0, "findings": []})
                stop = -(-quota(name, cases) * turn // ROUNDS)
                for tally, findings in trials(name, TARGETS[name], folders[name], row["cases"], stop, seed):
                    for key, value in tally._asdict().items():
                        row[key] += value
                    row["findings"] += [finding[1:] for finding in findings]
                    if state_file:
                        keep(state_file, {"seed": seed, "seconds": spent + time.monotonic() - begun, "targets": done})
                    if time.monotonic() - begun > 60 * minutes:
                        break
            refused, found = (
                sum(len(row[key]) if key == "findings" else row[key] for row in done.values())
                for key in ("refused", "findings")
            )
            print(f"{turn}/{ROUNDS}: {refused} refused, {found} findings, {time.monotonic() - begun:.0f} s", flush=True)
    document = summary(done, seed, spent + time.monotonic() - begun)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    return document


def summary(done: dict[str, Any], seed: int, seconds: float) -> dict[str, Any]:
    """The result as it is committed."""
    kinds = ("crash", "hang", "memory", "traceback", "wrong", "reach")
    rows = {}
    for name, row in done.items():
        found = {kind: sum(finding[1] == kind for finding in row["findings"]) for kind in kinds}
        rows[name] = {key: row[key] for key in ("cases", "refused", "legal", "unchanged")}
        rows[name] |= {"found": found, "told": row["findings"][:MOST_TOLD]}
    total = {key: sum(row[key] for row in rows.values()) for key in ("cases", "refused", "legal", "unchanged")}
    total |= {kind: sum(row["found"][kind] for row in rows.values()) for kind in kinds}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "command": "make fuzz",
        "seed": seed,
        "limits": {"seconds": SECONDS, "bytes": MEMORY},
        "seconds": round(seconds),
        "total": total,
        "targets": rows,
    }


def main() -> int:
    """Returns 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, required=True, help="inputs in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="targets whose names hold this")
    parser.add_argument("--state", type=Path, help="file of what is done")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--out", type=Path, required=True, help="result as JSON")
    options = parser.parse_args()
    document = run(
        options.cases, options.seed, options.out, only=options.only, state_file=options.state, minutes=options.minutes
    )
    print(json.dumps(document["total"]))
    return int(any(document["total"][kind] for kind in ("crash", "hang", "memory", "traceback", "wrong", "reach")))


if __name__ == "__main__":
    sys.exit(main())
