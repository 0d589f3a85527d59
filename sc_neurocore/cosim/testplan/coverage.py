"""Chooses few samples that kill as many mutants of the model as can be killed, and says how many that are.

A flipped bit in the gates can only be found by a sample whose outputs it changes. Random samples leave most of the
small faults of hidden neurons unseen (the neuron is clipped, or its count is not at a step of the requantizer), so
samples are searched for: `TestPatternGenerator` aims at mutants one by one; of every batch only the samples that kill
something new are kept.
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
from ..fault_model.mutants import LayerFault, NeuronFaults, layer_faults, needed_codes, neuron_faults
from ..fault_model.simulation import Trace, simulate_layer_fault, simulate_neuron_faults, trace
from .test_patterns import NeuronFault, TestPatternGenerator

OUT_OF_TIME = "out of time"
"""How a search ended whose samples depend on the machine."""
_BATCH = 64
_FRUITLESS_BATCHES = 12  # batches without any kill after which the search ends
_NEURON_FAULTS_AT_MOST = 60_000  # of all layers together; more are sampled
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
        unresolved = self.mutants - self.killed - self.equivalent
        return {
            "model_faults": {
                "made": self.mutants,
                "killed": self.killed,
                "equivalent": self.equivalent,
                "unresolved": unresolved,
                "search": self.search,
            },
            "mutants": self.mutants,
            "mutants_killed": self.killed,
            "mutants_equivalent": self.equivalent,
            "mutants_unresolved": unresolved,
            "mutants_sampled": self.sampled_of,
            "mutation_search": self.search,
        }


class _UndetectedFaults:
    """The mutants that nothing has killed yet."""

    def __init__(self, models: Sequence[LayerModel], rng: np.random.Generator) -> None:
        self.models = models
        self.neuron_faults: list[NeuronFaults] = [neuron_faults(model) for model in models]
        self.alive = [np.arange(len(s.neuron)) for s in self.neuron_faults]
        self.layer_faults: list[tuple[int, LayerFault]] = [
            (k, w) for k, model in enumerate(models) for w in layer_faults(model)
        ]
        self.all = self.count
        limit = _NEURON_FAULTS_AT_MOST // len(models)
        for k, which in enumerate(self.alive):
            if len(which) > limit:
                self.alive[k] = np.sort(rng.choice(which, limit, replace=False))
        self.sampled = self.count

    @property
    def count(self) -> int:
        return sum(map(len, self.alive)) + len(self.layer_faults)

    def drop_equivalent_neuron_faults(self, bounds: Bounds) -> int:
        """Remove what bounds prove to be the same network; how many those are."""
        before = self.count
        for k, which in enumerate(self.alive):
            self.alive[k] = which[~bounds.equivalent_neuron_faults(k, self.neuron_faults[k], which)]
        return before - self.count

    def drop_equivalent_layer_faults(self, bounds: Bounds, deadline: float) -> int:
        """The same for mutants of whole layers; more work each, so only for those that samples do not kill."""
        before = self.count
        self.layer_faults = [
            (k, w)
            for k, w in self.layer_faults
            if time.process_time() > deadline or not bounds.is_equivalent_layer_fault(k, w)
        ]
        return before - self.count

    def simulate(self, run: Trace, deadline: float) -> None:
        """Remove everything that the samples kill, in small parts so that most mutants see few samples."""
        rows = len(run.codes[0])
        for start in range(0, rows, _BATCH):
            part = run.part(slice(start, start + _BATCH))
            for k, which in enumerate(self.alive):
                killed = simulate_neuron_faults(self.models, k, self.neuron_faults[k], which, part).any(axis=1)
                self.alive[k] = which[~killed]
            self.layer_faults = [
                (k, w) for k, w in self.layer_faults if time.process_time() > deadline or not self._sees(k, w, part)
            ]
            if time.process_time() > deadline:
                break

    def _sees(self, k: int, fault: LayerFault, run: Trace) -> bool:
        """Whether any sample kills; a few are asked first, for they are nearly always enough."""
        parts = run.part(slice(0, 8)), run.part(slice(8, None))
        return any(simulate_layer_fault(self.models, k, fault, part).any() for part in parts)

    def select_samples(self, run: Trace) -> np.ndarray:
        """Greedily choose samples that kill, remove what they kill, and return their rows."""
        matrices = [
            simulate_neuron_faults(self.models, k, self.neuron_faults[k], which, run)
            for k, which in enumerate(self.alive)
        ]
        rows_of_layers = [simulate_layer_fault(self.models, k, w, run) for k, w in self.layer_faults]
        kills = np.concatenate(
            [*matrices, np.array(rows_of_layers, dtype=bool).reshape(len(rows_of_layers), len(run.codes[0]))]
        )
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
        self.layer_faults = [item for item, keep in zip(self.layer_faults, parts[-1]) if keep]
        return np.array(rows, dtype=np.int64)

    def pick(self, count: int, rng: np.random.Generator) -> list[NeuronFault]:
        """Some faults to aim at, out of every layer that has mutants alive; layers and kinds in turn."""
        pools: list[list[NeuronFault]] = []
        for k, which in enumerate(self.alive):
            s = self.neuron_faults[k]
            selection = rng.choice(which, min(len(which), count), replace=False) if len(which) else which
            pools.append([NeuronFault(k, int(s.neuron[m]), int(s.input[m]), int(s.wrong[m])) for m in selection])
        selection = rng.permutation(len(self.layer_faults))[:count]
        pools.append([self._neuron_fault(*self.layer_faults[int(m)], rng) for m in selection])
        pools = [pool for pool in pools if pool]
        if not pools:
            return []
        cycles = [itertools.cycle(pool) for pool in pools]
        return [next(cycles[turn % len(cycles)]) for turn in range(count)]

    def _neuron_fault(self, k: int, fault: LayerFault, rng: np.random.Generator) -> NeuronFault:
        """A fault of one neuron that is seen where the layer's is: a weight of the magnitude, a count at a step."""
        model = self.models[k]
        if fault.make is None:
            code, wrong = fault.magnitudes
            places = np.argwhere(np.abs(model.weights) == code)
            j, i = (int(v) for v in places[rng.integers(len(places))])
            return NeuronFault(k, j, i, -wrong if model.weights[j, i] < 0 else wrong)
        j = int(rng.integers(model.layer.neurons))
        return NeuronFault(k, j, -1, int(model.bias[j] + rng.choice([-1, 1])))

    def names(self, count: int) -> tuple[str, ...]:
        """What is still alive, in words."""
        names = []
        for k, which in enumerate(self.alive):
            for m in which[:count]:
                s = self.neuron_faults[k]
                what = "bias" if s.input[m] < 0 else f"weight {s.input[m]}"
                names.append(f"layer {k} neuron {s.neuron[m]} {what} as {s.wrong[m]}")
        names += [f"layer {k} {w.name}" for k, w in self.layer_faults]
        return tuple(names[:count])


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
    faults = _UndetectedFaults(models, rng)
    bounds = Bounds(models)
    equivalent = faults.drop_equivalent_neuron_faults(bounds)
    # Mixed, so that the first part kills most; of very many samples not all are asked, which only loses kills.
    faults.simulate(trace(models, rng.permutation(base)[:_BASE_AT_MOST]), deadline)
    equivalent += faults.drop_equivalent_layer_faults(bounds, deadline)
    vectors = _search(models, faults, base, rng, deadline)
    left, in_time = faults.count, time.process_time() <= deadline
    if _whole_space(models[0]) is not None and in_time and len(vectors) < _VECTORS_AT_MOST:
        equivalent, left = equivalent + left, 0
    return Coverage(
        np.array(vectors, dtype=np.int64).reshape(-1, base.shape[1]),
        mutants=faults.sampled,
        killed=faults.sampled - equivalent - left,
        equivalent=equivalent,
        sampled_of=faults.all if faults.all > faults.sampled else None,
        search="complete" if in_time else OUT_OF_TIME,
        unresolved_names=faults.names(10) if left else (),
    )


