"""The sources of u(t) in gates (contract §2), one component a file."""

from __future__ import annotations

from typing import Any

from ...spec.source import Counter, Lfsr, LfsrFull, Sobol, VanDerCorput
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


def make_source(source: Counter | VanDerCorput | Lfsr | LfsrFull | Sobol, n: int, words: int = 1) -> SequenceSource:
    """The component for a described source with words of n bits, `words` of them a clock."""
    order: dict[str, Any] = {"skip": source.skip, "reverse": source.reverse, "words": words}
    if isinstance(source, Counter):
        return CounterSource(n, **order)
    if isinstance(source, VanDerCorput):
        return VanDerCorputSource(n, **order)
    if isinstance(source, Lfsr):
        return LfsrSource(n, source.seed, **order)
    if isinstance(source, LfsrFull):
        return LfsrFullSource(n, source.seed, **order)
    return SobolSource(n, source.dimension, **order)
