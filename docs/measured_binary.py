"""Write the tables of the page about binary hardware from the committed figures; a test holds that they agree.

Usage: python docs/measured_binary.py
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
MORE_SEEDS = ROOT / "benchmarks" / "results" / "accuracy_binary" / "seeds30" / "binary_accuracy.json"
BASELINES = ROOT / "hdl" / "baselines"
PAGE = ROOT / "docs" / "explanation" / "binary.md"
MARKS = "<!-- measured: python docs/measured_binary.py -->\n", "\n\n<!-- measured ends -->"


def of_baselines(name: str) -> ModuleType:
    """A program of hdl/baselines."""
    if str(BASELINES) not in sys.path:
        sys.path.append(str(BASELINES))
    return importlib.import_module(name)


def table() -> list[str]:
    """One row a core: its tables with the stream's product, and with exact ones of tables and of multiplier blocks."""
    rows = [
        "| device | n | architecture | stream's product | exact, `*` | ratio | exact, by hand | ratio | DSP blocks |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, int, str], dict[str, Any]] = {}
    candidates = of_baselines("candidates")
    for row in candidates.rows_of(BASELINES / "relative.json"):
        groups.setdefault((row["target"], row["n"], row["architecture"]), {})[row["kind"]] = row
    for (target, n, architecture), kinds in groups.items():
        sizes = {kind: candidates.tables(row) for kind, row in kinds.items()}
        ours = sizes["collapsed"]
        cells = [f"{sizes[kind]:,} | {ours / sizes[kind]:.2f}" for kind in ("operator", "chain")]
        blocks = f"{sizes['dsp']:,} and {kinds['dsp']['dsps']} DSP" if "dsp" in kinds else "–"
        rows.append(f"| {target} | {n} | {architecture} | {ours:,} | {' | '.join(cells)} | {blocks} |")
    return rows


def equal_table() -> list[str]:
    """One row a core and n: the stream, and the binary network that is as accurate."""
    candidates, equal = of_baselines("candidates"), of_baselines("equal_accuracy")
    accuracy = equal.accuracies()["rows"]
    rows = [
        "| device | architecture | stream | tables | inferences per second | binary, as accurate | tables "
        "| inferences per second | ratio | with DSP blocks |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in equal.comparisons():
        if "fits" not in each["stream"] or each["architecture"] == "serial":
            continue  # the program's memory outweighs the products of a dense serial core: see the page
        cells = [each["target"], each["architecture"]]
        for kind in ("stream", "binary"):
            row = each[kind]
            mean = accuracy[kind][str(row["n"])]["accuracy_mean"]
            cells += [f"n = {row['n']}, {mean:.2f} %", f"{candidates.tables(row):,}", _rate(row)]
        cells.append(f"{candidates.tables(each['stream']) / candidates.tables(each['binary']):.2f}")
        dsp = each["dsp"]
        cells.append("–" if dsp is None else f"{candidates.tables(dsp):,} and {dsp['dsps']} DSP, {_rate(dsp)}")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _rate(row: dict[str, Any]) -> str:
    if "fits" not in row:
        return "not placed"
    return f"{row['inferences_per_second']:,}" if row["fits"] else "does not fit"


def accuracy_table() -> list[str]:
    """One row an n: streams and exact products, each trained through its own integers."""
    equal = of_baselines("equal_accuracy")
    accuracy = equal.accuracies()
    rows = [
        "| n | streams | against float, points | exact products | against float, points | streams less exact, points |",
        "|---|---|---|---|---|---|",
    ]
    for n in equal.BITS:
        cells = []
        for kind in ("stream", "binary"):
            row = accuracy["rows"][kind][str(n)]
            assert row["integers_compared"] > 0, "a row of unchecked integers"
            assert row["integers_different"] == 0, "the exported integers are not the trained ones"
            cells += [f"{row['accuracy_mean']:.2f} %", _difference(row)]
        (pair,) = [each for each in accuracy["stream_minus_binary"] if each["stream"] == each["binary"] == n]
        rows.append(f"| {n} | {' | '.join(cells)} | {_difference(pair)} |")
    return rows


def more_seeds() -> str:
    """One sentence: the same differences over thirty seeds."""
    result = json.loads(MORE_SEEDS.read_text(encoding="utf-8"))
    said = []
    for pair in result["stream_minus_binary"]:
        means = [result["rows"][kind][str(pair[kind])]["accuracy_mean"] for kind in ("stream", "binary")]
        places = f"streams n = {pair['stream']} ({means[0]:.2f} %) less exact n = {pair['binary']} ({means[1]:.2f} %)"
        said.append(f"{places}: {_difference(pair)}")
    return "Over thirty seeds, in points: " + "; ".join(said) + "."


def _difference(row: dict[str, Any]) -> str:
    low, high = row["difference_95"]
    return f"{row['difference_mean']:+.2f} ({low:+.2f} to {high:+.2f})"


def measured() -> str:
    """The tables of the page about binary hardware."""
    rows = of_baselines("equal_accuracy").accuracies()["rows"].values()
    compared = sum(row["integers_compared"] for kind in rows for row in kind.values())
    return "\n".join(
        [
            f"64-32-10 on 450 test images, means over ten seeds, 95 % intervals over seeds and images; {compared:,} "
            "integers of trained networks compared with their training forward's, none differs "
            "(`benchmarks/results/accuracy_binary/binary_accuracy.json`):",
            "",
            *accuracy_table(),
            "",
            more_seeds(),
            "",
            "Tables at equal n, on the sparse networks of `hdl/synth/networks` (`python hdl/baselines/measure.py`):",
            "",
            *table(),
            "",
            "At equal accuracy, on dense trained networks (`python hdl/baselines/equal_accuracy.py`). A binary "
            f"network is as accurate where the means differ by at most {of_baselines('equal_accuracy').NEAR} points "
            "and the interval of the paired difference contains 0; the least such n is taken, with the cheaper of "
            "`*` and chain:",
            "",
            *equal_table(),
        ]
    )


def page() -> str:
    """The page as it should be."""
    return filled(PAGE, MARKS, measured())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
