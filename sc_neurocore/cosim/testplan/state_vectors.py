"""Samples that drive neurons with a state to its ends: extreme codes over all steps, and opposite ones after half."""

from __future__ import annotations

import time

import numpy as np

from ...spec.encoding import code_range
from ...spec.network import NetworkSpec
from ..fault_model.wrong_states import StateFault, StateRun, state_faults

_NEURONS_AT_MOST = 6
_FAULTS_AT_MOST = 224
_POOL = 192
_ROUNDS, _FRUITLESS_ROUNDS = 24, 12
_LIMIT = 16
"""Samples that are added for faults, at most."""
_CLOCKS = 3_000
"""Of the extremes, about."""
_WORK_AT_MOST = 2 * 10**8
"""Products of bits in one run of all candidates, or in all rounds: about a second."""


def extreme_states(network: NetworkSpec) -> np.ndarray:
    """For neurons of the first layer the codes that charge them most, and least, in all steps, and in half of them.

    Args:
        network: of dense layers, over time.
    """
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    shape = network.codes_shape(1)[1:]
    steps = shape[0] if len(shape) == 2 else 1
    layer = network.dense_layers("cosim coverage")[0]
    clocks = 4 * network.time_steps * (network.input.features + layer.stream_length)
    count = min(layer.neurons, _NEURONS_AT_MOST, max(1, _CLOCKS // clocks))
    first_half = np.arange(steps)[:, None] < (steps + 1) // 2
    samples = []
    for j in np.unique(np.linspace(0, layer.neurons - 1, count).astype(np.int64)):
        charging = np.where(network.weights[0][j] > _middle(network), high, low)
        opposite = low + high - charging
        every = [charging, opposite]
        if steps > 1:
            every += [np.where(first_half, charging, opposite), np.where(first_half, opposite, charging)]
        samples += [np.broadcast_to(each, shape) for each in every]
    return np.unique(np.array(samples, dtype=np.int64), axis=0)


def _middle(network: NetworkSpec) -> int:
    """The weight that is 0 in the first layer, or the nearest below it."""
    layer = network.dense_layers("cosim coverage")[0]
    low, high = code_range(layer.weight_encoding, layer.resolution_bits)
    return (low + high + 1) // 2 if layer.bipolar else 0


def state_vectors(
    network: NetworkSpec, base: np.ndarray, rng: np.random.Generator, *, seconds: float
) -> tuple[np.ndarray, int, list[str]]:
    """Samples to drive beside `base`, how many faults of states were made, and those that no sample was found for.

    Args:
        network: what is verified; of one without states in dense layers there are none.
        base: samples that are driven anyway.
        rng: draws candidates.
        seconds: of processor time.
    """
    faults = state_faults(network) if seconds else []
    if not faults:
        return base[:0], 0, []
    deadline = time.process_time() + seconds
    ends = extreme_states(network)
    bits = sum(each.stream_length * each.inputs * each.neurons for each in network.dense_layers("cosim coverage"))
    work = bits * network.time_steps
    if work * (_POOL + len(base)) > _WORK_AT_MOST:
        return ends, 0, []
    if len(faults) > _FAULTS_AT_MOST:
        faults = [faults[i] for i in np.sort(rng.choice(len(faults), _FAULTS_AT_MOST, replace=False))]
    missing = ~_shown(network, faults, np.concatenate([base, ends]), deadline).any(axis=1)
    found, pools, hits_of_pools = ~missing, [base[:0]], [np.zeros((len(faults), 0), dtype=bool)]
    fruitless = 0
    for _ in range(min(_ROUNDS, 1 + _WORK_AT_MOST // (work * _POOL))):
        if found.all() or fruitless == _FRUITLESS_ROUNDS or time.process_time() > deadline:
            break
        pools.append(_near_ends(network, ends, rng))
        hits = np.zeros((len(faults), _POOL), dtype=bool)
        sought = np.flatnonzero(~found)
        hits[sought] = _shown(network, [faults[i] for i in sought], pools[-1], deadline)
        hits_of_pools.append(hits)
        fruitless = 0 if hits.any() else fruitless + 1
        found |= hits.any(axis=1)
    pool, hits = np.concatenate(pools), np.concatenate(hits_of_pools, axis=1)
    choice: list[int] = []
    while (missing & found).any() and len(choice) < _LIMIT:
        choice.append(int(hits[missing].sum(axis=0).argmax()))
        missing &= ~hits[:, choice[-1]]
    return np.concatenate([ends, pool[choice]]), len(faults), [faults[i].name for i in np.flatnonzero(missing)]


def _shown(network: NetworkSpec, faults: list[StateFault], codes: np.ndarray, deadline: float) -> np.ndarray:
    """Whether each sample shows each fault, (faults, samples); of those that come behind the deadline none does."""
    run = StateRun(network, codes)
    hits = np.zeros((len(faults), len(codes)), dtype=bool)
    for place, fault in enumerate(faults):
        if time.process_time() < deadline:
            hits[place, run.shown(fault)] = True
    return hits


def _near_ends(network: NetworkSpec, ends: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Extremes, of which some turn into their opposite at a step that is drawn, with some codes drawn anew."""
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    shape = network.codes_shape(_POOL)
    near = ends[rng.integers(0, len(ends), _POOL)]
    if len(shape) == 2:
        rate = rng.choice([0.1, 0.3, 1.0], (_POOL, 1))
    else:
        step, turn = np.arange(shape[1])[None, :, None], rng.integers(0, 2 * shape[1], (_POOL, 1, 1))
        near = np.where(step < turn, near, low + high - near)
        rate = rng.choice([0.1, 0.3, 0.6, 1.0], (_POOL, 1, 1)) * rng.integers(0, 2, (*shape[:2], 1))
    return np.where(rng.random(shape) < rate, rng.integers(low, high + 1, shape), near)
