"""Chooses few samples that kill as many mutants of the model as can be killed, and says how many that are.

A flipped bit in the gates can only be found by a sample whose outputs it changes. Random samples leave most of the
small faults of hidden neurons unseen (the neuron is clipped, or its count is not at a border of the requantizer), so
samples are searched for: `targets` aims at mutants one by one; of every batch only the samples that kill something
new are kept.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...spec.encoding import code_range
from ...spec.layer import DenseLayer
from ...spec.network import NetworkSpec
from ..fault_model.bounds import Bounds
from ..fault_model.layer_model import LayerModel, covers
from ..fault_model.mutants import Singles, Whole, needed_codes, singles, wholes
from ..fault_model.simulation import Trace, kills_of_singles, kills_of_whole, trace
from .test_patterns import FaultTarget, TestPatternGenerator

_BATCH = 64
_DRY_ROUNDS = 12  # batches without any kill after which the search ends
_SINGLES_AT_MOST = 60_000  # of all layers together; more are sampled
_EXHAUSTIVE = 4_096  # input spaces up to this size are searched whole: what survives is equivalent
_VECTORS_AT_MOST = 1_024
_BASE_AT_MOST = 512
_TABLE_WORK_AT_MOST = 200 * 10**9  # some seconds


@dataclass(frozen=True)
class Coverage:
    """The vectors found, and what all driven samples together kill."""

    vectors: np.ndarray
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    """Proved to change no output for any input."""
    sampled_of: int | None = None
    """Number of all mutants where only a sample of them was looked at."""
    search: str = "not applicable"
    """complete, out of time, too large (nothing was counted), off, or not applicable (no tables for such a network)."""
    unresolved_names: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """Keys of `cosim.json`."""
        return {
            "mutants": self.mutants,
            "mutants_killed": self.killed,
            "mutants_equivalent": self.equivalent,
            "mutants_unresolved": self.mutants - self.killed - self.equivalent,
            "mutants_sampled": self.sampled_of,
            "mutation_search": self.search,
        }


class _Alive:
    """The mutants that nothing has killed yet."""

    def __init__(self, models: Sequence[LayerModel], rng: np.random.Generator) -> None:
        self.models = models
        self.singles: list[Singles] = [singles(model) for model in models]
        self.alive = [np.arange(len(s.neuron)) for s in self.singles]
        self.wholes: list[tuple[int, Whole]] = [(k, w) for k, model in enumerate(models) for w in wholes(model)]
        self.all = self.count
        most = _SINGLES_AT_MOST // len(models)
        for k, which in enumerate(self.alive):
            if len(which) > most:
                self.alive[k] = np.sort(rng.choice(which, most, replace=False))
        self.sampled = self.count

    @property
    def count(self) -> int:
        return sum(map(len, self.alive)) + len(self.wholes)

    def drop_equivalent_singles(self, bounds: Bounds) -> int:
        """Remove what bounds prove to be the same network; how many those are."""
        before = self.count
        for k, which in enumerate(self.alive):
            self.alive[k] = which[~bounds.equivalent_singles(k, self.singles[k], which)]
        return before - self.count

    def drop_equivalent_wholes(self, bounds: Bounds, deadline: float) -> int:
        """The same for mutants of whole layers; more work each, so only for those that samples do not kill."""
        before = self.count
        self.wholes = [
            (k, w) for k, w in self.wholes if time.process_time() > deadline or not bounds.equivalent_whole(k, w)
        ]
        return before - self.count

    def kill(self, run: Trace, deadline: float) -> None:
        """Remove everything that the samples kill, in small parts so that most mutants see few samples."""
        rows = len(run.codes[0])
        for start in range(0, rows, _BATCH):
            part = run.part(slice(start, start + _BATCH))
            for k, which in enumerate(self.alive):
                killed = kills_of_singles(self.models, k, self.singles[k], which, part).any(axis=1)
                self.alive[k] = which[~killed]
            self.wholes = [
                (k, w) for k, w in self.wholes if time.process_time() > deadline or not self._sees(k, w, part)
            ]
            if time.process_time() > deadline:
                break

    def _sees(self, k: int, whole: Whole, run: Trace) -> bool:
        """Whether any sample kills; a few are asked first, for they are nearly always enough."""
        parts = run.part(slice(0, 8)), run.part(slice(8, None))
        return any(kills_of_whole(self.models, k, whole, part).any() for part in parts)

    def choose(self, run: Trace) -> np.ndarray:
        """Greedily choose samples that kill, remove what they kill, and return their rows."""
        matrices = [kills_of_singles(self.models, k, self.singles[k], which, run) for k, which in enumerate(self.alive)]
        whole = [kills_of_whole(self.models, k, w, run) for k, w in self.wholes]
        kills = np.concatenate([*matrices, np.array(whole, dtype=bool).reshape(len(whole), len(run.codes[0]))])
        left = np.ones(len(kills), dtype=bool)
        rows = []
        while True:
            gains = kills[left].sum(axis=0)
            best = int(gains.argmax()) if gains.size else 0
            if not gains.size or not gains[best]:
                break
            rows.append(best)
            left &= ~kills[:, best]
        cuts = np.cumsum([len(which) for which in self.alive])
        parts = np.split(left, cuts)
        self.alive = [which[part] for which, part in zip(self.alive, parts)]
        self.wholes = [item for item, keep in zip(self.wholes, parts[-1]) if keep]
        return np.array(rows, dtype=np.int64)

    def wants(self, most: int, rng: np.random.Generator) -> list[FaultTarget]:
        """Some faults to aim at, out of every layer that has mutants alive; layers and kinds in turn."""
        pools: list[list[FaultTarget]] = []
        for k, which in enumerate(self.alive):
            s = self.singles[k]
            picked = rng.choice(which, min(len(which), most), replace=False) if len(which) else which
            pools.append([FaultTarget(k, int(s.neuron[m]), int(s.input[m]), int(s.wrong[m])) for m in picked])
        picked = rng.permutation(len(self.wholes))[:most]
        pools.append([self._want_of_whole(*self.wholes[int(m)], rng) for m in picked])
        pools = [pool for pool in pools if pool]
        if not pools:
            return []
        cycles = [itertools.cycle(pool) for pool in pools]
        return [next(cycles[turn % len(cycles)]) for turn in range(most)]

    def _want_of_whole(self, k: int, whole: Whole, rng: np.random.Generator) -> FaultTarget:
        """A fault of one neuron that is seen where the layer's is: a weight of the magnitude, a count at a border."""
        model = self.models[k]
        if whole.make is None:
            code, wrong = whole.magnitudes
            places = np.argwhere(np.abs(model.weights) == code)
            j, i = (int(v) for v in places[rng.integers(len(places))])
            return FaultTarget(k, j, i, -wrong if model.weights[j, i] < 0 else wrong)
        j = int(rng.integers(model.layer.neurons))
        return FaultTarget(k, j, -1, int(model.bias[j] + rng.choice([-1, 1])))

    def names(self, most: int) -> tuple[str, ...]:
        """What is still alive, in words."""
        found = []
        for k, which in enumerate(self.alive):
            for m in which[:most]:
                s = self.singles[k]
                what = "bias" if s.input[m] < 0 else f"weight {s.input[m]}"
                found.append(f"layer {k} neuron {s.neuron[m]} {what} as {s.wrong[m]}")
        found += [f"layer {k} {w.name}" for k, w in self.wholes]
        return tuple(found[:most])


