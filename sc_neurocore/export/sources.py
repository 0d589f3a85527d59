"""The verb `export`: which front door a source goes through, and the network folder that is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..spec.atomic import json_text, written_folder
from ..spec.errors import OptionError
from ..training.folder import TrainedModel
from .lower import Exported, lower_dense
from .pytrees import export_pytree
from .safetensors_file import read_safetensors
from .trained import export_model

REPORT_FILE = "export.json"
"""Lies in the written network folder, beside its two files."""

NETWORK_FILES = ("network.json", "weights.safetensors", REPORT_FILE)


def export(
    source: Any,
    out: str | os.PathLike[str] | None = None,
    *,
    layers: Sequence[str] | None = None,
    **options: Any,
) -> Exported:
    """Export a network from wherever it is, and write the network folder.

    Args:
        source: a folder that training wrote, a `.safetensors` file, a Torch module (see `export_module`), or JAX
            parameters (see `export_pytree`).
        out: network folder to write, with the report as `export.json` in it; None: none.
        layers: for a file or a dict of parameters: the layers' names in order (see `read_safetensors`).
        options: for a model folder those of `export_model`, for a module those of `export_module`, else those of
            `lower_dense`.

    Raises:
        OptionError: the source is none of these, or an option does not go with it.
    """
    torch = sys.modules.get("torch")  # whoever holds a module has loaded it
    if torch is not None and isinstance(source, torch.nn.Module):
        from .torch_modules import export_module

        _refuse_layers(layers, "a module")
        exported = export_module(source, **options)
    elif isinstance(source, TrainedModel) or (isinstance(source, str | os.PathLike) and Path(source).is_dir()):
        _refuse_layers(layers, "a model" if isinstance(source, TrainedModel) else "a model folder")
        exported = export_model(source, **options)
    elif not isinstance(source, str | os.PathLike):
        exported = export_pytree(source, order=layers, **options)
    elif Path(source).is_file():
        exported = lower_dense(*read_safetensors(source, layers), **options)
    else:
        raise OptionError(f"source {source} is missing; it must be a trained model's folder or a .safetensors file")
    if out is not None:
        write_exported(exported, out)
    return exported


def _refuse_layers(layers: Sequence[str] | None, what: str) -> None:
    if layers is not None:
        raise OptionError(f"layers is for safetensors files and dicts of parameters; {what} knows its own")


def write_exported(exported: Exported, out: str | os.PathLike[str]) -> None:
    """Write the network folder with the report in it, whole or not at all."""
    with written_folder(out, replaces=NETWORK_FILES) as folder:
        (folder / "weights.safetensors").write_bytes(exported.network.tensor_bytes)
        (folder / "network.json").write_bytes(exported.network.json_bytes)
        (folder / REPORT_FILE).write_text(json_text(exported.report.to_json()), "utf-8")