def _needed(layer: DenseLayer, weights: np.ndarray) -> np.ndarray:
    return needed_codes(layer, weights, *code_range(layer.weight_encoding, layer.resolution_bits))


def _table_work(layer: DenseLayer, w_codes: np.ndarray) -> int:
    """Multiplications for one table, or for the rows that one batch needs of it."""
    return min(2**layer.resolution_bits, _BATCH * layer.inputs) * layer.stream_length * len(w_codes)


def _search(
    models: Sequence[LayerModel], faults: _UndetectedFaults, base: np.ndarray, rng: np.random.Generator, deadline: float
) -> list[np.ndarray]:
    """Samples that kill: of the whole input space where it is small, else as long as batches bring something."""
    space = _whole_space(models[0])
    patterns = TestPatternGenerator(models, rng, base)
    vectors: list[np.ndarray] = []
    fruitless = start = 0
    while faults.count and len(vectors) < _VECTORS_AT_MOST and time.process_time() < deadline:
        if space is None:
            batch = patterns.batch(_BATCH, faults.pick(_BATCH * 3 // 4, rng)) if start else patterns.extremes()
            start = 1
        else:
            batch = space[start : start + _BATCH]
            start += _BATCH
        if not len(batch) or fruitless == _FRUITLESS_BATCHES:
            break
        samples = batch[faults.select_samples(trace(models, batch))]
        vectors += list(samples)
        fruitless = 0 if len(samples) or space is not None else fruitless + 1
        if len(samples):
            patterns.pool = np.concatenate([samples, patterns.pool[:_BATCH]])
    return vectors


def _whole_space(model: LayerModel) -> np.ndarray | None:
    """Every input of the network, where those are few."""
    codes = np.arange(model.x_low, model.x_high + 1)
    inputs = model.layer.inputs
    if inputs * np.log(len(codes)) > np.log(_EXHAUSTIVE):
        return None
    return np.stack(np.meshgrid(*[codes] * inputs, indexing="ij"), axis=-1).reshape(-1, inputs)
