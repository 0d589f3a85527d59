"""What all operators of a circuit say of themselves: their streams, sources, states and widths."""

from __future__ import annotations

from abc import ABC
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from ..base import Description
from ..keywords import checked_name
from ..source import Source

MOST_NAME = 31
"""Characters of a name."""
Names = Annotated[tuple[str, ...], Field(strict=False)]
"""JSON has lists for tuples."""


def check_list(value: Any, low: int, high: int, what: str) -> Any:
    """The value, if it is a list or tuple of a legal length; pydantic looks at what it holds.

    Args:
        value: what is given for a field.
        low: the least legal length.
        high: the largest.
        what: what it holds, in the plural.

    Raises:
        ValueError: it is not; the message goes on after the name of the field.
    """
    count = f"{low}" if low == high else f"{low} to {high}"
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list of {count} {what}, got {type(value).__name__}")
    if not low <= len(value) <= high:
        raise ValueError(f"must be a list of {count} {what}, got {len(value)}")
    return value


class Operator(Description, ABC):
    """What every operator says of itself."""

    streams: ClassVar[tuple[int, int]]
    """Fewest and most names in `of`."""
    outputs: ClassVar[tuple[str, ...]] = ("",)
    """Endings of the names of its output streams."""
    keeps_state: ClassVar[bool] = False
    """Whether an output bit depends on input bits of earlier positions."""

    name: str
    of: Names

    @field_validator("name")
    @classmethod
    def _name_is_identifier(cls, name: str) -> str:
        return checked_name(name, MOST_NAME)

    @field_validator("of", mode="before")
    @classmethod
    def _names_so_many(cls, of: Any) -> Any:
        return check_list(of, *cls.streams, "names of streams")

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of its output streams: its own, or two that end in `.a` and `.b`."""
        return tuple(self.name + ending for ending in self.outputs)

    @property
    def state_bits(self) -> int | None:
        """Bits of the state that an output may read; None where it has none."""
        return None

    def check_resolution(self, n: int) -> None:
        """Raise `ValueError` where a field does not fit a circuit of n-bit codes; the message begins with its name."""


class SourcedOperator(Operator):
    """An operator that reads the words of a source of its own."""

    source: Source

    @field_validator("source")
    @classmethod
    def _has_one_lane(cls, source: Source) -> Source:
        return no_lane_skip(source)

    def word_bits(self, n: int) -> int:
        """Bits of the source's words in a circuit of n-bit codes."""
        return n

    def check_resolution(self, n: int) -> None:
        """The source's fields fit its words."""
        try:
            self.source.check_width(self.word_bits(n))
        except ValueError as error:
            raise ValueError(f"source.{error}") from None


def no_lane_skip(source: Source) -> Source:
    """A source without `lane_skip`, which is for the lanes of a layer.

    Raises:
        ValueError: it has one.
    """
    if source.lane_skip:
        raise ValueError(f"lane_skip must be 0 in a circuit, got {source.lane_skip}")
    return source


class CodedOperator(SourcedOperator):
    """A product with the code of an input or constant, whose stream is made here."""

    keeps_state: ClassVar[bool] = True
    code: str
    """Name of the input or constant that holds w."""
