"""Sources: the periodic sequences u(t) of n-bit words that streams are made from (contract §2)."""

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from .base import Description, bounded


class _Source(Description):
    """Fields that every source carries."""

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
            del tree["lane_skip"]  # the key belongs to `or` layers alone
        return tree

    @property
    def emits_zero(self) -> bool:
        """Whether the word 0 occurs in the sequence."""
        return True

    def period(self, n: int) -> int:
        """Number of words after which the sequence of n-bit words repeats."""
        return 2**n if self.emits_zero else 2**n - 1


class Counter(_Source):
    """u(t) = t mod 2^n."""

    kind: Literal["counter"] = "counter"


class VanDerCorput(_Source):
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


class LfsrFull(_Source):
    """The shift register with the word 0 joined into its cycle; period 2^n."""

    kind: Literal["lfsr_full"] = "lfsr_full"
    seed: bounded(0, 65_535)  # type: ignore[valid-type]
    """The register's first word; 0 ... 2^n - 1 (the upper bound is checked where n is known)."""


class Sobol(_Source):
    """One dimension of Joe and Kuo's Sobol sequence in Gray-code order."""

    kind: Literal["sobol"] = "sobol"
    dimension: bounded(1, 1_111)  # type: ignore[valid-type]


Source = Annotated[Counter | VanDerCorput | Lfsr | LfsrFull | Sobol, Field(discriminator="kind")]
"""Any source, told apart by its `kind`."""
