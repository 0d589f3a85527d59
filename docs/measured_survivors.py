"""Write the figures of mutants, flips and cheats into the page of survivors; a test holds it.

Usage: python docs/measured_survivors.py
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from sc_neurocore.cosim.gate_mutants.equivalence import ENGINES

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CHEATS = ROOT / "tests" / "cosim" / "cheats.json"
PAGE = ROOT / "docs" / "explanation" / "survivors.md"
START, END = "<!-- measured: python docs/measured_survivors.py -->\n", "\n\n<!-- measured ends -->"
DEMO = "demo"
WHOLE_CORE = "pdr by ABC, of the whole core"
"""What flips call a proof that their module alone does not give."""


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _code(text: object) -> str:
    return "`" + str(text).replace("|", "\\|") + "`"


def mutants() -> list[str]:
    """A row a core, and a row a survivor."""
    result = _read(RESULTS / "mutants.json")
    rows, demo = result["rows"], result["demo"]
    lines = [
        f"`make mutants`: {result['made']:,} mutants of {result['cores']} tiny cores; {result['killed']:,} killed, "
        f"{result['equivalent']:,} proved to be the same core, {result['unresolved']:,} left. "
        f"Of those not proved the same {100 * result['killed_of_different']:.2f} % were killed.",
        "",
    ]
    if demo["made"]:
        lines += [
            f"Of the demo's core: {demo['made']:,} made, {demo['killed']:,} killed, {demo['equivalent']:,} proved the "
            f"same, {demo['unresolved']:,} left ({100 * demo['killed_of_different']:.2f} %).",
            "",
        ]
    if result["missing"]:
        names = ", ".join(f"`{name}`" for name in result["missing"])
        lines += [f"Not measured since the stimulus has changed, so without a row and in no figure: {names}.", ""]
    lines += ["| core | cells | made | killed | the same | left |", "|---|--:|--:|--:|--:|--:|"]
    keys = ("cells", "made", "killed", "equivalent", "unresolved")
    lines += [f"| {row['core']} | {' | '.join(f'{row[key]:,}' for key in keys)} |" for row in rows]
    lines += [
        "",
        "What is left:",
        "",
        "| core | fault | cell | bit | lines | what is known |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['core']} | {each['mode']} | {_code(each['cell'])} | {each['port']}[{each['bit']}] | {each['lines']} | "
        f"{each['why']} |"
        for row in rows
        for each in row["survivors"]
    ]
    return lines


def flips() -> list[str]:
    """How the flips ended, and a row for each that nobody knows of."""
    result = _read(RESULTS / "flips.json")
    made, seen, refused, same, left = (result[key] for key in ("made", "seen", "refused", "equivalent", "unresolved"))
    whole = sum(row["outcome"] == WHOLE_CORE for row in result["rows"])
    lines = [
        f"`make flips`: {made} of {result['asked']} digits; {seen} were seen, {refused} do not build and are refused "
        f"with their line, {same} are proved to change nothing ({whole} of them in the whole core alone), "
        f"{left} are left.",
    ]
    known = ("seen", "does not build", *ENGINES, WHOLE_CORE)
    unknown = [row for row in result["rows"] if row["outcome"] not in known]
    assert len(unknown) == left, "the counts are not of these rows"
    if unknown:
        lines += ["", "| line | code | digit | what is known |", "|--:|---|---|---|"]
        lines += [
            f"| {row['line']} | {_code(row['code'])} | {row['old']} → {row['new']} | {row['outcome']} |"
            for row in unknown
        ]
    return lines


def cheats() -> list[str]:
    """Cheats by core."""
    rows = _read(CHEATS)["rows"]
    played = [row for row in rows if row["cheat"]]
    caught, right = sum(row["verdict"] == "FAIL" for row in played), len(rows) - len(played)
    counts = Counter(row["architecture"] for row in played)
    judges = Counter(row["judge"] for row in rows)
    by = " and ".join(f"{count} by judge `{judge}`" for judge, count in judges.items())
    return [
        f"`make cheats`: {caught} of {len(played)} cheats FAIL, all {right} cores without a cheat PASS "
        f"({', '.join(f'{core} {count}' for core, count in counts.items())}).",
        "",
        f"Played {by}.",
    ]


def page() -> str:
    """The page with the figures of today."""
    *parts, last = PAGE.read_text(encoding="utf-8").split(START)
    written = parts[0]
    for made, old in zip((mutants, flips, cheats), [*parts[1:], last], strict=True):
        written += START + "\n" + "\n".join(made()) + END + old.split(END.strip())[1]
    return written


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
