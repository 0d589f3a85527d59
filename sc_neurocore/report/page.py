"""The page: everything a run folder says, put into the template."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any

from sc_neurocore import __version__
from sc_neurocore.spec import NetworkSpec, load_network, write_atomic
from sc_neurocore.spec.errors import OptionError

from .accuracy import Classes, Curve, curves, read_classes, trained_curve, wilson
from .artifacts import Node, first_json, read_json
from .charts import accuracy_chart
from .hardware import Area, Verdict, areas, judge, overall, read_rtl
from .network_view import example_product, layer_rows

EXPORT_REPORTS = ("export.json", "export/report.json", "export/export.json", "network_report.json")


def write(folder: str | os.PathLike[str], out: str | os.PathLike[str]) -> Path:
    """Write one self-contained HTML page about a run folder.

    Read, each part if it is there: `model/**/model.json`, `network/`, export's `report.json`, `infer.json` with the
    arrays `codes.npy`, `labels.npy`, `outputs.npy` (beside it or in `infer/`), `rtl/manifest.json`,
    `cosim*/cosim.json`, `synth*/synth.json`, `sweep.json`. A part that is missing is said to be missing. The same
    files give the same bytes.

    Args:
        folder: the run folder.
        out: HTML file to write, whole or not at all.

    Returns:
        Path of the page.

    Raises:
        OptionError: `folder` is none, or `out` cannot be written.
        SpecError: a file is damaged, or a key is of the wrong type; the message names both.
    """
    root = Path(folder)
    if not root.is_dir():
        raise OptionError(f"folder must be a run folder, got {str(folder)!r}, which is no folder")
    write_atomic(out, render(root))
    return Path(out)


def render(folder: Path) -> str:
    """Text of the page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    filters: dict[str, Any] = {"percent": percent, "points": _points, "short": lambda value: f"{value:.4g}"}
    environment.filters.update(filters)
    here = resources.files("sc_neurocore.report")
    template = environment.from_string((here / "page.html.jinja").read_text(encoding="utf-8"))
    css = (here / "page.css").read_text(encoding="utf-8")
    # The style sheet is ours and must not be escaped; it holds nothing of the folder's.
    return template.render(css=Markup(css), version=__version__, **gather(folder)) + "\n"


def gather(folder: Path) -> dict[str, Any]:
    """What the template shows, read and judged."""
    network = load_network(folder / "network") if (folder / "network").is_dir() else None
    sha = None if network is None else network.sha256
    models = [node for path in sorted(folder.glob("model/**/model.json")) if (node := read_json(path, folder))]
    model = _model_of(network, models)
    infer = first_json(folder, "infer.json", "infer/infer.json")
    sweep = first_json(folder, "sweep.json", "sweep/sweep.json")
    export = first_json(folder, *EXPORT_REPORTS)
    manifest, rtl_sha = read_rtl(folder)
    cosims = [node for path in sorted(folder.glob("cosim*/cosim.json")) if (node := read_json(path, folder))]
    synths = [node for path in sorted(folder.glob("synth*/**/synth.json")) if (node := read_json(path, folder))]
    verdicts = [judge(node, sha, rtl_sha) for node in cosims] or [judge(None, sha, rtl_sha)]
    classes = read_classes(folder, network)
    lines = [] if sweep is None else curves(sweep)
    trained = trained_curve(models)
    lines = lines if trained is None else [trained, *lines]
    floating = _float_accuracy(sweep, infer, model)
    rows = areas(synths, sha)
    accuracy_rows = _accuracies(floating, infer, model, classes)
    verdict = overall(verdicts)
    verified = {each.node.text("rtl_sha256") for each in verdicts if each.node is not None and each.word == "PASS"}
    title = network.name if network is not None else folder.resolve().name
    nodes = [model, infer, sweep, export, manifest, *cosims, *synths]
    return {
        "title": title,
        "summary": None if network is None else _summary(network),
        "verdict": verdict,
        "tiles": _tiles(accuracy_rows, verdict, rows, manifest),
        "accuracies": accuracy_rows,
        "float_accuracy": None if floating is None else floating[0],
        "curves": lines,
        "several_seeds": any(len(point.values) > 1 for line in lines for point in line.points),
        "with_errors": any(p.saturated is not None or p.mse is not None for line in lines for p in line.points),
        "chart": accuracy_chart(lines, None if floating is None else floating[0]),
        "chart_note": _chart_note(lines),
        "classes": classes,
        "layers": [] if network is None else layer_rows(network),
        "product": None if network is None else example_product(network),
        "quantization": None if export is None else _quantization(export),
        "cosim": [_cosim_row(each) for each in verdicts],
        "areas": [_area_row(row, verified) for row in rows],
        "area_basis": next(
            (text for row in rows if (text := row.node.text("basis"))), "Made by tools, measured on no device."
        ),
        "gates": None if manifest is None else _gates(manifest),
        "hashes": _hashes(nodes, sha),
        "training": None if model is None else _training(model),
        "tools": _tools(nodes),
        "missing": _missing(network, model, infer, sweep, export, manifest, cosims, synths),
    }


