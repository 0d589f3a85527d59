"""The generators in gates (contract §3): from a shared word and many codes to many stream bits."""

from __future__ import annotations

from collections.abc import Sequence

from ...spec.generator import Comparator, WeightedBinary
from .comparator import ComparatorGenerator
from .weighted_binary import WeightedBinaryGenerator

__all__ = ["ComparatorGenerator", "WeightedBinaryGenerator", "make_generator"]


def make_generator(
    generator: Comparator | WeightedBinary, n: int, lanes: int, codes: Sequence[int] | None = None
) -> ComparatorGenerator | WeightedBinaryGenerator:
    """The component for a described generator; with `codes` its codes are constants and it has no port for them."""
    if isinstance(generator, WeightedBinary):
        return WeightedBinaryGenerator(n, lanes, codes=codes)
    return ComparatorGenerator(n, lanes, inclusive=not generator.source.emits_zero, codes=codes)
