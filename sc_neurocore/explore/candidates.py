"""What a sweep looks at, for any stream length and pair of generators: trained models, networks, float weights."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, assert_never

import numpy as np

from sc_neurocore.export import export_model, lower_dense
from sc_neurocore.export.normalize import checked_dense
from sc_neurocore.spec import NetworkSpec, OptionError, dequantize, load_network, scaled_features
from sc_neurocore.spec.layer import WeightedLayer
from sc_neurocore.spec.values import count_value
from sc_neurocore.training.architecture import bias_scale
from sc_neurocore.training.folder import TrainedModel, load_model

from .content import content_sha256
from .pairs import Pair, check_pairs
from .real_outputs import output_unit, real_factor, real_outputs
from .relength import own_label, relength


@dataclass(frozen=True)
class FloatNetwork:
    """A dense ReLU network in floating point: h = max(0, W·h + b) between layers, the last one linear."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]


Source = TrainedModel | FloatNetwork | NetworkSpec


def read_source(source: Any) -> Source:
    """A model, an exported network, the folder of either, or a pair (weights, biases).

    Raises:
        OptionError: it is none of these.
        SpecError: the folder is damaged.
    """
    if isinstance(source, TrainedModel | FloatNetwork | NetworkSpec):
        return source
    if isinstance(source, str | os.PathLike):
        return load_network(source) if (Path(source) / "network.json").is_file() else load_model(source)
    if isinstance(source, tuple) and len(source) == 2 and not hasattr(source[0], "shape"):
        weights, biases = source
        return FloatNetwork(tuple(np.asarray(w) for w in weights), tuple(np.asarray(b) for b in biases))
    raise OptionError(
        f"source must be a model, a network, the folder of one or (weights, biases), got {type(source).__name__}"
    )


EXPORT_OPTIONS = frozenset(signature(lower_dense).parameters) - {
    *("weights", "biases", "stream_length", "resolution_bits", "input_generator", "weight_generator")
}
"""Options of the lowering that a sweep hands on; it sets the others itself."""


def check_export_options(options: Mapping[str, Any]) -> None:
    """Refuse options that the export of float weights does not have.

    Raises:
        OptionError: there is no such option.
    """
    unknown = next((name for name in options if name not in EXPORT_OPTIONS), None)
    if unknown is not None:
        raise OptionError(f"{unknown} is no option of sweep nor of the export of float weights")


def source_sha256(source: Source) -> str:
    """Hash of everything in the source that a result depends on."""
    if isinstance(source, TrainedModel):
        scales = source.config.model_dump_json(), source.input_encoding, float(source.input_scale), source.scales
        return content_sha256((*scales, source.weights, source.biases), "source")
    if isinstance(source, NetworkSpec):
        return source.sha256
    return content_sha256((source.weights, source.biases), "source")


def pairs_of(source: Source, generators: Any) -> dict[str, Pair | None]:
    """The pairs of generators at which a source is looked at, by their labels.

    Args:
        source: what is swept.
        generators: of `check_pairs`; None: those that an exported network has (a pair of None), else the default pair.
    """
    if generators is None and isinstance(source, NetworkSpec):
        return {own_label(source): None}
    return dict(check_pairs("default" if generators is None else generators))


def export_point(
    source: Source, stream_length: int, resolution_bits: int | None, pair: Pair | None, options: dict[str, Any]
) -> tuple[NetworkSpec, int]:
    """The integer network of a source at one point of a sweep, and how many of its weights were saturated.

    Args:
        source: what to export.
        stream_length: L of every layer.
        resolution_bits: n; None: as `export` chooses for that length.
        pair: generators of every layer; None: those of an exported network.
        options: further options of `export.lower_dense`, for float weights alone.
    """
    if options and not isinstance(source, FloatNetwork):
        what = "an exported network" if isinstance(source, NetworkSpec) else "a trained model"
        raise OptionError(f"{', '.join(sorted(options))}: {what} knows its own ranges")
    if isinstance(source, NetworkSpec):
        return relength(source, stream_length, resolution_bits, pair)
    assert pair is not None, "`pairs_of` gives one"
    size: dict[str, Any] = {"stream_length": stream_length, "resolution_bits": resolution_bits}
    generators = {"input_generator": pair[0], "weight_generator": pair[1]}
    if isinstance(source, FloatNetwork):
        exported = lower_dense(source.weights, source.biases, **size, **generators, **options)
    else:
        exported = export_model(dataclasses.replace(source, config=source.config.replace(**generators)), **size)
    return exported.network, sum(layer.weights_saturated for layer in exported.report.layers)


def float_outputs(source: Source, features: np.ndarray) -> np.ndarray:
    """Outputs of the real-valued network, float64 `(samples, classes)`; what the integers are compared with.

    A trained model clips where its codes do: h = clip((W·h + b)·f / 2^s, low, 1) with a learned factor f or 1, inputs
    divided by its scale; a spiking one runs its neurons in real numbers and sums its outputs over time. An exported
    network is read in the same way: its integers as the real numbers they stand for, and nothing rounded.
    """
    x = np.asarray(features, dtype=np.float64)
    match source:
        case FloatNetwork():
            return checked_dense(source.weights, source.biases).pre_activations(x)[-1]
        case TrainedModel():
            layers, learned = source.layers(), iter(source.scales)
            biases, factors = [], []
            for layer, bias in zip(layers, source.biases):
                weighted = isinstance(layer, WeightedLayer)
                biases.append(bias * (bias_scale(layer) * count_value(layer)) if weighted else bias)
                factors.append((next(learned, 1.0) if weighted else 1.0) / 2**source.config.border_shift)
            return real_outputs(
                x / source.input_scale, source.config.time_steps, layers, source.weights, biases, factors
            )
        case NetworkSpec():
            layers, head = source.layers, source.input
            if head.time_steps > 1 and not (head.repeat and source.output.reduce == "sum"):
                raise OptionError("a sweep takes networks with one vector in and one out; this one has one a time step")
            weights, biases, factors = [], [], []
            for layer, codes, bias in zip(layers, source.weights, source.biases):
                if isinstance(layer, WeightedLayer):
                    codes = dequantize(codes, layer.weight_encoding, layer.resolution_bits)
                    bias = bias * count_value(layer)
                weights.append(codes)
                biases.append(bias)
                factors.append(real_factor(layer))
            outputs = real_outputs(scaled_features(source, x), head.time_steps, layers, weights, biases, factors)
            return outputs * output_unit(layers[-1])
        case other:
            assert_never(other)


def inputs_of(source: Source) -> int:
    """Features that the source takes."""
    match source:
        case FloatNetwork():
            return int(source.weights[0].shape[-1])
        case TrainedModel():
            return source.features
        case NetworkSpec():
            return source.input.features
        case other:
            assert_never(other)


def seed_of(source: Source, index: int) -> int:
    """The seed a model was trained with, or the source's place in the list."""
    return source.config.seed if isinstance(source, TrainedModel) else index
