"""Cells whose only state is the membrane."""

from __future__ import annotations

from ...spec.coerce import integer
from ...spec.errors import OptionError
from ..surrogate import Comparator, atan_surrogate
from .base import SpikingCell, SurrogateFn, Tensor, checked, current_of, nn, state_of


class LIFCell(SpikingCell):
    """Leaky integrate-and-fire: v ← beta·v + I;  s = [v ≥ threshold];  v ← v − s·threshold.

    With beta = 1 − 2^−k it is the contract's `lif` neuron with `leak_shift` k.

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

    def __init__(
        self,
        beta: float = 0.9,
        threshold: float = 1.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        self._constant("beta", beta, "decay", learn_beta)

    def forward(self, current: Tensor, v: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(spikes, v) of one step; all in the current's shape and dtype."""
        current = current_of("current", current)
        v = self.decay().to(current.dtype) * state_of("v", v, current) + current
        return self._fire(v, self.level().to(current.dtype))


class IFCell(SpikingCell):
    """Integrate-and-fire without leak: v ← v + I;  s = [v ≥ threshold];  v ← v − s·threshold.

    Arguments as `LIFCell`. In the contract: `lif` with `leak_shift` null.
    """

    def __init__(
        self,
        threshold: float = 1.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)

    def forward(self, current: Tensor, v: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(spikes, v) of one step."""
        current = current_of("current", current)
        return self._fire(state_of("v", v, current) + current, self.level().to(current.dtype))


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

    tau: Tensor
    r: Tensor
    dt: Tensor
    v_rest: Tensor

    def __init__(
        self,
        tau: float = 20.0,
        r: float = 1.0,
        dt: float = 1.0,
        threshold: float = 1.0,
        v_rest: float = 0.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        if checked("dt", dt, "positive") > checked("tau", tau, "positive"):
            raise OptionError(f"dt must be at most tau = {tau!r}, got {dt!r}; take smaller steps")
        self._constant("tau", tau, "positive")
        self._constant("r", r, "finite")
        self._constant("dt", dt, "positive")
        self._constant("v_rest", v_rest, "finite")

    def forward(self, current: Tensor, v: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(spikes, v) of one step."""
        current = current_of("current", current)
        dtype, before = current.dtype, state_of("v", v, current)
        drive = self.v_rest.to(dtype) - before + self.r.to(dtype) * current
        return self._fire(before + (self.dt / self.tau).to(dtype) * drive, self.level().to(dtype))


class RecurrentLIFCell(SpikingCell):
    """Leaky cells that hear each other: v ← beta·v + I + R·s_prev;  s = [v ≥ threshold];  v ← v − s·threshold.

    R is `recurrent.weight` `(n_neurons, n_neurons)`, learned, started as `torch.nn.Linear` does.

    Args:
        n_neurons: neurons; the last axis of the current.
        beta: as `LIFCell`, as are the rest.
    """

    def __init__(
        self,
        n_neurons: int,
        beta: float = 0.9,
        threshold: float = 1.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        n_neurons = integer("n_neurons", n_neurons, 1)
        self._constant("beta", beta, "decay", learn_beta)
        self.recurrent = nn.Linear(n_neurons, n_neurons, bias=False)

    def forward(
        self, current: Tensor, v: Tensor | None = None, spike_prev: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(spikes, v) of one step; `spike_prev` are the spikes that the step before gave."""
        current = current_of("current", current)
        n_neurons = self.recurrent.in_features
        if current.shape[-1:] != (n_neurons,):
            raise OptionError(f"current must have {n_neurons} neurons on its last axis, got {tuple(current.shape)}")
        heard = self.recurrent(state_of("spike_prev", spike_prev, current))
        risen = self.decay().to(current.dtype) * state_of("v", v, current) + current + heard
        return self._fire(risen, self.level().to(current.dtype))
