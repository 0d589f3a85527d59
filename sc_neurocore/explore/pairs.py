"""Pairs of generators by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    Generator,
    Lfsr,
    OptionError,
    Sobol,
    VanDerCorput,
    kinds,
)
from sc_neurocore.spec.coerce import short

Pair = tuple[Generator, Generator]
"""Generators of inputs and of weights."""

GENERATORS = frozenset(kinds(Generator).values())

PAIRS: dict[str, Pair] = {
    "default": (DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR),
    "sobol": (Comparator(source=Sobol(dimension=1)), Comparator(source=Sobol(dimension=2))),
    "van_der_corput": (Comparator(source=VanDerCorput()), DEFAULT_WEIGHT_GENERATOR),
    "lfsr": (Comparator(source=Lfsr(seed=1)), Comparator(source=Lfsr(seed=1, reverse=True))),
}
"""Pairs by name: the default one; two Sobol dimensions; van der Corput against a ramp; an LFSR and its bit reversal."""


def check_pairs(generators: Any) -> dict[str, Pair]:
    """Pairs by their labels: names of `PAIRS`, or a mapping from labels to (input generator, weight generator).

    Raises:
        OptionError: a name is unknown, or a value is no pair of generators.
    """
    if isinstance(generators, str):
        generators = (generators,)
    if isinstance(generators, Sequence):
        for name in generators:
            if not isinstance(name, str) or name not in PAIRS:
                raise OptionError(f"generators must be of {', '.join(PAIRS)}, or a mapping to pairs; got {name!r}")
        generators = {name: PAIRS[name] for name in generators}
    if not isinstance(generators, Mapping):
        raise OptionError(f"generators must be names of pairs, or a mapping to pairs; got {short(generators)}")
    pairs = dict(generators)
    for label, pair in pairs.items():
        is_pair = isinstance(pair, tuple) and len(pair) == 2 and all(type(each) in GENERATORS for each in pair)
        if not isinstance(label, str) or not is_pair:
            raise OptionError(f"generators[{label!r}] must be a pair (input generator, weight generator), got {pair!r}")
    if not pairs:
        raise OptionError("generators must name at least one pair, got none")
    return pairs
