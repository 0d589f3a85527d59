"""What a count is worth: from the integers of an accumulator to real values (contract §5). No bit depends on it."""

from __future__ import annotations

from .layer import DenseLayer, Mux


def count_value(layer: DenseLayer) -> float:
    """Real value of one count of a layer's accumulator: Σ_j v(x_j)·v(w_j) ≈ a · count_value.

    bipolar: 1 / L. Otherwise P_x·P_w / (L·(2^n − 1)²) with the sources' periods P; a spike input counts as density 1,
    so P_w / (L·(2^n − 1)). The default pair's streams are matched to each other: one count is 2^n / (L·(2^n − 1))
    there, which at L = 2^n is 1 / (2^n − 1). A `mux` of m select bits looks at one input in 2^m: times 2^m.
    """
    n, length = layer.resolution_bits, layer.stream_length
    full = 2**n - 1
    if layer.input_encoding == "bipolar":
        value = 1 / length
    elif layer.default_pair:
        value = 2**n / (length * full)
    else:
        value = layer.weight_generator.source.period(n) / (length * full)
        if layer.input_generator is not None:
            value *= layer.input_generator.source.period(n) / full
    return value * 2**layer.select_bits if isinstance(layer.accumulator, Mux) else value
