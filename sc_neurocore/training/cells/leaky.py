"""Cells whose only state is the membrane.

Sources: Lapicque, Journal de Physiologie et de Pathologie Générale 9, 1907, for the RC membrane; Gerstner, Kistler,
Naud and Paninski, Neuronal Dynamics, Cambridge 2014, chapter 1, for the integrate-and-fire forms.
"""

from __future__ import annotations

from typing import Any

from ...spec.errors import OptionError
from ..surrogate.parameters import number
from .base import SpikingCell
from .comparator import Tensor, torch


class LIFCell(SpikingCell):
    """Leaky integrate-and-fire: v ← beta·v + I;  s = [v ≥ threshold];  v ← v − s·threshold.

    With beta = 1 − 2^−k it is the contract's `lif` neuron with `leak_shift` k. A call: `spikes, v = cell(I, v)`.

    Args:
        beta: decay of the membrane in one step, 0 to 1.
        threshold: firing level, above 0.
        surrogate_fn: spikes of v − threshold; any callable with a derivative of its own.
        learn_beta: make beta a parameter, held in [0, 1].
        learn_threshold: make threshold a parameter, held above 1e-3.
        comparator: "ge" or "gt"; None: that of `surrogate_fn`.

    Raises:
        OptionError: an argument breaks its rule; the message names it.
    """

    constants = {"beta": (0.9, "decay"), "threshold": (1.0, "positive")}

    def _step(self, current: Tensor, v: Tensor, *, beta: Tensor, threshold: Tensor) -> tuple[Tensor, ...]:
        """v ← beta·v + I."""
        return self._fire(beta * v + current, threshold)


class IFCell(SpikingCell):
    """Integrate-and-fire without leak: v ← v + I;  s = [v ≥ threshold];  v ← v − s·threshold.

    Arguments as `LIFCell`, without beta. In the contract: `lif` with `leak_shift` null.
    """

    constants = {"threshold": (1.0, "positive")}

    def _step(self, current: Tensor, v: Tensor, *, threshold: Tensor) -> tuple[Tensor, ...]:
        """v ← v + I."""
        return self._fire(v + current, threshold)


class LapicqueCell(SpikingCell):
    """RC membrane: v ← v + (dt/tau)·(v_rest − v + r·I);  s = [v ≥ threshold];  v ← v − s·threshold.

    Args:
        tau: time constant, in the unit of dt.
        r: membrane resistance.
        dt: time of one step; at most tau, beyond which the membrane would overshoot its rest.
        threshold: firing level, above 0.
        v_rest: membrane at rest.
        surrogate_fn: as `LIFCell`, as are the rest.
    """

    constants = {
        "tau": (20.0, "positive"),
        "r": (1.0, "finite"),
        "dt": (1.0, "positive"),
        "threshold": (1.0, "positive"),
        "v_rest": (0.0, "finite"),
    }
    tau: Tensor
    dt: Tensor

    def __init__(self, *constants: Any, **options: Any) -> None:
        super().__init__(*constants, **options)
        if self.dt > self.tau:
            raise OptionError(f"dt must be at most tau = {self.tau.item()}, got {self.dt.item()}; take smaller steps")

    def _step(
        self, current: Tensor, v: Tensor, *, r: Tensor, v_rest: Tensor, threshold: Tensor, **_: Tensor
    ) -> tuple[Tensor, ...]:
        """v ← v + (dt/tau)·(v_rest − v + r·I), the quotient taken in float64."""
        rate = (self.dt / self.tau).to(current.dtype)
        return self._fire(v + rate * (v_rest - v + r * current), threshold)


class RecurrentLIFCell(SpikingCell):
    """Leaky cells that hear each other: v ← beta·v + I + R·s_prev;  s = [v ≥ threshold];  v ← v − s·threshold.

    R is `recurrent.weight` `(n_neurons, n_neurons)`, learned, started as `torch.nn.Linear` does; `spike_prev` are the
    spikes that the step before gave: `spikes, v = cell(I, v, spike_prev)`.

    Args:
        n_neurons: neurons; the last axis of the current.
        beta: as `LIFCell`, as are the rest.
    """

    constants = LIFCell.constants
    signals = ("current", "v", "spike_prev")

    def __init__(self, n_neurons: int, *constants: Any, **options: Any) -> None:
        super().__init__(*constants, **options)
        size = int(number("n_neurons", n_neurons, "count"))
        self.recurrent = torch.nn.Linear(size, size, bias=False)

    def _step(
        self, current: Tensor, v: Tensor, spike_prev: Tensor, *, beta: Tensor, threshold: Tensor
    ) -> tuple[Tensor, ...]:
        """v ← beta·v + I + R·s_prev."""
        n_neurons = self.recurrent.in_features
        if current.shape[-1:] != (n_neurons,):
            raise OptionError(f"current must have {n_neurons} neurons on its last axis, got {tuple(current.shape)}")
        return self._fire(beta * v + current + self.recurrent(spike_prev), threshold)
