"""Cells that adapt, or that rise exponentially towards their spike."""

from __future__ import annotations

from ..surrogate import Comparator, atan_surrogate
from .base import SpikingCell, SurrogateFn, Tensor, current_of, state_of, torch

LARGEST_EXPONENT = 5.0
"""The exponential rise is held here: without reset in the same step it would grow without bound."""


class ALIFCell(SpikingCell):
    """A leaky cell whose level rises with every spike.

    theta = threshold + beta_adapt·a;  v ← beta·v + I;  s = [v ≥ theta];  a ← rho·a + s;  v ← v − s·theta.

    Args:
        beta: decay of the membrane in one step, 0 to 1.
        threshold: firing level without adaptation, above 0.
        rho: decay of the adaptation in one step, 0 to 1.
        beta_adapt: rise of the level per unit of adaptation, 0 or more.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    rho: Tensor
    beta_adapt: Tensor

    def __init__(
        self,
        beta: float = 0.9,
        threshold: float = 1.0,
        rho: float = 0.99,
        beta_adapt: float = 1.8,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        self._constant("beta", beta, "decay", learn_beta)
        self._constant("rho", rho, "decay")
        self._constant("beta_adapt", beta_adapt, "not_negative")

    def forward(
        self, current: Tensor, v: Tensor | None = None, a: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(spikes, v, a) of one step."""
        current = current_of("current", current)
        dtype, a = current.dtype, state_of("a", a, current)
        theta = self.level().to(dtype) + self.beta_adapt.to(dtype) * a
        v = self.decay().to(dtype) * state_of("v", v, current) + current
        spikes, v = self._fire(v, theta)
        return spikes, v, self.rho.to(dtype) * a + spikes


class ExpIFCell(SpikingCell):
    """A leaky cell that runs away above its rheobase.

    v ← beta·v + delta_t·exp(min((v − v_rh)/delta_t, 5)) + I;  s = [v ≥ threshold];  v ← v − s·threshold.

    Args:
        beta: decay of the membrane in one step, 0 to 1.
        threshold: firing level, above 0.
        delta_t: sharpness of the rise, above 0.
        v_rh: rheobase: where the rise sets in.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    delta_t: Tensor
    v_rh: Tensor

    def __init__(
        self,
        beta: float = 0.9,
        threshold: float = 1.0,
        delta_t: float = 0.5,
        v_rh: float = 0.8,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        self._constant("beta", beta, "decay", learn_beta)
        self._constant("delta_t", delta_t, "positive")
        self._constant("v_rh", v_rh, "finite")

    def _rise(self, v: Tensor) -> Tensor:
        delta_t = self.delta_t.to(v.dtype)
        return delta_t * torch.exp(((v - self.v_rh.to(v.dtype)) / delta_t).clamp(max=LARGEST_EXPONENT))

    def forward(self, current: Tensor, v: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(spikes, v) of one step."""
        current = current_of("current", current)
        v = state_of("v", v, current)
        v = self.decay().to(current.dtype) * v + self._rise(v) + current
        return self._fire(v, self.level().to(current.dtype))


class AdExCell(ExpIFCell):
    """`ExpIFCell` with an adaptation current w.

    v' = beta·v + delta_t·exp(min((v − v_rh)/delta_t, 5)) − w + I;  s = [v' ≥ threshold];
    w ← rho·w + a·(v − v_rest) + b·s;  v ← v' − s·threshold.

    Args:
        beta: as `ExpIFCell`, as are threshold, delta_t, v_rh.
        a: adaptation that follows the membrane.
        b: adaptation that each spike adds.
        rho: decay of the adaptation in one step, 0 to 1.
        v_rest: membrane at which a adds nothing.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    a: Tensor
    b: Tensor
    rho: Tensor
    v_rest: Tensor

    def __init__(
        self,
        beta: float = 0.9,
        threshold: float = 1.0,
        delta_t: float = 0.5,
        v_rh: float = 0.8,
        a: float = 0.01,
        b: float = 0.1,
        rho: float = 0.99,
        v_rest: float = 0.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(
            beta, threshold, delta_t, v_rh, surrogate_fn, learn_beta, learn_threshold, comparator=comparator
        )
        self._constant("a", a, "finite")
        self._constant("b", b, "finite")
        self._constant("rho", rho, "decay")
        self._constant("v_rest", v_rest, "finite")

    def forward(  # type: ignore[override]  # one state more than ExpIFCell
        self, current: Tensor, v: Tensor | None = None, w: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(spikes, v, w) of one step."""
        current = current_of("current", current)
        dtype = current.dtype
        before, w = state_of("v", v, current), state_of("w", w, current)
        spikes, after = self._fire(
            self.decay().to(dtype) * before + self._rise(before) - w + current, self.level().to(dtype)
        )
        w = self.rho.to(dtype) * w + self.a.to(dtype) * (before - self.v_rest.to(dtype)) + self.b.to(dtype) * spikes
        return spikes, after, w
