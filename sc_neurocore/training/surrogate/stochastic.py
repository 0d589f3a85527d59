"""Surrogates of stochastic computing: the forward value is what a stream carries, not a threshold.

A stream of L bits with density p has a count of ones k with expectation p·L. Training may put the expected stream into
the forward pass (`ExpectationStraightThrough`) or a sampled one (`BernoulliForward`); the slope is the expectation's
(straight-through estimator: Bengio, Léonard and Courville 2013, arXiv:1308.3432).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...spec.errors import OptionError
from .backends import Backend, backend_of
from .base import Surrogate
from .ops import constant
from .parameters import number_or_array


def _check_length(form: ExpectationStraightThrough | BernoulliForward) -> None:
    length = number_or_array(f"{type(form).__name__}: stream_length", form.stream_length, "count")
    object.__setattr__(form, "stream_length", length)  # a Python number, in a frozen dataclass


def _saturated(backend: Backend, p: Any) -> tuple[Any, Any]:
    """A density held in [0, 1], and its slope: 1 inside and 0 outside."""
    p = backend.constant_of(p)
    slope = backend.evaluate(
        lambda ops, v: ops.where((v >= 0) & (v <= 1), constant(ops, v, 1.0), constant(ops, v, 0.0)), p
    )
    return backend.evaluate(lambda ops, v: ops.clip(v, 0, 1), p), slope


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
        _check_length(self)

    def __call__(self, p: Any) -> Any:
        """Densities of the nearest streams, in the shape and dtype of p (integers become floats)."""
        backend, length = backend_of(p), self.stream_length
        p = backend.as_float(p)
        density, slope = _saturated(backend, p)
        nearest = backend.evaluate(lambda ops, v: ops.floor(v * length + 0.5) / length, density)
        return backend.with_slope(nearest, p, slope)


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
        _check_length(self)
        if self.surrogate is not None and not isinstance(self.surrogate, Surrogate):
            raise OptionError(f"BernoulliForward: surrogate must be a Surrogate or None, got {self.surrogate!r}")

    def __call__(self, x: Any, key: Any) -> Any:
        """Densities of sampled streams, in the shape and dtype of x (integers become floats).

        Args:
            x: densities, or membranes where a `surrogate` is given.
            key: a key of `jax.random`; for tensors a `torch.Generator`, or None for Torch's own.
        """
        backend = backend_of(x)
        x = backend.as_float(x)
        if self.surrogate is None:
            density, slope = _saturated(backend, x)
        else:
            membrane, smooth_step = backend.constant_of(x), self.surrogate.surrogate_fun
            density = backend.evaluate(lambda ops, v: ops.clip(smooth_step(v), 0, 1), membrane)
            slope = self.surrogate.surrogate_grad(membrane)
        return backend.with_slope(backend.sampled_density(density, self.stream_length, key), x, slope)
