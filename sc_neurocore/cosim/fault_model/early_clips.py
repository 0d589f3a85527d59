"""Faults of clipped codes: a layer whose codes end one before the last that there is, in a network of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...bitstream.network import layer_step
from ...inference.engines import infer
from ...spec.encoding import Encoding, code_range, zero_code
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, DenseLayer, Lif, Linear, Relu, WeightedLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ...spec.network import InputSpec, NetworkSpec, OutputSpec

_BITS_AT_MOST = 16
"""Of a code; a layer that has them all has no longer ones to compare with."""
_CODES_AT_MOST = 1 << 23
"""Codes between two layers that are held at a time."""


class EarlyClip(NamedTuple):
    """Which end of the codes of a layer is wrong, and of which sums."""

    layer: int
    is_upper: bool
    beyond_alone: bool
    """Only sums that lie beyond the end get the code before it; the last code itself is still put out."""

    @property
    def name(self) -> str:
        """In words."""
        end = "upper" if self.is_upper else "lower"
        if self.beyond_alone:
            return f"layer {self.layer} puts out the code before its {end} end for sums beyond it"
        return f"layer {self.layer} clips one too early at its {end} end"


def early_clips(network: NetworkSpec) -> list[EarlyClip]:
    """All of a network: of neurons that clip, and of pools that do."""
    clips = []
    for k, layer in enumerate(network.layers):
        if not _is_clipped(layer):
            continue
        clips += [EarlyClip(k, is_upper, False) for is_upper in (True, False)]
        encoding, bits = _codes(layer)
        if bits < _BITS_AT_MOST:
            clips.append(EarlyClip(k, True, True))
            if code_range(encoding, bits)[0] < zero_code(encoding, bits):  # else one more bit shows no lower sums
                clips.append(EarlyClip(k, False, True))
    return clips


def _codes(layer: Layer) -> tuple[Encoding, int]:
    """Encoding and bits of what a layer puts out that clips."""
    encoding, bits = layer.output_encoding, layer.output_bits
    assert encoding is not None  # a layer without codes clips nothing
    assert bits is not None
    return encoding, bits


def _is_clipped(layer: Layer) -> bool:
    match layer:
        case DenseLayer(neuron=neuron) | Conv2dLayer(neuron=neuron):
            match neuron:
                case Relu() | Clamp():
                    return True
                case Lif() | Linear():
                    return False
                case other:
                    unknown_kind(other, "cosim test plan")
        case AvgPool2dLayer():
            return True
        case MaxPool2dLayer():
            return False
        case other_layer:
            unknown_kind(other_layer, "cosim test plan")


def clip_shown(network: NetworkSpec, clip: EarlyClip, codes: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Whether each sample shows an early clip in the outputs of the network.

    Args:
        network: the right one.
        clip: what is wrong.
        codes: samples.
        right: their right outputs.
    """
    after = clip.layer + 1
    layer = network.layers[clip.layer]
    low, high = code_range(*_codes(layer))
    shown = np.zeros(len(codes), dtype=bool)
    for part in _parts(len(codes), network.time_steps * layer.out_elements):
        values = _through(network, 0, after, codes[part])
        wrong = np.minimum(values, high - 1) if clip.is_upper else np.maximum(values, low + 1)
        if clip.beyond_alone:
            wider = _with_one_more_bit(network, clip.layer, codes[part])
            wrong = np.where((wider < low) | (wider > high), wrong, values)
        rows = np.flatnonzero((wrong != values).reshape(len(values), -1).any(axis=1))
        if len(rows):
            outputs = _reduced(network, _through(network, after, len(network.layers), wrong[rows]))
            differs = outputs != right[part][rows]
            shown[part.start + rows] = differs.reshape(len(rows), -1).any(axis=1)
    return shown


def _with_one_more_bit(network: NetworkSpec, k: int, codes: np.ndarray) -> np.ndarray:
    """What layer k would put out were its codes a bit longer, as sums of its own codes."""
    layer = network.layers[k]
    encoding, bits = _codes(layer)
    apart = zero_code(encoding, bits + 1) - zero_code(encoding, bits)
    match layer:
        case AvgPool2dLayer():
            entry = _through(network, 0, k, codes)
            none, wider = np.zeros(0, dtype=np.int64), layer.model_copy(update={"resolution_bits": bits + 1})
            values = layer_step(wider, none, none, none, entry.reshape(-1, entry.shape[-1]) + apart)[1]
            return values.reshape(*entry.shape[:-1], -1) - apart
        case DenseLayer(neuron=neuron) | Conv2dLayer(neuron=neuron):
            wider = layer.model_copy(update={"neuron": neuron.model_copy(update={"output_bits": bits + 1})})
            layers, weights, biases = (*network.layers[:k], wider), network.weights[: k + 1], network.biases[: k + 1]
            return _through(network.replace(layers=layers, weights=weights, biases=biases), 0, k + 1, codes) - apart
        case MaxPool2dLayer() as other:
            raise AssertionError(f"{other.kind} clips nothing")
        case other:
            unknown_kind(other, "cosim test plan")


def _parts(rows: int, codes: int) -> Iterator[slice]:
    step = max(1, _CODES_AT_MOST // codes)
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def _through(network: NetworkSpec, first: int, stop: int, codes: np.ndarray) -> np.ndarray:
    """What some layers make of the codes that enter them, in every step.

    Args:
        network: that has the layers.
        first: number of the first one.
        stop: number behind the last one; where there are none, the codes stay.
        codes: `(batch, elements)`, the same in all steps, or `(batch, time_steps, elements)`.
    """
    layers = network.layers[first:stop]
    if any(isinstance(layer, WeightedLayer) for layer in layers):
        return infer(_part(network, first, stop, repeat=codes.ndim == 2 and network.time_steps > 1), codes)
    values = codes.reshape(-1, codes.shape[-1])
    for layer in layers:  # pools alone are no network
        none = np.zeros(0, dtype=np.int64)
        values = layer_step(layer, none, none, none, values)[1]
    return values.reshape(*codes.shape[:-1], -1)


def _part(network: NetworkSpec, first: int, stop: int, *, repeat: bool) -> NetworkSpec:
    """Some layers as a network; they begin with the first layer or behind one that clips."""
    changes: dict[str, object] = {}
    if first:
        before = network.layers[first - 1]
        encoding, bits = _codes(before)
        entry = InputSpec(
            features=before.out_elements,
            encoding=encoding,
            resolution_bits=bits,
            shape=before.out_shape,
            scale=1.0,
            time_steps=network.time_steps,
            repeat=repeat,
        )
        changes = {"input": entry, "input_scale": None, "input_offset": None}
    return network.replace(
        layers=network.layers[first:stop],
        weights=network.weights[first:stop],
        biases=network.biases[first:stop],
        output=OutputSpec(reduce="none"),
        **changes,
    )


def _reduced(network: NetworkSpec, outputs: np.ndarray) -> np.ndarray:
    match network.output.reduce:
        case "sum":
            return outputs.sum(axis=1) if outputs.ndim == 3 else outputs
        case "none":
            return outputs
        case other:
            unknown_kind(other, "cosim test plan")
