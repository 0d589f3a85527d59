"""Real numbers through the integers of a network: features to codes, outputs to reals or classes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..inference.engines import Engine, classify, infer
from ..spec.encoding import zero_code
from ..spec.errors import SaturationWarning
from ..spec.features import quantize_features
from ..spec.network import NetworkSpec


def quantize(network: NetworkSpec, x: Any) -> np.ndarray:
    """The codes of real features; see `NetworkSpec.quantize`."""
    return _codes(network, x)


def _codes(network: NetworkSpec, x: Any) -> np.ndarray:
    codes, saturated = quantize_features(network, x)
    if saturated:
        share = 100 * saturated / codes.size
        warnings.warn(
            f"{saturated} of {codes.size} features ({share:.2g} %) lie beyond the largest code and saturate",
            SaturationWarning,
            stacklevel=5,  # whoever called the network's method
        )
    return codes


def predict(network: NetworkSpec, x: Any, classes: bool = False, engine: Engine = "auto") -> np.ndarray:
    """Real outputs, or classes, of real features.

    Args:
        network: the network.
        x: real features; see `NetworkSpec.predict`.
        classes: whether the class of each sample is wanted.
        engine: as for `infer`.
    """
    outputs = infer(network, _codes(network, x), engine)
    if classes:
        return classify(outputs, network)
    return (outputs - _zero(network)) * network.layers[-1].output_scale


def _zero(network: NetworkSpec) -> int:
    """The output that stands for 0: of bipolar codes the middle one, once for each step that is summed."""
    layer = network.layers[-1]
    if layer.output_encoding is None or layer.output_bits is None:
        return 0
    steps = network.time_steps if network.output.reduce == "sum" else 1
    return zero_code(layer.output_encoding, layer.output_bits) * steps
