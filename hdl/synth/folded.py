"""Measure cores that fold any streams, and what a control port adds: folded.json, two tables of hdl/README.md.

Usage: python hdl/synth/folded.py             measure the rows that are missing (half an hour on two cores)
       python hdl/synth/folded.py --table     print folded.json as Markdown
       python hdl/synth/folded.py --stale     which rows are of gates that are no longer generated? status 1

The network is hdl/synth/networks/digits4: 64-32-10, n = 4, L = 16. Estimates of Yosys and nextpnr; the clock is the
median of three placement seeds. Rows of control ports are counted, not placed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from sc_neurocore import load_network, rtl, synth
from sc_neurocore.rtl.emit.verilog import verilog_text

FILE = Path(__file__).with_name("folded.json")
NETWORK = Path(__file__).with_name("networks") / "digits4"
EIGHT = {"architecture": "column", "neurons_in_parallel": [8, 5]}
ONE_BIT = {"architecture": "column", "stream_bits_per_cycle": 1}
SERIAL = {"architecture": "serial", "weights": "loadable"}
PLACED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("up5k", EIGHT),
    ("up5k", EIGHT | ONE_BIT),
    ("up5k", EIGHT | {"stream_bits_per_cycle": 4}),
    ("up5k", ONE_BIT | {"neurons_in_parallel": [1, 1]}),
    ("hx8k", EIGHT),
    ("ecp5-25k", EIGHT),
    ("ecp5-25k", EIGHT | ONE_BIT),
)
COUNTED: tuple[tuple[str, dict[str, Any]], ...] = (
    *(
        (target, options | {"control": control})
        for target in ("up5k", "ecp5-25k")
        for options in (SERIAL, EIGHT | {"weights": "loadable"})
        for control in ("stream", "axi-lite")
    ),
    ("up5k", {"architecture": "column", "control": "axi-lite"}),
)
SEEDS = (1, 2, 3)
KEPT = ("luts", "ffs", "brams", "cells", "fmax_mhz", "fmax_per_seed_mhz", "cycles_per_inference", "device", "tools")


def measure() -> None:
    """Run the flow for the rows that the file lacks; each row is written as soon as it is there."""
    for placed, group in ((True, PLACED), (False, COUNTED)):
        for target, options in group:
            rows = _rows()
            if any((row["target"], row["options"]) == (target, options) for row in rows):
                continue
            rows.append(_measured(target, options, placed))
            FILE.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _measured(target: str, options: dict[str, Any], placed: bool) -> dict[str, Any]:
    network = load_network(NETWORK)
    with tempfile.TemporaryDirectory() as folder:
        found = synth.run(
            network,
            Path(folder) / "synth",
            target=target,
            seeds=SEEDS,
            place_and_route=placed,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
            **options,
        )
    row = {"target": target, "options": options, "rtl_sha256": found["gates_sha256"]}
    return row | {key: found[key] for key in KEPT} | ({} if placed else _without_control(options, target))


def _without_control(options: dict[str, Any], target: str) -> dict[str, Any]:
    """What the core inside takes alone."""
    network = load_network(NETWORK)
    core: Any = rtl.build_core(network, **options)[0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "core.v"
        file.write_text(verilog_text(core.core, "core"), encoding="ascii")
        area = synth.implement([file], "core", target, place_and_route=False).area
    return {"alone": {key: getattr(area, key) for key in ("luts", "ffs", "brams")}}


def _rows() -> list[dict[str, Any]]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []


def stale(rows: list[dict[str, Any]]) -> list[str]:
    """Rows whose Verilog is another one today."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for i, row in enumerate(rows):
            made = rtl.generate(load_network(NETWORK), Path(folder) / str(i), **row["options"])
            if made["gates_sha256"] != row["rtl_sha256"]:
                lines.append(f"{row['target']}, {row['options']}: other gates")
    return lines


def table(rows: list[dict[str, Any]]) -> str:
    """The placed rows, then those of control ports, as Markdown."""
    heads = "LUT4 | FF | BRAM | cells | fmax, MHz | clocks | inferences/s"
    lines = [f"| target | neurons at a time | stream bits per clock | {heads} |", "|---|---|--:|" + "--:|" * 7]
    for row in (row for row in rows if "alone" not in row):
        options, clocks = row["options"], row["cycles_per_inference"]
        lanes = " + ".join(map(str, options["neurons_in_parallel"]))
        bits = options.get("stream_bits_per_cycle", "all 16")
        rate = row["fmax_mhz"] * 1e6 / clocks
        area = " | ".join(f"{row[key]:,}" for key in ("luts", "ffs", "brams", "cells"))
        speed = f"{row['fmax_mhz']:.1f} | {clocks:,} | {rate:,.0f}"
        lines.append(f"| {row['target']} | {lanes} | {bits} | {area} | {speed} |")
    heads = "LUT4 | FF | BRAM | of it the port: LUT4 | FF"
    lines += ["", f"| target | core | control port | {heads} |", "|---|---|---|" + "--:|" * 5]
    for row in (row for row in rows if "alone" in row):
        options, alone = row["options"], row["alone"]
        kind = "loadable " if options.get("weights") == "loadable" else ""
        lanes = options.get("neurons_in_parallel")
        name = f"{kind}{options['architecture']}" + (f", {' + '.join(map(str, lanes))} neurons" if lanes else "")
        area = " | ".join(f"{row[key]:,}" for key in ("luts", "ffs", "brams"))
        port = f"{row['luts'] - alone['luts']:,} | {row['ffs'] - alone['ffs']:,}"
        lines.append(f"| {row['target']} | {name} | {options['control']} | {area} | {port} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Measure, print, or compare."""
    if arguments == ["--table"]:
        print(table(_rows()))
        return 0
    if arguments == ["--stale"]:
        lines = stale(_rows())
        print("\n".join(lines) or "all rows are of today's gates")
        return 1 if lines else 0
    if arguments:
        print(__doc__)
        return 2
    measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
