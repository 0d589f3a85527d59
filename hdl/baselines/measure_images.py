"""What three operations on a photograph take as circuits and in binary: errors, area, clocks, time.

Usage: python hdl/baselines/measure_images.py    write images.json (some minutes)

All windows of the photograph pass the gates of the circuits, whose counts must be the model's. Counts of tables are
Yosys', clocks nextpnr's, the median of three placements; no device is involved.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from images import BinaryCore, Task, tasks

from sc_neurocore import cosim, synth
from sc_neurocore.rtl.circuits.circuit_core import CircuitCore
from sc_neurocore.rtl.circuits.ports import circuit_timing
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.spec import write_atomic
from sc_neurocore.synth.tools import NEXTPNR, YOSYS

FILE = Path(__file__).with_name("images.json")
TARGETS, SEEDS = ("up5k", "ecp5-25k"), (1, 2, 3)
FIELDS = ("luts", "ffs", "carries", "fmax_mhz")
COMPARED = ("verdict", "samples", "cycles", "values_compared", "mismatches", "simulator")


def say(line: str) -> None:
    """One line of progress."""
    print(line, file=sys.stderr, flush=True)


def in_gates(task: Task, folder: Path) -> dict[str, Any]:
    """The photograph through the circuit's gates; of a pixel that comes often, once."""
    result = cosim.run(task.circuit, folder, codes=np.unique(task.codes, axis=0), simulator="verilator", progress=say)
    return {key: result.report[key] for key in COMPARED}


def taken(source: Path, top: str, *, place: bool = True) -> dict[str, dict[str, Any]]:
    """What a core takes on each device."""
    found = {}
    for target in TARGETS:
        figures = synth.implement([source], top, target, seeds=SEEDS, place_and_route=place, progress=say).to_json()
        found[target] = {key: figures[key] for key in FIELDS}
    return found


def verilog(name: str, task: Task) -> dict[str, str]:
    """The cores of one operation: the circuit's, the binary one, and what both have around it."""
    cores = {
        "streams": CircuitCore(task.circuit.spec),
        "binary": BinaryCore(task.binary_codes, task.function),
        "ports and buffer": BinaryCore(len(task.circuit.spec.inputs), lambda x: x[0]),
    }
    return {kind: verilog_text(core, name) for kind, core in cores.items()}


def measure(name: str, task: Task, folder: Path) -> dict[str, Any]:
    """The row of one operation."""
    row: dict[str, Any] = {
        "circuit_sha256": task.circuit.spec.sha256,
        "gates": in_gates(task, folder),
        "errors": task.errors(),
        "cycles": {
            "streams": circuit_timing(task.circuit.spec).cycles_per_inference,
            "binary": task.binary_codes + 1,
        },
        "rtl_sha256": {},
        "area": {},
    }
    for kind, text in verilog(name, task).items():
        (folder / f"{name}.v").write_text(text)
        row["rtl_sha256"][kind] = hashlib.sha256(text.encode()).hexdigest()
        row["area"][kind] = taken(folder / f"{name}.v", name, place=kind != "ports and buffer")
    return row


def main() -> int:
    """Measure all; 1 where gates differ from the model."""
    with tempfile.TemporaryDirectory(prefix="sc-images-") as folder:
        rows = {}
        for name, task in tasks().items():
            say(f"==== {name}")
            (Path(folder) / name).mkdir()
            rows[name] = measure(name, task, Path(folder) / name)
    tools = {tool.distribution: tool.version for tool in (YOSYS, *NEXTPNR.values())}
    result = {"command": "python hdl/baselines/measure_images.py", "seeds": SEEDS, "tools": tools, "rows": rows}
    write_atomic(FILE, json.dumps(result, indent=2) + "\n")
    return int(any(row["gates"]["verdict"] != "PASS" for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
