"""Where weights come from: a trained model folder, or a safetensors file of any framework."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ..accel.kinds import requantizing
from ..spec import encoding
from ..spec.atomic import written_folder
from ..spec.errors import OptionError
from ..spec.network import InputSpec, NetworkSpec, OutputSpec
from ..training.folder import TrainedModel, load_model
from .lower import Exported, lower_dense
from .natural import natural
from .normalize import RELU_NAME
from .pytrees import export_pytree
from .report import ExportReport, LayerReport
from .stages import Clip, Dense, Scale, Stage, batch_norm, fold, with_relus

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

        _no_layers(layers, "a module")
        exported = export_module(source, **options)
    elif isinstance(source, TrainedModel):
        _no_layers(layers, "a model")
        exported = export_model(source, **options)
    elif isinstance(source, str | os.PathLike):
        exported = _export_path(Path(source), layers, options)
    else:
        exported = export_pytree(source, order=layers, **options)
    if out is not None:
        write_exported(exported, out)
    return exported


def _no_layers(layers: Sequence[str] | None, what: str) -> None:
    if layers is not None:
        raise OptionError(f"layers is for safetensors files and dicts of parameters; {what} knows its own")


def _export_path(path: Path, layers: Sequence[str] | None, options: dict[str, Any]) -> Exported:
    if path.is_dir():
        _no_layers(layers, "a model folder")
        return export_model(path, **options)
    if not path.is_file():
        raise OptionError(f"source {path} is missing; it must be a trained model's folder or a .safetensors file")
    weights, biases = read_safetensors(path, layers)
    return lower_dense(weights, biases, **options)


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


def trained_rows(network: NetworkSpec, weights: Sequence[np.ndarray]) -> tuple[LayerReport, ...]:
    """The report's layers for real weights in [−1, 1] that were trained as these codes."""
    rows = []
    for layer, codes, weight in zip(network.dense_layers("export"), network.weights, weights):
        n = layer.resolution_bits
        error = encoding.dequantize(codes, layer.weight_encoding, n) - weight
        border = requantizing(layer.neuron)
        rows.append(
            LayerReport(
                inputs=layer.inputs,
                neurons=layer.neurons,
                weight_scale=1.0,
                weight_error_rms=float(np.sqrt(np.mean(error**2))),
                weights_saturated=encoding.quantize(weight, layer.weight_encoding, n)[1],
                bias_error_max=0.5,
                multiplier=1 if border is None else border.multiplier,
                shift=0 if border is None else border.shift,
                output_scale=layer.output_scale,
                outputs_saturated=None,
            )
        )
    return tuple(rows)


def _model_report(model: TrainedModel, network: NetworkSpec, as_trained: bool) -> ExportReport:
    note = (
        "this stream length or resolution is not the one the network was trained through: its integer accuracy is not "
        "known; measure it with infer --labels, or train at this length"
    )
    first = network.dense_layers("export")[0]
    return ExportReport(
        name=network.name,
        method="trained",
        stream_length=first.stream_length,
        resolution_bits=first.resolution_bits,
        layers=trained_rows(network, model.weights),
        float_accuracy=model.accuracy["float"],
        integer_accuracy=model.accuracy["integer"] if as_trained else None,
        notes=() if as_trained else (note,),
    )


