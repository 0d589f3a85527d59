"""Rows of the page's tables, as texts."""

from __future__ import annotations

from typing import Any

from sc_neurocore.spec import NetworkSpec

from .artifacts import Node
from .hardware import Area, Verdict

# The order a reader asks in: what was lost, then with which numbers.
_EXPORT_COLUMNS = (
    "layer",
    "weight_error_rms",
    "weights_saturated",
    "bias_error_max",
    "outputs_saturated",
    "weight_scale",
    "multiplier",
    "shift",
    "output_scale",
)
_SHOWN_ELSEWHERE = ("inputs", "neurons")


def quantization_table(export: Node) -> dict[str, Any]:
    """Export's rows, with whatever figures each holds, and what the export says about itself."""
    rows = export.nodes("layers")
    there = dict.fromkeys(key for row in rows for key in row.scalars())
    columns = [key for key in _EXPORT_COLUMNS if key in there]
    columns += [key for key in there if key not in (*_EXPORT_COLUMNS, *_SHOWN_ELSEWHERE)]
    table = [[row.scalars().get(key) for key in columns] for row in rows]
    if "layer" not in columns:
        columns, table = ["layer", *columns], [[str(i), *row] for i, row in enumerate(table)]
    return {
        "source": export.where,
        "method": export.text("method"),
        "columns": [key.replace("_", " ") for key in columns],
        "rows": table,
        "notes": export.texts("notes"),
    }


def cosim_row(verdict: Verdict) -> dict[str, Any]:
    """One co-simulation."""
    node = verdict.node
    row: dict[str, Any] = {
        "word": verdict.word,
        "reason": verdict.reason,
        "mutants": verdict.mutants,
        "first_mismatch": None,
    }
    simulator = (
        None if node is None else " ".join(filter(None, (node.text("simulator"), node.text("simulator_version"))))
    )
    row["simulator"] = simulator or None
    for name, key in (
        ("samples", "samples"),
        ("compared", "values_compared"),
        ("mismatches", "mismatches"),
        ("cycles", "cycles"),
    ):
        value = None if node is None else node.count(key)
        row[name] = None if value is None else f"{value:,}"
    row["findings"] = [] if node is None else node.texts("findings")
    row["stall"] = None if node is None else node.text("stall")
    mismatch = None if node is None else node.node("first_mismatch")
    if mismatch is not None:
        row["first_mismatch"] = mismatch.scalars()
    return row


def per_second(rate: float) -> str:
    """Inferences a second: whole ones of a quick core; 0 is what older results rounded a slow one to."""
    return "under 1" if rate == 0 else f"{rate:,.0f}" if rate >= 10 else f"{rate:.3g}"


def area_row(area: Area, verified: set[str | None]) -> dict[str, Any]:
    """One row of the area table; `verified` are the hashes of the Verilog that passed co-simulation."""
    node = area.node
    fmax, rate = node.amount("fmax_mhz"), node.amount("inferences_per_second")
    speeds = [value for value in node.numbers("fmax_per_seed_mhz") if value is not None]
    parameters = node.node("architecture")
    warnings = [f"not this network: {area.stale}" if area.stale else None, node.text("note")]
    notes = [node.text("shell"), None if area.other is None else "gates other than those in rtl/"]
    if verified and node.text("rtl_sha256") not in verified:
        notes.append("gates other than those co-simulated")
    if parameters is not None:
        notes.append(
            ", ".join(
                f"{key.replace('_', ' ')} {_flat(value)}"
                for key, value in sorted(parameters.tree.items())
                if key != "why"  # the section on alternatives says it
            )
        )
    path = node.node("critical_path")
    if (
        path is not None
        and (logic := path.number("logic_ns")) is not None
        and (wires := path.number("routing_ns")) is not None
    ):
        notes.append(f"slowest path: {logic:.1f} ns logic, {wires:.1f} ns wires")
    row: dict[str, Any] = {
        "target": node.word("target") or "target unknown",
        "device": node.word("device"),
        "share": area.share,
    }
    for key in ("luts", "ffs", "brams", "dsps", "cells"):
        value = node.count(key)
        row[key] = None if value is None else f"{value:,}"
    cycles = node.count("cycles_per_inference")
    row["cycles"] = None if cycles is None else f"{cycles:,}"
    row["fmax"] = None if fmax is None else f"{fmax:.1f}"
    row["spread"] = f"{min(speeds):.1f} – {max(speeds):.1f}, {len(speeds)} seeds" if len(speeds) > 1 else None
    row["rate"] = None if rate is None else per_second(rate)
    row["warnings"] = [text for text in warnings if text]
    row["notes"] = [text for text in notes if text]
    return row


