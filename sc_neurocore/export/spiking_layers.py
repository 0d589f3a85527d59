"""A spiking network as arrays in float64: read from exported layers, and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ..spec.coerce import number
from ..spec.errors import OptionError
from ..spec.kinds import strict
from .normalize import checked_dense

Comparator = Literal["ge", "gt"]
CELL = {"neuron": "lif", "reset": "subtract"}
"""The only cells that are lowered, as `to_sc_weights` says it of a layer."""


@dataclass(frozen=True)
class FloatLif:
    """One layer: v ← beta·v + W·x + b;  s = [v ≥ threshold], or [v > threshold];  v ← v − s·threshold."""

    weight: np.ndarray
    """`(neurons, inputs)`."""
    bias: np.ndarray
    beta: float
    threshold: float
    comparator: Comparator


def _number(index: int, layer: Mapping[str, Any], key: str, default: float = 1.0, **bounds: Any) -> float:
    value = layer.get(key, default)
    value = value.item() if getattr(value, "shape", None) == () else value  # an array or tensor of one number
    return number(f"source[{index}]'s {key}", value, **bounds)


def float_layers(source: Any) -> list[FloatLif]:
    """The layers of a `SpikingNet`, or of what its `to_sc_weights` gave.

    Raises:
        OptionError: the source is neither, a key is missing, or a value breaks its rule.
    """
    exported = source.to_sc_weights(encoding="sign_magnitude") if hasattr(source, "to_sc_weights") else source
    if isinstance(exported, Mapping | str) or not isinstance(exported, Sequence) or not exported:
        raise OptionError(
            f"source must be a SpikingNet or the list of its to_sc_weights, got {type(source).__name__}; "
            "dense networks are for export_dense"
        )
    for i, layer in enumerate(exported):
        if not isinstance(layer, Mapping):
            raise OptionError(f"source[{i}] must be a dict of to_sc_weights, got {type(layer).__name__}")
        for key in ("weight", "beta", "threshold"):
            if key not in layer:
                raise OptionError(f"source[{i}] must have the key {key!r}, got the keys {', '.join(map(str, layer))}")
        if any(layer.get(key, only) != only for key, only in CELL.items()):
            cell = ", ".join(f"{key} {layer.get(key, only)!r}" for key, only in CELL.items())
            raise OptionError(f"source[{i}] must have the neuron 'lif' with the reset 'subtract', got {cell}")
        if layer.get("comparator", "ge") not in get_args(Comparator):
            raise OptionError(f"source[{i}]'s comparator must be 'ge' or 'gt', got {layer['comparator']!r}")
    dense = checked_dense([layer["weight"] for layer in exported], [layer.get("bias") for layer in exported])
    return [
        FloatLif(
            weight=weight * _number(i, layer, "weight_scale", 1.0) + _number(i, layer, "weight_offset", 0.0),
            bias=bias,
            beta=_number(i, layer, "beta", low=0, high=1),
            threshold=_number(i, layer, "threshold", above=0),
            comparator=layer.get("comparator", "ge"),
        )
        for i, (layer, weight, bias) in enumerate(zip(exported, dense.weights, dense.biases))
    ]


def spike_counts(layers: Sequence[FloatLif], x: np.ndarray, steps: int) -> np.ndarray:
    """Spike counts of the last layer over the steps, int64 `(samples, neurons)`.

    Args:
        layers: the network.
        x: real inputs `(samples, steps, features)`, or `(samples, 1, features)`, used at every step.
        steps: T.
    """
    membranes = [np.zeros((len(x), len(layer.bias))) for layer in layers]
    counts = np.zeros(membranes[-1].shape, np.int64)
    for step in range(steps):
        signal = x[:, step if x.shape[1] > 1 else 0]
        for i, layer in enumerate(layers):
            v = layer.beta * membranes[i] + signal @ layer.weight.T + layer.bias
            fired = v > layer.threshold if strict(layer.comparator) else v >= layer.threshold
            membranes[i] = v - layer.threshold * fired
            signal = fired.astype(np.float64)
        counts += signal > 0
    return counts
