"""The sources of u(t) in gates (contract §2), one component a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .....spec.kinds import unknown_kind
from .....spec.source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
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
    "source_component",
]


def make_source(source: Source, n: int, words: int = 1, *, skip: int | None = None) -> SequenceSource:
    """The component for a described source with words of n bits, `words` of them a clock; `skip` in place of its own.

    Raises:
        OptionError: there is no component for this kind of source.
    """
    first = source.skip if skip is None else skip
    return source_component(source)(n, skip=first, reverse=source.reverse, words=words)


def source_component(source: Source) -> Callable[..., SequenceSource]:
    """What makes the component of a described source from the arguments of `SequenceSource`.

    Raises:
        OptionError: there is no component for this kind of source.
    """
    match source:
        case Counter():
            return CounterSource
        case VanDerCorput():
            return VanDerCorputSource
        case Lfsr(seed=seed):
            return partial(LfsrSource, seed=seed)
        case LfsrFull(seed=seed):
            return partial(LfsrFullSource, seed=seed)
        case Sobol(dimension=dimension):
            return partial(SobolSource, dimension=dimension)
        case other:
            unknown_kind(other, "rtl sources")
