"""Samples for networks that have no tables of products: over time, with `mux` or `or`, on maps.

A parameter of the network is changed by one step, and the whole network is computed with it; of random samples those
are kept that tell it from the right one. It costs an inference a change, so of large networks a share is tried.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...inference.engines import infer
from ...spec.encoding import code_range
from ...spec.errors import SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, Lif, Linear, Mux, Or, ParallelCounter, Relu, WeightedLayer
from ...spec.network import NetworkSpec
from ...spec.source import Source
from .coverage import OUT_OF_TIME, Coverage
from .input_codes import whole_space

BY_INFERENCE = "complete, by inference of changed networks"
_CHANGES_AT_MOST = 400
_POOL = 256
_BASE_AT_MOST = 256
_VECTORS_AT_MOST = 256


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
    kills_of_each, names, tried = [], [], 0
    for name, changed in itertools.chain(_of_layers(network), _of_numbers(network, changes)):
        if time.process_time() > deadline:
            break
        tried += 1
        names.append(name)
        kills_of_each.append((infer(changed, candidates) != right).reshape(len(right), -1).any(axis=1))
    in_time = time.process_time() <= deadline
    kills = np.array(kills_of_each, dtype=bool).reshape(tried, len(candidates))
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
