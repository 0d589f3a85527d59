"""Which layers' products have a closed form, whatever becomes of their totals."""

from __future__ import annotations

from ...spec.generator import Comparator, Generator, WeightedBinary
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer, Mux, Or, ParallelCounter
from .default_pair import why_no_closed_form


def closed_factor(layer: DenseLayer) -> int | None:
    """The number of whole periods in a stream whose product over one period is known without running it; else None.

    The default pair at L = 2^n: one period of `default_pair.closed_form`. A spike: `ones_a_period_are_the_code`.

    Raises:
        OptionError: the kind of an accumulator or a generator has no gates.
    """
    match layer.accumulator:
        case ParallelCounter():
            pass
        case Mux() | Or():
            return None
        case other:
            unknown_kind(other, "rtl closed forms")
    if layer.spike_inputs:
        generator, n = layer.weight_generator, layer.resolution_bits
        periods, beyond = divmod(layer.stream_length, generator.source.period(n))
        return periods if not beyond and ones_a_period_are_the_code(generator, n) else None
    return 1 if why_no_closed_form(layer) is None else None


def ones_a_period_are_the_code(generator: Generator, n: int) -> bool:
    """Whether the stream of every code of n bits has as many ones in a period as its code says (contract §3).

    So it is where each word, or each but 0, comes once a period: c of them are below c (or 1 … c), and 2^i have their
    leading one at place i.

    Raises:
        OptionError: the kind of generator has no gates.
    """
    source = generator.source
    match generator:
        case Comparator() | WeightedBinary():
            return source.each_word_once and source.period(n) == 2**n - (not source.emits_zero)
        case other:
            unknown_kind(other, "rtl closed forms")
