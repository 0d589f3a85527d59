"""Samples that tell every code of every input from others: of a core that misreads one, some output is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ...inference.engines import infer
from ...spec.encoding import code_range, is_signed, is_spike
from ...spec.network import NetworkSpec

_MISREADINGS_AT_MOST = 4_096
_POOL = 512
_WHOLE = 4_096  # input spaces up to this size are looked at whole
_ADDED_AT_MOST = 64
_LOWEST_INPUTS, _LOWEST_POOL, _LOWEST_AT_MOST = 32, 192, 16


def whole_space(network: NetworkSpec) -> np.ndarray | None:
    """Every sample, where those are few."""
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    shape = network.codes_shape(1)[1:]
    places = int(np.prod(shape))
    if places * np.log(high - low + 1) > np.log(_WHOLE):
        return None
    axes = np.meshgrid(*[np.arange(low, high + 1)] * places, indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, *shape).astype(np.int64)


def code_vectors(
    network: NetworkSpec,
    base: np.ndarray,
    rng: np.random.Generator,
    *,
    seconds: float,
    outputs: Callable[[NetworkSpec, np.ndarray], np.ndarray] = infer,
    misreadings: int = _MISREADINGS_AT_MOST,
    limit: int = _ADDED_AT_MOST,
) -> np.ndarray:
    """Samples, as few as it takes, under which misread codes show that do not show under the samples of `base`.

    A misreading is of one input and one code, of whose magnitude one bit is inverted. Where there are too many of them,
    inputs are taken at equal distances.

    Args:
        network: what is verified.
        base: samples that are driven anyway.
        rng: draws the samples to choose from.
        seconds: of processor time; where they are over, the search ends with what it has.
        outputs: of a network and samples.
        misreadings: at most.
        limit: samples at most.
    """
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    bits = 1 if is_spike(network.input.encoding) else high.bit_length()
    features = network.input.features
    looked_at = max(1, min(features, misreadings // ((high - low + 1) * bits)))
    inputs = np.unique(np.linspace(0, features - 1, looked_at).astype(np.int64))
    deadline = time.process_time() + seconds
    space = whole_space(network)
    pool = space if space is not None else rng.integers(low, high + 1, network.codes_shape(_POOL), dtype=np.int64)
    basis = base[:_POOL]
    candidates = np.concatenate([basis, pool])
    right = outputs(network, candidates)
    shown: list[tuple[np.ndarray, np.ndarray]] = []  # rows, and the misreadings that each of them shows
    for place, feature in enumerate(inputs):
        for bit in range(bits):
            if time.process_time() > deadline:
                return _chosen(shown, len(basis), candidates, limit)
            misread, codes = candidates.copy(), candidates[..., feature]
            magnitude = np.abs(codes) ^ (1 << bit)
            misread[..., feature] = np.clip(np.where(codes < 0, -magnitude, magnitude), low, high)
            rows = np.flatnonzero((outputs(network, misread) != right).reshape(len(right), -1).any(axis=1))
            first = codes.reshape(len(codes), -1)[rows, 0]  # of several time steps, the first one's
            shown.append((rows, ((first - low) * bits + bit) * len(inputs) + place))
    return _chosen(shown, len(basis), candidates, limit)


def _chosen(
    shown: list[tuple[np.ndarray, np.ndarray]], known_count: int, candidates: np.ndarray, limit: int
) -> np.ndarray:
    """Of the candidates behind the `known_count` first ones, a few that together show what those do not."""
    if not shown:
        return candidates[:0]
    rows, misreadings = (np.concatenate(parts) for parts in zip(*shown, strict=True))
    new = ~np.isin(misreadings, misreadings[rows < known_count]) & (rows >= known_count)
    rows, misreadings = rows[new], misreadings[new]
    choice: list[int] = []
    while len(rows) and len(choice) < limit:
        choice.append(int(np.bincount(rows).argmax()))
        left = ~np.isin(misreadings, misreadings[rows == choice[-1]])
        rows, misreadings = rows[left], misreadings[left]
    return candidates[choice]


def lowest_code_vectors(network: NetworkSpec, rng: np.random.Generator, *, seconds: float) -> np.ndarray:
    """Samples to drive with the code -2^n, which counts as -(2^n - 1), for a core that takes it for another one.

    Of each input (of many, some at equal distances) such a misreading as 0, -1 or half of it shows in an output.

    Args:
        network: what is verified; where a port cannot hold the code there are no samples.
        rng: draws the samples to choose from.
        seconds: of processor time; where they are over, the search ends with what it has.
    """
    none = np.zeros(network.codes_shape(0), dtype=np.int64)
    if not seconds or not is_signed(network.input.encoding):
        return none
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    features = network.input.features
    inputs = np.unique(np.linspace(0, features - 1, min(features, _LOWEST_INPUTS)).astype(np.int64))
    shape = network.codes_shape(_LOWEST_POOL)
    rate = rng.choice([0.1, 0.3, 0.6], (_LOWEST_POOL, *[1] * (len(shape) - 1)))
    pool = np.where(rng.random(shape) < rate, low, rng.integers(low, high + 1, shape))
    right, deadline = infer(network, pool), time.process_time() + seconds
    shown: list[tuple[np.ndarray, np.ndarray]] = []
    for place, feature in enumerate(inputs):
        for kind, wrong in enumerate(dict.fromkeys((0, -1, (low - 1) // 2))):
            if time.process_time() > deadline:
                break
            misread = pool.copy()
            misread[..., feature] = np.where(pool[..., feature] == low, wrong, pool[..., feature])
            rows = np.flatnonzero((infer(network, misread) != right).reshape(len(right), -1).any(axis=1))
            shown.append((rows, np.full(len(rows), place * 3 + kind)))
    return _chosen(shown, 0, pool, _LOWEST_AT_MOST)
