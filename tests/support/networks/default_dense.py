"""Dense layers of the default pair, whose other fields are those that most tests mean."""

from __future__ import annotations

from typing import Any

from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    DenseLayer,
    Linear,
    ParallelCounter,
)

DEFAULT_FIELDS: dict[str, Any] = {
    "input_encoding": "unipolar",
    "weight_encoding": "sign_magnitude",
    "input_generator": DEFAULT_INPUT_GENERATOR,
    "weight_generator": DEFAULT_WEIGHT_GENERATOR,
    "accumulator": ParallelCounter(),
    "neuron": Linear(),
    "output_scale": 1.0,
}
"""Of a layer with weights, dense or convolution."""


def default_dense(inputs: int, neurons: int, n: int, **changes: Any) -> DenseLayer:
    """Codes and weights of n bits, whole streams; `changes` are fields that differ."""
    sizes: dict[str, Any] = {"inputs": inputs, "neurons": neurons, "resolution_bits": n, "stream_length": 2**n}
    return DenseLayer(**(sizes | DEFAULT_FIELDS | changes))
