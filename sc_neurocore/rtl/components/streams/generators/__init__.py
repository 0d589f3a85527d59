"""The generators in gates (contract §3): from a shared word and many codes to many stream bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from .....spec.generator import Comparator, Generator, WeightedBinary
from .....spec.kinds import unknown_kind
from .comparator import ComparatorGenerator
from .weighted_binary import WeightedBinaryGenerator

__all__ = ["ComparatorGenerator", "WeightedBinaryGenerator", "generator_component", "make_generator"]


def make_generator(
    generator: Generator, n: int, lanes: int, codes: Sequence[int] | None = None
) -> ComparatorGenerator | WeightedBinaryGenerator:
    """The component for a described generator; with `codes` its codes are constants and it has no port for them.

    Raises:
        OptionError: there is no component for this kind of generator.
    """
    return generator_component(generator)(n, lanes, codes=codes)


def generator_component(generator: Generator) -> Callable[..., ComparatorGenerator | WeightedBinaryGenerator]:
    """What makes the component of a described generator from bits, lanes and codes.

    Raises:
        OptionError: there is no component for this kind of generator.
    """
    match generator:
        case Comparator(source=source):
            return partial(ComparatorGenerator, inclusive=not source.emits_zero)
        case WeightedBinary():
            return WeightedBinaryGenerator
        case other:
            unknown_kind(other, "rtl generators")
