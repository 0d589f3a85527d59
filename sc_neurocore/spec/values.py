"""What a count is worth: from the integers of an accumulator to real values (contract §5). No bit depends on it."""

from __future__ import annotations

from .errors import SpecError
from .generator import Comparator, WeightedBinary
from .kinds import unknown_kind
from .layer import Mux, Or, ParallelCounter, WeightedLayer


def count_value(layer: WeightedLayer) -> float:
    """Real value of one count of a layer's accumulator: Σ_j v(x_j)·v(w_j) ≈ a · count_value.

    bipolar: 1 / L. Otherwise P_x·P_w / (L·(2^n − 1)²) with the sources' periods P; a spike input counts as density 1,
    so P_w / (L·(2^n − 1)). The default pair's streams are matched to each other: one count is 2^n / (L·(2^n − 1))
    there, which at L = 2^n is 1 / (2^n − 1). A `mux` of m select bits looks at one input in 2^m: times 2^m.

    Raises:
        SpecError: a source does not emit each of its words once a period, so that a code is no density of its stream.
    """
    n, length = layer.resolution_bits, layer.stream_length
    full = 2**n - 1
    for generator in layer.generators:
        match generator:
            case Comparator() | WeightedBinary():
                pass  # over one period the stream of a code has as many ones as the code says
            case other:
                unknown_kind(other, "count_value")
    for source in layer.sources:
        if not source.each_word_once:
            raise SpecError(
                f"no value scale is defined on source {source.kind!r}: it does not emit each of its words once a period"
            )
    if layer.bipolar:
        value = 1 / length
    elif layer.default_pair:
        value = 2**n / (length * full)
    else:
        value = layer.weight_generator.source.period(n) / (length * full)
        if layer.input_generator is not None:
            value *= layer.input_generator.source.period(n) / full
    match layer.accumulator:
        case ParallelCounter() | Or():
            return value
        case Mux():
            return value * 2**layer.select_bits
        case other:
            unknown_kind(other, "count_value")
