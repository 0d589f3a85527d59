"""Pictures of a network on maps: the kernels of its convolutions, and the maps that it makes of one sample."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from sc_neurocore.inference.engines import infer
from sc_neurocore.spec import NetworkSpec, load_array
from sc_neurocore.spec.coerce import integer_array
from sc_neurocore.spec.errors import SpecError
from sc_neurocore.spec.kinds import unknown_kind
from sc_neurocore.spec.layer import DenseLayer, WeightedLayer
from sc_neurocore.spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from sc_neurocore.spec.network import OutputSpec

from .charts import drawn

MOST_CHANNELS = 16
"""Pictures beside each other; further channels are left out."""
MOST_ROWS = 3
"""Of a kernel: its first input channels."""


def on_maps(network: NetworkSpec) -> bool:
    """Whether any layer takes a map."""
    return any(_takes_map(layer) for layer in network.layers)


def _takes_map(layer: Layer) -> bool:
    match layer:
        case DenseLayer():
            return False
        case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
            return True
        case other:
            unknown_kind(other, "report")


def kernels_chart(network: NetworkSpec) -> Markup | None:
    """The weights of each convolution: a column an output channel, a row an input channel; None without any."""
    rows: list[tuple[str, Sequence[np.ndarray]]] = []
    for index, (layer, weights) in enumerate(zip(network.layers, network.weights)):
        match layer:
            case Conv2dLayer():
                for channel in range(min(weights.shape[3], MOST_ROWS)):
                    label = f"layer {index}" + (f", input {channel}" if weights.shape[3] > 1 else "")
                    rows.append((label, [*weights[:MOST_CHANNELS, :, :, channel]]))
            case DenseLayer() | MaxPool2dLayer() | AvgPool2dLayer():
                pass
            case other:
                unknown_kind(other, "report")
    return _chart(rows, "RdBu", "Kernels of the convolutions, row by row: ")


def maps_chart(network: NetworkSpec, codes: np.ndarray) -> Markup | None:
    """The maps that the layers make of one sample, its input first; over several time steps their sums.

    Args:
        network: any network.
        codes: one sample, of the shape that `network.codes_shape(1)` says.
    """
    sample = codes.reshape(-1, *network.input.map_shape).sum(axis=0)
    rows: list[tuple[str, Sequence[np.ndarray]]] = [("input", _channels(sample))]
    reduce = "sum" if network.time_steps > 1 else "none"
    for count in range(1, len(network.layers) + 1):
        layer = network.layers[count - 1]
        if layer.out_elements == layer.out_shape[2]:
            break  # from here on there is one position, and nothing to see
        if any(isinstance(each, WeightedLayer) for each in network.layers[:count]):
            part = network.replace(
                output=OutputSpec(reduce=reduce),
                layers=network.layers[:count],
                weights=network.weights[:count],
                biases=network.biases[:count],
            )
            maps = infer(part, codes)[0].reshape(layer.out_shape)
            rows.append((f"layer {count - 1}, {layer.kind}", _channels(maps)))
    return _chart(rows, "gray", "Maps of one sample, row by row: ") if len(rows) > 1 else None


def _channels(maps: np.ndarray) -> list[np.ndarray]:
    return [*np.moveaxis(maps, 2, 0)[:MOST_CHANNELS]]


def first_codes(path: Path, network: NetworkSpec) -> np.ndarray | None:
    """The first sample of `codes.npy`; None where that is for another network.

    Raises:
        SpecError: the array is damaged.
    """
    codes = integer_array(path.name, load_array(path, path.stem)[:1], error=SpecError)
    return codes if codes.shape == network.codes_shape(1) else None


def _chart(rows: Sequence[tuple[str, Sequence[np.ndarray]]], colours: str, what: str) -> Markup | None:
    if not rows:
        return None
    wide = max(len(pictures) for _, pictures in rows)

    def draw(figure: Any) -> None:
        grid = figure.subplots(len(rows), wide, squeeze=False)
        for axes_row, (label, pictures) in zip(grid, rows):
            high = max(float(np.abs(each).max()) for each in pictures) or 1.0
            low = -high if colours == "RdBu" else min(0.0, *(float(each.min()) for each in pictures))
            for axes in axes_row:
                axes.set_axis_off()
            for axes, picture in zip(axes_row, pictures):
                axes.imshow(picture, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
            axes_row[0].set_title(label, loc="left", fontsize=8, color="#010203")

    sides = 7.2, 0.3 + len(rows) * max(0.75, 7.2 / wide * 0.5 + 0.35)
    return drawn(draw, sides, what + ", ".join(label for label, _ in rows))
