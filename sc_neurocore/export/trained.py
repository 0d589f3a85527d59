"""Networks that were trained through their own integers: those very integers, and what their rounding was."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..accel.kinds import map_before
from ..importing.probes import NOT_CHECKED, SourceCheck
from ..spec import encoding
from ..spec.coerce import integer
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from ..spec.layer import WeightedLayer
from ..spec.network import InputSpec, NetworkSpec, OutputSpec
from ..training.folder import TrainedModel, load_model
from .lower import Exported
from .report import ExportReport, LayerReport

UNMEASURED = (
    "this stream length or resolution is not the one the network was trained through: its integer accuracy is not "
    "known; measure it with infer --labels, or train at this length"
)
"""Note of a report on a network that runs otherwise than it was trained."""


@entrance
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
    for key, value in (("stream_length", stream_length), ("resolution_bits", resolution_bits)):
        if isinstance(value, Sequence):
            raise OptionError(f"a trained model has one {key} for all layers, got {value!r}")
        if value is not None:
            integer(key, value, 1)
    model = model if isinstance(model, TrainedModel) else load_model(model)
    is_unchanged = stream_length in (None, model.config.stream_length) and resolution_bits in (None, model.config.bits)
    descriptions = model.layers() if is_unchanged else model.layers(stream_length, resolution_bits)
    weights, biases = model.codes(descriptions)
    entry = descriptions[0]
    network = NetworkSpec(
        name=name or model.config.name,
        input=InputSpec(
            features=model.features,
            encoding=entry.input_encoding,
            resolution_bits=entry.resolution_bits,
            shape=map_before(entry),
            scale=model.input_scale,
            time_steps=model.config.time_steps,
            repeat=model.config.time_steps > 1,
        ),
        output=OutputSpec(reduce="sum" if model.config.time_steps > 1 else "none"),
        layers=descriptions,
        weights=tuple(weights),
        biases=tuple(biases),
    )
    as_trained = is_unchanged and model.config.forward == "exact"
    report = trained_report(
        network,
        model.weights,
        float_accuracy=model.accuracy["float"],
        integer_accuracy=model.accuracy["integer"] if as_trained else None,
        notes=() if as_trained else (UNMEASURED,),
    )
    return Exported(network, report)


def trained_report(network: NetworkSpec, weights: Sequence[np.ndarray], **figures: Any) -> ExportReport:
    """The report on a network whose codes were trained as these real weights in [−1, 1].

    Args:
        network: the network.
        weights: of each layer.
        figures: further fields of the report.
    """
    rows = []
    for layer, codes, weight in zip(network.layers, network.weights, weights):
        if not isinstance(layer, WeightedLayer):
            continue
        n = layer.resolution_bits
        error = encoding.dequantize(codes, layer.weight_encoding, n) - weight
        rows.append(
            LayerReport.of(
                layer,
                weight_scale=1.0,
                weight_error_rms=float(np.sqrt(np.mean(error**2))),
                weights_saturated=encoding.quantize(weight, layer.weight_encoding, n)[1],
                bias_error_max=0.5,
            )
        )
    own = SourceCheck("sc_neurocore", False, f"{NOT_CHECKED}: the integers are those that training itself computed")
    entry = next(layer for layer in network.layers if isinstance(layer, WeightedLayer))
    size = entry.stream_length, entry.resolution_bits
    return ExportReport(network.name, "trained", *size, tuple(rows), source=own, **figures)
