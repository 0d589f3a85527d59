"""One layer of exported weights as a network of its own: its linear map on streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..spec.errors import OptionError
from ..spec.network import NetworkSpec


def export_sc_weights(exported: Mapping[str, Any], stream_length: int = 4096, **options: Any) -> NetworkSpec:
    """The linear map W·x + b of one layer that `to_sc_weights` gave, without its cells.

    Integer outputs times the layer's `output_scale` estimate the trained map. Inputs have the encoding of the weights;
    weights with an offset are sign_magnitude (see `VectorizedSCLayer.from_exported_weights`, which makes the layer).

    Args:
        exported: the dict.
        stream_length: L; the error falls as 1 / L.
        options: further keywords of `SCDenseLayer`, such as `input_scale` and `name`.

    Raises:
        OptionError: it is no such dict, or an option is illegal.
        CodesError: a tensor breaks a rule.
    """
    from ..layers.vectorized_layer import VectorizedSCLayer  # here, so that an export of networks loads no layers

    if not isinstance(exported, Mapping):
        raise OptionError(f"exported must be one dict of to_sc_weights, got {type(exported).__name__}")
    return VectorizedSCLayer.from_exported_weights(exported, stream_length, **options).network()
