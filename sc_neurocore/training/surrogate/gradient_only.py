"""Slopes that come without a function of their own: the third part of the catalogue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .base import Formula
from .ops import Ops
from .parameters import parameter


def _normal(ops: Ops, x: Any, mean: Any, sigma: Any) -> Any:
    """Density of the normal distribution."""
    return ops.exp(-(((x - mean) / sigma) ** 2) / 2) / (math.sqrt(2 * math.pi) * sigma)


@dataclass(frozen=True)
class ReluGrad(Formula):
    """A triangle on [−width, width] of height α·width and area α·width²."""

    alpha: float = parameter(0.3, "not_negative")
    width: float = parameter(1.0, "positive")
    source = "Bellec et al., NeurIPS 2018; braintools 0.3.0"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """max(0, α·width − α|x|)"""
        return ops.clip(self.alpha * self.width - self.alpha * ops.abs(x), 0, None)


@dataclass(frozen=True)
class GaussianGrad(Formula):
    """A normal density times α, which is its area."""

    sigma: float = parameter(0.5, "positive")
    alpha: float = parameter(0.5, "not_negative")
    source = "Yin, Corradi and Bohté, Nature Machine Intelligence 3, 2021; braintools 0.3.0"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """α N(x; 0, σ)"""
        return self.alpha * _normal(ops, x, 0.0, self.sigma)


@dataclass(frozen=True)
class InvSquareGrad(Formula):
    """The slope called fast sigmoid or SuperSpike elsewhere; height 1 at any α, area 2/α."""

    alpha: float = parameter(100.0, "positive")
    source = "Zenke and Ganguli, Neural Computation 30(6), 2018; braintools 0.3.0"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """1 / (α|x| + 1)²"""
        return 1 / (self.alpha * ops.abs(x) + 1) ** 2


@dataclass(frozen=True)
class MultiGaussianGrad(Formula):
    """A normal density with negative side lobes; area scale·(1 − h)."""

    h: float = parameter(0.15, "finite")
    s: float = parameter(6.0, "positive")
    sigma: float = parameter(0.5, "positive")
    scale: float = parameter(0.5, "finite")
    source = "Yin, Corradi and Bohté, Nature Machine Intelligence 3, 2021; braintools 0.3.0"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """scale·[(1 + h) N(x; 0, σ) − h N(x; σ, sσ) − h N(x; −σ, sσ)]"""
        lobe_sigma = self.s * self.sigma
        lobes = _normal(ops, x, self.sigma, lobe_sigma) + _normal(ops, x, -self.sigma, lobe_sigma)
        return self.scale * ((1 + self.h) * _normal(ops, x, 0.0, self.sigma) - self.h * lobes)


@dataclass(frozen=True)
class SlayerGrad(Formula):
    """Two exponential flanks of height 1; area 2/α."""

    alpha: float = parameter(1.0, "positive")
    source = "Shrestha and Orchard, NeurIPS 2018; braintools 0.3.0"

    def gradient(self, ops: Ops, x: Any) -> Any:
        """e^(−α|x|)"""
        return ops.exp(-self.alpha * ops.abs(x))
