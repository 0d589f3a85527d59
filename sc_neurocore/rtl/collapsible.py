"""Which layers' products have a closed form, whatever becomes of their totals."""

from __future__ import annotations

from ..spec.layer import DenseLayer, Linear
from ..spec.network import NetworkSpec
from .default_pair import why_not_collapsed


def closed_factor(layer: DenseLayer) -> int | None:
    """The number of whole periods in a stream whose product over one period is known without running it; else None.

    The default pair at L = 2^n: one period of `default_pair.closed_form`. A spike: over a whole period of any source a
    weight's stream has as many ones as its code says (contract §3).
    """
    if layer.accumulator.kind != "parallel_counter":
        return None
    if layer.input_generator is None:
        period = layer.weight_generator.source.period(layer.resolution_bits)
        return None if layer.stream_length % period else layer.stream_length // period
    counted = layer.model_copy(update={"neuron": Linear()})  # what becomes of the total does not matter here
    return 1 if why_not_collapsed(counted) is None else None


def why_not_network_collapsed(network: NetworkSpec) -> str | None:
    """Why a network is none for the cores that hold nothing but closed forms and constants; None where it is one."""
    if network.time_steps != 1:
        return f"input.time_steps must be 1, got {network.time_steps}"
    for i, layer in enumerate(network.layers):
        reason = why_not_collapsed(layer)
        if reason is not None:
            return f"layers[{i}].{reason}"
    return None