def read_safetensors(
    path: str | os.PathLike[str], layers: Sequence[str] | None = None
) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
    """Weights and biases of a dense ReLU network from a safetensors file, batch normalizations folded in.

    A layer NAME is the tensors `NAME.weight` `(neurons, inputs)` or `NAME.kernel` `(inputs, neurons)`, and optionally
    `NAME.bias`. A batch normalization NAME is `NAME.running_mean`, `NAME.running_var` (or `mean`, `var`), and
    optionally `NAME.weight` (or `scale`) and `NAME.bias`; its ε is 1e-5, as Torch and Flax have it.
    Without `layers`, all names in natural order (layer2 before layer10); a normalization right behind its layer, as
    `1` behind `0`, comes before the ReLU.

    Args:
        path: the file.
        layers: the names in order, "relu" among them where a normalization follows it; tensors of other names are
            then left aside.

    Raises:
        OptionError: the file cannot be read, a tensor is missing or has no place; the message lists what is there.
    """
    tensors = _load(path)
    listed = ", ".join(f"{key} {value.shape}" for key, value in sorted(tensors.items())[:20])
    norms = {key.rpartition(".")[0] for key in tensors if key.endswith((".running_mean", ".mean"))}
    found = {key.rpartition(".")[0] for key in tensors if key.endswith((".weight", ".kernel"))} | norms
    names = sorted(found, key=natural) if layers is None else list(layers)
    if not names:
        raise OptionError(f"{path} holds no tensor named NAME.weight or NAME.kernel; it holds: {listed or 'none'}")
    stages: list[Stage] = []
    for before, name in zip([None, *names], names):
        if name == RELU_NAME and name not in found:
            stages.append(Clip(name, 0.0, None))
        elif name in norms:
            if layers is None and not _follows(before, name):
                raise OptionError(
                    f"{path}: {name!r} is a batch normalization, and names do not say whether a ReLU stands before it; "
                    f'give the order with layers=[…], "relu" among them. It holds: {listed}'
                )
            stages.append(_norm(name, tensors))
        else:
            stages.append(_dense(path, name, tensors, listed))
    tensors = {key: value for key, value in tensors.items() if not key.endswith(".num_batches_tracked")}
    if layers is None and tensors:
        raise OptionError(
            f"{path}: tensor {min(tensors)!r} is no NAME.weight, NAME.kernel or their NAME.bias; "
            f"name the dense layers in order with layers=[…] to leave others aside. It holds: {listed}"
        )
    dense = [stage for stage in stages if isinstance(stage, Dense)]
    for before, after in pairwise(dense):
        if before.weight.ndim == after.weight.ndim == 2 and after.weight.shape[1] != before.weight.shape[0]:
            raise OptionError(
                f"{path}: layer {after.name!r} has {after.weight.shape[1]} inputs where the one before it has "
                f"{before.weight.shape[0]} neurons; if the order is wrong, give it with layers=[…]. It holds: {listed}"
            )
    if len(dense) == len(stages):
        return [stage.weight for stage in dense], [stage.bias for stage in dense]
    folded = fold(with_relus(stages))
    return folded.weights, [*folded.biases]


def _load(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    try:
        return load_file(path)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise OptionError(f"{path} is no readable safetensors file: {reason}") from None


def _follows(before: str | None, name: str) -> bool:
    """Whether the names end in consecutive numbers behind equal stems: 0 and 1, block.3 and block.4."""
    if before is None:
        return False
    stems = [re.fullmatch(r"(.*?)(\d+)", each) for each in (before, name)]
    first, second = stems
    return first is not None and second is not None and first[1] == second[1] and int(second[2]) == int(first[2]) + 1


def _norm(name: str, tensors: dict[str, np.ndarray]) -> Scale:
    def take(*keys: str) -> np.ndarray | None:
        return next((tensors.pop(f"{name}.{key}") for key in keys if f"{name}.{key}" in tensors), None)

    mean, variance = take("running_mean", "mean"), take("running_var", "var")
    if mean is None or variance is None:
        raise OptionError(f"batch normalization {name!r} must have running_mean and running_var (or mean and var)")
    return batch_norm(name, mean, variance, take("weight", "scale"), take("bias"), 1e-5)


def _dense(path: str | os.PathLike[str], name: str, tensors: dict[str, np.ndarray], listed: str) -> Dense:
    kernel = tensors.pop(f"{name}.kernel", None)
    weight = kernel.T if kernel is not None else tensors.pop(f"{name}.weight", None)
    if weight is None:
        raise OptionError(f"{path} holds no {name}.weight or {name}.kernel; it holds: {listed}")
    return Dense(name, weight, tensors.pop(f"{name}.bias", None))
