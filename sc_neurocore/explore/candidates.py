"""What a sweep looks at, for any stream length and pair of generators: trained models, networks, float weights."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, assert_never

import numpy as np

from sc_neurocore.accel.kinds import code_scale, lowest_value, subtracts
from sc_neurocore.export import export_model, lower_dense
from sc_neurocore.export.normalize import checked_dense
from sc_neurocore.spec import (
    Clamp,
    DenseLayer,
    Lif,
    Linear,
    NetworkSpec,
    OptionError,
    Relu,
    dequantize,
    load_network,
    scaled_features,
    unknown_kind,
)
from sc_neurocore.spec.kinds import strict
from sc_neurocore.spec.network import dense_only
from sc_neurocore.spec.values import count_value
from sc_neurocore.training.architecture import bias_scale
from sc_neurocore.training.folder import TrainedModel, load_model

from .content import content_sha256
from .pairs import Pair, check_pairs
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
            layers = dense_only(source.layers(), "sweep")
            worth = [bias_scale(layer) * count_value(layer) for layer in layers]
            biases = [bias * each for bias, each in zip(source.biases, worth)]
            scales = source.scales or [1.0] * len(layers)
            factors = [factor / 2**source.config.border_shift for factor in scales]
            return _real_outputs(
                x / source.input_scale, source.config.time_steps, layers, source.weights, biases, factors
            )
        case NetworkSpec():
            layers, head = source.dense_layers("sweep"), source.input
            if head.time_steps > 1 and not (head.repeat and source.output.reduce == "sum"):
                raise OptionError("a sweep takes networks with one vector in and one out; this one has one a time step")
            weights = [
                dequantize(codes, layer.weight_encoding, layer.resolution_bits)
                for layer, codes in zip(layers, source.weights)
            ]
            biases = [bias * count_value(layer) for layer, bias in zip(layers, source.biases)]
            factors = [_real_border(layer) for layer in layers]
            x = scaled_features(source, x)
            outputs = _real_outputs(x, head.time_steps, layers, weights, biases, factors)
            return outputs * (layers[-1].output_scale / count_value(layers[-1]))
        case other:
            assert_never(other)


def _real_border(layer: DenseLayer) -> float:
    """What a real sum is multiplied with to be the real output, before it is clipped."""
    match layer.neuron:
        case Relu() | Clamp() as neuron:
            codes = neuron.multiplier / 2**neuron.shift / count_value(layer)
            return codes / code_scale(neuron.encoding, neuron.output_bits)
        case Linear() | Lif():
            return 1.0
        case other:
            unknown_kind(other, "sweep")


def _real_outputs(
    x: np.ndarray,
    time_steps: int,
    layers: Sequence[DenseLayer],
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    factors: Sequence[float],
) -> np.ndarray:
    """Sums of the last layer over the time steps, all in real numbers.

    Args:
        x: inputs in units of their scale `(samples, inputs)`, the same at every step.
        time_steps: how many.
        layers: descriptions, for encodings, neurons and the value of a count.
        weights: real, of each layer.
        biases: real, of each layer.
        factors: of each layer's border.
    """
    x = np.clip(x, lowest_value(layers[0].input_encoding), 1)
    states = [np.zeros((len(x), layer.neurons)) for layer in layers]
    total = np.zeros((len(x), layers[-1].neurons))
    for _ in range(time_steps):
        h = x
        for i, layer in enumerate(layers):
            h = h @ weights[i].T.astype(np.float64) + biases[i]
            match layer.neuron:
                case Linear():
                    pass
                case Relu() | Clamp() as neuron:
                    h = np.clip(h * factors[i], lowest_value(neuron.encoding), 1)
                case Lif() as neuron:
                    states[i], h = _real_spikes(neuron, states[i], h / count_value(layer))
                case other:
                    unknown_kind(other, "sweep")
        total += h
    return total


def _real_spikes(neuron: Lif, v: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A time step of a `lif` neuron on real counts, without rounding or saturation: the next state, the spikes."""
    v = v * (1 - (0 if neuron.leak_shift is None else 2.0**-neuron.leak_shift)) + current
    fired = v > neuron.v_threshold if strict(neuron.comparator) else v >= neuron.v_threshold
    after = v - neuron.v_threshold if subtracts(neuron.reset) else np.zeros_like(v)
    return np.where(fired, after, v), fired.astype(np.float64)


def seed_of(source: Source, index: int) -> int:
    """The seed a model was trained with, or the source's place in the list."""
    return source.config.seed if isinstance(source, TrainedModel) else index
