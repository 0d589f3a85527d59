"""Where weights come from: a trained model folder, or a safetensors file of any framework."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ..spec import encoding
from ..spec.atomic import written_folder
from ..spec.errors import OptionError
from ..spec.layer import Clamp, Relu
from ..spec.network import InputSpec, NetworkSpec, OutputSpec
from ..training.folder import TrainedModel, load_model
from .lower import Exported, lower_dense
from .report import ExportReport, LayerReport

REPORT_FILE = "export.json"
"""Lies in the written network folder, beside its two files."""

NETWORK_FILES = ("network.json", "weights.safetensors", REPORT_FILE)


def export(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    layers: Sequence[str] | None = None,
    **options: Any,
) -> Exported:
    """Export a trained model folder or a safetensors file, and write the network folder.

    Args:
        source: a folder that training wrote, or a `.safetensors` file.
        out: network folder to write, with the report as `export.json` in it; None: none.
        layers: for a file: the layers' names in order (see `read_safetensors`).
        options: for a model folder those of `export_model`, for a file those of `lower_dense`.

    Raises:
        OptionError: the source is neither, or an option does not go with it.
    """
    path = Path(source)
    if path.is_dir():
        if layers is not None:
            raise OptionError("layers is for safetensors files; a model folder knows its own")
        exported = export_model(path, **options)
    elif path.is_file():
        weights, biases = read_safetensors(path, layers)
        exported = lower_dense(weights, biases, **options)
    else:
        raise OptionError(f"source {path} is missing; it must be a trained model's folder or a .safetensors file")
    if out is not None:
        write_exported(exported, out)
    return exported


def write_exported(exported: Exported, out: str | os.PathLike[str]) -> None:
    """Write the network folder with the report in it, whole or not at all."""
    with written_folder(out, replaces=NETWORK_FILES) as folder:
        (folder / "weights.safetensors").write_bytes(exported.network.tensor_bytes)
        (folder / "network.json").write_bytes(exported.network.json_bytes)
        text = json.dumps(exported.report.to_json(), sort_keys=True, indent=2, allow_nan=False) + "\n"
        (folder / REPORT_FILE).write_text(text, "utf-8")


def export_model(
    model: TrainedModel | str | os.PathLike[str],
    *,
    stream_length: int | None = None,
    resolution_bits: int | None = None,
    name: str | None = None,
) -> Exported:
    """The integer network of a trained model: the very integers its forward pass was trained with.

    Args:
        model: a model, or its folder.
        stream_length: another L than the trained one; a network trained in floating point takes any, 256 by default.
        resolution_bits: another n; None: as trained, or ceil(log2 L) for another L.
        name: another name than the trained one.
    """
    model = model if isinstance(model, TrainedModel) else load_model(model)
    same = stream_length in (None, model.config.stream_length) and resolution_bits in (None, model.config.bits)
    descriptions = model.layers() if same else model.layers(stream_length, resolution_bits)
    weights, biases = model.codes(descriptions)
    first = descriptions[0]
    network = NetworkSpec(
        name=name or model.config.name,
        input=InputSpec(
            features=model.features,
            encoding=first.input_encoding,
            resolution_bits=first.resolution_bits,
            scale=model.input_scale,
            time_steps=model.config.time_steps,
            repeat=model.config.time_steps > 1,
        ),
        output=OutputSpec(reduce="sum" if model.config.time_steps > 1 else "none"),
        layers=descriptions,
        weights=tuple(weights),
        biases=tuple(biases),
    )
    return Exported(network, _model_report(model, network, same and model.config.forward == "exact"))


def _model_report(model: TrainedModel, network: NetworkSpec, as_trained: bool) -> ExportReport:
    rows = []
    for layer, codes, weight in zip(network.layers, network.weights, model.weights):
        n = layer.resolution_bits
        error = encoding.dequantize(codes, layer.weight_encoding, n) - weight
        neuron = layer.neuron
        bordered = isinstance(neuron, Relu | Clamp)
        rows.append(
            LayerReport(
                inputs=layer.inputs,
                neurons=layer.neurons,
                weight_scale=1.0,
                weight_error_rms=float(np.sqrt(np.mean(error**2))),
                weights_saturated=encoding.quantize(weight, layer.weight_encoding, n)[1],
                bias_error_max=0.5,
                multiplier=neuron.multiplier if bordered else 1,
                shift=neuron.shift if bordered else 0,
                output_scale=layer.output_scale,
                outputs_saturated=None,
            )
        )
    note = (
        "this stream length or resolution is not the one the network was trained through: its integer accuracy is not "
        "known; measure it with infer --labels, or train at this length"
    )
    return ExportReport(
        name=network.name,
        method="trained",
        stream_length=network.layers[0].stream_length,
        resolution_bits=network.layers[0].resolution_bits,
        layers=tuple(rows),
        float_accuracy=model.accuracy["float"],
        integer_accuracy=model.accuracy["integer"] if as_trained else None,
        notes=() if as_trained else (note,),
    )


def read_safetensors(
    path: str | os.PathLike[str], layers: Sequence[str] | None = None
) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
    """Weights and biases of a dense network from a safetensors file.

    A layer NAME is the tensors `NAME.weight` `(neurons, inputs)` or `NAME.kernel` `(inputs, neurons)`, and optionally
    `NAME.bias`. Without `layers`, all names in natural order (layer2 before layer10).

    Args:
        path: the file.
        layers: the names in order; tensors of other names are then left aside.

    Raises:
        OptionError: the file cannot be read, a tensor is missing or has no place; the message lists what is there.
    """
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"{path} is no readable safetensors file: {reason}") from None
    listed = ", ".join(f"{key} {value.shape}" for key, value in sorted(tensors.items())[:20])
    found = sorted({key.rpartition(".")[0] for key in tensors if key.endswith((".weight", ".kernel"))}, key=_natural)
    names = found if layers is None else list(layers)
    if not names:
        raise OptionError(f"{path} holds no tensor named NAME.weight or NAME.kernel; it holds: {listed or 'none'}")
    weights: list[np.ndarray] = []
    biases: list[np.ndarray | None] = []
    for name in names:
        kernel = tensors.pop(f"{name}.kernel", None)
        weight = kernel.T if kernel is not None else tensors.pop(f"{name}.weight", None)
        if weight is None:
            raise OptionError(f"{path} holds no {name}.weight or {name}.kernel; it holds: {listed}")
        weights.append(weight)
        biases.append(tensors.pop(f"{name}.bias", None))
    if layers is None and tensors:
        raise OptionError(
            f"{path}: tensor {min(tensors)!r} is no NAME.weight, NAME.kernel or their NAME.bias; "
            f"name the dense layers in order with layers=[…] to leave others aside. It holds: {listed}"
        )
    for before, after, name in zip(weights, weights[1:], names[1:]):
        if before.ndim == after.ndim == 2 and after.shape[1] != before.shape[0]:
            raise OptionError(
                f"{path}: layer {name!r} has {after.shape[1]} inputs where the one before it has {before.shape[0]} "
                f"neurons; if the order is wrong, give it with layers=[…]. It holds: {listed}"
            )
    return weights, biases


def _natural(name: str) -> list[tuple[int, int | str]]:
    """Sort key under which numbers inside names count as numbers."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name)]
