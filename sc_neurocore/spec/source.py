"""Sources: the periodic sequences u(t) of n-bit words that streams are made from (contract §2)."""

from abc import ABC, abstractmethod
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from .base import Description, bounded


class _Source(Description, ABC):
    """Fields that every source carries, and what every source says of its sequence."""

    skip: bounded(0, 65_535) = 0  # type: ignore[valid-type]
    """The sequence is read from this position, periodically."""
    reverse: bool = False
    """The n bits of each word are reversed."""
    lane_skip: bounded(0, 65_535) = 0  # type: ignore[valid-type]
    """Input j, and every weight of input j, reads j·`lane_skip` positions further on; `or` layers only."""

    @model_serializer(mode="wrap")
    def _without_idle_lane_skip(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        tree = handler(self)
        if not self.lane_skip:
            tree.pop("lane_skip", None)  # the key belongs to `or` layers alone
        return tree

    @property
    @abstractmethod
    def emits_zero(self) -> bool:
        """Whether the word 0 occurs in the sequence."""

    @property
    @abstractmethod
    def each_word_once(self) -> bool:
        """Whether every word that occurs does so exactly once a period; closed forms and value scales rest on it."""

    @abstractmethod
    def period(self, n: int) -> int:
        """Number of words after which the sequence of n-bit words repeats."""

    def check_width(self, n: int) -> None:
        """Raise `ValueError` where a field does not fit words of n bits; the message begins with the field's name."""


def _check_seed(seed: int, n: int) -> None:
    if seed > 2**n - 1:
        raise ValueError(f"seed must be at most 2^{n} - 1 = {2**n - 1}, got {seed}")


class _Permutation(_Source):
    """A source of period 2^n: every word of n bits, each once."""

    @property
    def emits_zero(self) -> bool:
        """Always: every word occurs."""
        return True

    @property
    def each_word_once(self) -> bool:
        """Always."""
        return True

    def period(self, n: int) -> int:
        """2^n."""
        return 2**n


class Counter(_Permutation):
    """u(t) = t mod 2^n."""

    kind: Literal["counter"] = "counter"


class VanDerCorput(_Permutation):
    """u(t) = the n bits of t mod 2^n in reversed order."""

    kind: Literal["van_der_corput"] = "van_der_corput"


class Lfsr(_Source):
    """Fibonacci shift register over the non-zero words; period 2^n - 1."""

    kind: Literal["lfsr"] = "lfsr"
    seed: bounded(1, 65_535)  # type: ignore[valid-type]
    """The register's first word; 1 ... 2^n - 1 (the upper bound is checked where n is known)."""

    @property
    def emits_zero(self) -> bool:
        """Never: the register would stay there."""
        return False

    @property
    def each_word_once(self) -> bool:
        """Always: the taps are primitive."""
        return True

    def period(self, n: int) -> int:
        """2^n - 1."""
        return 2**n - 1

    def check_width(self, n: int) -> None:
        """The seed is a word."""
        _check_seed(self.seed, n)


class LfsrFull(_Permutation):
    """The shift register with the word 0 joined into its cycle; period 2^n."""

    kind: Literal["lfsr_full"] = "lfsr_full"
    seed: bounded(0, 65_535)  # type: ignore[valid-type]
    """The register's first word; 0 ... 2^n - 1 (the upper bound is checked where n is known)."""

    def check_width(self, n: int) -> None:
        """The seed is a word."""
        _check_seed(self.seed, n)


class Sobol(_Permutation):
    """One dimension of Joe and Kuo's Sobol sequence in Gray-code order."""

    kind: Literal["sobol"] = "sobol"
    dimension: bounded(1, 1_111)  # type: ignore[valid-type]


Source = Annotated[Counter | VanDerCorput | Lfsr | LfsrFull | Sobol, Field(discriminator="kind")]
"""Any source, told apart by its `kind`."""
