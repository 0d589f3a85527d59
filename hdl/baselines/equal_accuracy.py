"""What accuracy costs: streams and exact binary products, each trained through its own integers, on small devices.

Usage: python hdl/baselines/equal_accuracy.py            count and place what equal_accuracy.json lacks, row by row
       python hdl/baselines/equal_accuracy.py --count    the same without placing
       python hdl/baselines/equal_accuracy.py --table    print it as Markdown, with the accuracies
       python hdl/baselines/equal_accuracy.py --stale    which rows are of gates that are no longer generated? status 1

The networks are hdl/baselines/networks, 64-32-10, nothing pruned; `benchmarks/binary_accuracy.py` trained them and
measured accuracies over ten seeds. Counts of Yosys; clocks by nextpnr, the median of three placements.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from candidates import CHAIN, COLLAPSED, DSP, OPERATOR, Candidate, fill, kinds, rows_of, stale, tables

FILE = Path(__file__).with_name("equal_accuracy.json")
ACCURACY = FILE.parents[2] / "benchmarks" / "results" / "accuracy_binary" / "binary_accuracy.json"
SEEDS = (1, 2, 3)
BITS = (2, 3, 4, 5, 8)
PLACES = {
    ("column", "up5k"): {"stream": (2, 3, 4, 5, 8), "binary": (2, 3, 4)},
    ("column", "hx8k"): {"stream": (3, 4), "binary": (4,)},
    ("column", "ecp5-25k"): {"stream": (3, 4), "binary": (4,)},
    ("serial", "up5k"): {"stream": (3, 4), "binary": (4,)},
}
"""The n of each architecture and device: of a binary network no more than is needed to be as accurate."""
PLACED = {"stream": (3, 4), "binary": (4,)}
"""The others are only counted."""
TABLE_BITS = 3
"""Up to here `*` is counted too: so small a product synthesis may fit into fewer tables than a chain needs."""
NEAR = 0.3
"""Points: accuracies are called the same where the means differ by no more and the 95 % interval contains 0."""


def candidates(*, place: bool) -> list[Candidate]:
    """Every core of every n, architecture and device."""
    made = []
    for (how, target), bits in PLACES.items():
        for name in ("stream", "binary"):
            for n in bits[name]:
                for kind in [COLLAPSED] if name == "stream" else kinds(n, target)[1:]:
                    if kind == OPERATOR and n > TABLE_BITS:
                        continue
                    seeds = SEEDS if place and n in PLACED[name] else ()
                    made.append(Candidate(f"baselines/networks/{name}{n}", how, target, kind, seeds))
    return made


def accuracies() -> dict[str, Any]:
    """The committed accuracies and differences."""
    return json.loads(ACCURACY.read_text(encoding="utf-8"))


def same(accuracy: dict[str, Any], n: int) -> int | None:
    """The least n of a binary network that is as accurate as the stream's of n; None: there is none."""
    for pair in sorted(accuracy["stream_minus_binary"], key=lambda pair: pair["binary"]):
        low, high = pair["difference_95"]
        if pair["stream"] == n and abs(pair["difference_mean"]) <= NEAR and low <= 0 <= high:
            return pair["binary"]
    return None


def least(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The row with the fewest tables."""
    return min(rows, key=tables, default=None)


def comparisons() -> list[dict[str, Any]]:
    """For each architecture, device and n of a stream: its row, the binary rows of the same accuracy."""
    accuracy, rows = accuracies(), rows_of(FILE)
    made = []
    for (how, target), bits in PLACES.items():
        here = [row for row in rows if (row["architecture"], row["target"]) == (how, target)]
        for n in bits["stream"]:
            stream = least([row for row in here if row["n"] == n and row["kind"] == COLLAPSED])
            other = same(accuracy, n)
            if stream is None or other is None:
                continue
            binary = least([row for row in here if row["n"] == other and row["kind"] in (OPERATOR, CHAIN)])
            dsp = least([row for row in here if row["n"] == other and row["kind"] == DSP])
            if binary is None:
                continue
            made.append({"architecture": how, "target": target, "stream": stream, "binary": binary, "dsp": dsp})
    return made


def table() -> str:
    """Accuracies, then what they cost, as Markdown."""
    accuracy = accuracies()["rows"]
    lines = [
        "| n | streams | difference to float | binary | difference to float | binary of the streams' accuracy |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for n in BITS:
        cells = []
        for kind in ("stream", "binary"):
            row = accuracy[kind][str(n)]
            low, high = row["difference_95"]
            cells.append(f"{row['accuracy_mean']:.2f} % | {row['difference_mean']:+.2f} ({low:+.2f} to {high:+.2f})")
        lines.append(f"| {n} | {' | '.join(cells)} | n = {same(accuracies(), n)} |")
    lines += [
        "",
        "| core | target | n, accuracy of the stream | tables | cells | fmax, MHz | inferences/s "
        "| n, accuracy of the binary | tables | cells | fmax, MHz | inferences/s | ratio "
        "| tables + DSP | cells | fmax, MHz | inferences/s |",
        "|---|---|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for each in comparisons():
        stream, binary, dsp = each["stream"], each["binary"], each["dsp"]
        cells = [each["architecture"], each["target"]]
        for kind, row in (("stream", stream), ("binary", binary)):
            cells += [f"{row['n']}, {accuracy[kind][str(row['n'])]['accuracy_mean']:.2f} %", f"{tables(row):,}"]
            cells += _placed(row)
        cells.append(f"{tables(stream) / tables(binary):.2f}")
        cells += ["–"] * 4 if dsp is None else [f"{tables(dsp):,} + {dsp['dsps']}", *_placed(dsp)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _placed(row: dict[str, Any]) -> list[str]:
    """Packed cells, clock and rate; dashes where nothing was placed."""
    if "fits" not in row:
        return ["–"] * 3
    if not row["fits"]:
        return [f"{row['cells']:,}", "does not fit", "–"]
    return [f"{row['cells']:,}", f"{row['fmax_mhz']:.1f}", f"{row['inferences_per_second']:,}"]


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print(table())
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
