"""Samples for networks that have no tables of products: over time, with `mux` or `or`, on maps.

A parameter of the network is changed by one step, or a layer clips its codes one too early, and the whole network is
computed with it; of random samples those are kept that tell it from the right one. It costs an inference a change, so
of large networks a share is tried. Clips that no sample shows are looked for among further ones.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...inference.engines import infer
from ...spec.encoding import code_range
from ...spec.errors import SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Mux, Or, ParallelCounter, Relu, WeightedLayer
from ...spec.network import NetworkSpec
from ...spec.source import Source
from ..fault_model.early_clips import EarlyClip, clip_shown, early_clips
from .coverage import OUT_OF_TIME, Coverage
from .input_codes import whole_space

BY_INFERENCE = "complete, by inference of changed networks"
_CHANGES_AT_MOST = 400
_POOL = 256
_BASE_AT_MOST = 256
_VECTORS_AT_MOST = 256
_ROUNDS, _FRUITLESS_ROUNDS = 16, 6
_PRODUCTS_AT_MOST = 2 * 10**9
"""Products of codes in one inference of what all rounds draw: some seconds."""


def cover_by_inference(network: NetworkSpec, base: np.ndarray, rng: np.random.Generator, *, seconds: float) -> Coverage:
    """Samples to drive beside `base`, and how many changed parameters all of them tell from the right ones.

    Args:
        network: what is verified.
        base: samples that are driven anyway.
        rng: of the search.
        seconds: bound on the search in processor time, roughly; 0 searches nothing and counts nothing.
    """
    if not seconds:
        return Coverage(base[:0], search="off")
    changes = list(_weights_and_biases(network))
    every = len(changes)
    if every > _CHANGES_AT_MOST:
        changes = [changes[i] for i in np.sort(rng.choice(every, _CHANGES_AT_MOST, replace=False))]
    space = whole_space(network)
    pool = space if space is not None else _random(network, rng)
    basis = base[:_BASE_AT_MOST]
    candidates = np.concatenate([basis, pool])
    right = infer(network, candidates)
    deadline = time.process_time() + seconds  # kernels that were never compiled are now, which is no search
    clips = early_clips(network)
    shows = itertools.chain(
        ((clip.name, partial(clip_shown, network, clip)) for clip in clips),
        ((name, partial(_differs, changed)) for name, changed in _of_layers(network)),
        ((name, partial(_differs, changed)) for name, changed in _of_numbers(network, changes)),
    )
    kills_of_each, names, tried = [], [], 0
    for name, shown in shows:
        if time.process_time() > deadline:
            break
        tried += 1
        names.append(name)
        kills_of_each.append(shown(candidates, right))
    kills = np.array(kills_of_each, dtype=bool).reshape(tried, len(candidates))
    if space is None:
        sought = [(place, clips[place]) for place in range(min(tried, len(clips))) if not kills[place].any()]
        further, rows_of_clips = _samples_for_clips(network, sought, rng, deadline)
        candidates = np.concatenate([candidates, further])
        kills = np.pad(kills, ((0, 0), (0, len(further))))
        for (place, _), rows in zip(sought, rows_of_clips, strict=True):
            kills[place, len(right) :] = rows
    in_time = time.process_time() <= deadline
    left = ~kills[:, : len(basis)].any(axis=1)
    vectors: list[int] = []
    while left.any() and len(vectors) < _VECTORS_AT_MOST:
        gains = kills[left].sum(axis=0)
        if not gains.max():
            break
        vectors.append(int(gains.argmax()))
        left &= ~kills[:, vectors[-1]]
    alive = int(left.sum())
    equivalent = alive if space is not None and len(vectors) < _VECTORS_AT_MOST else 0
    return Coverage(
        candidates[vectors],
        mutants=tried,
        killed=tried - alive,
        equivalent=equivalent,
        sampled_of=every if every > len(changes) else None,
        search=BY_INFERENCE if in_time else OUT_OF_TIME,
        unresolved_names=tuple(names[i] for i in np.flatnonzero(left)[:10]) if alive > equivalent else (),
    )


def _differs(changed: NetworkSpec, codes: np.ndarray, right: np.ndarray) -> np.ndarray:
    return (infer(changed, codes) != right).reshape(len(right), -1).any(axis=1)


def _samples_for_clips(
    network: NetworkSpec, sought: Sequence[tuple[int, EarlyClip]], rng: np.random.Generator, deadline: float
) -> tuple[np.ndarray, np.ndarray]:
    """Further samples, in rounds until every clip shows, and which of them show which: (clips, samples)."""
    work = network.time_steps * sum(
        layer.inputs * layer.out_elements for layer in network.layers if isinstance(layer, WeightedLayer)
    )
    samples, shown = [_random(network, rng)[:0]], [np.zeros((len(sought), 0), dtype=bool)]
    missing, fruitless = np.ones(len(sought), dtype=bool), 0
    for _ in range(min(_ROUNDS, _PRODUCTS_AT_MOST // (work * _POOL))):
        if not missing.any() or fruitless == _FRUITLESS_ROUNDS or time.process_time() > deadline:
            break
        codes = _mixed(network, rng)
        right = infer(network, codes)
        rows = np.zeros((len(sought), len(codes)), dtype=bool)
        for place in np.flatnonzero(missing).tolist():
            rows[place] = clip_shown(network, sought[place][1], codes, right)
        fruitless = 0 if rows.any() else fruitless + 1
        missing &= ~rows.any(axis=1)
        samples.append(codes)
        shown.append(rows)
    return np.concatenate(samples), np.concatenate(shown, axis=1)


def _mixed(network: NetworkSpec, rng: np.random.Generator) -> np.ndarray:
    """Random codes, in every second sample some of them 0 or at an end of the range."""
    codes = _random(network, rng)
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    rate = rng.choice([0.0, 0.0, 0.0, 0.3, 0.6, 0.9], (len(codes), *[1] * (codes.ndim - 1)))
    return np.where(rng.random(codes.shape) < rate, rng.choice([low, 0, high], codes.shape), codes)


def _random(network: NetworkSpec, rng: np.random.Generator) -> np.ndarray:
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    return rng.integers(low, high + 1, network.codes_shape(_POOL), dtype=np.int64)


def _weights_and_biases(network: NetworkSpec) -> Iterator[tuple[str, int, int, int]]:
    """Kind, layer, place and step of every change of a weight or bias."""
    for k, layer in enumerate(network.layers):
        if isinstance(layer, WeightedLayer):
            low, high = code_range(layer.weight_encoding, layer.resolution_bits)
            for place, code in enumerate(network.weights[k].reshape(-1).tolist()):
                yield from (("weights", k, place, step) for step in (-1, 1) if low <= code + step <= high)
            yield from (("biases", k, place, step) for place in range(len(network.biases[k])) for step in (-1, 1))


def _of_numbers(network: NetworkSpec, changes: list[tuple[str, int, int, int]]) -> Iterator[tuple[str, NetworkSpec]]:
    """Networks with one number changed; what the contract refuses is left out."""
    for kind, k, place, step in changes:
        arrays = list(getattr(network, kind))
        arrays[k] = arrays[k].copy()
        arrays[k].reshape(-1)[place] += step
        try:
            yield f"layer {k} {kind} {place} {step:+d}", network.replace(**{kind: tuple(arrays)})
        except (SpecError, ValueError):
            continue


def _of_layers(network: NetworkSpec) -> Iterator[tuple[str, NetworkSpec]]:
    """Networks with a field of a layer changed; what the contract refuses is left out."""
    for k, layer in enumerate(network.layers):
        if not isinstance(layer, WeightedLayer):
            continue
        for name, change in _changes(layer):
            try:
                layers = (*network.layers[:k], layer.model_copy(update=change()), *network.layers[k + 1 :])
                yield f"layer {k} {name}", network.replace(layers=layers)
            except (SpecError, ValueError):
                continue


def _changes(layer: WeightedLayer) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """What may be changed in a layer, and the fields that it then has; legal or not."""
    neuron, accumulator = layer.neuron, layer.accumulator
    for name in ("shift", "multiplier", "v_threshold", "leak_shift"):
        value = getattr(neuron, name, None)
        if value is None:
            continue
        for step in (-1, 1):
            changed = {name: value + step}
            yield f"{name} {step:+d}", lambda changed=changed: {"neuron": neuron.model_copy(update=changed)}
    match neuron:
        case Lif():
            turned = {"comparator": {"ge": "gt", "gt": "ge"}, "reset": {"subtract": "zero", "zero": "subtract"}}
            for name, values in turned.items():
                changed = {name: values[getattr(neuron, name)]}
                yield name, lambda changed=changed: {"neuron": neuron.model_copy(update=changed)}
        case Linear() | Relu() | Clamp():
            pass
        case other:
            unknown_kind(other, "cosim test plan")
    match accumulator:
        case Mux():
            yield "select", lambda: {"accumulator": Mux(select=_one_later(accumulator.select))}
        case ParallelCounter() | Or():
            pass
        case other:
            unknown_kind(other, "cosim test plan")
    for name in ("input_generator", "weight_generator"):
        generator = getattr(layer, name)
        if generator is not None:
            yield (
                name,
                lambda name=name, each=generator: {name: each.model_copy(update={"source": _one_later(each.source)})},
            )


def _one_later(source: Source) -> Source:
    return source.model_copy(update={"skip": source.skip + 1})