def _model_of(network: NetworkSpec | None, models: list[Node]) -> Node | None:
    """The training record of the network: the one of its stream length where several lengths were trained."""
    lengths = set() if network is None else {layer.stream_length for layer in network.layers}
    for model in models:
        config, accuracy = model.node("config"), model.node("accuracy")
        exact = accuracy is not None and accuracy.has("integer")
        if exact and config is not None and lengths == {config.integer("stream_length")}:
            return model
    return models[0] if models else None


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}".replace("-", "−")


def _summary(network: NetworkSpec) -> str:
    sizes = "-".join(str(size) for size in (network.input.features, *(layer.neurons for layer in network.layers)))
    lengths = sorted({layer.stream_length for layer in network.layers})
    steps = f", {network.time_steps} time steps" if network.time_steps > 1 else ""
    return f"A {sizes} network on bit streams of {' and '.join(map(str, lengths))} positions{steps}."


def _float_accuracy(sweep: Node | None, infer: Node | None, model: Node | None) -> tuple[float, Node] | None:
    for node in (sweep, infer):
        if node is not None and (value := node.fraction("float_accuracy")) is not None:
            return value, node
    accuracy = None if model is None else model.node("accuracy")
    value = None if accuracy is None else accuracy.fraction("float")
    return None if value is None or model is None else (value, model)


def _accuracies(
    floating: tuple[float, Node] | None, infer: Node | None, model: Node | None, classes: Classes | None
) -> list[dict[str, Any]]:
    rows = []
    if floating is not None:
        node = floating[1]
        data = node.node("data")
        samples = node.integer("samples") or (None if data is None else data.integer("test_samples"))
        rows.append(_accuracy("floating point", floating[0], samples, node.where))
    if infer is not None and (value := infer.fraction("accuracy")) is not None:
        rows.append(_accuracy("exact integers", value, infer.integer("samples"), infer.where))
    elif classes is not None:
        rows.append(_accuracy("exact integers", classes.correct / classes.samples, classes.samples, "outputs.npy"))
    trained = None if model is None else model.node("accuracy")
    value = None if trained is None else trained.fraction("integer")
    # Shown where it adds something: mostly it is the same network on the same samples.
    if model is not None and value is not None and all(row["value"] != percent(value) for row in rows[1:]):
        data = model.node("data")
        samples = None if data is None else data.integer("test_samples")
        rows.append(_accuracy("exact integers, as training measured them", value, samples, model.where))
    return rows


def _accuracy(name: str, value: float, samples: int | None, source: str) -> dict[str, Any]:
    interval = None
    if samples:
        low, high = wilson(value, samples)
        interval = f"{100 * low:.1f} – {percent(high)}"
    return {"name": name, "value": percent(value), "samples": samples, "interval": interval, "source": source}


def _tiles(
    accuracies: list[dict[str, Any]], verdict: Verdict, rows: list[Area], manifest: Node | None
) -> list[dict[str, str]]:
    tiles = [
        {"name": f"Accuracy, {row['name']}", "value": row["value"], "detail": row["interval"] or ""}
        for row in accuracies[:2]
    ]
    if verdict.node is not None and (compared := verdict.node.integer("values_compared")) is not None:
        mismatches = verdict.node.integer("mismatches")
        detail = "mismatches unknown" if mismatches is None else f"{mismatches:,} mismatches"
        tiles.append({"name": "Values compared", "value": f"{compared:,}", "detail": detail})
    placed = [row for row in rows if row.stale is None and row.node.number("fmax_mhz") is not None]
    if placed:
        node = min((row.node for row in placed), key=lambda each: each.integer("luts") or 0)
        clock, rate = node.number("fmax_mhz"), node.number("inferences_per_second")
        detail = f"{clock:.0f} MHz" + ("" if rate is None else f", {rate:,.0f} inferences/s") + " (estimate)"
        tiles.append(
            {"name": f"LUTs on {node.text('target')}", "value": f"{node.integer('luts') or 0:,}", "detail": detail}
        )
    elif manifest is not None and (cycles := manifest.integer("cycles_per_inference")) is not None:
        tiles.append({"name": "Cycles per inference", "value": f"{cycles:,}", "detail": ""})
    return tiles


def _chart_note(lines: list[Curve]) -> str | None:
    points = [point for line in lines for point in line.points]
    if any(point.interval is not None for point in points):
        return "Wide bars are 95 % intervals by the number of test samples."
    return (
        "Small dots are the seeds, the curve is their mean." if any(len(point.values) > 1 for point in points) else None
    )


