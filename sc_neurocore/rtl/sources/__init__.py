"""The sources of u(t) in gates (contract §2), one component a file."""

from __future__ import annotations

from typing import Any

from ...spec.kinds import unknown_kind
from ...spec.source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
from .base import SequenceSource
from .counter import CounterSource
from .lfsr import LfsrSource
from .lfsr_full import LfsrFullSource
from .sobol import SobolSource
from .van_der_corput import VanDerCorputSource

__all__ = [
    "CounterSource",
    "LfsrFullSource",
    "LfsrSource",
    "SequenceSource",
    "SobolSource",
    "VanDerCorputSource",
    "make_source",
]


def make_source(source: Source, n: int, words: int = 1) -> SequenceSource:
    """The component for a described source with words of n bits, `words` of them a clock.

    Raises:
        OptionError: there is no component for this kind of source.
    """
    order: dict[str, Any] = {"skip": source.skip, "reverse": source.reverse, "words": words}
    match source:
        case Counter():
            return CounterSource(n, **order)
        case VanDerCorput():
            return VanDerCorputSource(n, **order)
        case Lfsr(seed=seed):
            return LfsrSource(n, seed, **order)
        case LfsrFull(seed=seed):
            return LfsrFullSource(n, seed, **order)
        case Sobol(dimension=dimension):
            return SobolSource(n, dimension, **order)
        case other:
            unknown_kind(other, "rtl sources")
