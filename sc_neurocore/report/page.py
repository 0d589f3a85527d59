"""The page: everything a run folder says, put into the template."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sc_neurocore import __version__
from sc_neurocore.spec import NetworkSpec, load_network, write_atomic
from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.errors import OptionError
from sc_neurocore.spec.layer import WeightedLayer

from .accuracy import Curve, array_path, curves, read_classes, trained_curve
from .accuracy_rows import accuracies, float_accuracy, interval_scale, percent
from .artifacts import Node, first_json, read_json
from .charts import accuracy_chart
from .explored import fault_rows, pair_rows
from .hardware import Area, areas, judge, other, overall, read_rtl
from .headline import answers
from .maps_view import first_codes, kernels_chart, maps_chart, on_maps
from .network_view import example_product, layer_rows
from .plans import alternatives, budget_text, front_rows, plans_chart
from .tables import (
    area_row,
    cosim_row,
    gate_rows,
    hash_rows,
    missing_parts,
    quantization_table,
    tool_rows,
    training_rows,
)

_TITLE_ENDS = b": verification report</title>"
"""By this a page is known as one of ours."""

EXPORT_REPORTS = ("network/export.json", "export.json")


@entrance
def write(folder: str | os.PathLike[str], out: str | os.PathLike[str]) -> Path:
    """Write one self-contained HTML page about a run folder.

    Read, each part if it is there: `model*/**/model.json`, `network/` with `export.json`, `infer.json` with the
    arrays `codes.npy`, `labels.npy`, `outputs.npy` (beside it or in `infer/`), `rtl/manifest.json`,
    `cosim*/cosim.json`, `synth*/synth.json`, `sweep.json`, `faults*/faults.json`, `pairs*/pairs.json`.
    A part that is missing is said to be missing. The same
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
    write_atomic(out, render(root), is_ours=lambda head: _TITLE_ENDS in head)
    return Path(out)


def render(folder: Path) -> str:
    """Text of the page."""
    from jinja2 import Environment, StrictUndefined

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
    layers: list[WeightedLayer] = []
    product, kernels, feature_maps = None, None, None
    if network is not None:
        number = next(i for i, layer in enumerate(network.layers) if isinstance(layer, WeightedLayer))
        layers = [layer for layer in network.layers if isinstance(layer, WeightedLayer)]
        product = example_product(layers[0], network.weights[number])
        if on_maps(network):
            kernels, feature_maps = kernels_chart(network), _maps(folder, network)
    sha = None if network is None else network.sha256
    models = [node for path in sorted(folder.glob("model*/**/model.json")) if (node := read_json(path, folder))]
    model = _model_of(layers, models)
    infer = first_json(folder, "infer.json", "infer/infer.json")
    sweep = first_json(folder, "sweep.json", "sweep/sweep.json")
    export = first_json(folder, *EXPORT_REPORTS)
    manifest, rtl_sha = read_rtl(folder)
    cosims = [node for path in sorted(folder.glob("cosim*/cosim.json")) if (node := read_json(path, folder))]
    synths = [node for path in sorted(folder.glob("synth*/**/synth.json")) if (node := read_json(path, folder))]
    faults, pairs = (_every(folder, name) for name in ("faults", "pairs"))
    verdicts = [judge(node, sha, rtl_sha) for node in cosims] or [judge(None, sha, rtl_sha)]
    classes = read_classes(folder, network)
    trained = trained_curve(models)
    lines = curves(sweep) if sweep is not None else [trained] if trained is not None else []
    floating = float_accuracy(sweep, infer, model)
    stale_manifest = None if manifest is None else other(manifest, sha)
    rows = areas(synths, sha, rtl_sha or (None if manifest is None else manifest.text("rtl_sha256")))
    accuracy_rows = accuracies(floating, infer, model, classes, sha, _trained_elsewhere(model, layers))
    verdict = overall(verdicts)
    verified = {each.node.text("rtl_sha256") for each in verdicts if each.node is not None and each.word == "PASS"}
    weighed = alternatives(manifest)
    title = network.name if network is not None else folder.resolve().name
    nodes = [model, infer, sweep, export, manifest, *cosims, *synths, *faults, *pairs]
    return {
        "title": title,
        "summary": None if network is None else _summary(network, layers),
        "answers": answers(rows, manifest, stale_manifest, accuracy_rows, verdict, verified),
        "stale_manifest": stale_manifest,
        "plans": None if weighed is None else front_rows(weighed),
        "plans_chart": None if weighed is None else plans_chart(weighed, _rows_of_gates(rows, manifest)),
        "budget": None if weighed is None else budget_text(weighed),
        "accuracies": accuracy_rows,
        "interval_scale": interval_scale(accuracy_rows),
        "float_accuracy": None if floating is None else floating[0],
        "curves": lines,
        "several_seeds": any(len(point.values) > 1 for line in lines for point in line.points),
        "with_errors": any(p.saturated is not None or p.mse is not None for line in lines for p in line.points),
        "chart": _accuracy_chart(lines, floating, accuracy_rows),
        "chart_note": _chart_note(lines),
        "classes": classes,
        "faults": fault_rows(faults),
        "pairs": pair_rows(pairs),
        "layers": [] if network is None else layer_rows(network.layers),
        "product": product,
        "kernels": kernels,
        "feature_maps": feature_maps,
        "quantization": None if export is None else quantization_table(export),
        "cosim": [cosim_row(each) for each in verdicts],
        "areas": [area_row(row, verified) for row in rows],
        "area_basis": next(
            (text for row in rows if (text := row.node.text("basis"))), "Made by tools, measured on no device."
        ),
        "gates": None if manifest is None else gate_rows(manifest),
        "hashes": hash_rows(nodes, sha),
        "training": None if model is None else training_rows(model),
        "tools": tool_rows(nodes),
        "missing": missing_parts(network, model, infer, sweep, export, manifest, cosims, synths),
    }


