"""The verb `export`: which front door a source goes through, and the network folder that is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import Any

from ..importing.objects import graph_of
from ..importing.recognise import read
from ..importing.sklearn_model import is_sklearn, read_sklearn
from ..importing.tensors import read_tensors
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from ..spec.files.atomic import json_text, written_folder
from ..training.folder import TrainedModel
from .from_graph import export_graph, shape_of
from .lower import Exported, lower_dense
from .pytrees import export_pytree
from .trained import export_model

REPORT_FILE = "export.json"
"""Lies in the written network folder, beside its two files."""

LOWERING = frozenset(signature(lower_dense).parameters) - {"weights", "biases"} | {"time_steps", "repeat", "leak"}
"""Options of the lowering, dense or spiking; what else is given are hints for the importer."""

NETWORK_FILES = ("network.json", "weights.safetensors", REPORT_FILE)


@entrance
def export(
    source: Any,
    out: str | os.PathLike[str] | None = None,
    *,
    layers: Sequence[str] | None = None,
    **options: Any,
) -> Exported:
    """Export a network from wherever it is, and write the network folder.

    Args:
        source: a folder that training wrote; a file that `importing.recognise` knows by its content (ONNX, Keras, NIR,
            safetensors, npz, Torch state dicts); a Torch module (see `export_module`); a model of JAX, Flax, Equinox or
            Haiku (see `importing.objects`); a fitted scikit-learn estimator or pipeline; named arrays such as a
            `state_dict()`; or JAX parameters without a function (see `export_pytree`).
        out: network folder to write, with the report as `export.json` in it; None: none.
        layers: for named arrays, in a file or a dict: the layers' names in order (see `importing.tensors`).
        options: for a model folder those of `export_model`, for a module those of `export_module`, else those of
            `lower_dense` and the hints that the source's importer takes.

    Raises:
        OptionError: the source is none of these, or an option does not go with it.
    """
    exported = _exported(source, layers, options)
    if out is not None:
        write_exported(exported, out)
    return exported


def _exported(source: Any, layers: Sequence[str] | None, options: dict[str, Any]) -> Exported:
    torch = sys.modules.get("torch")  # whoever holds a module has loaded it
    if torch is not None and isinstance(source, torch.nn.Module):
        from .torch_modules import export_module

        _refuse_layers(layers, "a module")
        return export_module(source, **options)
    is_path = isinstance(source, str | os.PathLike)
    if isinstance(source, TrainedModel) or (is_path and Path(source).is_dir()):
        _refuse_layers(layers, "a model" if isinstance(source, TrainedModel) else "a model folder")
        return export_model(source, **options)
    lowering = {key: options[key] for key in options if key in LOWERING}
    hints = {key: options[key] for key in options if key not in LOWERING}
    if is_path:
        selection = {} if layers is None else {"layers": layers}
        return export_graph(read(source, **selection, **hints), **lowering)
    if is_sklearn(source):
        _refuse_layers(layers, "an estimator")
        return export_graph(read_sklearn(source, **hints), **lowering)
    if isinstance(source, Mapping) and any("." in str(key) for key in source):  # as in a state_dict()
        return export_graph(read_tensors(source, layers=layers, **hints), **lowering)
    graph = graph_of(source, **(hints or shape_of(options.get("calibration"))))
    if graph is None:
        return export_pytree(source, order=layers, **options)
    _refuse_layers(layers, "a model")
    return export_graph(graph, **lowering)


def _refuse_layers(layers: Sequence[str] | None, what: str) -> None:
    if layers is not None:
        raise OptionError(f"layers is for named arrays, in a file or a dict; {what} knows its own")


def write_exported(exported: Exported, out: str | os.PathLike[str]) -> None:
    """Write the network folder with the report in it, whole or not at all."""
    with written_folder(out, replaces=NETWORK_FILES) as folder:
        (folder / "weights.safetensors").write_bytes(exported.network.tensor_bytes)
        (folder / "network.json").write_bytes(exported.network.json_bytes)
        (folder / REPORT_FILE).write_text(json_text(exported.report.to_json()), "utf-8")
