"""Which neuron is computed where and when in a folded layer, and with which inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

PRODUCTS_IN_PARALLEL = 1024
"""Product bits per clock that `neurons_in_parallel` "auto" aims at: 64-32-10 then takes a third of an ECP5-25k."""

MAX_CHOICES = 16
"""Groups between which a processing element may choose its weight's stream; see `memory_is_cheaper`."""


@dataclass(frozen=True)
class Folding:
    """`processing_elements` neurons at a time: neuron group·processing_elements + p by processing element p in `group`.

    The last group may be short; its idle processing elements compute nothing that anybody reads. Where neurons fall
    into `parts` that see different inputs (the groups of a convolution), each part has groups of its own.
    """

    weights: np.ndarray
    """Codes (neurons, inputs)."""
    processing_elements: int
    keep_zeros: bool
    """Whether an input whose weights are all 0 still has a product (bipolar: code 0 is the value -1)."""
    parts: int = 1

    @property
    def neurons(self) -> int:
        return self.weights.shape[0]

    @property
    def neurons_of_part(self) -> int:
        return self.neurons // self.parts

    @property
    def groups_of_part(self) -> int:
        return -(-self.neurons_of_part // self.processing_elements)

    @property
    def groups(self) -> int:
        return self.parts * self.groups_of_part

    def place(self, neuron: int) -> tuple[int, int]:
        """Group and processing element of a neuron."""
        part, number = divmod(neuron, self.neurons_of_part)
        group, pe = divmod(number, self.processing_elements)
        return part * self.groups_of_part + group, pe

    @cached_property
    def codes(self) -> np.ndarray:
        """(groups, processing elements, inputs); 0 in idle ones."""
        inputs, pes = self.weights.shape[1], self.processing_elements
        padded = np.zeros((self.parts, self.groups_of_part * pes, inputs), dtype=np.int64)
        padded[:, : self.neurons_of_part] = self.weights.reshape(self.parts, -1, inputs)
        return padded.reshape(self.groups, pes, inputs)

    @cached_property
    def active_inputs(self) -> tuple[tuple[int, ...], ...]:
        """The inputs with a product, by processing element: of a weight other than 0 in some group; at least one."""
        if self.keep_zeros:
            return (tuple(range(self.weights.shape[1])),) * self.processing_elements
        is_active = (self.codes != 0).any(axis=0)
        return tuple(tuple(int(j) for j in np.flatnonzero(pe)) or (0,) for pe in is_active)

    @property
    def distinct(self) -> int:
        """Magnitudes other than 0 that occur: the streams that a shared bank makes."""
        return len(set(np.abs(self.codes).flat) - {0})


def automatic_parallelism(inputs: int, neurons: int, length: int) -> int:
    """Neurons in parallel for about `PRODUCTS_IN_PARALLEL` product bits per clock, spread evenly over the groups.

    Never more than `length`: results leave one per clock, so a group takes at least as many clocks as it has processing
    elements.

    Args:
        inputs: of the layer.
        neurons: of the layer.
        length: of its streams.
    """
    limit = max(1, min(neurons, PRODUCTS_IN_PARALLEL // inputs, length))
    groups = -(-neurons // limit)
    return -(-neurons // groups)


def memory_is_cheaper(folding: Folding, n: int) -> bool:
    """Whether weights in a memory take less area than a shared bank of streams, by a rough count of four-input tables.

    A bank makes each distinct stream once (n / 2 tables) and lets every product choose between the groups (2/3 of a
    table for each further group) and look its sign up. A memory has n + 1 bits per product, each a table for 16
    groups, and a comparator of 2/3 n tables. Beyond 16 groups the memory may become block RAM, too.
    """
    if folding.groups > MAX_CHOICES:
        return True
    products = sum(len(inputs) for inputs in folding.active_inputs)
    bank = folding.distinct * n / 2 + products * ((folding.groups - 1) * 2 / 3 + 1)
    return products * (n * 5 / 3 + 1) < bank
