"""Map what `train.py` wrote with the tools that map our cores: hgq.json, for the table in hdl/README.md.

    python hdl/baselines/hgq/measure.py --data DATA.npz       write our split of the digits, for `train.py`
    python hdl/baselines/hgq/measure.py OUT [OUT...]          map the Verilog in each OUT/verilog, keep other rows
    python hdl/baselines/hgq/measure.py --count OUT [OUT...]  the same without placing it
    python hdl/baselines/hgq/measure.py --table               print the rows as Markdown

The pipelined top takes a sample and gives its results in every clock, without handshakes. On ecp5-25k; clock of one
placement. The Verilog is not committed: it is da4ml's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore.synth.flow import implement
from sc_neurocore.training import load_data

FILE = Path(__file__).with_name("hgq.json")
TARGET, TOP = "ecp5-25k", "hgq"
TIMEOUT_S = 6 * 3600.0
"""Of one run of a tool: nextpnr as WebAssembly is slow, and a shared processor is slower."""
VERSIONS = {"hgq2": "0.2.0", "da4ml": "0.6.0"}


def write_data(path: Path) -> None:
    """The training and test images, pixels from 0 to 1."""
    data = load_data("digits")
    np.savez(path, x=data.x_train, y=data.y_train, xt=data.x_test, yt=data.y_test)


def measured(out: Path, *, place: bool) -> dict[str, Any]:
    """One row."""
    parts = sorted((out / "verilog" / "src").rglob("*.v"))
    sources = [part for part in parts if part.name != "lookup_table.v"]  # nothing has one, and it reads a file

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found = implement(sources, TOP, TARGET, dsp=False, place_and_route=place, timeout_s=TIMEOUT_S, progress=say)
    area = found.area
    return {
        **json.loads((out / "hgq.json").read_text(encoding="utf-8")),
        "target": TARGET,
        "versions": VERSIONS,
        "luts": area.luts,
        "carries": area.carries,
        "lut4_equivalents": area.luts + 2 * area.carries,
        "ffs": area.ffs,
        "fmax_mhz": found.fmax_mhz,
        "note": found.note,
        "tools": found.tools,
    }


def rows() -> list[dict[str, Any]]:
    """What was measured."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []


def table(found: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| weight of bit operations | accuracy | LUT4-equivalents | FF | latency | fmax, MHz | inferences/s |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in found:
        clock = row["fmax_mhz"]
        speed = "– | –" if clock is None else f"{clock:.1f} | {clock:,.0f} M"
        counts = f"{row['lut4_equivalents']:,} | {row['ffs']:,} | {row['stages']}"
        lines.append(f"| {row['beta']:g} | {row['accuracy']:.2%} | {counts} | {speed} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    place = "--count" not in arguments
    match [each for each in arguments if each != "--count"]:
        case ["--table"]:
            print(table(rows()))
        case ["--data", path]:
            write_data(Path(path))
        case []:
            print(__doc__)
            return 2
        case folders:
            for folder in folders:
                row = measured(Path(folder), place=place)
                found = [each for each in rows() if (each["beta"], each["seed"]) != (row["beta"], row["seed"])]
                found = sorted([*found, row], key=lambda each: each["accuracy"])
                FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
