"""Slopes of other libraries that no parameter choice of the first three parts gives: the catalogue's last part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...spec.errors import OptionError
from .base import Formula
from .ops import Ops, constant
from .parameters import parameter


@dataclass(frozen=True)
class StraightThrough(Formula):
    """Slope 1 everywhere."""

    source = "Bengio, Léonard and Courville, arXiv:1308.3432, 2013; snnTorch, SpikingJelly (DeterministicPass)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """x."""
        return x

    def gradient(self, ops: Ops, x: Any) -> Any:
        """1"""
        return constant(ops, x, 1.0)


@dataclass(frozen=True)
class PositiveGate(Formula):
    """Slope 1 right of the threshold, 0 at it and left of it."""

    source = "snnTorch (heaviside)"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """[x > 0]"""
        return ops.where(x > 0, constant(ops, x, 1.0), constant(ops, x, 0.0))


@dataclass(frozen=True)
class Boxcar(Formula):
    """A rectangle on the open interval (−width/2, width/2)."""

    width: float = parameter(2.0, "positive")
    height: float = parameter(0.5, "finite")
    source = "Spyx (as coded), SpikingJelly (Rect)"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """height·[|x| < width/2]"""
        return ops.where(ops.abs(x) < self.width / 2, constant(ops, x, self.height), constant(ops, x, 0.0))


@dataclass(frozen=True)
class Circ(Formula):
    """Derivative of a circle's arc, height 1, area 2α."""

    alpha: float = parameter(1.0, "positive")
    source = "Norse"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """αx / √(α² + x²)."""
        return self.alpha * x / (self.alpha**2 + x**2) ** 0.5

    def gradient(self, ops: Ops, x: Any) -> Any:
        """α³ / (α² + x²)^(3/2)"""
        return (1 + (x / self.alpha) ** 2) ** -1.5


@dataclass(frozen=True)
class SpikeRateEscape(Formula):
    """Exponential flanks around 1, not 0: its largest slope lies one unit above the threshold."""

    beta: float = parameter(1.0, "positive")
    slope: float = parameter(25.0, "finite")
    source = "snnTorch (spike_rate_escape)"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """slope·e^(−β|x − 1|)"""
        return self.slope * ops.exp(-self.beta * ops.abs(x - 1))


@dataclass(frozen=True)
class SparseFastSigmoid(Formula):
    """The fast sigmoid's slope above `border`, 0 at and below it."""

    slope: float = parameter(25.0, "positive")
    border: float = parameter(1.0, "finite")
    source = "snnTorch (SFS)"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """[x > border] / (slope·|x| + 1)²"""
        return ops.where(x > self.border, 1 / (self.slope * ops.abs(x) + 1) ** 2, constant(ops, x, 0.0))


@dataclass(frozen=True)
class FakeNumericalGradient(Formula):
    """The step's difference quotient seen from 0, held at α near it."""

    alpha: float = parameter(0.3, "positive")
    source = "SpikingJelly"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """min(1/|x|, α)"""
        return 1 / ops.clip(ops.abs(x), 1 / self.alpha, None)


@dataclass(frozen=True)
class QPseudoSpikeMinus(Formula):
    """`QPseudoSpike` with α − 1 where that has α + 1; area 1."""

    alpha: float = parameter(2.0, "above_one")
    source = "SpikingJelly"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(1 + 2|x|/(α − 1))^(−α)"""
        return ops.exp(-self.alpha * ops.log1p(2 * ops.abs(x) / (self.alpha - 1)))


@dataclass(frozen=True)
class Custom(Formula):
    """A slope given as a function of x in the caller's framework."""

    function: Callable[[Any], Any] | None = None
    source = "snnTorch (custom_surrogate), Spyx (custom)"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise OptionError(f"Custom: function must be callable, got {self.function!r}")

    def gradient(self, ops: Ops, x: Any) -> Any:
        """function(x)"""
        assert self.function is not None
        return self.function(x)
