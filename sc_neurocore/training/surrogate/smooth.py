"""Smooth functions with their derivatives: the first part of the catalogue.

Amplitudes follow the form's own definition; the area under the slope (the height of the smooth step) is 1 unless said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .base import Formula
from .ops import Ops, constant
from .parameters import parameter


@dataclass(frozen=True)
class Sigmoid(Formula):
    """S(αx), S the logistic function."""

    alpha: float = parameter(4.0, "positive")
    source = "braintools 0.3.0, SpikingJelly"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """S(αx)."""
        return ops.sigmoid(self.alpha * x)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """α S(αx) (1 − S(αx))"""
        # 1 − S is written as S(−αx), which loses no digits.
        return self.alpha * ops.sigmoid(self.alpha * x) * ops.sigmoid(-self.alpha * x)


@dataclass(frozen=True)
class PiecewiseExp(Formula):
    """Two exponentials that meet in ½."""

    alpha: float = parameter(1.0, "positive")
    source = "braintools 0.3.0, SpikingJelly"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """½ e^(−α|x|) left of 0, one minus it right of 0."""
        tail = ops.exp(-self.alpha * ops.abs(x)) / 2
        return ops.where(x < 0, tail, 1 - tail)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(α/2) e^(−α|x|)"""
        return self.alpha / 2 * ops.exp(-self.alpha * ops.abs(x))


@dataclass(frozen=True)
class SoftSign(Formula):
    """Softsign, scaled to run from 0 to 1."""

    alpha: float = parameter(1.0, "positive")
    source = "braintools 0.3.0 (α = 1), SpikingJelly (α = 2)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """x / (2/α + 2|x|) + ½."""
        return x / (2 / self.alpha + 2 * ops.abs(x)) + 0.5

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(α/2) / (1 + α|x|)²"""
        return self.alpha / 2 / (1 + self.alpha * ops.abs(x)) ** 2


@dataclass(frozen=True)
class Arctan(Formula):
    """Arc tangent, scaled to run from 0 to 1."""

    alpha: float = parameter(1.0, "positive")
    source = "Fang et al., ICCV 2021; braintools 0.3.0 (α = 1), SpikingJelly and snnTorch's code (α = 2)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """arctan(παx/2)/π + ½."""
        return ops.atan(math.pi / 2 * self.alpha * x) / math.pi + 0.5

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(α/2) / (1 + (παx/2)²)"""
        return self.alpha / 2 / (1 + (math.pi / 2 * self.alpha * x) ** 2)


@dataclass(frozen=True)
class NonzeroSignLog(Formula):
    """Signed logarithm; unbounded, so the area under the slope is infinite."""

    alpha: float = parameter(1.0, "positive")
    source = "braintools 0.3.0, SpikingJelly (NonzeroSignLogAbs)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """±ln(α|x| + 1), + at 0."""
        log = ops.log1p(self.alpha * ops.abs(x))
        return ops.where(x < 0, -log, log)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """1 / (1/α + |x|)"""
        return self.alpha / (1 + self.alpha * ops.abs(x))


@dataclass(frozen=True)
class ERF(Formula):
    """Gaussian error function, scaled to run from 0 to 1."""

    alpha: float = parameter(1.0, "positive")
    source = "braintools 0.3.0 (α = 1), SpikingJelly (α = 2)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """(1 − erf(−αx)) / 2."""
        return (1 - ops.erf(-self.alpha * x)) / 2

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(α/√π) e^(−α²x²)"""
        return self.alpha / math.sqrt(math.pi) * ops.exp(-((self.alpha * x) ** 2))


@dataclass(frozen=True)
class SquarewaveFourierSeries(Formula):
    """First n terms of a square wave's Fourier series; periodic, so the area is no step's height."""

    n: int = parameter(2, "count")
    t_period: float = parameter(8.0, "positive")
    source = "braintools 0.3.0 (n terms), SpikingJelly (n − 1 terms)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """½ + (2/π) Σ sin((2i − 1) w x) / (2i − 1), w = 2π/T."""
        w = 2 * math.pi / self.t_period
        return 0.5 + 2 / math.pi * sum(ops.sin(k * w * x) / k for k in range(1, 2 * self.n, 2))

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(4/T) Σ_(i=1..n) cos((2i − 1) 2πx/T)"""
        w = 2 * math.pi / self.t_period
        return 4 / self.t_period * sum(ops.cos(k * w * x) for k in range(1, 2 * self.n, 2))


@dataclass(frozen=True)
class S2NN(Formula):
    """Logistic below the threshold, logarithmic above it; the area right of 0 is infinite."""

    alpha: float = parameter(4.0, "positive")
    beta: float = parameter(1.0, "positive")
    epsilon: float = parameter(1e-8, "not_negative")
    source = "Suetake et al., arXiv:2201.10879, 2022; braintools 0.3.0 (ε = 1e-8), SpikingJelly (ε = 1e-5)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """S(αx) for x < 0, else β ln(|x + 1| + ε) + ½."""
        right = ops.clip(x, 0, None)  # the branch not taken must not make infinities: their derivatives would be NaN
        return ops.where(x < 0, ops.sigmoid(self.alpha * x), self.beta * ops.log(right + 1 + self.epsilon) + 0.5)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """α S(αx) (1 − S(αx)) for x < 0, β / (x + 1) from 0 on"""
        # ε is left out: its part of the derivative is below a float32's resolution.
        below = self.alpha * ops.sigmoid(self.alpha * x) * ops.sigmoid(-self.alpha * x)
        return ops.where(x < 0, below, self.beta / (ops.clip(x, 0, None) + 1))


@dataclass(frozen=True)
class QPseudoSpike(Formula):
    """Power-law slope; α sets the weight of the tail, and the area is (α + 1)/(α − 1) (infinite for α <= 1)."""

    alpha: float = parameter(2.0, "positive")
    source = "Herranz-Celotti and Rouat, arXiv:2202.00282, 2022; braintools 0.3.0"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """½ ± (α + 1)/2 · (B^(1−α) − 1)/(1 − α), B = 1 + 2|x|/(α + 1); its limit ln B at α = 1 included."""
        log_base = ops.log1p(2 * ops.abs(x) / (self.alpha + 1))
        z = (1 - self.alpha) * log_base
        flat = z == 0
        growth = ops.where(flat, constant(ops, x, 1.0), ops.expm1(z) / ops.where(flat, constant(ops, x, 1.0), z))
        half = (self.alpha + 1) / 2 * log_base * growth
        return 0.5 + ops.where(x < 0, -half, half)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """(1 + 2|x|/(α + 1))^(−α)"""
        return ops.exp(-self.alpha * ops.log1p(2 * ops.abs(x) / (self.alpha + 1)))
