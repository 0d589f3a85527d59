"""Cells whose synapses have a state of their own."""

from __future__ import annotations

from ..surrogate import Comparator, atan_surrogate
from .base import SpikingCell, SurrogateFn, Tensor, current_of, state_of


class SynapticCell(SpikingCell):
    """A current that decays, and a leaky membrane behind it.

    i ← alpha·i + I;  v ← beta·v + i;  s = [v ≥ threshold];  v ← v − s·threshold.

    Args:
        alpha: decay of the synaptic current in one step, 0 to 1.
        beta: as `LIFCell`, as are the rest.
    """

    alpha: Tensor

    def __init__(
        self,
        alpha: float = 0.9,
        beta: float = 0.8,
        threshold: float = 1.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        self._constant("alpha", alpha, "decay")
        self._constant("beta", beta, "decay", learn_beta)

    def forward(
        self, current: Tensor, i_syn: Tensor | None = None, v: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(spikes, i_syn, v) of one step."""
        current = current_of("current", current)
        dtype = current.dtype
        i_syn = self.alpha.to(dtype) * state_of("i_syn", i_syn, current) + current
        v = self.decay().to(dtype) * state_of("v", v, current) + i_syn
        spikes, v = self._fire(v, self.level().to(dtype))
        return spikes, i_syn, v


class AlphaCell(SpikingCell):
    """Excitation and inhibition, each decaying by its own factor, on one leaky membrane.

    e ← alpha_exc·e + I_exc;  h ← alpha_inh·h + I_inh;  v ← beta·v + e − h;  s = [v ≥ threshold];  v ← v − s·threshold.

    Args:
        alpha_exc: decay of the excitatory current in one step, 0 to 1.
        alpha_inh: decay of the inhibitory current in one step, 0 to 1.
        beta: as `LIFCell`, as are the rest.
    """

    alpha_exc: Tensor
    alpha_inh: Tensor

    def __init__(
        self,
        alpha_exc: float = 0.9,
        alpha_inh: float = 0.85,
        beta: float = 0.9,
        threshold: float = 1.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        self._constant("alpha_exc", alpha_exc, "decay")
        self._constant("alpha_inh", alpha_inh, "decay")
        self._constant("beta", beta, "decay", learn_beta)

    def forward(
        self,
        exc_current: Tensor,
        inh_current: Tensor | None = None,
        i_exc: Tensor | None = None,
        i_inh: Tensor | None = None,
        v: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(spikes, i_exc, i_inh, v) of one step; both currents have one shape, and no inhibition is 0."""
        current = current_of("exc_current", exc_current)
        dtype = current.dtype
        i_exc = self.alpha_exc.to(dtype) * state_of("i_exc", i_exc, current) + current
        i_inh = self.alpha_inh.to(dtype) * state_of("i_inh", i_inh, current) + state_of(
            "inh_current", inh_current, current
        )
        v = self.decay().to(dtype) * state_of("v", v, current) + i_exc - i_inh
        spikes, v = self._fire(v, self.level().to(dtype))
        return spikes, i_exc, i_inh, v


class SecondOrderLIFCell(SpikingCell):
    """A low-pass before the leaky membrane.

    a ← alpha·a + I;  v ← beta·v + a;  s = [v ≥ threshold];  v ← v − s·threshold.

    `SynapticCell` under the name and with the constants of the second-order model.

    Args:
        alpha: decay of the filtered current in one step, 0 to 1.
        beta: as `LIFCell`, as are the rest.
    """

    alpha: Tensor

    def __init__(
        self,
        alpha: float = 0.95,
        beta: float = 0.9,
        threshold: float = 1.0,
        surrogate_fn: SurrogateFn = atan_surrogate,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        *,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__(threshold, surrogate_fn, learn_threshold, comparator)
        self._constant("alpha", alpha, "decay")
        self._constant("beta", beta, "decay", learn_beta)

    def forward(
        self, current: Tensor, a: Tensor | None = None, v: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(spikes, a, v) of one step."""
        current = current_of("current", current)
        dtype = current.dtype
        a = self.alpha.to(dtype) * state_of("a", a, current) + current
        v = self.decay().to(dtype) * state_of("v", v, current) + a
        spikes, v = self._fire(v, self.level().to(dtype))
        return spikes, a, v
