"""Functions made of pieces: the second part of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .base import Formula
from .ops import Ops, constant
from .parameters import parameter


@dataclass(frozen=True)
class PiecewiseQuadratic(Formula):
    """Two parabolas; the slope is a triangle on [−1/α, 1/α] of area 1."""

    alpha: float = parameter(1.0, "positive")
    source = "Bohte, ICANN 2011; braintools 0.3.0, SpikingJelly"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """(1 − |u|/2) u + ½ with u = αx held in [−1, 1]."""
        u = ops.clip(self.alpha * x, -1, 1)
        return (1 - ops.abs(u) / 2) * u + 0.5

    def gradient(self, ops: Ops, x: Any) -> Any:
        """max(0, α − α²|x|)"""
        return ops.clip(self.alpha - self.alpha**2 * ops.abs(x), 0, None)


@dataclass(frozen=True)
class PiecewiseLeakyRelu(Formula):
    """A ramp on [−w, w] with leaking ends of slope c; the leak makes the area infinite unless c = 0."""

    c: float = parameter(0.01, "not_negative")
    w: float = parameter(1.0, "positive")
    source = "braintools 0.3.0, SpikingJelly"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """c(x + w) left of −w, x/(2w) + ½ inside, c(x − w) + 1 right of w."""
        inside = ops.clip(x, -self.w, self.w)
        return inside / (2 * self.w) + 0.5 + self.c * (x - inside)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """1/(2w) for |x| <= w, else c"""
        return ops.where(ops.abs(x) > self.w, constant(ops, x, self.c), constant(ops, x, 1 / (2 * self.w)))


@dataclass(frozen=True)
class LeakyRelu(Formula):
    """Slope α left of 0, β from 0 on: the gradient of everything far away passes too; the area is infinite."""

    alpha: float = parameter(0.1, "finite")
    beta: float = parameter(1.0, "finite")
    source = "braintools 0.3.0, SpikingJelly (LeakyKReLU), snnTorch (LSO)"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """αx or βx."""
        return ops.where(x < 0, self.alpha * x, self.beta * x)

    def gradient(self, ops: Ops, x: Any) -> Any:
        """α for x < 0, β from 0 on"""
        return ops.where(x < 0, constant(ops, x, self.alpha), constant(ops, x, self.beta))


@dataclass(frozen=True)
class LogTailedRelu(Formula):
    """A rectifier whose gradient fades as 1/x beyond 1; the area is infinite."""

    alpha: float = parameter(0.0, "finite")
    source = "Cai et al., CVPR 2017; braintools 0.3.0, SpikingJelly"

    def primitive(self, ops: Ops, x: Any) -> Any:
        """αx, x, or 1 + ln x."""
        return ops.where(x > 1, 1 + ops.log(ops.clip(x, 1, None)), ops.where(x > 0, x, self.alpha * x))

    def gradient(self, ops: Ops, x: Any) -> Any:
        """α for x <= 0, 1 to 1, 1/x beyond"""
        near = ops.where(x > 0, constant(ops, x, 1.0), constant(ops, x, self.alpha))
        return ops.where(x > 1, 1 / ops.clip(x, 1, None), near)
