"""What the tools say, read strictly: Yosys' `stat -json`, nextpnr's utilization lines and its JSON report."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sc_neurocore.spec.errors import ToolError

# Cells that name hierarchy for debuggers and occupy nothing.
_MARKERS = {"$scopeinfo"}
KINDS = ("luts", "ffs", "carries", "brams", "sprams", "dsps")
_CELLS = {
    "ice40": {
        "luts": ("SB_LUT4",),
        "ffs": ("SB_DFF",),
        "carries": ("SB_CARRY",),
        "brams": ("SB_RAM40",),
        "sprams": ("SB_SPRAM",),
        "dsps": ("SB_MAC16",),
    },
    "ecp5": {
        "luts": ("LUT4",),
        "ffs": ("TRELLIS_FF",),
        "carries": ("CCU2C",),
        "brams": ("DP16KD", "PDPW16KD"),
        "dsps": ("MULT18X18D", "MULT9X9D"),
    },
    "gowin": {
        "luts": ("LUT",),
        "ffs": ("DFF",),
        "carries": ("ALU",),
        "brams": ("SP", "SDP", "DP", "pROM"),
        "dsps": ("MULT", "PADD", "ALU54"),
    },
    "xc7": {
        "luts": ("LUT",),
        "ffs": ("FD",),
        "carries": ("CARRY4",),
        "brams": ("RAMB18", "RAMB36"),
        "dsps": ("DSP48",),
    },
}
_UTILIZATION = re.compile(r"^Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%$", re.MULTILINE)


@dataclass(frozen=True)
class Area:
    """Cells of a mapped netlist, before packing."""

    luts: int
    """Look-up tables of the family's own size (4 inputs; Xilinx 7: 6) or smaller; carry cells are not among them."""
    ffs: int
    carries: int
    """Carry cells: SB_CARRY or ALU (1 bit), CCU2C (2 bits), CARRY4 (4 bits)."""
    brams: int
    """Block RAMs: SB_RAM40_4K (4 kbit), DP16KD and Gowin's (16 kbit), RAMB18E1 or RAMB36E1."""
    sprams: int
    """Single-port RAMs of 256 kbit (iCE40 UltraPlus)."""
    dsps: int
    """Multiplier blocks: SB_MAC16, MULT18X18D, Gowin's MULT9X9 to MULT36X36, DSP48E1."""
    cells: dict[str, int]
    """Every cell type and how often it occurs."""


@dataclass(frozen=True)
class Timing:
    """One place and route: packed cells and the clock that static timing analysis allows."""

    fmax_mhz: float
    utilization: dict[str, dict[str, int]]
    critical_path: dict[str, Any] | None


def parse_area(text: str, family: str) -> Area:
    """Count the cells of a `stat -json` output.

    Raises:
        ToolError: the text is not such an output, or the netlist still holds cells that the device does not have.
    """
    try:
        cells = json.loads(text)["design"]["num_cells_by_type"]
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError("yosys: `stat -json` wrote no design.num_cells_by_type; is this the pinned Yosys?") from error
    if not isinstance(cells, dict) or not all(type(count) is int for count in cells.values()):
        raise ToolError("yosys: design.num_cells_by_type of `stat -json` must map names to integers")
    cells = {name: count for name, count in sorted(cells.items()) if name not in _MARKERS}
    unmapped = [name for name in cells if name.startswith(("$", "\\$"))]
    if unmapped:
        raise ToolError(f"yosys left cells that the device does not have: {', '.join(unmapped)}")

    def count(kind: str) -> int:
        prefixes = _CELLS[family].get(kind)
        return sum(number for name, number in cells.items() if name.startswith(prefixes)) if prefixes else 0

    return Area(**{kind: count(kind) for kind in KINDS}, cells=cells)


def parse_utilization(log: str) -> dict[str, dict[str, int]]:
    """The `Device utilisation` lines of a nextpnr log: {cell: {used, available}}; empty where packing never ended."""
    rows = _UTILIZATION.findall(log)
    return {name: {"used": int(count), "available": int(available)} for name, count, available in rows}


def overfull(utilization: Mapping[str, Mapping[str, int]]) -> str | None:
    """What the device has too few of, as one phrase; None where everything fits."""
    over = {name: row for name, row in utilization.items() if row["used"] > row["available"]}
    return ", ".join(f"{name} {row['used']} of {row['available']}" for name, row in over.items()) or None


def parse_timing(text: str) -> Timing:
    """Clock, utilization and critical path of nextpnr's JSON report.

    Raises:
        ToolError: it is not such a report, or the design has no clock or several.
    """
    try:
        report = json.loads(text)
        clocks = {name: float(row["achieved"]) for name, row in report["fmax"].items()}
        utilization = {
            name: {"used": int(row["used"]), "available": int(row["available"])}
            for name, row in sorted(report["utilization"].items())
            if row["used"]
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ToolError("nextpnr: the report holds no fmax and utilization; is this the pinned nextpnr?") from error
    if len(clocks) != 1:
        raise ToolError(f"nextpnr: expected one clock, found {len(clocks)}: {', '.join(sorted(clocks)) or 'none'}")
    return Timing(round(next(iter(clocks.values())), 2), utilization, _critical_path(report))


def _critical_path(report: dict[str, Any]) -> dict[str, Any] | None:
    """Ends and delays of the path from clock edge to clock edge; it is what bounds the clock."""
    for path in report.get("critical_paths", ()):
        # One name at both ends: a path from register to register, not to or from a pin.
        if path["from"] == path["to"] and path["path"]:
            steps = path["path"]
            routing = sum(step["delay"] for step in steps if step["type"] == "routing")
            return {
                "from": steps[0]["from"]["cell"],
                "to": steps[-1]["to"]["cell"],
                "logic_ns": round(sum(step["delay"] for step in steps) - routing, 2),
                "routing_ns": round(routing, 2),
            }
    return None
