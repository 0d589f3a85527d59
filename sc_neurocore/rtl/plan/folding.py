"""Which neuron is computed where and when in a folded layer, and with which inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

PRODUCTS_IN_PARALLEL = 1024
"""Product bits a clock that `neurons_in_parallel` "auto" aims at: 64-32-10 then takes a third of an ECP5-25k."""

MOST_CHOICES = 16
"""Groups between which a lane may choose its weight's stream; see `memory_is_cheaper`."""


@dataclass(frozen=True)
class Folding:
    """`lanes` neurons at a time: neuron group·lanes + lane is computed by lane `lane` in group `group`.

    The last group may be short; its idle lanes compute nothing that anybody reads.
    """

    weights: np.ndarray
    """Codes (neurons, inputs)."""
    lanes: int
    keep_zeros: bool
    """Whether an input whose weights are all 0 still has a product (bipolar: code 0 is the value -1)."""

    @property
    def neurons(self) -> int:
        return self.weights.shape[0]

    @property
    def groups(self) -> int:
        return -(-self.neurons // self.lanes)

    @cached_property
    def codes(self) -> np.ndarray:
        """(groups, lanes, inputs); 0 in idle lanes."""
        padded = np.zeros((self.groups * self.lanes, self.weights.shape[1]), dtype=np.int64)
        padded[: self.neurons] = self.weights
        return padded.reshape(self.groups, self.lanes, -1)

    @cached_property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """Each lane's inputs that have a product: those with a weight other than 0 in some group; at least one."""
        if self.keep_zeros:
            return (tuple(range(self.weights.shape[1])),) * self.lanes
        used = (self.codes != 0).any(axis=0)
        return tuple(tuple(int(j) for j in np.flatnonzero(lane)) or (0,) for lane in used)

    @property
    def distinct(self) -> int:
        """Magnitudes other than 0 that occur: the streams that a shared bank makes."""
        return len(set(np.abs(self.codes).flat) - {0})


def automatic_lanes(inputs: int, neurons: int, length: int) -> int:
    """Neurons in parallel for about `PRODUCTS_IN_PARALLEL` product bits a clock, spread evenly over the groups.

    Never more than `length`: results leave one a clock, so a group takes at least as many clocks as it has lanes.
    """
    most = max(1, min(neurons, PRODUCTS_IN_PARALLEL // inputs, length))
    groups = -(-neurons // most)
    return -(-neurons // groups)


def memory_is_cheaper(folding: Folding, n: int) -> bool:
    """Whether weights in a memory take less area than a shared bank of streams, by a rough count of four-input tables.

    A bank makes each distinct stream once (n / 2 tables) and lets every product choose between the groups (2/3 of a
    table for each further group) and look its sign up. A memory has n + 1 bits a product, each a table for 16
    groups, and a comparator of 2/3 n tables. Beyond 16 groups the memory may become block RAM, too.
    """
    if folding.groups > MOST_CHOICES:
        return True
    products = sum(len(columns) for columns in folding.columns)
    bank = folding.distinct * n / 2 + products * ((folding.groups - 1) * 2 / 3 + 1)
    return products * (n * 5 / 3 + 1) < bank
