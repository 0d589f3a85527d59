"""Write the tables of the page about faults and the README's sentence from the committed figures; a test holds them.

Usage: python docs/measured_faults.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked import filled

from sc_neurocore.explore import PAIRS
from sc_neurocore.explore.searching import pair_error

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "explanation" / "faults.md"
README = ROOT / "README.md"
MARKS = "<!-- measured: python docs/measured_faults.py -->\n", "\n\n<!-- measured faults end -->"
SHOWN = (1e-3, 0.01, 0.03, 0.1, 0.2)
SITES = ("product", "input", "weight", "accumulator", "stored_weight")
RULES = ("equal n", "equal accuracy")
NAMES = {"streams": "streams", "closed_form": "closed form", "binary": "binary"}


def document() -> dict[str, Any]:
    """What `make faults` wrote."""
    return json.loads((RESULTS / "faults.json").read_text("utf-8"))


def curve_table(data: dict[str, Any], trained: float, site: str) -> list[str]:
    """Accuracies of one site, a row for each hardware and n.

    Args:
        data: a part of the result.
        trained: probability of flips in training.
        site: of the flips.
    """
    lines = [f"| | n | {' | '.join(f'p = {p:g}' for p in (0.0, *SHOWN))} |", f"|---|--:|{'--:|' * (1 + len(SHOWN))}"]
    for series in data["series"]:
        if series.get("trained_with_flips", 0.0) != trained:
            continue
        (curve,) = (c["curve"] for c in series["curves"] if (c["site"], c["kind"]) == (site, "flip"))
        values = {row[0]: row[1] for row in curve}
        cells = [f"{values[p]:.1f}" if p in values else "–" for p in (0.0, *SHOWN)]
        name = NAMES[series["hardware"]]
        name += f", L = {series['stream_length']}" if "stream_length" in series else ""
        lines.append(f"| {name} | {series['resolution_bits']} | {' | '.join(cells)} |")
    return lines


def rows_of(data: dict[str, Any], hardware: str, trained: float) -> list[dict[str, Any]]:
    """Comparisons of a hardware with binary.

    Args:
        data: the digits' part of the result.
        hardware: `streams` or `closed_form`.
        trained: probability of flips in training.
    """
    every = data["streams_less_binary"]
    return [row for row in every if (row["hardware"], row["trained_with_flips"]) == (hardware, trained)]


def difference_table(data: dict[str, Any], hardware: str, trained: float, site: str, kind: str = "flip") -> list[str]:
    """Streams less binary in points at one site.

    Args:
        data: the digits' part of the result.
        hardware: `streams` or `closed_form`.
        trained: probability of flips in training.
        site: of the fault.
        kind: of the fault.
    """
    lines = [f"| n | binary n | {' | '.join(f'p = {p:g}' for p in SHOWN)} |", f"|--:|--:|{'---|' * len(SHOWN)}"]
    for row in rows_of(data, hardware, trained):
        if row["binary_resolution_bits"] is None:
            lines.append(f"| {row['resolution_bits']} | none as accurate |{' – |' * len(SHOWN)}")
            continue
        found = {
            each["probability"]: each["difference"]
            for each in row["differences"]
            if (each["site"], each["kind"]) == (site, kind)
        }
        cells = [f"{found[p][0]:+.1f} ({found[p][1]:+.1f} to {found[p][2]:+.1f})" for p in SHOWN]
        rule = "" if row["rule"] == RULES[0] else ", as accurate"
        lines.append(f"| {row['resolution_bits']} | {row['binary_resolution_bits']}{rule} | {' | '.join(cells)} |")
    return lines


def score(data: dict[str, Any], hardware: str, trained: float, site: str, rule: str) -> tuple[int, int, int]:
    """At how many n and p from 0.01 on streams are better, binary is, and neither interval says.

    Args:
        data: the digits' part of the result.
        hardware: `streams` or `closed_form`.
        trained: probability of flips in training.
        site: of the flips.
        rule: which binary network.
    """
    better = worse = open_ = 0
    for row in rows_of(data, hardware, trained):
        for each in row["differences"] if row["rule"] == rule else ():
            if (each["site"], each["kind"]) == (site, "flip") and each["probability"] in SHOWN[1:]:
                _, low, high = each["difference"]
                better, worse = better + (low > 0), worse + (high < 0)
                open_ += low <= 0 <= high
    return better, worse, open_


def score_table(data: dict[str, Any]) -> list[str]:
    """Who wins where, counted."""
    lines = [
        "| site | against | streams: better, worse, open | closed form: better, worse, open |",
        "|---|---|--:|--:|",
    ]
    for site in SITES:
        for rule in RULES:
            cells = [", ".join(map(str, score(data, each, 0.0, site, rule))) for each in ("streams", "closed_form")]
            lines.append(f"| {site.replace('_', ' ')} | {rule} | {' | '.join(cells)} |")
    return lines


def gates() -> str:
    """One sentence on flips in the gates."""
    rows = json.loads((RESULTS / "fault_gates.json").read_text("utf-8"))["rows"]
    keys = ("flips", "cycles", "outputs_compared", "outputs_changed")
    flips, cycles, compared, changed = (sum(row[key] for row in rows) for key in keys)
    assert all(row["passed"] and row["mismatches"] == 0 for row in rows), "a core differs from the model"
    return (
        f"`make fault-gates` flipped {flips:,} bits at the nets of {len(rows)} cores over {cycles:,} clocks, at least "
        f"{min(row['cycles'] for row in rows):,} each: of {compared:,} outputs {changed:,} were others than without "
        "faults, and every one was the model's (`benchmarks/results/fault_gates.json`)."
    )


def default(found: dict[str, Any]) -> str:
    """Where the default pair stands among all."""
    bias, error = pair_error(PAIRS["default"], found["resolution_bits"], found["stream_length"])
    least = found["best_by_error"][0][1]
    ties = error == least and abs(bias) == abs(found["best"][0][0])
    assert ties, "the default pair is not among the best"
    return f"The default pair has bias {bias:.4f} and error {error:.4f}, which no other pair goes below in either."


def pairs() -> list[str]:
    """The first pairs of the search."""
    found = json.loads((RESULTS / "pairs8.json").read_text("utf-8"))
    products, own = found["products"], found["digits"]
    lines = [
        f"`make pairs` ranks all {products['searched']:,} pairs at n = {products['resolution_bits']} for products, and "
        f"all {own['searched']:,} at n = {own['resolution_bits']} for the weights of the golden digits network "
        f"(`benchmarks/results/pairs8.json`). {default(products)} The fronts of bias and error, in counts:",
        "",
        "| for | bias | error | inputs | weights |",
        "|---|--:|--:|---|---|",
    ]
    for name, part in (("products", products), ("digits", own)):
        lines += [f"| {name} | {row[0]:+.4f} | {row[1]:.4f} | {row[2]} | {row[3]} |" for row in part["front"][:6]]
    return lines


def measured() -> str:
    """The tables of the page."""
    result = document()
    digits = result["digits"]
    lines = [
        f"64-32-10 on the {digits['data']['samples']} test images of the digits, means of {len(digits['seeds'])} "
        "seeds; `make faults` made `benchmarks/results/faults.json`, which has all sites, kinds, p from 1e-4 on and "
        "intervals. Flips of products, networks trained without faults, accuracy in percent:",
        "",
        *curve_table(digits, 0.0, "product"),
        "",
        "The same, trained with every tenth product bit flipped (the binary ones with normal noise of the same mean "
        "and variance):",
        "",
        *curve_table(digits, 0.1, "product"),
        "",
        "Streams less binary in points, paired by seed and image, with 95 % intervals; flips of products, trained "
        "without faults:",
        "",
        *difference_table(digits, "streams", 0.0, "product"),
        "",
        "The same trained with flips:",
        "",
        *difference_table(digits, "streams", 0.1, "product"),
        "",
        "Flips of input bits, trained without faults:",
        "",
        *difference_table(digits, "streams", 0.0, "input"),
        "",
        "Of the three n and the four p from 0.01 to 0.2, how often an interval says that streams are better than "
        "binary, or worse, or holds 0; trained without faults:",
        "",
        *score_table(digits),
    ]
    if "mnist" in result:
        mnist = result["mnist"]
        lines += [
            "",
            f"784-128-10 on the first {mnist['data']['samples']:,} test images of MNIST, L = 16, {len(mnist['seeds'])} "
            f"seeds of {mnist['series'][0]['epochs']} epochs. Flips of products:",
            "",
            *curve_table(mnist, 0.0, "product"),
            "",
            "Of input bits:",
            "",
            *curve_table(mnist, 0.0, "input"),
        ]
    return "\n".join([*lines, "", gates(), "", *pairs()])


def sentence() -> str:
    """What the README says."""
    digits = document()["digits"]

    def counted(hardware: str, site: str) -> str:
        better, worse, _ = score(digits, hardware, 0.0, site, RULES[1])
        return f"better in {better} and worse in {worse}"

    total = sum(score(digits, "streams", 0.0, "product", RULES[1]))
    return (
        "With wrong bits, too, it depends. Against exact binary networks of equal accuracy (digits, "
        f"{len(digits['seeds'])} seeds, {total} cases: n = 4, 6, 8, each bit flipped with p = 0.01 to 0.2) networks of "
        f"streams are {counted('streams', 'product')} where product bits flip, {counted('streams', 'input')} where "
        f"input bits do, {counted('streams', 'stored_weight')} where the weight memory does, and "
        f"{counted('streams', 'accumulator')} where the bits of a finished sum do, a binary word in both. Products "
        f"computed whole, in closed form, are words too: {counted('closed_form', 'product')} where theirs flip. "
        "`make faults` made `benchmarks/results/faults.json` ([curves, and what p means](docs/explanation/faults.md))."
    )


def pages() -> dict[Path, str]:
    """The pages as they should be."""
    return {PAGE: filled(PAGE, MARKS, measured()), README: filled(README, MARKS, sentence())}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
