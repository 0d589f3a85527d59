"""Surrogates of stochastic computing: the forward value is what a stream carries, not a threshold.

A stream of L bits with density p has a count of ones k with expectation p·L. Training may put the expected stream into
the forward pass (`ExpectationStraightThrough`) or a sampled one (`BernoulliForward`); the slope is the expectation's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from ...spec.errors import OptionError
from .base import Surrogate
from .ops import backend_of
from .parameters import check


@dataclass(frozen=True)
class ExpectationStraightThrough:
    """p ↦ floor(L·clip(p, 0, 1) + ½) / L: the density of the stream of L bits that comes nearest to p.

    Slope 1 where 0 <= p <= 1 and 0 outside, where the stream is saturated. Deterministic; p is a density, not a
    membrane. Floating dtypes are kept; the count is formed in at least float32.

    >>> print(ExpectationStraightThrough(stream_length=4)(0.4))
    0.5
    """

    stream_length: int

    def __post_init__(self) -> None:
        length = check("ExpectationStraightThrough: stream_length", self.stream_length, "count")
        object.__setattr__(self, "stream_length", length)

    def __call__(self, p: Any) -> Any:
        """Densities of the nearest streams, in the shape and dtype of p (integers become floats)."""
        forms = backend_of(p).stochastic()
        return forms.straight_through(forms.as_float(p), forms.nearest_density, self.stream_length)


@dataclass(frozen=True)
class BernoulliForward:
    """p ↦ k / L with k ~ Binomial(L, p): the density of a sampled stream of L bits; a spike for L = 1.

    Without `surrogate`, p is the argument clipped to [0, 1], with slope 1 inside and 0 outside. With one, the argument
    is x = membrane - threshold, p = `surrogate.surrogate_fun(x)` clipped to [0, 1], and the slope `surrogate_grad(x)`.
    Either way the slope is that of the expectation wherever p is not clipped.

    The key is the caller's: the same key gives the same streams.
    """

    surrogate: Surrogate | None = None
    stream_length: int = 1

    def __post_init__(self) -> None:
        length = check("BernoulliForward: stream_length", self.stream_length, "count")
        object.__setattr__(self, "stream_length", length)
        if self.surrogate is not None and not isinstance(self.surrogate, Surrogate):
            raise OptionError(f"BernoulliForward: surrogate must be a Surrogate or None, got {self.surrogate!r}")

    def __call__(self, x: Any, key: Any) -> Any:
        """Densities of sampled streams, in the shape and dtype of x (integers become floats).

        Args:
            x: densities, or membranes where a `surrogate` is given.
            key: a key of `jax.random`; for tensors a `torch.Generator`, or None for Torch's own.
        """
        forms = backend_of(x).stochastic()
        x = forms.as_float(x)
        if self.surrogate is None:
            return forms.straight_through(x, partial(forms.sampled_density, key=key), self.stream_length)
        return forms.sampled_step(x, self.surrogate, key, self.stream_length)
