"""One legal example of every kind of the contract, as a file writes it: what tests over kinds are made from.

The lists are those of the description (`kinds`), so that a kind without an example fails by name wherever kinds are
listed, and an example of no kind fails here.
"""

from __future__ import annotations

from typing import Any, get_args

from sc_neurocore.spec import Accumulator, Encoding, Generator, Layer, Lif, Neuron, Source, kinds

Json = dict[str, Any]

_FIELDS: dict[str, Json] = {
    # sources
    "counter": {},
    "van_der_corput": {},
    "lfsr": {"seed": 5},
    "lfsr_full": {"seed": 0},
    "sobol": {"dimension": 3},
    # generators
    "comparator": {"source": {"kind": "counter"}},
    "weighted_binary": {"source": {"kind": "van_der_corput", "skip": 1}},
    # accumulators
    "parallel_counter": {},
    "mux": {"select": {"kind": "van_der_corput"}},
    "or": {},
    # neurons
    "linear": {},
    "relu": {"output_bits": 3, "shift": 2, "multiplier": 3},
    "clamp": {"output_bits": 3, "shift": 2, "multiplier": 3, "output_encoding": "sign_magnitude"},
    "lif": {"leak_shift": 2, "v_threshold": 5, "state_bits": 8},
}

WEIGHT_ENCODINGS: dict[str, str] = {
    "unipolar": "sign_magnitude",
    "sign_magnitude": "sign_magnitude",
    "bipolar": "bipolar",
    "spike": "sign_magnitude",
}
"""An encoding of weights that each input encoding has a product with."""


def example(kind: str) -> Json:
    """A fresh example of a kind; a kind without one is named by the failure."""
    assert kind in _FIELDS, f"kind {kind!r} has no example in {__name__}"
    return {"kind": kind, **_FIELDS[kind]}


def examples(union: Any) -> dict[str, Json]:
    """An example of every kind of `Source`, `Generator`, `Accumulator` or `Neuron`."""
    return {kind: example(kind) for kind in kinds(union)}


SOURCES = list(kinds(Source))
GENERATORS = list(kinds(Generator))
ACCUMULATORS = list(kinds(Accumulator))
NEURONS = list(kinds(Neuron))
LAYERS = list(kinds(Layer))
ENCODINGS = list(get_args(Encoding))
COMPARATORS = list(get_args(Lif.model_fields["comparator"].annotation))
RESETS = list(get_args(Lif.model_fields["reset"].annotation))

assert set(_FIELDS) <= {*SOURCES, *GENERATORS, *ACCUMULATORS, *NEURONS}, "an example of no kind"
