"""The operators of a circuit: one closed, validated type a kind (circuit contract, "Operators").

Each docstring gives the output at position t and, after "then", the state at t + 1; a, b, ... are the input bits in the
order of `of`, Σ is their sum.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from ..base import bounded
from ..source import Source
from .operator import CodedOperator, Operator, SourcedOperator

States = bounded(2, 4_096)
Bit = bounded(0, 1)


class _EvenStates(Operator):
    """A saturating counter of K states that starts in the upper middle one."""

    keeps_state: ClassVar[bool] = True
    states: States  # type: ignore[valid-type]
    """K, even; S starts at K/2."""

    @field_validator("states")
    @classmethod
    def _even(cls, states: int) -> int:
        if states % 2:
            raise ValueError(f"must be even, got {states}")
        return states


class Not(Operator):
    """¬a."""

    kind: Literal["not"] = "not"
    streams: ClassVar = (1, 1)


class And(Operator):
    """1 where all inputs are."""

    kind: Literal["and"] = "and"
    streams: ClassVar = (2, 64)


class Or(Operator):
    """1 where any input is."""

    kind: Literal["or"] = "or"
    streams: ClassVar = (2, 64)


class Xor(Operator):
    """Parity of the inputs."""

    kind: Literal["xor"] = "xor"
    streams: ClassVar = (2, 64)


class Xnor(Operator):
    """The opposite of the parity."""

    kind: Literal["xnor"] = "xnor"
    streams: ClassVar = (2, 64)


class Majority(Operator):
    """[Σ > half of the inputs], of which there is an odd number."""

    kind: Literal["majority"] = "majority"
    streams: ClassVar = (3, 63)

    @field_validator("of")
    @classmethod
    def _odd(cls, of: tuple[str, ...]) -> tuple[str, ...]:
        if len(of) % 2 == 0:
            raise ValueError(f"must be an odd number of names of streams, got {len(of)}")
        return of


class Select(SourcedOperator):
    """Input number u(t) of m; 0 where u(t) ≥ m."""

    kind: Literal["select"] = "select"
    streams: ClassVar = (2, 64)

    @field_validator("source")
    @classmethod
    def _names_input_0(cls, source: Source) -> Source:
        if not source.emits_zero:
            raise ValueError(f"must not be {source.kind!r}: it never emits 0, so input 0 would never be named")
        return source

    def word_bits(self, n: int) -> int:
        """max(2, ceil(log2 m))."""
        return max(2, (len(self.of) - 1).bit_length())


class Switch(Operator):
    """s ? b : a, of the inputs s, a, b."""

    kind: Literal["switch"] = "switch"
    streams: ClassVar = (3, 3)


class Delay(Operator):
    """a(t - by); `initial` where t < by."""

    kind: Literal["delay"] = "delay"
    streams: ClassVar = (1, 1)
    keeps_state: ClassVar[bool] = True
    by: bounded(1, 1_024)  # type: ignore[valid-type]
    initial: Bit = 0  # type: ignore[valid-type]


class ToggleAdd(Operator):
    """a where a = b, else q; then q is inverted where a ≠ b. q starts at `initial`."""

    kind: Literal["toggle_add"] = "toggle_add"
    streams: ClassVar = (2, 2)
    keeps_state: ClassVar[bool] = True
    initial: Bit = 0  # type: ignore[valid-type]


class ScaledAdd(Operator):
    """y = [c + Σ ≥ m] of m inputs; then c grows by Σ - m·y. c starts at 0."""

    kind: Literal["scaled_add"] = "scaled_add"
    streams: ClassVar = (2, 64)
    keeps_state: ClassVar[bool] = True


class Stanh(_EvenStates):
    """[S ≥ K/2]; then S becomes clip(S + (a ? 1 : -1), 0, K - 1)."""

    kind: Literal["stanh"] = "stanh"
    streams: ClassVar = (1, 1)


class Sexp(_EvenStates):
    """[S < K - G]; then S moves as that of `stanh`."""

    kind: Literal["sexp"] = "sexp"
    streams: ClassVar = (1, 1)
    gain: bounded(1, 4_095)  # type: ignore[valid-type]
    """G, 1 ... K - 1."""

    @model_validator(mode="after")
    def _gain_below_states(self) -> Sexp:
        if self.gain >= self.states:
            raise ValueError(f"gain must be 1 to states - 1 = {self.states - 1}, got {self.gain}")
        return self


class Btanh(_EvenStates):
    """[S ≥ K/2] of m inputs; then S becomes clip(S + 2Σ - m, 0, K - 1)."""

    kind: Literal["btanh"] = "btanh"
    streams: ClassVar = (1, 64)


class Umul(CodedOperator):
    """a ∧ [u(i) < w]; then i grows by a. i starts at 0."""

    kind: Literal["umul"] = "umul"
    streams: ClassVar = (1, 1)


class UmulBipolar(CodedOperator):
    """a ? [u(i) < w] : ¬[u(j) < w]; then i grows by a, j by ¬a. Both start at 0."""

    kind: Literal["umul_bipolar"] = "umul_bipolar"
    streams: ClassVar = (1, 1)


class Divide(Operator):
    """y = b ? a : q of the inputs a, b; then q becomes y. q starts at `initial`."""

    kind: Literal["divide"] = "divide"
    streams: ClassVar = (2, 2)
    keeps_state: ClassVar[bool] = True
    initial: Bit = 0  # type: ignore[valid-type]


class Synchronizer(Operator):
    """Pairs the lone ones of two streams, saving up to `depth` of either; s starts at 0, positive for saved a.

    a = b: (a, b). (1, 0): where s < 0 (1, 1), then s + 1; else where s < D (0, 0), then s + 1; else (1, 0).
    (0, 1): where s > 0 (1, 1), then s - 1; else where s > -D (0, 0), then s - 1; else (0, 1).
    """

    kind: Literal["synchronizer"] = "synchronizer"
    streams: ClassVar = (2, 2)
    outputs: ClassVar[tuple[str, ...]] = (".a", ".b")
    keeps_state: ClassVar[bool] = True
    depth: bounded(1, 64)  # type: ignore[valid-type]


class Desynchronizer(Operator):
    """Parts the common ones of two streams, saving up to `depth` of b; s starts at 0.

    (1, 1): where s < D (1, 0), then s + 1; else (1, 1). (0, 0): where s > 0 (0, 1), then s - 1; else (0, 0).
    Else (a, b).
    """

    kind: Literal["desynchronizer"] = "desynchronizer"
    streams: ClassVar = (2, 2)
    outputs: ClassVar[tuple[str, ...]] = (".a", ".b")
    keeps_state: ClassVar[bool] = True
    depth: bounded(1, 64)  # type: ignore[valid-type]


class Shuffle(SourcedOperator):
    """Cell u(t) mod D of a buffer; then a lies there. Cell k starts at k mod 2."""

    kind: Literal["shuffle"] = "shuffle"
    streams: ClassVar = (1, 1)
    keeps_state: ClassVar[bool] = True
    depth: bounded(2, 256)  # type: ignore[valid-type]
    """D, a power of two up to min(256, 2^n)."""

    @field_validator("depth")
    @classmethod
    def _power_of_two(cls, depth: int) -> int:
        if depth & (depth - 1):
            raise ValueError(f"must be a power of two, got {depth}")
        return depth

    def check_resolution(self, n: int) -> None:
        """The buffer has no more cells than the source has words."""
        if self.depth > 2**n:
            raise ValueError(f"depth must be at most 2^{n} = {2**n}, the words of its source, got {self.depth}")
        super().check_resolution(n)


class Bernstein(Operator):
    """Of m = `degree` inputs and m + 1 coefficients after them: the coefficient whose number is Σ of the m inputs."""

    kind: Literal["bernstein"] = "bernstein"
    streams: ClassVar = (3, 33)
    degree: bounded(1, 16)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _inputs_and_coefficients(self) -> Bernstein:
        if len(self.of) != 2 * self.degree + 1:
            names = f"2·degree + 1 = {2 * self.degree + 1} names of streams, inputs before coefficients"
            raise ValueError(f"of must be a list of {names}, got {len(self.of)}")
        return self


class Addie(SourcedOperator):
    """f = [u(t) < S]; then S becomes clip(S + a - f, 0, 2^m - 1). m = `bits`, S starts at 2^(m - 1)."""

    kind: Literal["addie"] = "addie"
    streams: ClassVar = (1, 1)
    keeps_state: ClassVar[bool] = True
    bits: bounded(2, 16)  # type: ignore[valid-type]

    @property
    def state_bits(self) -> int:
        """The field `bits`."""
        return self.bits

    def word_bits(self, n: int) -> int:
        """The field `bits`."""
        return self.bits


Node = Annotated[
    Not
    | And
    | Or
    | Xor
    | Xnor
    | Majority
    | Select
    | Switch
    | Delay
    | ToggleAdd
    | ScaledAdd
    | Stanh
    | Sexp
    | Btanh
    | Umul
    | UmulBipolar
    | Divide
    | Synchronizer
    | Desynchronizer
    | Shuffle
    | Bernstein
    | Addie,
    Field(discriminator="kind"),
]
"""Any operator, told apart by its `kind`."""
