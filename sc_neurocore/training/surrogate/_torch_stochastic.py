"""The forms of `stochastic.py` in Torch; a key is a `torch.Generator`, or None for Torch's own."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from ._torch import written_out
from .base import Surrogate


def as_float(x: Tensor) -> Tensor:
    """The argument as a floating tensor; floats keep their dtype."""
    return x if x.is_floating_point() else x.to(torch.get_default_dtype())


def _wide(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, torch.float32))


def nearest_density(p: Tensor, length: int) -> Tensor:
    """floor(L·p + ½) / L of densities in [0, 1]."""
    return (torch.floor(_wide(p) * length + 0.5) / length).to(p.dtype)


def sampled_density(p: Tensor, length: int, key: Generator | None) -> Tensor:
    """Density of ones in L Bernoulli bits."""
    wide = _wide(p)
    if length == 1:
        return torch.bernoulli(wide, generator=key).to(p.dtype)
    ones = torch.binomial(torch.full_like(wide, length), wide, generator=key)
    return (ones / length).to(p.dtype)


def straight_through(p: Tensor, density: Callable[..., Tensor], length: int) -> Tensor:
    """`density` of p clipped to [0, 1], with slope 1 inside and 0 outside."""
    constant = p.detach()
    inside = ((constant >= 0) & (constant <= 1)).to(p.dtype)
    return written_out(density(constant.clamp(0, 1), length), p, inside)


def sampled_step(x: Tensor, surrogate: Surrogate, key: Generator | None, length: int) -> Tensor:
    """A sampled density with expectation `surrogate_fun(x)` and slope `surrogate_grad(x)`."""
    constant = x.detach()
    p = surrogate.surrogate_fun(constant).clamp(0, 1).to(x.dtype)
    return written_out(sampled_density(p, length, key), x, surrogate.surrogate_grad(constant).to(x.dtype).detach())