def _quantization(export: Node) -> dict[str, Any] | None:
    """Export's rows, with whatever figures each holds."""
    rows = export.nodes("layers")
    columns = list(
        dict.fromkeys(key for row in rows for key, value in row.tree.items() if isinstance(value, str | int | float))
    )
    if not columns:
        return None
    table = [[row.scalars().get(key) for key in columns] for row in rows]
    if "layer" not in columns:
        columns, table = ["layer", *columns], [[str(i), *row] for i, row in enumerate(table)]
    return {"source": export.where, "columns": [key.replace("_", " ") for key in columns], "rows": table}


def _cosim_row(verdict: Verdict) -> dict[str, Any]:
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
        value = None if node is None else node.integer(key)
        row[name] = None if value is None else f"{value:,}"
    first = None if node is None else node.node("first_mismatch")
    if first is not None:
        row["first_mismatch"] = first.scalars()
    return row


def _area_row(area: Area, verified: set[str | None]) -> dict[str, Any]:
    """One row of the area table; `verified` are the hashes of the Verilog that passed co-simulation."""
    node = area.node
    fmax, rate = node.number("fmax_mhz"), node.number("inferences_per_second")
    speeds = [value for value in node.numbers("fmax_per_seed_mhz") if value is not None]
    parameters = node.node("architecture")
    warnings = [f"not this network: {area.stale}" if area.stale else None, node.text("note")]
    notes = [node.text("shell")]
    if verified and node.text("rtl_sha256") not in verified:
        notes.append("gates other than those co-simulated")
    if parameters is not None:
        notes.append(
            ", ".join(f"{key.replace('_', ' ')} {_flat(value)}" for key, value in sorted(parameters.tree.items()))
        )
    path = node.node("critical_path")
    if (
        path is not None
        and (logic := path.number("logic_ns")) is not None
        and (wires := path.number("routing_ns")) is not None
    ):
        notes.append(f"slowest path: {logic:.1f} ns logic, {wires:.1f} ns wires")
    row: dict[str, Any] = {
        "target": node.text("target") or "target unknown",
        "device": node.text("device"),
        "share": area.share,
    }
    for key in ("luts", "ffs", "brams", "dsps", "cells"):
        value = node.integer(key)
        row[key] = None if value is None else f"{value:,}"
    cycles = node.integer("cycles_per_inference")
    row["cycles"] = None if cycles is None else f"{cycles:,}"
    row["fmax"] = None if fmax is None else f"{fmax:.1f}"
    row["spread"] = f"{min(speeds):.1f} – {max(speeds):.1f}, {len(speeds)} seeds" if len(speeds) > 1 else None
    row["rate"] = None if rate is None else f"{rate:,.0f}"
    row["warnings"] = [text for text in warnings if text]
    row["notes"] = [text for text in notes if text]
    return row


def _flat(value: Any) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)


def _gates(manifest: Node) -> dict[str, str]:
    wanted = ("top", "verilog", "latency_cycles", "cycles_per_inference")
    rows = {key.replace("_", " "): value for key, value in manifest.scalars().items() if key in wanted}
    parameters = manifest.node("parameters")
    if parameters is not None:
        rows |= {key.replace("_", " "): _flat(value) for key, value in sorted(parameters.tree.items())}
    ports = manifest.nodes("ports")
    if ports:
        rows["ports"] = ", ".join(f"{p.text('name')}[{p.integer('width')}]" for p in ports)
    return rows


def _hashes(nodes: list[Node | None], network_sha: str | None) -> list[dict[str, Any]]:
    """Each hash once, with the files that name it: one line for the network where all of them agree."""
    rows: dict[tuple[str, str], list[str]] = {}
    if network_sha is not None:
        rows["network", network_sha] = ["network/ (computed)"]
    for node in nodes:
        for key in sorted(node.tree) if node is not None else ():
            if node is not None and key.endswith("_sha256") and (value := node.text(key)) is not None:
                rows.setdefault((key.removesuffix("_sha256"), value), []).append(node.where)
    return [{"what": what, "value": value, "files": files} for (what, value), files in sorted(rows.items())]


def _training(model: Node) -> dict[str, str]:
    rows: dict[str, str] = {}
    for key in ("config", "data"):
        part = model.node(key)
        rows |= {} if part is None else {name.replace("_", " "): value for name, value in part.scalars().items()}
    return rows


def _tools(nodes: list[Node | None]) -> dict[str, str]:
    versions: dict[str, str] = {}
    for node in nodes:
        tools = None if node is None else node.node("tools")
        versions |= {} if tools is None else tools.scalars()
    return dict(sorted(versions.items()))


def _missing(
    network: NetworkSpec | None,
    model: Node | None,
    infer: Node | None,
    sweep: Node | None,
    export: Node | None,
    manifest: Node | None,
    cosims: list[Node],
    synths: list[Node],
) -> list[dict[str, str]]:
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
