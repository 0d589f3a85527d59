"""Cells whose synapses have a state of their own.

Source: Gerstner, Kistler, Naud and Paninski, Neuronal Dynamics, Cambridge 2014, sections 1.3 and 3.1: exponential
currents before a leaky membrane.
"""

from __future__ import annotations

from .base import SpikingCell
from .comparator import Tensor


class SynapticCell(SpikingCell):
    """A current that decays, and a leaky membrane behind it.

    i ← alpha·i + I;  v ← beta·v + i;  s = [v ≥ threshold];  v ← v − s·threshold.
    A call: `spikes, i_syn, v = cell(I, i_syn, v)`.

    Args:
        alpha: decay of the synaptic current in one step, 0 to 1.
        beta: as `LIFCell`, as are the rest.
    """

    constants = {"alpha": (0.9, "decay"), "beta": (0.8, "decay"), "threshold": (1.0, "positive")}
    signals = ("current", "i_syn", "v")

    def _step(
        self, current: Tensor, i_syn: Tensor, v: Tensor, *, alpha: Tensor, beta: Tensor, threshold: Tensor
    ) -> tuple[Tensor, ...]:
        """i ← alpha·i + I;  v ← beta·v + i."""
        i_syn = alpha * i_syn + current
        spikes, v = self._fire(beta * v + i_syn, threshold)
        return spikes, i_syn, v


class SecondOrderLIFCell(SynapticCell):
    """A low-pass before the leaky membrane.

    a ← alpha·a + I;  v ← beta·v + a;  s = [v ≥ threshold];  v ← v − s·threshold.
    A call: `spikes, a, v = cell(I, a, v)`. `SynapticCell` with the constants of the second-order model.

    Args:
        alpha: decay of the filtered current in one step, 0 to 1.
        beta: as `LIFCell`, as are the rest.
    """

    constants = {"alpha": (0.95, "decay"), "beta": (0.9, "decay"), "threshold": (1.0, "positive")}
    signals = ("current", "a", "v")


class AlphaCell(SpikingCell):
    """Excitation and inhibition, each decaying by its own factor, on one leaky membrane.

    e ← alpha_exc·e + I_exc;  h ← alpha_inh·h + I_inh;  v ← beta·v + e − h;  s = [v ≥ threshold];  v ← v − s·threshold.
    A call: `spikes, i_exc, i_inh, v = cell(exc_current, inh_current, i_exc, i_inh, v)`; both currents have one shape,
    and no inhibition is 0.

    Args:
        alpha_exc: decay of the excitatory current in one step, 0 to 1.
        alpha_inh: decay of the inhibitory current in one step, 0 to 1.
        beta: as `LIFCell`, as are the rest.
    """

    constants = {
        "alpha_exc": (0.9, "decay"),
        "alpha_inh": (0.85, "decay"),
        "beta": (0.9, "decay"),
        "threshold": (1.0, "positive"),
    }
    signals = ("exc_current", "inh_current", "i_exc", "i_inh", "v")

    def _step(
        self,
        exc_current: Tensor,
        inh_current: Tensor,
        i_exc: Tensor,
        i_inh: Tensor,
        v: Tensor,
        *,
        alpha_exc: Tensor,
        alpha_inh: Tensor,
        beta: Tensor,
        threshold: Tensor,
    ) -> tuple[Tensor, ...]:
        """e ← alpha_exc·e + I_exc;  h ← alpha_inh·h + I_inh;  v ← beta·v + e − h."""
        i_exc = alpha_exc * i_exc + exc_current
        i_inh = alpha_inh * i_inh + inh_current
        spikes, v = self._fire(beta * v + i_exc - i_inh, threshold)
        return spikes, i_exc, i_inh, v
