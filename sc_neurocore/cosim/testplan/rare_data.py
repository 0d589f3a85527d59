"""Samples under which rare data come: both extreme sums of every neuron, every code of hidden neurons, their products.

Many samples are made for these aims; of all of them a few are chosen that together reach what any of them does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...spec.encoding import code_range
from ...spec.layer import DenseLayer
from ...spec.network import NetworkSpec
from ..fault_model.layer_model import LayerModel, covers, knows_all_codes
from ..fault_model.mutants import needed_codes
from ..fault_model.rare_data import Aim, Family, families
from ..fault_model.simulation import trace
from .input_codes import whole_space
from .state_vectors import state_vectors
from .test_patterns import TestPatternGenerator

_ROUNDS = 24
_FRUITLESS_ROUNDS = 5
_AIMS = 24
"""Of a round."""
_CLIMBS = 6
"""Of these, how many at most are looked for by variation and selection, which costs the most."""
_BASE_AT_MOST = 512
_NEURONS_AT_MOST = 16
"""Whose extreme sums are always driven; of more they are taken at equal distances."""
_CLOCKS = 4_000
"""Of all samples that are added, about."""
_FEWEST, _MOST = 8, 48
"""Samples that are added for faults, at most, by what they cost."""
_FAR = 1 << 50
"""A count that no neuron reaches."""


@dataclass(frozen=True)
class RareData:
    """The samples, and what they and all others reach."""

    vectors: np.ndarray
    faults: int = 0
    reached: int = 0
    impossible: int = 0
    """That no sample of the whole input space reaches."""
    names: tuple[str, ...] = ()
    """A few that no sample was found for."""

    def summary(self) -> dict[str, object]:
        """What `cosim.json` says of it."""
        unresolved = self.faults - self.reached - self.impossible
        counts = {"made": self.faults, "reached": self.reached, "impossible": self.impossible, "unresolved": unresolved}
        return {"rare_data": {**counts, "not_reached": list(self.names)}}


def rare_vectors(network: NetworkSpec, base: np.ndarray, rng: np.random.Generator, *, seconds: float) -> RareData:
    """Samples to drive beside `base` for what `fault_model.rare_data` makes, and the extremes of every first neuron.

    Args:
        network: what is verified; of one that has neither tables nor states there are none.
        base: samples that are driven anyway.
        rng: draws the samples to choose from.
        seconds: of processor time; where they are over, the search ends with what it has.
    """
    if network.time_steps > 1:
        vectors, count, missing = state_vectors(network, base, rng, seconds=seconds)
        return RareData(vectors, count, count - len(missing), names=tuple(missing[:10]))
    none = RareData(np.zeros(network.codes_shape(0), dtype=np.int64))
    if not seconds or not covers(network) or not all(map(knows_all_codes, network.dense_layers("cosim coverage"))):
        return none
    deadline = time.process_time() + seconds
    models = [
        LayerModel(layer, weights, biases, needed_codes(layer, weights, *_weight_range(layer)))
        for layer, weights, biases in zip(network.dense_layers("cosim coverage"), network.weights, network.biases)
    ]
    patterns = TestPatternGenerator(models, rng, base)
    ends = patterns.extremes().reshape(models[0].layer.neurons, 2, -1)
    places = np.unique(np.linspace(0, len(ends) - 1, min(len(ends), _NEURONS_AT_MOST)).astype(np.int64))
    always = _new(ends[places].reshape(-1, ends.shape[-1]), base)
    search = _Search(models, families(models, rng), rng, patterns)
    search.see(np.concatenate([always, rng.permutation(base)[:_BASE_AT_MOST]]), is_driven=True)
    space = whole_space(network)
    search.run(space, ends.reshape(-1, ends.shape[-1]), deadline)
    clocks = network.input.features + sum(layer.stream_length for layer in network.dense_layers("cosim coverage"))
    vectors = search.choose(min(_MOST, max(_FEWEST, _CLOCKS // clocks)))
    is_exact = space is not None and search.is_whole
    impossible = search.count - search.hits if is_exact else 0
    return RareData(
        np.concatenate([always, vectors]),
        search.count,
        search.reached,
        impossible,
        () if is_exact else search.names(10),
    )


def _weight_range(layer: DenseLayer) -> tuple[int, int]:
    return code_range(layer.weight_encoding, layer.resolution_bits)


def _new(samples: np.ndarray, elsewhere: np.ndarray) -> np.ndarray:
    """Without repetitions, and without those that are known."""
    keys = {row.tobytes() for row in elsewhere}
    return np.array(
        [row for key, row in {row.tobytes(): row for row in samples}.items() if key not in keys], dtype=np.int64
    ).reshape(-1, samples.shape[1])


class _Search:
    """Which faults which samples show.

    Args:
        models: of the whole network.
        every: all families of faults.
        rng: draws what is aimed at.
        patterns: makes samples.
    """

    def __init__(
        self,
        models: Sequence[LayerModel],
        every: Sequence[Family],
        rng: np.random.Generator,
        patterns: TestPatternGenerator,
    ) -> None:
        self._models, self._families, self._rng, self._patterns = models, every, rng, patterns
        self._offsets = np.cumsum([0, *(len(family.numbers) for family in every)])
        self.count = int(self._offsets[-1])
        self._driven = np.zeros(self.count, dtype=bool)
        """By fault, whether a sample that is driven anyway or chosen shows it."""
        self._hits = np.zeros(self.count, dtype=bool)
        """The same of any sample that was tried."""
        self._samples: list[np.ndarray] = []
        self._shown: list[tuple[np.ndarray, np.ndarray]] = []
        self._rows = 0
        self.is_whole = False
        """Whether the whole input space was tried."""

    @property
    def reached(self) -> int:
        """Faults that driven or chosen samples show."""
        return int(self._driven.sum())

    @property
    def hits(self) -> int:
        """Faults that any sample shows that was tried."""
        return int(self._hits.sum())

    def see(self, x: np.ndarray, *, is_driven: bool = False) -> int:
        """Note what samples show; how many faults nothing has shown before.

        Args:
            x: the samples.
            is_driven: they are driven in any case.
        """
        run = trace(self._models, x)
        before = self.hits
        for offset, family in zip(self._offsets, self._families):
            rows, faults = family.shown(run)
            faults = offset + np.searchsorted(family.numbers, faults)
            self._hits[faults] = True
            if is_driven:
                self._driven[faults] = True
            else:
                new = ~self._driven[faults]
                self._shown.append((rows[new] + self._rows, faults[new]))
        if not is_driven:
            self._samples.append(x)
            self._rows += len(x)
        return self.hits - before

    def run(self, space: np.ndarray | None, ends: np.ndarray, deadline: float) -> None:
        """Try samples: the whole space where it is small, else rounds of those that are made for what is missing.

        Args:
            space: every sample, or None.
            ends: extremes of the first layer.
            deadline: in processor time.
        """
        if self._driven.all():
            return
        if space is not None:
            for start in range(0, len(space), 512):
                self.see(space[start : start + 512])
                if self._driven.all() or time.process_time() > deadline:
                    return
            self.is_whole = True
            return
        self.see(np.concatenate([ends[:128], self._patterns.varied(ends, 128), self._patterns.random(512)]))
        fruitless = 0
        for _ in range(_ROUNDS):
            if self._hits.all() or fruitless == _FRUITLESS_ROUNDS or time.process_time() > deadline:
                return
            fruitless = 0 if self.see(self._round()) else fruitless + 1

    def _round(self) -> np.ndarray:
        missing = np.flatnonzero(~self._hits)
        aims = [self._aim(int(fault)) for fault in self._rng.choice(missing, min(len(missing), _AIMS), replace=False)]
        patterns = self._patterns
        parts, climbs = [patterns.random(16), patterns.varied(patterns.pool, 16)], 0
        for layer, neuron, code, direction, _ in aims:
            if layer == 0 and code is not None:
                parts.append(np.stack([patterns.with_hidden_code(neuron, code) for _ in range(3)]))
            elif layer == 0:
                end = patterns.extreme(neuron, direction)[None]
                parts.append(np.concatenate([end, patterns.varied(end, 5)]))
            elif climbs < _CLIMBS:
                climbs += 1
                count = direction * _FAR if code is None else patterns.count_of(self._models[layer], code)
                parts.append(patterns.near_count(layer, neuron, count, 8))
        return np.concatenate(parts)

    def _aim(self, fault: int) -> Aim:
        family = int(np.searchsorted(self._offsets, fault, side="right")) - 1
        each = self._families[family]
        return each.aim(int(each.numbers[fault - self._offsets[family]]))

    def choose(self, limit: int) -> np.ndarray:
        """Of the samples that were tried, a few that together show what those that are driven do not.

        Args:
            limit: samples at most.
        """
        if not self._samples:
            return np.zeros((0, self._models[0].layer.inputs), dtype=np.int64)
        rows, faults = (np.concatenate(parts) for parts in zip(*self._shown, strict=True))
        choice: list[int] = []
        while len(rows) and len(choice) < limit:
            choice.append(int(np.bincount(rows).argmax()))
            self._driven[faults[rows == choice[-1]]] = True
            left = ~self._driven[faults]
            rows, faults = rows[left], faults[left]
        return np.concatenate(self._samples)[choice]

    def names(self, count: int) -> tuple[str, ...]:
        """What is not reached, in words."""
        return tuple(self._aim(int(fault)).name for fault in np.flatnonzero(~self._driven)[:count])
