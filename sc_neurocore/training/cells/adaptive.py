"""Cells that adapt, or that rise exponentially towards their spike."""

from __future__ import annotations

from .base import SpikingCell
from .comparator import Tensor, torch

LARGEST_EXPONENT = 5.0
"""The exponential rise is clamped here: without reset in the same step it would grow without bound."""


class ALIFCell(SpikingCell):
    """A leaky cell whose level rises with every spike (Bellec et al., NeurIPS 2018: the LSNN).

    theta = threshold + beta_adapt·a;  v ← beta·v + I;  s = [v ≥ theta];  a ← rho·a + s;  v ← v − s·theta.
    A call: `spikes, v, a = cell(I, v, a)`.

    Args:
        beta: decay of the membrane in one step, 0 to 1.
        threshold: firing level without adaptation, above 0.
        rho: decay of the adaptation in one step, 0 to 1.
        beta_adapt: rise of the level per unit of adaptation, 0 or more.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    constants = {
        "beta": (0.9, "decay"),
        "threshold": (1.0, "positive"),
        "rho": (0.99, "decay"),
        "beta_adapt": (1.8, "not_negative"),
    }
    signals = ("current", "v", "a")

    def _step(
        self, current: Tensor, v: Tensor, a: Tensor, *, beta: Tensor, threshold: Tensor, rho: Tensor, beta_adapt: Tensor
    ) -> tuple[Tensor, ...]:
        """theta = threshold + beta_adapt·a;  v ← beta·v + I;  a ← rho·a + s."""
        spikes, v = self._fire(beta * v + current, threshold + beta_adapt * a)
        return spikes, v, rho * a + spikes


def exponential_rise(v: Tensor, delta_t: Tensor, v_rh: Tensor) -> Tensor:
    """delta_t·exp(min((v − v_rh)/delta_t, 5)).

    Args:
        v: membrane.
        delta_t: sharpness of the rise.
        v_rh: rheobase.
    """
    return delta_t * torch.exp(((v - v_rh) / delta_t).clamp(max=LARGEST_EXPONENT))


class ExpIFCell(SpikingCell):
    """A leaky cell that runs away above its rheobase (Fourcaud-Trocmé et al., Journal of Neuroscience 23(37), 2003).

    v ← beta·v + delta_t·exp(min((v − v_rh)/delta_t, 5)) + I;  s = [v ≥ threshold];  v ← v − s·threshold.

    Args:
        beta: decay of the membrane in one step, 0 to 1.
        threshold: firing level, above 0.
        delta_t: sharpness of the rise, above 0.
        v_rh: rheobase: where the rise sets in.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    constants = {
        "beta": (0.9, "decay"),
        "threshold": (1.0, "positive"),
        "delta_t": (0.5, "positive"),
        "v_rh": (0.8, "finite"),
    }

    def _step(
        self, current: Tensor, v: Tensor, *, beta: Tensor, threshold: Tensor, delta_t: Tensor, v_rh: Tensor
    ) -> tuple[Tensor, ...]:
        """v ← beta·v + delta_t·exp(min((v − v_rh)/delta_t, 5)) + I."""
        return self._fire(beta * v + exponential_rise(v, delta_t, v_rh) + current, threshold)


class AdExCell(SpikingCell):
    """`ExpIFCell` with an adaptation current w (Brette and Gerstner, Journal of Neurophysiology 94(5), 2005).

    v' = beta·v + delta_t·exp(min((v − v_rh)/delta_t, 5)) − w + I;  s = [v' ≥ threshold];
    w ← rho·w + a·(v − v_rest) + b·s;  v ← v' − s·threshold. A call: `spikes, v, w = cell(I, v, w)`.

    Args:
        beta: as `ExpIFCell`, as are threshold, delta_t, v_rh.
        a: adaptation that follows the membrane.
        b: adaptation that each spike adds.
        rho: decay of the adaptation in one step, 0 to 1.
        v_rest: membrane at which a adds nothing.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    constants = ExpIFCell.constants | {
        "a": (0.01, "finite"),
        "b": (0.1, "finite"),
        "rho": (0.99, "decay"),
        "v_rest": (0.0, "finite"),
    }
    signals = ("current", "v", "w")

    def _step(
        self,
        current: Tensor,
        v: Tensor,
        w: Tensor,
        *,
        beta: Tensor,
        threshold: Tensor,
        delta_t: Tensor,
        v_rh: Tensor,
        a: Tensor,
        b: Tensor,
        rho: Tensor,
        v_rest: Tensor,
    ) -> tuple[Tensor, ...]:
        """v' = beta·v + delta_t·exp(…) − w + I;  w ← rho·w + a·(v − v_rest) + b·s."""
        spikes, v_next = self._fire(beta * v + exponential_rise(v, delta_t, v_rh) - w + current, threshold)
        return spikes, v_next, rho * w + a * (v - v_rest) + b * spikes
