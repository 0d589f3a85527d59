"""Measure the serial and column cores of the committed sparse networks: architectures.json, a table of hdl/README.md.

Usage: python hdl/synth/architectures.py            measure all rows (half an hour on two cores)
       python hdl/synth/architectures.py up5k       measure the rows of one target, keep the others
       python hdl/synth/architectures.py --table    print architectures.json as Markdown
       python hdl/synth/architectures.py --stale    which rows are of gates that are no longer generated? status 1

The networks are hdl/synth/networks/digits4 and digits8: 64-32-10, n = 4 and 8, L = 2^n, default pair. Figures are
estimates of Yosys and nextpnr; the clock is the median of three placement seeds.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from sc_neurocore import load_network, rtl, synth

FILE = Path(__file__).with_name("architectures.json")
NETWORKS = Path(__file__).with_name("networks")
SERIAL_BIT = {"architecture": "serial", "stream_bits_per_cycle": 1}
SERIAL, COLUMN = {"architecture": "serial"}, {"architecture": "column"}
TABLE = {"architecture": "column", "product_table": True}
ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("up5k", "digits4", SERIAL_BIT),
    ("up5k", "digits4", SERIAL),
    ("up5k", "digits4", COLUMN),
    ("up5k", "digits8", SERIAL),
    ("up5k", "digits8", COLUMN),
    ("ecp5-25k", "digits4", TABLE),
)
SEEDS = (1, 2, 3)
KEPT = (
    *(
        "luts",
        "ffs",
        "brams",
        "dsps",
        "cells",
        "fits",
        "fmax_mhz",
        "fmax_per_seed_mhz",
        "seeds",
        "cycles_per_inference",
    ),
    *("inferences_per_second", "architecture", "device", "note", "network_sha256", "rtl_sha256", "tools"),
)


def measure(targets: list[str]) -> None:
    """Run the flow for the rows of these targets; each row is written as soon as it is there."""
    for target, name, options in ROWS:
        if target not in targets:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = synth.run(
                load_network(NETWORKS / name),
                Path(folder) / "synth",
                target=target,
                seeds=SEEDS,
                progress=lambda line: print(line, file=sys.stderr, flush=True),
                **options,
            )
        row = {"target": target, "network": name, "options": options} | {key: found[key] for key in KEPT}
        rows = [each for each in _rows() if _key(each) != _key(row)] + [row]
        order = {_key({"target": t, "network": n, "options": o}): i for i, (t, n, o) in enumerate(ROWS)}
        rows.sort(key=lambda each: order[_key(each)])
        FILE.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _rows() -> list[dict[str, Any]]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []


def _key(row: dict[str, Any]) -> str:
    return json.dumps([row["target"], row["network"], row["options"]], sort_keys=True)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| target | n | architecture | LUT4 | FF | BRAM | cells | fmax, MHz | clocks | inferences/s |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        options = row["options"]
        name = options["architecture"]
        name += ", one stream bit a clock" if options.get("stream_bits_per_cycle") == 1 else ", whole stream"
        name += ", product table" if options.get("product_table") else ""
        counts = " | ".join(f"{row[key]:,}" for key in ("luts", "ffs", "brams", "cells"))
        clocks, rate = f"{row['cycles_per_inference']:,}", f"{row['inferences_per_second']:,}"
        n = row["network"].removeprefix("digits")
        lines.append(f"| {row['target']} | {n} | {name} | {counts} | {row['fmax_mhz']:.1f} | {clocks} | {rate} |")
    return "\n".join(lines)


def stale(rows: list[dict[str, Any]]) -> list[str]:
    """One line for each row whose Verilog is not what is generated today."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for i, row in enumerate(rows):
            network = load_network(NETWORKS / row["network"])
            made = rtl.generate(network, Path(folder) / str(i), **row["options"])
            if row["rtl_sha256"] != made["rtl_sha256"]:
                lines.append(f"{row['target']}, {row['network']}, {row['options']}: other gates")
    return lines


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print(table(_rows()))
        return 0
    if arguments == ["--stale"]:
        lines = stale(_rows())
        print("\n".join(lines) or "all rows are of today's gates")
        return 1 if lines else 0
    if not set(arguments) <= set(synth.TARGETS):
        print(__doc__)
        return 2
    measure(arguments or list(synth.TARGETS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
