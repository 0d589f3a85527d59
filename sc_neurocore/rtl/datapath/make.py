# amaranth: UnusedElaboratable=no
"""Which datapath a layer gets: by architecture, accumulator, and the stream bits of a clock."""

from __future__ import annotations

import numpy as np

from ...spec.errors import OptionError, SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer, Mux, Or, ParallelCounter
from ..plan.closed_forms import closed_factor
from ..plan.folding import Folding
from ..plan.supported import all_inputs_at_once
from .base import Datapath
from .column import ClosedFormDatapath, StreamedDatapath
from .muxed import MuxDatapath
from .ored import OrDatapath
from .parallel import ParallelDatapath

MAX_BITS = 256
"""Stream bits of a clock that are unrolled; beyond it a clock would be long and the core large for nothing."""


def stream_bits(layer: DenseLayer, architecture: str, bits: int | None) -> int:
    """Stream bits per clock of one layer, of the `bits` that the core is asked for; its stream_length: the whole
    stream.

    None: the whole stream where it has a closed form and the architecture takes one input at a time, else 1. A shorter
    stream is taken whole; `mux` names one input per clock.

    Args:
        layer: the description.
        architecture: "row", "column" or "serial".
        bits: what the core is asked for; None chooses.
    """
    match layer.accumulator:
        case Mux():
            return 1
        case ParallelCounter() | Or():
            pass
        case other:
            unknown_kind(other, "rtl accumulators")
    if bits is None:
        closed = architecture != "row" and closed_factor(layer) is not None
        return layer.stream_length if closed else 1
    return min(bits, layer.stream_length)


def make_datapath(
    i: int,
    layer: DenseLayer,
    weights: np.ndarray,
    neurons: int,
    *,
    architecture: str,
    bits: int | None,
    loadable: bool,
    halvings: int = 0,
) -> Datapath:
    """The datapath of layer i, `neurons` of its neurons at a time.

    Where streams may be halved (`halvings` times at most) they are run, closed form or not.

    Args:
        i: number of the layer, for messages.
        layer: the description.
        weights: codes (neurons, inputs).
        neurons: how many of them at a time.
        architecture: "row", "column" or "serial".
        bits: stream bits per clock that the core is asked for; None chooses.
        loadable: weights are written at run time.
        halvings: how often a stream may be halved at most.

    Raises:
        SpecError: the accumulator needs all inputs at once and the architecture takes one.
        OptionError: more stream bits per clock than are unrolled, or the kind of accumulator has no gates.
    """
    accumulator, row = layer.accumulator, architecture == "row"
    bits_per_clock = stream_bits(layer, architecture, bits)
    folding = Folding(weights, neurons, keep_zeros=loadable or layer.bipolar)
    if not row and all_inputs_at_once(accumulator):
        rule = f"accumulator.kind {accumulator.kind!r} takes all inputs of a position at once; architecture 'row' does"
        raise SpecError(f"architecture {architecture!r}: layers[{i}].{rule}")
    if not row and not halvings and bits_per_clock == layer.stream_length and closed_factor(layer) is not None:
        return ClosedFormDatapath(layer, folding, loadable=loadable)
    if bits_per_clock > MAX_BITS:
        rule = f"at most {MAX_BITS} where a stream has no closed form"
        raise OptionError(f"stream_bits_per_cycle must be {rule}, got {bits_per_clock} for layers[{i}]")
    match accumulator:
        case Mux():
            return MuxDatapath(layer, accumulator, folding, addressed=not row, loadable=loadable)
        case Or():
            return OrDatapath(layer, folding, bits_per_clock=bits_per_clock, loadable=loadable)
        case ParallelCounter():
            if row:
                return ParallelDatapath(layer, folding, bits_per_clock=bits_per_clock, loadable=loadable)
            return StreamedDatapath(layer, folding, bits_per_clock=bits_per_clock, loadable=loadable, halvings=halvings)
        case other:
            unknown_kind(other, "rtl accumulators")