def _accuracy_chart(
    lines: list[Curve], floating: tuple[float, Node] | None, rows: list[dict[str, Any]]
) -> Markup | None:
    """The chart, with the float network and its interval where it is the first row."""
    return accuracy_chart(lines) if floating is None else accuracy_chart(lines, floating[0], rows[0]["ends"])


def _maps(folder: Path, network: NetworkSpec) -> Markup | None:
    """The maps of the first sample of `codes.npy`, if that is here."""
    path = array_path(folder, "codes.npy")
    codes = None if path is None else first_codes(path, network)
    return None if codes is None else maps_chart(network, codes)


def _rows_of_gates(rows: Sequence[Area], manifest: Node | None) -> list[Area]:
    """Areas of the very gates that the manifest describes."""
    gates = None if manifest is None else manifest.text("rtl_sha256")
    return [row for row in rows if gates is not None and row.node.text("rtl_sha256") == gates]


def _every(folder: Path, name: str) -> list[Node]:
    """The files of a verb's name, in the folder itself or in one that begins like it."""
    paths = [folder / f"{name}.json", *sorted(folder.glob(f"{name}*/{name}.json"))]
    return [node for path in paths if (node := read_json(path, folder)) is not None]


def _model_of(layers: Sequence[WeightedLayer], models: list[Node]) -> Node | None:
    """The training record of the network: the one of its stream length where several lengths were trained."""
    lengths = {layer.stream_length for layer in layers}
    for model in models:
        config, accuracy = model.node("config"), model.node("accuracy")
        exact = accuracy is not None and accuracy.has("integer")
        if exact and config is not None and lengths == {config.integer("stream_length")}:
            return model
    return models[0] if models else None


def _trained_elsewhere(model: Node | None, layers: Sequence[WeightedLayer]) -> str | None:
    """Why the integers of a training record are not those of the network; None where nothing says so."""
    config = None if model is None else model.node("config")
    length, here = None if config is None else config.integer("stream_length"), {each.stream_length for each in layers}
    if not here or here == {length}:
        return None
    trained = "no stream length is recorded" if length is None else f"trained at L = {length}"
    return f"{trained}, here L = {' and '.join(map(str, sorted(here)))}"


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}".replace("-", "−")


def _summary(network: NetworkSpec, layers: Sequence[WeightedLayer]) -> str:
    shape = network.input.shape
    size = str(network.input.features) if shape is None else " × ".join(map(str, shape))
    sizes = "-".join([size, *(str(layer.neurons) for layer in layers)])
    lengths = sorted({layer.stream_length for layer in layers})
    steps = f", {network.time_steps} time steps" if network.time_steps > 1 else ""
    return f"A {sizes} network on bit streams of {' and '.join(map(str, lengths))} positions{steps}."


def _chart_note(lines: list[Curve]) -> str | None:
    points = [point for line in lines for point in line.points]
    if any(point.interval is not None for point in points):
        return "Bars are 95 % intervals by the number of test samples, the band that of the float network."
    return (
        "Small dots are the seeds, the curve is their mean." if any(len(point.values) > 1 for point in points) else None
    )
