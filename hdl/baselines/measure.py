"""What binary would cost at equal n: the collapsed cores, and the same shells around exact multipliers.

Usage: python hdl/baselines/measure.py            count and place what relative.json lacks (an hour), row by row
       python hdl/baselines/measure.py --count    the same without placing: a quarter of an hour
       python hdl/baselines/measure.py --table    print relative.json as Markdown
       python hdl/baselines/measure.py --stale    which rows are of gates that are no longer generated? status 1

Counts of Yosys; clocks by nextpnr, the median of three placements. For equal accuracy see equal_accuracy.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from candidates import CHAIN, COLLAPSED, DSP, OPERATOR, Candidate, area_latency, fill, kinds, rows_of, stale, tables

FILE = Path(__file__).with_name("relative.json")
SEEDS = (1, 2, 3)
ROWS = (
    ("column", 4, "up5k"),
    ("column", 4, "hx8k"),
    ("column", 4, "ecp5-25k"),
    ("column", 4, "ecp5-85k"),
    ("column", 8, "hx8k"),
    ("column", 8, "up5k"),
    ("column", 8, "ecp5-85k"),
    ("serial", 4, "up5k"),
    ("serial", 4, "hx8k"),
    ("serial", 8, "up5k"),
    ("serial", 8, "hx8k"),
)
PLACED = {("serial", 8, "up5k"), ("column", 8, "hx8k")}
"""The others are only counted; `equal_accuracy.py` places those of n = 3 and 4."""


def candidates(*, place: bool) -> list[Candidate]:
    """Every core of every row, on the committed sparse networks."""
    return [
        Candidate(f"synth/networks/digits{n}", how, target, kind, SEEDS if place and (how, n, target) in PLACED else ())
        for how, n, target in ROWS
        for kind in kinds(n, target)
    ]


def grouped(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, int, str], dict[str, dict[str, Any]]]:
    """Rows by architecture, n and target, then by kind."""
    groups = groupby(rows, key=lambda row: (row["architecture"], row["n"], row["target"]))
    return {key: {row["kind"]: row for row in group} for key, group in groups}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The counts as Markdown, then the clocks."""
    lines = [
        "| core | n | target | collapsed | `*` in tables | ratio | chain | ratio | with DSP blocks |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    clocks = [
        "| core | n | target | product | tables | cells | fmax, MHz | clocks | inferences/s | tables × latency, µs |",
        "|---|--:|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for (how, n, target), each in grouped(rows).items():
        luts = {kind: tables(row) for kind, row in each.items()}
        ratios = [f"{luts[kind]:,} | {luts[COLLAPSED] / luts[kind]:.2f}" for kind in (OPERATOR, CHAIN)]
        dsp = f"{luts[DSP]:,} + {each[DSP]['dsps']}" if DSP in each else "–"
        lines.append(f"| {how} | {n} | {target} | {luts[COLLAPSED]:,} | {' | '.join(ratios)} | {dsp} |")
        for kind, row in each.items():
            if "fmax_mhz" not in row:
                continue
            rate = "does not fit | – | – | –"
            if row["fits"]:
                rate = f"{row['fmax_mhz']:.1f} | {row['cycles_per_inference']:,} | {row['inferences_per_second']:,} "
                rate += f"| {area_latency(row):,.0f}"
            clocks.append(f"| {how} | {n} | {target} | {kind} | {tables(row):,} | {row['cells']:,} | {rate} |")
    return "\n".join([*lines, "", *clocks])


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print(table(rows_of(FILE)))
        return 0
    if arguments == ["--stale"]:
        lines = stale(FILE, candidates(place=False))
        print("\n".join(lines) or "all rows are of today's gates")
        return 1 if lines else 0
    if arguments not in ([], ["--count"]):
        print(__doc__)
        return 2
    fill(FILE, candidates(place=not arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
