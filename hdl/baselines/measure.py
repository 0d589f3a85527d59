"""What binary would cost: table counts of the collapsed cores and of the same shells around an exact multiplier.

Usage: python hdl/baselines/measure.py            map all rows with Yosys and write relative.json (some ten minutes)
       python hdl/baselines/measure.py --table    print relative.json as Markdown

Counts of Yosys, nothing placed. Equal n is not equal accuracy: see the caveats in README.md.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from amaranth.hdl import Elaboratable

from sc_neurocore import load_network, synth
from sc_neurocore.rtl import ColumnCore, SerialCore
from sc_neurocore.rtl.verilog import verilog_text

sys.path.insert(0, str(Path(__file__).parent))
from binary import BinaryColumnCore, BinarySerialCore

FILE = Path(__file__).with_name("relative.json")
NETWORKS = Path(__file__).resolve().parents[1] / "synth" / "networks"
ROWS = (
    ("serial", 8, "up5k"),
    ("column", 4, "up5k"),
)


def cores(architecture: str, n: int) -> tuple[Elaboratable, Elaboratable]:
    """The collapsed core and the binary one."""
    network = load_network(NETWORKS / f"digits{n}")
    if architecture == "serial":
        return SerialCore(network, streaming=False), BinarySerialCore(network, streaming=False)
    return ColumnCore(network), BinaryColumnCore(network)


def count(core: Elaboratable, target: str, *, dsp: bool) -> dict[str, int]:
    """Tables, flip-flops, memories and multiplier blocks."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "core.v"
        file.write_text(verilog_text(core, "core"))
        area = synth.implement([file], "core", target, place_and_route=False, dsp=dsp).area
    return {key: getattr(area, key) for key in ("luts", "ffs", "brams", "dsps")}


def measure() -> list[dict[str, Any]]:
    """All rows; DSPs only where the device has them and the multipliers are few."""
    rows = []
    for architecture, n, target in ROWS:
        row: dict[str, Any] = {"architecture": architecture, "n": n, "target": target}
        row["collapsed"] = count(cores(architecture, n)[0], target, dsp=False)
        row["binary"] = count(cores(architecture, n)[1], target, dsp=False)
        if architecture == "serial":
            row["binary_dsp"] = count(cores(architecture, n)[1], target, dsp=True)
        rows.append(row)
        print(json.dumps(row), file=sys.stderr, flush=True)
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| core | n | target | LUT4, collapsed | LUT4, exact multiplier | ratio | LUT4 + DSP, exact multiplier |",
        "|---|--:|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        ours, theirs, dsp = row["collapsed"]["luts"], row["binary"]["luts"], row.get("binary_dsp")
        blocks = f"{dsp['luts']:,} + {dsp['dsps']}" if dsp else "–"
        where = f"{row['architecture']} | {row['n']} | {row['target']}"
        lines.append(f"| {where} | {ours:,} | {theirs:,} | {ours / theirs:.2f} | {blocks} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print(table(json.loads(FILE.read_text(encoding="utf-8"))))
        return 0
    if arguments:
        print(__doc__)
        return 2
    FILE.write_text(json.dumps(measure(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