def cover(network: NetworkSpec, base: np.ndarray, rng: np.random.Generator, *, seconds: float) -> Coverage:
    """Samples to drive beside `base`, and how many mutants all of them kill.

    Args:
        network: what is verified.
        base: samples that are driven anyway.
        rng: of the search; the same state gives the same samples unless the time runs out.
        seconds: bound on the search in processor time, roughly; 0 searches nothing and counts nothing.
    """
    none = np.zeros(network.codes_shape(0), dtype=np.int64)
    if not seconds or not covers(network):
        return Coverage(none, search="not applicable" if seconds else "off")
    deadline = time.process_time() + seconds
    parts = [
        (layer, weights, biases, _needed(layer, weights))
        for layer, weights, biases in zip(network.dense_layers("cosim coverage"), network.weights, network.biases)
    ]
    if any(_table_work(layer, codes) > _TABLE_WORK_AT_MOST for layer, _, _, codes in parts):
        return Coverage(none, search="too large")
    models = [LayerModel(*each) for each in parts]
    alive = _Alive(models, rng)
    bounds = Bounds(models)
    equivalent = alive.drop_equivalent_singles(bounds)
    # Mixed, so that the first part kills most; of very many samples not all are asked, which only loses kills.
    alive.kill(trace(models, rng.permutation(base)[:_BASE_AT_MOST]), deadline)
    equivalent += alive.drop_equivalent_wholes(bounds, deadline)
    vectors = _search(models, alive, base, rng, deadline)
    left, in_time = alive.count, time.process_time() <= deadline
    if _whole_space(models[0]) is not None and in_time and len(vectors) < _VECTORS_AT_MOST:
        equivalent, left = equivalent + left, 0
    return Coverage(
        np.array(vectors, dtype=np.int64).reshape(-1, base.shape[1]),
        mutants=alive.sampled,
        killed=alive.sampled - equivalent - left,
        equivalent=equivalent,
        sampled_of=alive.all if alive.all > alive.sampled else None,
        search="complete" if in_time else "out of time",
        unresolved_names=alive.names(10) if left else (),
    )


def _needed(layer: DenseLayer, weights: np.ndarray) -> np.ndarray:
    return needed_codes(layer, weights, *code_range(layer.weight_encoding, layer.resolution_bits))


def _table_work(layer: DenseLayer, w_codes: np.ndarray) -> int:
    """Multiplications for one table, or for the rows that one batch needs of it."""
    return min(2**layer.resolution_bits, _BATCH * layer.inputs) * layer.stream_length * len(w_codes)


def _search(
    models: Sequence[LayerModel], alive: _Alive, base: np.ndarray, rng: np.random.Generator, deadline: float
) -> list[np.ndarray]:
    """Samples that kill: of the whole input space where it is small, else as long as batches bring something."""
    space = _whole_space(models[0])
    targets = TestPatternGenerator(models, rng, base)
    found: list[np.ndarray] = []
    dry = start = 0
    while alive.count and len(found) < _VECTORS_AT_MOST and time.process_time() < deadline:
        if space is None:
            batch = targets.batch(_BATCH, alive.wants(_BATCH * 3 // 4, rng)) if start else targets.extremes()
            start = 1
        else:
            batch = space[start : start + _BATCH]
            start += _BATCH
        if not len(batch) or dry == _DRY_ROUNDS:
            break
        chosen = batch[alive.choose(trace(models, batch))]
        found += list(chosen)
        dry = 0 if len(chosen) or space is not None else dry + 1
        if len(chosen):
            targets.kept = np.concatenate([chosen, targets.kept[:_BATCH]])
    return found


def _whole_space(model: LayerModel) -> np.ndarray | None:
    """Every input of the network, where those are few."""
    codes = np.arange(model.x_low, model.x_high + 1)
    inputs = model.layer.inputs
    if inputs * np.log(len(codes)) > np.log(_EXHAUSTIVE):
        return None
    return np.stack(np.meshgrid(*[codes] * inputs, indexing="ij"), axis=-1).reshape(-1, inputs)
