"""What a sweep exports: a trained model or float weights, for any stream length and pair of generators."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from sc_neurocore.accel.kinds import lowest_value, subtracts
from sc_neurocore.export import export_model, lower_dense
from sc_neurocore.export.normalize import checked_dense
from sc_neurocore.spec import (
    Clamp,
    Lif,
    Linear,
    NetworkSpec,
    OptionError,
    Relu,
    unknown_kind,
)
from sc_neurocore.spec.kinds import strict
from sc_neurocore.spec.values import count_value
from sc_neurocore.training.architecture import bias_scale
from sc_neurocore.training.folder import TrainedModel, load_model

from .content import content_sha256
from .pairs import Pair


@dataclass(frozen=True)
class FloatNetwork:
    """A dense ReLU network in floating point: h = max(0, W·h + b) between layers, the last one linear."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]


Source = TrainedModel | FloatNetwork


def read_source(source: Any) -> Source:
    """A model, a model folder, or a pair (weights, biases).

    Raises:
        OptionError: it is none of these.
        SpecError: the model folder is damaged.
    """
    if isinstance(source, TrainedModel | FloatNetwork):
        return source
    if isinstance(source, str | os.PathLike):
        return load_model(source)
    if isinstance(source, tuple) and len(source) == 2 and not hasattr(source[0], "shape"):
        weights, biases = source
        return FloatNetwork(tuple(np.asarray(w) for w in weights), tuple(np.asarray(b) for b in biases))
    raise OptionError(f"source must be a model, a model folder or (weights, biases), got {type(source).__name__}")


def source_sha256(source: Source) -> str:
    """Hash of everything in the source that a result depends on."""
    if isinstance(source, TrainedModel):
        scales = source.config.model_dump_json(), source.input_encoding, float(source.input_scale), source.scales
        return content_sha256((*scales, source.weights, source.biases), "source")
    return content_sha256((source.weights, source.biases), "source")


def export_point(
    source: Source, stream_length: int, resolution_bits: int | None, pair: Pair, options: dict[str, Any]
) -> tuple[NetworkSpec, int]:
    """The integer network of a source at one point of a sweep, and how many of its weights were saturated.

    Args:
        source: what to export.
        stream_length: L of every layer.
        resolution_bits: n; None: as `export` chooses for that length.
        pair: generators of every layer.
        options: further options of `export.lower_dense`, for float weights alone.
    """
    size: dict[str, Any] = {"stream_length": stream_length, "resolution_bits": resolution_bits}
    generators = {"input_generator": pair[0], "weight_generator": pair[1]}
    if isinstance(source, FloatNetwork):
        exported = lower_dense(source.weights, source.biases, **size, **generators, **options)
    elif options:
        raise OptionError(f"{', '.join(sorted(options))}: a trained model knows its own ranges")
    else:
        exported = export_model(dataclasses.replace(source, config=source.config.replace(**generators)), **size)
    return exported.network, sum(layer.weights_saturated for layer in exported.report.layers)


def float_outputs(source: Source, features: np.ndarray) -> np.ndarray:
    """Outputs of the real-valued network, float64 `(samples, classes)`; what the integers are compared with.

    A trained model clips where its codes do: h = clip((W·h + b)·f / 2^s, low, 1) with a learned factor f or 1, inputs
    divided by its scale; a spiking one runs its neurons in real numbers and sums its outputs over time.
    """
    x = np.asarray(features, dtype=np.float64)
    if isinstance(source, FloatNetwork):
        return checked_dense(source.weights, source.biases).pre_activations(x)[-1]
    x = np.clip(x / source.input_scale, lowest_value(source.input_encoding), 1)
    layers = source.layers()
    states = [np.zeros((len(x), layer.neurons)) for layer in layers]
    total = np.zeros((len(x), source.classes))
    for _ in range(source.config.time_steps):
        h = x
        for i, layer in enumerate(layers):
            bias = source.biases[i] * (bias_scale(layer) * count_value(layer))
            h = h @ source.weights[i].T.astype(np.float64) + bias
            match layer.neuron:
                case Linear():
                    pass
                case Relu() | Clamp() as neuron:
                    factor = source.scales[i] if source.scales else 1.0
                    h = np.clip(h * factor / 2**source.config.border_shift, lowest_value(neuron.encoding), 1)
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
