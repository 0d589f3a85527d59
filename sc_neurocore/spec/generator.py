"""Generators: how a code and a source's word make one stream bit (contract §3)."""

from typing import Annotated, Literal

from pydantic import Field

from .base import Description
from .source import Counter, Source, VanDerCorput


class Comparator(Description):
    """bit(t) = [u(t) < c], or [u(t) <= c] for a source that never emits 0."""

    kind: Literal["comparator"] = "comparator"
    source: Source


class WeightedBinary(Description):
    """bit(t) = the bit of c at the position of u(t)'s leading one; 0 where u(t) = 0."""

    kind: Literal["weighted_binary"] = "weighted_binary"
    source: Source


Generator = Annotated[Comparator | WeightedBinary, Field(discriminator="kind")]
"""Any generator, told apart by its `kind`."""

DEFAULT_INPUT_GENERATOR = WeightedBinary(source=VanDerCorput(skip=1))
DEFAULT_WEIGHT_GENERATOR = Comparator(source=Counter())
