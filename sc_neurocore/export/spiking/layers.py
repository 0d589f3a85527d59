"""A spiking network as arrays in float64: read from exported layers, and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ...importing import maps
from ...spec.coerce import number
from ...spec.errors import OptionError
from ...spec.kinds import strict
from ..float_network import Convolution
from ..normalize import checked_dense

Comparator = Literal["ge", "gt"]
CELL = {"neuron": "lif", "reset": "subtract"}
"""The only cells that are lowered, as `to_sc_weights` says it of a layer."""


@dataclass(frozen=True)
class FloatLif:
    """One layer: v ← beta·v + W·x + b;  s = [v ≥ threshold], or [v > threshold];  v ← v − s·threshold."""

    weight: np.ndarray
    """`(neurons, inputs)`; of a convolution out channels, and inputs of a window."""
    bias: np.ndarray
    beta: float
    threshold: float
    comparator: Comparator
    convolution: Convolution | None = None
    """Where the weights are put; None: the layer is dense."""

    @property
    def elements(self) -> int:
        """Cells of the layer."""
        return len(self.bias) * (1 if self.convolution is None else self.convolution.window.positions)

    def sums(self, x: np.ndarray) -> np.ndarray:
        """W·x + b of each cell, `(samples, elements)`."""
        if self.convolution is None:
            return x @ self.weight.T + self.bias
        kernel, window = self.convolution.kernel(self.weight), self.convolution.window
        return maps.convolved(x, kernel, self.bias, window, self.convolution.groups)


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
    weights, biases = ([layer.get(key) for layer in exported] for key in ("weight", "bias"))
    if any(layer.get("convolution") is not None for layer in exported):  # whose weights no chain of matrices is
        alone = [checked_dense([weight], [bias]) for weight, bias in zip(weights, biases)]
        weights, biases = [each.weights[0] for each in alone], [each.biases[0] for each in alone]
    else:
        dense = checked_dense(weights, biases)
        weights, biases = dense.weights, dense.biases
    return [
        FloatLif(
            weight=weight * _number(i, layer, "weight_scale", 1.0) + _number(i, layer, "weight_offset", 0.0),
            bias=bias,
            beta=_number(i, layer, "beta", low=0, high=1),
            threshold=_number(i, layer, "threshold", above=0),
            comparator=layer.get("comparator", "ge"),
            convolution=layer.get("convolution"),
        )
        for i, (layer, weight, bias) in enumerate(zip(exported, weights, biases))
    ]


def spike_counts(layers: Sequence[FloatLif], x: np.ndarray, steps: int) -> np.ndarray:
    """Spike counts of the last layer over the steps, int64 `(samples, neurons)`.

    Args:
        layers: the network.
        x: real inputs `(samples, steps, features)`, or `(samples, 1, features)`, used at every step.
        steps: T.
    """
    membranes = [np.zeros((len(x), layer.elements)) for layer in layers]
    counts = np.zeros(membranes[-1].shape, np.int64)
    for step in range(steps):
        signal = x[:, step if x.shape[1] > 1 else 0]
        for i, layer in enumerate(layers):
            v = layer.beta * membranes[i] + layer.sums(signal)
            fired = v > layer.threshold if strict(layer.comparator) else v >= layer.threshold
            membranes[i] = v - layer.threshold * fired
            signal = fired.astype(np.float64)
        counts += signal > 0
    return counts
