"""Real features: how they become the codes of a network's input (contract §1 and §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .codes import check_samples_shape
from .coerce import array, finite
from .encoding import quantize
from .entrance import entrance
from .errors import CodesError

if TYPE_CHECKING:
    from .network import NetworkSpec


@entrance
def quantize_features(network: NetworkSpec, features: Any, first: int = 0) -> tuple[np.ndarray, int]:
    """The codes of real features, x / scale or (x - offset_f) / scale_f quantized, and how many were saturated.

    Args:
        network: gives encoding, resolution and scale, or the scales and offsets by feature.
        features: real numbers of the shape that `network.codes_shape` says, any batch; computed in float64.
        first: number of the first sample in messages, where the features are a part of a larger array.

    Returns:
        int64 codes of the same shape, and the number of features whose rounded code left the encoding's range.

    Raises:
        CodesError: no real numbers, not of the shape the network takes, or NaN or infinite.
    """
    head = network.input
    return quantize(scaled_features(network, features, first), head.encoding, head.resolution_bits)


@entrance
def scaled_features(network: NetworkSpec, features: Any, first: int = 0) -> np.ndarray:
    """Real features in the units in which codes are made of them, float64: x / scale or (x - offset_f) / scale_f.

    Args:
        network: gives the scale, or the scales and offsets by feature.
        features: as for `quantize_features`.
        first: as for `quantize_features`.

    Raises:
        CodesError: as `quantize_features`.
    """
    raw = array("features", features)
    check_features_form(network, raw.dtype, raw.shape)
    x = finite("features", raw.astype(np.float64), first=first)
    limit = np.finfo(np.float64).max
    with np.errstate(over="ignore"):  # a quotient beyond float64 is beyond every code too, and saturates
        if network.input_scale is not None and network.input_offset is not None:
            values = (x - network.input_offset) / network.input_scale
        else:
            values = x / np.float64(network.input.scale)
        return np.clip(values, -limit, limit)


def check_features_form(network: NetworkSpec, dtype: np.dtype, shape: tuple[int, ...]) -> None:
    """Refuse features of a type or shape that the network does not take, without looking at any of them.

    Args:
        network: gives the shape.
        dtype: type of the features.
        shape: their shape.

    Raises:
        CodesError: no real numbers, or not of `NetworkSpec.codes_shape`.
    """
    if dtype.kind not in "iuf":
        raise CodesError(f"features must be real numbers, got dtype {dtype}")
    check_samples_shape("features", network, shape)