def _flat(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)


def gate_rows(manifest: Node) -> dict[str, str]:
    """What the manifest says of the generated Verilog."""
    keys = ("top", "verilog", "latency_cycles", "cycles_per_inference")
    rows = {key.replace("_", " "): value for key, value in manifest.scalars().items() if key in keys}
    parameters = manifest.node("parameters")
    if parameters is not None:
        rows |= {key.replace("_", " "): _flat(value) for key, value in sorted(parameters.tree.items())}
        if "why" in rows:
            rows["why"] = rows["why"].partition(". Estimates:")[0]  # which are a table of their own
    ports = manifest.nodes("ports")
    if ports:
        rows["ports"] = ", ".join(f"{p.text('name')}[{p.count('width')}]" for p in ports)
    return rows


def hash_rows(nodes: list[Node | None], network_sha: str | None) -> list[dict[str, Any]]:
    """Each hash once, with the files that name it: one line for the network where all of them agree."""
    rows: dict[tuple[str, str], list[str]] = {}
    if network_sha is not None:
        rows["network", network_sha] = ["network/ (computed)"]
    for node in nodes:
        for key in sorted(node.tree) if node is not None else ():
            if node is not None and key.endswith("_sha256") and (value := node.text(key)) is not None:
                rows.setdefault((key.removesuffix("_sha256"), value), []).append(node.where)
    return [{"what": what, "value": value, "files": files} for (what, value), files in sorted(rows.items())]


def training_rows(model: Node) -> dict[str, str]:
    """Recipe and data of the training, whatever plain values its record holds."""
    rows: dict[str, str] = {}
    for key in ("config", "data"):
        part = model.node(key)
        rows |= {} if part is None else {name.replace("_", " "): value for name, value in part.scalars().items()}
    return rows


def tool_rows(nodes: list[Node | None]) -> dict[str, str]:
    """Versions of all tools that any result names."""
    versions: dict[str, str] = {}
    for node in nodes:
        tools = None if node is None else node.node("tools")
        versions |= {} if tools is None else tools.scalars()
    return dict(sorted(versions.items()))


def missing_parts(
    network: NetworkSpec | None,
    model: Node | None,
    infer: Node | None,
    sweep: Node | None,
    export: Node | None,
    manifest: Node | None,
    cosims: list[Node],
    synths: list[Node],
) -> list[dict[str, str]]:
    """What the folder does not hold, and the verb that makes it.

    Args:
        network: the network folder.
        model: the training record.
        infer: infer.json.
        sweep: sweep.json.
        export: the export's report.
        manifest: of the generated Verilog.
        cosims: every cosim.json.
        synths: every synth.json.
    """
    parts = (
        (model, "training record, model/model.json", "sc-neurocore train"),
        (network, "network folder, network/", "sc-neurocore export"),
        (export, "quantization report of the export", "sc-neurocore export"),
        (infer, "accuracy of the integer network, infer.json", "sc-neurocore infer"),
        (sweep, "accuracy over stream lengths, sweep.json", "sc-neurocore sweep"),
        (manifest, "generated Verilog, rtl/manifest.json", "sc-neurocore generate"),
        (cosims or None, "co-simulation, cosim/cosim.json", "sc-neurocore cosim"),
        (synths or None, "area and timing, synth/synth.json", "sc-neurocore synth"),
    )
    return [{"what": what, "command": command} for part, what, command in parts if part is None]
