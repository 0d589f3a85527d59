"""Faults of a neuron's state: a membrane that wraps or saturates too early, or whose leak is rounded another way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...bitstream.network import counts, neuron_step
from ...bitstream.neurons import lif_step, saturate
from ...rtl.plan.supported import on_maps
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Neuron, Relu
from ...spec.network import NetworkSpec

WRAPS_BELOW, WRAPS_ABOVE = "wraps at its lower end", "wraps at its upper end"
EARLY_BELOW, EARLY_ABOVE = "saturates one too early at its lower end", "saturates one too early at its upper end"
SHORT_BELOW = "holds one more than its least value behind smaller sums"
SHORT_ABOVE = "holds one less than its largest value behind larger sums"
LEAK = "leaks rounded to zero"
CHANGES = (WRAPS_BELOW, WRAPS_ABOVE, EARLY_BELOW, EARLY_ABOVE, SHORT_BELOW, SHORT_ABOVE, LEAK)
"""What may be wrong with a membrane."""


class StateFault(NamedTuple):
    """What is wrong with the membrane of one neuron."""

    layer: int
    neuron: int
    change: str

    @property
    def name(self) -> str:
        """In words."""
        return f"the membrane of neuron {self.neuron} of layer {self.layer} {self.change}"


def state_faults(network: NetworkSpec) -> list[StateFault]:
    """All of a network of dense layers; of any other there are none."""
    if on_maps(network):
        return []
    faults = []
    for k, layer in enumerate(network.dense_layers("cosim coverage")):
        match layer.neuron:
            case Lif(leak_shift=shift):
                changes = [change for change in CHANGES if change != LEAK or shift is not None]
                faults += [StateFault(k, j, change) for j in range(layer.neurons) for change in changes]
            case Relu() | Clamp() | Linear():
                pass
            case other:
                unknown_kind(other, "cosim coverage")
    return faults


class StateRun:
    """What samples do in the right network of dense layers, and whether its outputs change with a fault.

    Args:
        network: with states.
        codes: samples.
    """

    def __init__(self, network: NetworkSpec, codes: np.ndarray) -> None:
        self._network, self._layers = network, network.dense_layers("cosim coverage")
        self._counts: list[list[np.ndarray]] = []  # by step and layer
        self._values: list[list[np.ndarray]] = []  # what leaves each layer
        states = self._zeros(len(codes))
        for step in range(network.time_steps):
            values, a_of_layers, values_of_layers = codes[:, step] if codes.ndim == 3 else codes, [], []
            for k, layer in enumerate(self._layers):
                a_of_layers.append(self._biased(k, values))
                states[k], values = neuron_step(layer.neuron, states[k], a_of_layers[k])
                values_of_layers.append(values)
            self._counts.append(a_of_layers)
            self._values.append(values_of_layers)

    def shown(self, fault: StateFault) -> np.ndarray:
        """Rows of the samples whose outputs a fault changes.

        Args:
            fault: which.
        """
        k, j, change = fault
        neuron = self._layers[k].neuron
        state = np.zeros(len(self._values[0][0]), dtype=np.int64)
        spikes = []
        for a_of_layers in self._counts:
            state, spike = _wrong_step(state, a_of_layers[k][:, j], neuron, change)
            spikes.append(spike)
        differs = np.any([spikes[t] != self._values[t][k][:, j] for t in range(len(spikes))], axis=0)
        rows = np.flatnonzero(differs)
        if not len(rows):
            return rows
        right, wrong, states = [], [], self._zeros(len(rows))
        for step, spike in enumerate(spikes):
            values = self._values[step][k][rows].copy()
            values[:, j] = spike[rows]
            for after in range(k + 1, len(self._layers)):
                a = self._biased(after, values)
                states[after], values = neuron_step(self._layers[after].neuron, states[after], a)
            right.append(self._values[step][-1][rows])
            wrong.append(values)
        return rows[(self._reduced(right) != self._reduced(wrong)).reshape(len(rows), -1).any(axis=1)]

    def _zeros(self, rows: int) -> list[np.ndarray]:
        return [np.zeros((rows, layer.neurons), dtype=np.int64) for layer in self._layers]

    def _biased(self, k: int, values: np.ndarray) -> np.ndarray:
        return counts(self._layers[k], values, self._network.weights[k]) + self._network.biases[k]

    def _reduced(self, steps: list[np.ndarray]) -> np.ndarray:
        match self._network.output.reduce:
            case "sum":
                return np.sum(steps, axis=0)
            case "none":
                return np.stack(steps, axis=1)
            case other:
                unknown_kind(other, "cosim coverage")


def _wrong_step(state: np.ndarray, a: np.ndarray, neuron: Neuron, change: str) -> tuple[np.ndarray, np.ndarray]:
    """A step of a membrane with a fault.

    Args:
        state: before it.
        a: the counts.
        neuron: one that `state_faults` looks at.
        change: what is wrong.
    """
    match neuron:
        case Lif():
            return _wrong_lif_step(state, a, neuron, change)
        case Linear() | Relu() | Clamp():  # `state_faults` makes none of these
            return state, neuron_step(neuron, state, a)[1]
        case other:
            unknown_kind(other, "faults of states")


def _wrong_lif_step(state: np.ndarray, a: np.ndarray, neuron: Lif, change: str) -> tuple[np.ndarray, np.ndarray]:
    half, shift = 1 << (neuron.state_bits - 1), neuron.leak_shift
    leak = 0 if shift is None else state >> shift
    if change == LEAK and shift is not None:
        leak = np.sign(state) * (np.abs(state) >> shift)
    total = state - leak + a
    wrapped = (total + half) % (2 * half) - half
    if change == WRAPS_BELOW:
        total = np.where(total < -half, wrapped, total)
    elif change == WRAPS_ABOVE:
        total = np.where(total >= half, wrapped, total)
    elif change == EARLY_BELOW:
        total = np.maximum(total, 1 - half)
    elif change == EARLY_ABOVE:
        total = np.minimum(total, half - 2)
    elif change == SHORT_BELOW:
        total = np.where(total < -half, 1 - half, total)
    elif change == SHORT_ABOVE:
        total = np.where(total >= half, half - 2, total)
    # what is left is the right step, of a membrane at which it arrives without a leak
    still = neuron.model_copy(update={"leak_shift": None})
    return lif_step(np.zeros_like(state), saturate(total, neuron.state_bits), still)
