"""The network as the page shows it: a row a layer, and one product as streams."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sc_neurocore.spec import Clamp, DenseLayer, Lif, Linear, Mux, Or, ParallelCounter, Relu
from sc_neurocore.spec.generator import Comparator, Generator, WeightedBinary
from sc_neurocore.spec.kinds import unknown_kind
from sc_neurocore.spec.layer import WeightedLayer
from sc_neurocore.spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer

SHOWN_BITS = 64
"""Positions of a stream that the picture shows; the counts beside it are those of the whole stream."""


@dataclass(frozen=True)
class Product:
    """One product of the first layer: the bits that the two generators and the gate between them make."""

    x: int
    w: int
    gate: str
    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    """Label, the first bits, and the number of ones in the whole stream: input, weight, product."""
    length: int
    exact: float | None
    """What the product's ones would be without rounding, in counts (contract §5); None where streams have no scale."""


def layer_rows(layers: Sequence[Layer]) -> list[dict[str, str]]:
    """One dictionary of texts a layer, with the same keys in the same order."""
    return [{"layer": str(i), **_row(layer)} for i, layer in enumerate(layers)]


def _row(layer: Layer) -> dict[str, str]:
    match layer:
        case DenseLayer():
            return _weighted(layer, f"{layer.inputs} → {layer.neurons}")
        case Conv2dLayer():
            extras = [f"window {_by(layer.kernel)}"]
            extras += [f"stride {_by(layer.stride)}"] if layer.stride != (1, 1) else []
            extras += [f"padding {', '.join(map(str, layer.padding))}"] if any(layer.padding) else []
            extras += [f"{layer.groups} groups"] if layer.groups > 1 else []
            return _weighted(layer, f"{_by(layer.in_shape)} → {_by(layer.out_shape)}, {', '.join(extras)}")
        case MaxPool2dLayer():
            return _pool(layer, "the largest")
        case AvgPool2dLayer():
            return _pool(layer, f"sum · {layer.multiplier} / 2^{layer.shift}")
        case other:
            unknown_kind(other, "report")


def _by(sides: Sequence[int]) -> str:
    return " × ".join(map(str, sides))


def _weighted(layer: WeightedLayer, size: str) -> dict[str, str]:
    return {
        "size": size,
        "bits": str(layer.resolution_bits),
        "stream length": str(layer.stream_length),
        "codes": f"{layer.input_encoding} × {layer.weight_encoding}",
        "input generator": "—" if layer.input_generator is None else describe(layer.input_generator),
        "weight generator": describe(layer.weight_generator),
        "accumulator": _accumulator(layer),
        "neuron": _neuron(layer),
    }


def _pool(layer: MaxPool2dLayer | AvgPool2dLayer, what: str) -> dict[str, str]:
    size = f"{_by(layer.in_shape)} → {_by(layer.out_shape)}, window {_by(layer.kernel)}"
    size += f", stride {_by(layer.stride)}" if layer.stride != layer.kernel else ""
    absent = dict.fromkeys(("stream length", "codes", "input generator", "weight generator", "accumulator"), "—")
    return {"size": size, "bits": str(layer.resolution_bits), **absent, "codes": layer.encoding, "neuron": what}


def describe(generator: Generator) -> str:
    """A generator in words: its kind and its source with the fields that differ from their defaults."""
    match generator:
        case Comparator(source=source) | WeightedBinary(source=source):
            pass
        case other:
            unknown_kind(other, "report")
    fields = source.model_dump()
    extras = ", ".join(f"{key} {value}" for key, value in fields.items() if key != "kind" and value)
    return f"{generator.kind} on {source.kind}" + (f" ({extras})" if extras else "")


def _accumulator(layer: WeightedLayer) -> str:
    match layer.accumulator:
        case ParallelCounter() | Mux() | Or():
            return layer.accumulator.kind
        case other:
            unknown_kind(other, "report")


def _neuron(layer: WeightedLayer) -> str:
    match layer.neuron:
        case Linear() | Relu() | Clamp() | Lif():
            pass
        case other:
            unknown_kind(other, "report")
    fields = layer.neuron.model_dump(exclude_none=True)
    kind = fields.pop("kind")
    extras = ", ".join(f"{key} {value}" for key, value in fields.items())
    return f"{kind} ({extras})" if extras else str(kind)


def example_product(layer: WeightedLayer, weights: np.ndarray) -> Product | None:
    """A product of a layer with about two thirds of full scale on either side; None for spike inputs.

    The weight is one of the layer's own, the nearest there is.
    """
    from sc_neurocore.bitstream import stream  # the bits shown are the reference model's, not drawn by hand

    if layer.input_generator is None:
        return None
    n, length = layer.resolution_bits, layer.stream_length
    full = 2**n - 1
    magnitudes = np.unique(np.abs(weights.astype(np.int64)))
    w = int(magnitudes[np.argmin(np.abs(magnitudes - round(0.6 * full)))])
    x = round(0.7 * full)
    bits_x = stream(layer.input_generator, np.array([x]), n, length)[0]
    bits_w = stream(layer.weight_generator, np.array([w]), n, length)[0]
    bits_p = (1 - (bits_x ^ bits_w)) if layer.bipolar else bits_x & bits_w
    rows = tuple(
        (label, tuple(int(bit) for bit in bits[:SHOWN_BITS]), int(bits.sum()))
        for label, bits in (("x", bits_x), ("w", bits_w), ("product", bits_p))
    )
    return Product(x, w, layer.product.upper(), rows, length, _exact(layer, x, w))


def _exact(layer: WeightedLayer, x: int, w: int) -> float | None:
    """Ones that an unrounded product would have, from the worth of one count (contract §5).

    None where a source does not emit each of its words once a period, so that a code is no density of its stream.
    """
    n, length = layer.resolution_bits, layer.stream_length
    if not all(generator.source.each_word_once for generator in layer.generators):
        return None
    if layer.bipolar:
        value = (2 * x / 2**n - 1) * (2 * w / 2**n - 1)
        return (value + 1) / 2 * length
    if layer.default_pair and length == 2**n:
        return x * w / (2**n - 1)
    periods = math.prod(generator.source.period(n) for generator in layer.generators)
    return x * w * length / periods
