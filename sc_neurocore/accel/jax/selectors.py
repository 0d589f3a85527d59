"""Streams as selectors: the host-side arithmetic (NumPy) behind the JAX engine.

A stream bit is a function of the code c and of one small integer s(t), the *selector* of position t:
comparator [s < c] with s = u (s = u − 1 where the source never emits 0), weighted_binary (c >> s) & 1 with s the
position of u's leading one (s = 31 where u = 0: bit 31 of a code is 0), spike the same with s = 0. Positions with equal
selectors carry equal product bits, so they are merged and counted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...bitstream.generators import leading_one
from ...bitstream.sources import sequence
from ...spec.generator import Generator
from ...spec.layer import DenseLayer
from ..kinds import linear_in_bits, select_source, selects

NO_BIT = 31
"""Selector of a weighted_binary position whose word is 0: no code has this bit."""


class Positions(NamedTuple):
    """Merged positions of a layer's streams, int32 arrays of one length."""

    x: np.ndarray
    """Selector of the input stream."""
    w: np.ndarray
    """Selector of the weight stream."""
    lane: np.ndarray
    """Selected input (`mux`), else zeros."""
    count: np.ndarray  # pyright: ignore[reportIncompatibleMethodOverride]  nobody asks such a tuple for tuple.count
    """How many of the L positions were merged into this one."""


def period_selectors(generator: Generator | None, n: int) -> np.ndarray:
    """Selectors of one period of a generator's source, int32; None stands for a spike, which is its own bit 0."""
    if generator is None:
        return np.zeros(1, dtype=np.int32)
    words = sequence(generator.source, n, generator.source.period(n))
    if selects(generator):
        position = leading_one(words)
        return np.where(position < 0, NO_BIT, position).astype(np.int32)
    return (words - (not generator.source.emits_zero)).astype(np.int32)


def _over_time(selectors: np.ndarray, length: int) -> np.ndarray:
    return np.resize(selectors, length)  # repeats its argument, which is one whole period


def positions(layer: DenseLayer) -> Positions:
    """All L positions of a `parallel_counter` or `mux` layer, equal ones merged.

    For a `mux` only the positions that select an existing input remain, so the counts may sum to less than L.
    """
    n, length = layer.resolution_bits, layer.stream_length
    x = _over_time(period_selectors(layer.input_generator, n), length)
    w = _over_time(period_selectors(layer.weight_generator, n), length)
    lane = np.zeros(length, dtype=np.int32)
    select = select_source(layer.accumulator)
    if select is not None:
        lane = sequence(select, layer.select_bits, length).astype(np.int32)
        keep = lane < layer.inputs
        x, w, lane = x[keep], w[keep], lane[keep]
    # Selectors and lanes lie in 0 ... 2^16 - 1: one int64 key holds all three.
    key = (lane.astype(np.int64) << 32) | (x.astype(np.int64) << 16) | w
    unique, count = np.unique(key, return_counts=True)
    merged = unique >> 16 & 0xFFFF, unique & 0xFFFF, unique >> 32, count
    return Positions(*(part.astype(np.int32) for part in merged))


class CountTable(NamedTuple):
    """A `parallel_counter` product as a sum over the input's selectors: T[x, w] = Σ_g bit(x, g)·counts[w, g]."""

    x: np.ndarray
    """The input's distinct selectors g, int32 `(groups,)`."""
    counts: np.ndarray
    """How often a weight code's bit is 1 while the input's selector is g: int32 `(2^n, groups)`."""
    total: np.ndarray
    """How many of the L positions have selector g: int32 `(groups,)`."""


def group_count(layer: DenseLayer) -> int:
    """Distinct selectors of a layer's input stream: how many bits of information of x its product uses."""
    selectors = period_selectors(layer.input_generator, layer.resolution_bits)
    return len(np.unique(selectors[: layer.stream_length]))


def count_table(layer: DenseLayer) -> CountTable:
    """The count table of a `parallel_counter` layer; `(2^n, groups)` integers, so for moderate n or few groups."""
    places = positions(layer)
    x, group = np.unique(places.x, return_inverse=True)
    size = 2**layer.resolution_bits
    total = np.bincount(group, weights=places.count, minlength=len(x)).astype(np.int64)
    if linear_in_bits(layer.weight_generator):
        by_bit = np.zeros((NO_BIT + 1, len(x)), dtype=np.int64)
        np.add.at(by_bit, (places.w, group), places.count)
        bits = np.arange(size)[:, None] >> np.arange(layer.resolution_bits) & 1
        counts = bits @ by_bit[: layer.resolution_bits]
    else:
        by_level = np.zeros((size + 1, len(x)), dtype=np.int64)
        np.add.at(by_level, (places.w + 1, group), places.count)  # codes above s see level s: row c sums s + 1 <= c
        counts = np.cumsum(by_level, axis=0)[:size]
    return CountTable(x.astype(np.int32), counts.astype(np.int32), total.astype(np.int32))


class LanePositions(NamedTuple):
    """Positions of an `or` layer, whose lanes may read their sources at different places."""

    x_period: np.ndarray
    """One period of input selectors, int32."""
    w_period: np.ndarray
    """One period of weight selectors, int32."""
    x_time: np.ndarray
    """t modulo the input period, for each distinct position, int32."""
    w_time: np.ndarray
    """t modulo the weight period, int32."""
    x_offset: np.ndarray
    """Where each lane reads its input source, modulo its period: int32 `(inputs,)`."""
    w_offset: np.ndarray
    """The same of its weight source, int32 `(inputs,)`."""
    count: np.ndarray  # pyright: ignore[reportIncompatibleMethodOverride]  nobody asks such a tuple for tuple.count
    """How many of the L positions are equal to this one, int32."""


def lane_positions(layer: DenseLayer) -> LanePositions:
    """Positions t of an `or` layer, those a common period apart merged."""
    n, length = layer.resolution_bits, layer.stream_length
    x_period, w_period = (period_selectors(g, n) for g in (layer.input_generator, layer.weight_generator))
    common = int(np.lcm(len(x_period), len(w_period)))
    t = np.arange(min(length, common))
    lanes = np.arange(layer.inputs, dtype=np.int64)
    x_lane = 0 if layer.input_generator is None else layer.input_generator.source.lane_skip
    w_lane = layer.weight_generator.source.lane_skip
    arrays = (
        x_period,
        w_period,
        t % len(x_period),
        t % len(w_period),
        lanes * x_lane % len(x_period),
        lanes * w_lane % len(w_period),
        (length - 1 - t) // common + 1,
    )
    return LanePositions(*(a.astype(np.int32) for a in arrays))
