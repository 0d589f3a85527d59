"""Measure the serial and column cores of the committed sparse networks: architectures.json and, for more serial cores,
serial.json; two tables of hdl/README.md.

Usage: python hdl/synth/architectures.py            measure all rows (half an hour on two cores)
       python hdl/synth/architectures.py up5k       measure the rows of one target, keep the others
       python hdl/synth/architectures.py --table    print both files as Markdown
       python hdl/synth/architectures.py --stale    which rows are of gates that are no longer generated? status 1

The networks are 64-32-10, n = 4 and 8, L = 2^n, default pair: digits4 and digits8, of which a quarter of the weights
are 0; demo4, which `make demo` trains; dense4 and dense8, whose weights are drawn and none is 0, for what a serial core
takes of any weights. Figures are estimates of Yosys and nextpnr; the clock is the median of three placement seeds.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import load_network, rtl, synth
from sc_neurocore.rtl.cores.serial.core import SerialCore
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.plan.serial_plan import SerialPlan
from sc_neurocore.spec import NetworkSpec

FILE = Path(__file__).with_name("architectures.json")
SERIAL_FILE = Path(__file__).with_name("serial.json")
NETWORKS = Path(__file__).with_name("networks")
DEMO = Path(__file__).resolve().parents[2] / "tests" / "golden" / "digits"
DENSE_SEED = 5
SERIAL_BIT = {"architecture": "serial", "stream_bits_per_cycle": 1}
SERIAL, COLUMN = {"architecture": "serial"}, {"architecture": "column"}
LOADABLE = {"architecture": "serial", "loadable": True}
LOADABLE_SPRAM = {"architecture": "serial", "loadable": True, "memory": "spram"}
TABLE = {"architecture": "column", "product_table": True}
ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("up5k", "digits4", SERIAL_BIT),
    ("up5k", "digits4", SERIAL),
    ("up5k", "demo4", SERIAL_BIT),
    ("up5k", "demo4", SERIAL),
    ("up5k", "digits4", COLUMN),
    ("up5k", "digits8", SERIAL),
    ("up5k", "digits8", COLUMN),
    ("ecp5-25k", "digits4", TABLE),
    ("ecp5-25k", "digits4", TABLE | {"overlap": True}),
    ("ecp5-25k", "digits4", COLUMN | {"overlap": True, "logic_weights": True}),
    ("up5k", "digits4", COLUMN | {"overlap": True}),
)
SERIAL_ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("up5k", "dense4", SERIAL_BIT),
    ("up5k", "dense4", SERIAL),
    ("up5k", "dense8", SERIAL),
    ("up5k", "digits4", LOADABLE),
    ("up5k", "digits4", LOADABLE_SPRAM),
    ("up5k", "digits8", {"architecture": "serial", "stream_bits_per_cycle": 4}),
    ("up5k", "digits8", {"architecture": "serial", "stream_bits_per_cycle": 16}),
    ("up5k", "digits8", LOADABLE),
    ("up5k", "digits8", LOADABLE_SPRAM),
)
"""Of serial cores alone: some stream bits per clock, and weights that are loaded."""
SUFFIXES = {"demo": ", the demo's network", "dense": ", no weight of 0"}
"""What a row says of networks other than digits4 and digits8."""
GROUPS = ((FILE, ROWS), (SERIAL_FILE, SERIAL_ROWS))
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


def network_of(name: str) -> NetworkSpec:
    """The network that a row names."""
    if name == "demo4":
        return load_network(DEMO)
    if not name.startswith("dense"):
        return load_network(NETWORKS / name)
    model, rng = load_network(NETWORKS / name.replace("dense", "digits")), np.random.default_rng(DENSE_SEED)
    largest = 2 ** int(name[-1])
    weights = [rng.integers(1, largest, codes.shape) * rng.choice([-1, 1], codes.shape) for codes in model.weights]
    return model.replace(name=name, weights=weights)


def write_gates(network: NetworkSpec, folder: Path, options: dict[str, Any]) -> str:
    """Verilog and manifest of a row; returns the hash of the gates, which is that of Verilog without comments.

    A serial core is written without what `generate` puts around a loadable one: its control port is no part of it.
    """
    if options["architecture"] != "serial":
        return rtl.generate(network, folder, **options)["gates_sha256"]
    loadable, memory = options.get("loadable", False), options.get("memory", "block")
    bits = options.get("stream_bits_per_cycle")
    core = SerialCore(SerialPlan.of(network, bits_per_clock=bits, loadable=loadable, memory=memory))
    parameters = {"architecture": "serial", "stream_bits_per_cycle": core.plan.bits_per_clock}
    folder.mkdir()
    text = verilog_text(core, network.name)
    (folder / f"{network.name}.v").write_text(text, encoding="ascii")
    manifest = {
        "top": network.name,
        "verilog": f"{network.name}.v",
        "network_sha256": network.sha256,
        **vars(core.plan.timing()),
        "parameters": parameters | ({"loadable": True, "memory": memory} if loadable else {}),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def measure(targets: list[str]) -> None:
    """Run the flow for the rows of these targets; each row is written as soon as it is there."""
    for file, group in GROUPS:
        order = {_key({"target": t, "network": n, "options": o}): i for i, (t, n, o) in enumerate(group)}
        for target, name, options in group:
            if target in targets:
                row = _measured(target, name, options)
                rows = [*(each for each in _rows(file) if _key(each) != _key(row)), row]
                rows.sort(key=lambda each: order[_key(each)])
                file.write_text(json.dumps(rows, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _measured(target: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    network = network_of(name)
    with tempfile.TemporaryDirectory() as folder:
        gates = write_gates(network, Path(folder) / "rtl", options)
        found = synth.run(
            network,
            Path(folder) / "synth",
            rtl=Path(folder) / "rtl",
            target=target,
            seeds=SEEDS,
            progress=lambda line: print(line, file=sys.stderr, flush=True),
        )
    kept = (*KEPT, "sprams") if found["sprams"] else KEPT
    return (
        {"target": target, "network": name, "options": options}
        | {key: found[key] for key in kept}
        | {"rtl_sha256": gates}
    )


def _rows(file: Path = FILE) -> list[dict[str, Any]]:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def _key(row: dict[str, Any]) -> str:
    return json.dumps([row["target"], row["network"], row["options"]], sort_keys=True)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    single_port = any("sprams" in row for row in rows)
    kinds = ("luts", "ffs", "brams", *(("sprams",) if single_port else ()), "cells")
    heads = {"luts": "LUT4", "ffs": "FF", "brams": "BRAM", "sprams": "SPRAM", "cells": "cells"}
    head = " | ".join(heads[kind] for kind in kinds)
    lines = [
        f"| target | n | architecture | {head} | fmax, MHz | clocks | inferences/s |",
        "|---|--:|---|" + "--:|" * (len(kinds) + 3),
    ]
    for row in rows:
        options = row["options"]
        name = options["architecture"]
        bits = options.get("stream_bits_per_cycle")
        name += (
            ", whole stream" if bits is None else ", one stream bit per clock" if bits == 1 else f", {bits} stream bits"
        )
        memory = "single-port memory" if options.get("memory") == "spram" else "block memory"
        name += f", loadable in {memory}" if options.get("loadable") else ""
        name += ", product table" if options.get("product_table") else ""
        name += ", overlapping" if options.get("overlap") else ""
        name += ", weights in logic" if options.get("logic_weights") else ""
        counts = " | ".join(f"{row.get(key, 0):,}" for key in kinds)
        clocks, rate = f"{row['cycles_per_inference']:,}", f"{row['inferences_per_second']:,}"
        name += SUFFIXES.get(row["network"][:-1], "")
        n = row["network"][-1]
        lines.append(f"| {row['target']} | {n} | {name} | {counts} | {row['fmax_mhz']:.1f} | {clocks} | {rate} |")
    return "\n".join(lines)


def stale(rows: list[dict[str, Any]]) -> list[str]:
    """One line for each row whose Verilog is not what is generated today."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for i, row in enumerate(rows):
            network = network_of(row["network"])
            if row["rtl_sha256"] != write_gates(network, Path(folder) / str(i), row["options"]):
                lines.append(f"{row['target']}, {row['network']}, {row['options']}: other gates")
    return lines


def main(arguments: list[str]) -> int:
    """Measure, or print."""
    if arguments == ["--table"]:
        print("\n\n".join(table(_rows(file)) for file, _ in GROUPS))
        return 0
    if arguments == ["--stale"]:
        lines = [line for file, _ in GROUPS for line in stale(_rows(file))]
        print("\n".join(lines) or "all rows are of today's gates")
        return 1 if lines else 0
    if not set(arguments) <= set(synth.TARGETS):
        print(__doc__)
        return 2
    measure(arguments or list(synth.TARGETS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
